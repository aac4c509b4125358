/* SPDX-License-Identifier: Apache-2.0 */
/* Picks the reference kernel of an operator. */
#include "nn/reference.h"

#include <assert.h>
#include <string.h>

void bona_reference_op(const bona_graph *graph, const bona_op *op, const float *const *inputs,
                       float *output)
{
    const float *x = inputs[0];

    switch (op->kind) {
    case BONA_OP_CONV:
        bona_reference_conv(graph, op, x, output);
        return;
    case BONA_OP_GEMM:
        bona_reference_gemm(graph, op, x, output);
        return;
    case BONA_OP_ADD:
    case BONA_OP_SUB:
    case BONA_OP_MUL:
    case BONA_OP_DIV:
        bona_reference_binary(graph, op, x, inputs[1], output);
        return;
    case BONA_OP_AFFINE:
    case BONA_OP_ACTIVATE:
        bona_reference_map(graph, op, x, output);
        return;
    case BONA_OP_SOFTMAX:
        bona_reference_softmax(graph, op, x, output);
        return;
    case BONA_OP_MAXPOOL:
    case BONA_OP_AVGPOOL:
        bona_reference_pool(graph, op, x, output);
        return;
    case BONA_OP_MEAN:
        bona_reference_mean(graph, op, x, output);
        return;
    case BONA_OP_RESHAPE:
        memcpy(output, x, (size_t)graph->values[op->output].elements * sizeof *output);
        return;
    case BONA_OP_TRANSPOSE:
        bona_reference_transpose(graph, op, x, output);
        return;
    case BONA_OP_RESIZE:
        bona_reference_resize(graph, op, x, output);
        return;
    case BONA_OP_PAD:
        bona_reference_pad(graph, op, x, output);
        return;
    case BONA_OP_CONCAT:
        bona_reference_concat(graph, op, inputs, output);
        return;
    }
    assert(!"an operator without a kernel");
}
