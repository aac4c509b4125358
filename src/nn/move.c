/* SPDX-License-Identifier: Apache-2.0 */
/* Reference kernels that move elements: Transpose, Resize, Pad, Concat. */
#include "nn/reference.h"

#include <string.h>

void bona_reference_transpose(const bona_graph *graph, const bona_op *op, const float *x, float *y)
{
    const bona_shape *from = &graph->values[op->input[0]].shape;
    const bona_shape *to = &graph->values[op->output].shape;
    int32_t out[4] = { 1, 1, 1, 1 }, lead = 4 - to->rank;
    size_t step[4] = { 0 };

    for (int32_t i = 0; i < to->rank; i++) {
        out[lead + i] = to->dim[i];
        step[lead + i] = 1;
        for (int32_t j = op->perm[i] + 1; j < from->rank; j++)
            step[lead + i] *= (size_t)from->dim[j];
    }
    for (int32_t a = 0; a < out[0]; a++)
        for (int32_t b = 0; b < out[1]; b++)
            for (int32_t c = 0; c < out[2]; c++) {
                const float *source = x + a * step[0] + b * step[1] + c * step[2];

                for (int32_t d = 0; d < out[3]; d++)
                    *y++ = source[d * step[3]];
            }
}

void bona_reference_resize(const bona_graph *graph, const bona_op *op, const float *x, float *y)
{
    const bona_shape *from = &graph->values[op->input[0]].shape;
    const bona_shape *to = &graph->values[op->output].shape;

    for (int32_t c = 0; c < to->dim[1]; c++, x += (size_t)from->dim[2] * from->dim[3])
        for (int32_t h = 0; h < to->dim[2]; h++) {
            const float *row = x + (size_t)(h / op->factor[0]) * from->dim[3];

            for (int32_t w = 0; w < to->dim[3]; w++)
                *y++ = row[w / op->factor[1]];
        }
}

void bona_reference_pad(const bona_graph *graph, const bona_op *op, const float *x, float *y)
{
    const bona_shape *from = &graph->values[op->input[0]].shape;
    const bona_value *value = &graph->values[op->output];
    int32_t in[4] = { 1, 1, 1, 1 }, out[4] = { 1, 1, 1, 1 }, before[4] = { 0 };
    int32_t lead = 4 - from->rank;

    for (int32_t i = 0; i < from->rank; i++) {
        in[lead + i] = from->dim[i];
        out[lead + i] = value->shape.dim[i];
        before[lead + i] = op->before[i];
    }
    for (int32_t i = 0; i < value->elements; i++)
        y[i] = op->low;
    for (int32_t a = 0; a < in[0]; a++)
        for (int32_t b = 0; b < in[1]; b++)
            for (int32_t c = 0; c < in[2]; c++, x += in[3]) {
                size_t row = ((size_t)(a + before[0]) * out[1] + (b + before[1])) * out[2];

                memcpy(y + (row + c + before[2]) * out[3] + before[3], x,
                       (size_t)in[3] * sizeof *y);
            }
}

void bona_reference_concat(const bona_graph *graph, const bona_op *op, const float *const *inputs,
                           float *y)
{
    const bona_shape *to = &graph->values[op->output].shape;
    size_t outer = 1, inner = 1;

    for (int32_t i = 0; i < to->rank; i++)
        *(i < op->axis ? &outer : &inner) *= i == op->axis ? 1 : (size_t)to->dim[i];
    for (size_t o = 0; o < outer; o++)
        for (int32_t n = 0; n < op->input_count; n++) {
            const bona_shape *shape = &graph->values[op->input[n]].shape;
            size_t run = (size_t)shape->dim[op->axis] * inner;

            memcpy(y, inputs[n] + o * run, run * sizeof *y);
            y += run;
        }
}
