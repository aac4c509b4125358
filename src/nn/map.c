/* SPDX-License-Identifier: Apache-2.0 */
/* Reference kernels that go element by element. */
#include "nn/reference.h"

#include <math.h>

static float clip(float x, float low, float high)
{
    x = x > low ? x : low;
    return x < high ? x : high;
}

float bona_activate(bona_activation activation, float x, float low, float high, float slope)
{
    switch (activation) {
    case BONA_ACT_NONE:
        break;
    case BONA_ACT_CLIP:
        return clip(x, low, high);
    case BONA_ACT_PRELU:
        return x >= 0.0f ? x : x * slope;
    case BONA_ACT_SIGMOID:
        return 1.0f / (1.0f + expf(-x));
    case BONA_ACT_HARD_SIGMOID:
        return clip(x * low + high, 0.0f, 1.0f);
    case BONA_ACT_HARD_SWISH:
        return x * clip(x / 6.0f + 0.5f, 0.0f, 1.0f);
    }
    return x;
}

void bona_reference_map(const bona_graph *graph, const bona_op *op, const float *x, float *y)
{
    const bona_value *value = &graph->values[op->output];
    int32_t channels = value->shape.rank >= 2 && value->shape.dim[0] == 1 ? value->shape.dim[1] : 1;
    int32_t plane = value->elements / channels;

    for (int32_t c = 0; c < channels; c++)
        for (int32_t i = 0; i < plane; i++, x++, y++)
            *y = op->kind == BONA_OP_AFFINE
                     ? *x * op->weight[c] + op->bias[c]
                     : bona_activate(op->activation, *x, op->low, op->high,
                                     op->slope != NULL ? op->slope[c] : 0.0f);
}

/* Distance in elements between neighbours along each of the output's dimensions, made four; 0 where
 * broadcast. */
static void steps(const bona_shape *shape, const int32_t out[4], size_t step[4])
{
    size_t next = 1;

    for (int32_t i = 3; i >= 0; i--) {
        int32_t at = i - (4 - shape->rank), dim = at >= 0 ? shape->dim[at] : 1;

        step[i] = dim == out[i] ? next : 0;
        next *= (size_t)dim;
    }
}

static float combine(bona_op_kind kind, float a, float b)
{
    switch (kind) {
    case BONA_OP_ADD:
        return a + b;
    case BONA_OP_SUB:
        return a - b;
    case BONA_OP_MUL:
        return a * b;
    default:
        return a / b;
    }
}

void bona_reference_binary(const bona_graph *graph, const bona_op *op, const float *a,
                           const float *b, float *y)
{
    const bona_shape *shape = &graph->values[op->output].shape;
    int32_t out[4] = { 1, 1, 1, 1 };
    size_t sa[4], sb[4];

    for (int32_t i = 0; i < shape->rank; i++)
        out[4 - shape->rank + i] = shape->dim[i];
    steps(&graph->values[op->input[0]].shape, out, sa);
    steps(&graph->values[op->input[1]].shape, out, sb);
    for (int32_t n = 0; n < out[0]; n++)
        for (int32_t c = 0; c < out[1]; c++)
            for (int32_t h = 0; h < out[2]; h++) {
                const float *pa = a + n * sa[0] + c * sa[1] + h * sa[2];
                const float *pb = b + n * sb[0] + c * sb[1] + h * sb[2];

                for (int32_t w = 0; w < out[3]; w++)
                    *y++ = combine(op->kind, pa[w * sa[3]], pb[w * sb[3]]);
            }
}

void bona_reference_softmax(const bona_graph *graph, const bona_op *op, const float *x, float *y)
{
    const bona_shape *shape = &graph->values[op->output].shape;
    size_t row = (size_t)shape->dim[op->axis], inner = 1, outer = 1;

    for (int32_t i = 0; i < shape->rank; i++)
        *(i < op->axis ? &outer : &inner) *= i == op->axis ? 1 : (size_t)shape->dim[i];
    for (size_t o = 0; o < outer; o++)
        for (size_t i = 0; i < inner; i++) {
            const float *from = x + o * row * inner + i;
            float *to = y + o * row * inner + i, most = from[0], sum = 0.0f;

            for (size_t k = 1; k < row; k++)
                most = from[k * inner] > most ? from[k * inner] : most;
            for (size_t k = 0; k < row; k++)
                sum += to[k * inner] = expf(from[k * inner] - most);
            for (size_t k = 0; k < row; k++)
                to[k * inner] /= sum;
        }
}
