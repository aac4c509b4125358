/* SPDX-License-Identifier: Apache-2.0 */
/* The graph with reference kernels: one value per operator, nothing fused. */
#include "nn/plain.h"

#include "base/mem.h"
#include "nn/plan.h"
#include "nn/reference.h"

bona_err bona_plain_init(bona_plain *plain, const bona_graph *graph, bona_note *note)
{
    int32_t count = graph->value_count + 1; /* the last is the input as pixels */
    bona_buffer *buffers = bona_alloc((size_t)count, sizeof *buffers);
    bona_err err;

    *plain = (bona_plain){ .graph = graph };
    plain->offset = bona_alloc((size_t)count, sizeof *plain->offset);
    if (buffers == NULL || plain->offset == NULL) {
        bona_free(buffers);
        bona_plain_deinit(plain);
        return bona_fail(note, BONA_NO_MEMORY, "no memory to plan %d tensors", count);
    }
    for (int32_t i = 0; i < graph->op_count; i++) {
        const bona_op *op = &graph->ops[i];

        for (int32_t j = 0; j < op->input_count; j++)
            buffers[op->input[j]].last = i;
        buffers[op->output].first = buffers[op->output].last = i;
        buffers[op->output].bytes = (size_t)graph->values[op->output].elements * sizeof(float);
    }
    for (int32_t i = 0; i < graph->output_count; i++)
        buffers[graph->output[i]].last = graph->op_count;
    buffers[graph->input].bytes = (size_t)graph->values[graph->input].elements * sizeof(float);
    buffers[count - 1] =
        (bona_buffer){ .bytes = buffers[graph->input].bytes, .last = graph->op_count };
    err = bona_plan(buffers, count, &plain->bytes);
    if (err == BONA_OK && plain->bytes > BONA_ARENA_BYTES_MAX)
        err = bona_fail(note, BONA_BAD_MODEL, "%zu bytes of tensors at once, at most %zu",
                        plain->bytes, BONA_ARENA_BYTES_MAX);
    for (int32_t i = 0; err == BONA_OK && i < count; i++)
        plain->offset[i] = buffers[i].offset;
    plain->input = plain->offset[count - 1];
    bona_free(buffers);
    if (err != BONA_OK)
        bona_plain_deinit(plain);
    return err;
}

void bona_plain_deinit(bona_plain *plain)
{
    bona_free(plain->offset);
    *plain = (bona_plain){ 0 };
}

void bona_plain_split(const float *pixels, int32_t channels, int32_t plane, float *planes)
{
    for (int32_t c = 0; c < channels; c++)
        for (int32_t i = 0; i < plane; i++)
            *planes++ = pixels[(size_t)i * channels + c];
}

void bona_plain_go(const bona_plain *plain, uint8_t *arena)
{
    const bona_graph *graph = plain->graph;
    const bona_value *input = &graph->values[graph->input];

    bona_plain_split((const float *)(arena + plain->input), input->shape.dim[1],
                     input->shape.dim[2] * input->shape.dim[3],
                     (float *)(arena + plain->offset[graph->input]));
    for (int32_t i = 0; i < graph->op_count; i++) {
        const bona_op *op = &graph->ops[i];
        const float *inputs[BONA_GRAPH_INPUTS_MAX];

        for (int32_t j = 0; j < op->input_count; j++)
            inputs[j] = graph->values[op->input[j]].constant != NULL
                            ? graph->values[op->input[j]].constant
                            : (const float *)(arena + plain->offset[op->input[j]]);
        bona_reference_op(graph, op, inputs, (float *)(arena + plain->offset[op->output]));
    }
}
