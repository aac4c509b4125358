/* SPDX-License-Identifier: Apache-2.0 */
/* What a step does, in numbers for people; see net.h. */
#include "nn/fast.h"

static const char *const names[] = {
    [BONA_STEP_CONV] = "conv",           [BONA_STEP_FIRST] = "first",
    [BONA_STEP_LINES] = "lines",         [BONA_STEP_PEAK] = "maxpool",
    [BONA_STEP_AVERAGE] = "avgpool",     [BONA_STEP_MEAN] = "mean",
    [BONA_STEP_RESIZE] = "resize",       [BONA_STEP_COPY] = "copy",
    [BONA_STEP_BLOCK] = "block",         [BONA_STEP_PLANES] = "planes",
    [BONA_STEP_PIXELS] = "pixels",       [BONA_STEP_SPLIT] = "split",
    [BONA_STEP_PLAIN] = "plain",         [BONA_STEP_SIGMOID] = "sigmoid",
    [BONA_STEP_DEPTHWISE] = "depthwise",
};

static void shape_of(const bona_tensor *tensor, int32_t shape[3])
{
    shape[0] = tensor->channels;
    shape[1] = tensor->height;
    shape[2] = tensor->width;
}

/* Of a convolution or product: what the graph counts, without padding to whole blocks. */
static int64_t macs_of(const bona_graph *graph, const bona_op *op)
{
    const bona_value *x = &graph->values[op->input[0]], *y = &graph->values[op->output];

    if (op->kind == BONA_OP_GEMM)
        return (int64_t)x->elements * y->elements;
    return (int64_t)y->elements * (x->shape.dim[1] / op->group) * op->window.kernel[0] *
           op->window.kernel[1];
}

bona_step_facts bona_fast_facts(const bona_fast *fast, int32_t index)
{
    const bona_step *step = &fast->steps[index];
    const bona_op *op = step->op;
    bona_step_facts facts = { .kind = names[step->kind],
                              .residual = step->r >= 0,
                              .activation = step->finish.activation != BONA_ACT_NONE };

    shape_of(&fast->tensors[step->x >= 0 ? step->x : step->inputs[0]], facts.from);
    shape_of(&fast->tensors[step->y], facts.to);
    for (int32_t i = 0; i < 2; i++) {
        facts.kernel[i] = step->window.kernel[i];
        facts.stride[i] = step->window.stride[i];
    }
    if (op != NULL && (op->kind == BONA_OP_CONV || op->kind == BONA_OP_GEMM))
        facts.macs = macs_of(fast->graph, op);
    return facts;
}
