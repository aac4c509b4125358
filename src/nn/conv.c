/* SPDX-License-Identifier: Apache-2.0 */
/* Reference convolution and matrix product. */
#include "nn/reference.h"

static int32_t least(int32_t a, int32_t b)
{
    return a < b ? a : b;
}

/*
 * Adds one weight's share to a plane: every output element whose tap (row, column of the kernel)
 * lies inside the input.
 */
static void add_tap(const bona_window *window, const int32_t in[2], const int32_t out[2],
                    int32_t row, int32_t column, float weight, const float *x, float *y)
{
    int32_t shift = column * window->dilation[1] - window->pad[1], step = window->stride[1];
    int32_t from = shift < 0 ? (-shift + step - 1) / step : 0;
    int32_t to = shift < in[1] ? least(out[1], (in[1] - 1 - shift) / step + 1) : 0;

    for (int32_t oy = 0; oy < out[0]; oy++) {
        int32_t iy = oy * window->stride[0] + row * window->dilation[0] - window->pad[0];
        const float *source = x + (ptrdiff_t)iy * in[1] + shift;
        float *target = y + (ptrdiff_t)oy * out[1];

        if (iy < 0 || iy >= in[0])
            continue;
        if (step == 1)
            for (int32_t ox = from; ox < to; ox++)
                target[ox] += weight * source[ox];
        else
            for (int32_t ox = from; ox < to; ox++)
                target[ox] += weight * source[(ptrdiff_t)ox * step];
    }
}

void bona_reference_conv(const bona_graph *graph, const bona_op *op, const float *x, float *y)
{
    const bona_shape *from = &graph->values[op->input[0]].shape;
    const bona_shape *to = &graph->values[op->output].shape;
    const bona_window *window = &op->window;
    int32_t depth = from->dim[1] / op->group, width = to->dim[1] / op->group;
    int32_t in[2] = { from->dim[2], from->dim[3] }, out[2] = { to->dim[2], to->dim[3] };
    size_t in_plane = (size_t)in[0] * in[1], out_plane = (size_t)out[0] * out[1];
    const float *weight = op->weight;

    for (int32_t m = 0; m < to->dim[1]; m++) {
        const float *first = x + (size_t)(m / width) * depth * in_plane;
        float *plane = y + m * out_plane;

        for (size_t i = 0; i < out_plane; i++)
            plane[i] = op->bias != NULL ? op->bias[m] : 0.0f;
        for (int32_t c = 0; c < depth; c++)
            for (int32_t row = 0; row < window->kernel[0]; row++)
                for (int32_t column = 0; column < window->kernel[1]; column++)
                    add_tap(window, in, out, row, column, *weight++, first + c * in_plane, plane);
    }
}

void bona_reference_gemm(const bona_graph *graph, const bona_op *op, const float *x, float *y)
{
    int32_t k = graph->values[op->input[0]].elements, n = graph->values[op->output].elements;

    for (int32_t i = 0; i < n; i++) {
        float sum = op->bias != NULL ? op->bias[i] : 0.0f;

        for (int32_t j = 0; j < k; j++)
            sum += op->weight[(size_t)i * k + j] * x[j];
        y[i] = sum;
    }
}
