/* SPDX-License-Identifier: Apache-2.0 */
/* Reference pooling. */
#include "nn/reference.h"

#include <math.h>

static float pool_at(const bona_op *op, const int32_t in[2], const float *x, int32_t top,
                     int32_t left)
{
    float most = -INFINITY, sum = 0.0f;
    int32_t count = 0;

    for (int32_t iy = top; iy < top + op->window.kernel[0]; iy++)
        for (int32_t ix = left; ix < left + op->window.kernel[1]; ix++) {
            float value;

            if (iy < 0 || iy >= in[0] || ix < 0 || ix >= in[1])
                continue;
            value = x[(size_t)iy * in[1] + ix];
            most = value > most ? value : most;
            sum += value;
            count++;
        }
    if (op->kind == BONA_OP_MAXPOOL)
        return most;
    return sum / (float)(op->count_padding ? op->window.kernel[0] * op->window.kernel[1] : count);
}

void bona_reference_pool(const bona_graph *graph, const bona_op *op, const float *x, float *y)
{
    const bona_shape *from = &graph->values[op->input[0]].shape;
    const bona_shape *to = &graph->values[op->output].shape;
    int32_t in[2] = { from->dim[2], from->dim[3] };

    for (int32_t c = 0; c < to->dim[1]; c++) {
        const float *plane = x + (size_t)c * in[0] * in[1];

        for (int32_t oy = 0; oy < to->dim[2]; oy++)
            for (int32_t ox = 0; ox < to->dim[3]; ox++)
                *y++ = pool_at(op, in, plane, oy * op->window.stride[0] - op->window.pad[0],
                               ox * op->window.stride[1] - op->window.pad[1]);
    }
}

void bona_reference_mean(const bona_graph *graph, const bona_op *op, const float *x, float *y)
{
    const bona_shape *from = &graph->values[op->input[0]].shape;
    int32_t plane = from->dim[2] * from->dim[3];

    for (int32_t c = 0; c < from->dim[1]; c++) {
        double sum = 0.0;

        for (int32_t i = 0; i < plane; i++)
            sum += (double)*x++;
        y[c] = (float)(sum / plane);
    }
}
