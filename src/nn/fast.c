/* SPDX-License-Identifier: Apache-2.0 */
/* Lowers a whole graph, plans the arena, and runs the steps; see fast.h. */
#include "nn/fast.h"

#include <assert.h>
#include <string.h>

#include "base/mem.h"
#include "nn/lower.h"
#include "nn/plan.h"

static bona_err lower_plain(bona_lower *lower, const bona_op *op)
{
    int32_t inputs[BONA_GRAPH_INPUTS_MAX], y;
    bona_step *step;
    bona_err err = BONA_OK;

    for (int32_t i = 0; err == BONA_OK && i < op->input_count; i++)
        err = bona_lower_need_plain(lower, op->input[i], &inputs[i]);
    if (err == BONA_OK)
        err = bona_lower_plain(lower, lower->graph->values[op->output].elements, &y);
    if (err == BONA_OK)
        err = bona_lower_step(lower, BONA_STEP_PLAIN, &step);
    if (err != BONA_OK)
        return err;
    memcpy(step->inputs, inputs, (size_t)op->input_count * sizeof *inputs);
    step->input_count = op->input_count;
    step->y = lower->places[op->output].plain = y;
    step->op = op;
    return BONA_OK;
}

static bona_err lower_op(bona_lower *lower, const bona_op *op)
{
    static bona_lower_op *const by_kind[] = {
        [BONA_OP_CONV] = bona_lower_conv,
        [BONA_OP_GEMM] = bona_lower_gemm,
        [BONA_OP_ADD] = bona_lower_binary,
        [BONA_OP_SUB] = bona_lower_binary,
        [BONA_OP_MUL] = bona_lower_binary,
        [BONA_OP_DIV] = bona_lower_binary,
        [BONA_OP_AFFINE] = bona_lower_map,
        [BONA_OP_ACTIVATE] = bona_lower_map,
        [BONA_OP_MAXPOOL] = bona_lower_pool,
        [BONA_OP_AVGPOOL] = bona_lower_pool,
        [BONA_OP_MEAN] = bona_lower_pool,
        [BONA_OP_RESIZE] = bona_lower_resize,
        [BONA_OP_PAD] = bona_lower_pad,
        [BONA_OP_CONCAT] = bona_lower_concat,
        [BONA_OP_RESHAPE] = bona_lower_reshape,
        [BONA_OP_TRANSPOSE] = bona_lower_transpose,
        [BONA_OP_SOFTMAX] = NULL,
    };
    bona_lower_op *how = by_kind[op->kind];
    bool done = false;
    bona_err err = how != NULL ? how(lower, op, &done) : BONA_OK;

    return err == BONA_OK && !done ? lower_plain(lower, op) : err;
}

/* Who makes and reads each value, and the border that convolutions want around it. */
static void survey(bona_lower *lower)
{
    const bona_graph *graph = lower->graph;

    for (int32_t i = 0; i < graph->value_count; i++)
        lower->places[i] = (bona_place){ .blocked = -1, .plain = -1, .user = -1, .maker = -1 };
    for (int32_t i = 0; i < graph->op_count; i++) {
        const bona_op *op = &graph->ops[i];

        lower->places[op->output].maker = i;
        for (int32_t j = 0; j < op->input_count; j++) {
            lower->places[op->input[j]].uses++;
            lower->places[op->input[j]].user = i;
        }
        for (int32_t k = 0; op->kind == BONA_OP_CONV && k < 4; k++) {
            const bona_window *w = &op->window;
            const int32_t *in = graph->values[op->input[0]].shape.dim + 2;
            const int32_t *out = graph->values[op->output].shape.dim + 2;
            int32_t *border = &lower->places[op->input[0]].border[k], side = k % 2;
            int32_t need = k < 2 ? w->pad[k]
                                 : (out[side] - 1) * w->stride[side] +
                                       (w->kernel[side] - 1) * w->dilation[side] + 1 -
                                       w->pad[side] - in[side];

            *border = need > *border ? need : *border;
        }
    }
    for (int32_t i = 0; i < graph->output_count; i++)
        lower->places[graph->output[i]].uses++;
}

static bona_err lower_all(bona_lower *lower)
{
    bona_graph *graph = lower->graph;
    bona_fast *fast = lower->fast;
    bona_err err = bona_lower_plain(lower, graph->values[graph->input].elements, &fast->input);

    for (int32_t i = 0; err == BONA_OK && i < graph->op_count; i++)
        if (!lower->done[i])
            err = lower_op(lower, &graph->ops[i]);
    for (int32_t i = 0; err == BONA_OK && i < graph->output_count; i++)
        err = bona_lower_need_plain(lower, graph->output[i], &fast->output[i]);
    return err;
}

static void live(bona_buffer *buffers, const bona_fast *fast, int32_t tensor, int32_t step)
{
    bona_buffer *buffer;

    if (tensor < 0)
        return;
    buffer = &buffers[fast->tensors[tensor].root];
    if (buffer->last < buffer->first || step < buffer->first)
        buffer->first = step;
    buffer->last = step > buffer->last ? step : buffer->last;
}

/* Tensors live from the first step that names them to the last; the input and the outputs until the
 * next run. */
static bona_err plan(bona_fast *fast, bona_note *note)
{
    bona_buffer *buffers = bona_alloc((size_t)fast->tensor_count, sizeof *buffers);
    bona_err err;

    if (buffers == NULL)
        return bona_fail(note, BONA_NO_MEMORY, "no memory to plan %d tensors", fast->tensor_count);
    for (int32_t i = 0; i < fast->tensor_count; i++) {
        buffers[i] = (bona_buffer){ .first = INT32_MAX, .last = -1 };
        if (fast->tensors[i].root == i && fast->tensors[i].constant == NULL)
            buffers[i].bytes = fast->tensors[i].bytes;
    }
    for (int32_t i = 0; i < fast->step_count; i++) {
        const bona_step *step = &fast->steps[i];
        const int32_t named[] = { step->x, step->y, step->r, step->b };

        for (size_t j = 0; j < sizeof named / sizeof *named; j++)
            live(buffers, fast, named[j], i);
        for (int32_t j = 0; j < step->input_count; j++)
            live(buffers, fast, step->inputs[j], i);
    }
    live(buffers, fast, fast->input, 0);
    live(buffers, fast, fast->input, fast->step_count);
    for (int32_t i = 0; i < fast->graph->output_count; i++)
        live(buffers, fast, fast->output[i], fast->step_count);
    err = bona_plan(buffers, fast->tensor_count, &fast->bytes);
    if (err == BONA_OK && fast->bytes > BONA_ARENA_BYTES_MAX)
        err = bona_fail(note, BONA_BAD_MODEL, "%zu bytes of tensors at once, at most %zu",
                        fast->bytes, BONA_ARENA_BYTES_MAX);
    for (int32_t i = 0; err == BONA_OK && i < fast->tensor_count; i++)
        fast->tensors[i].offset = buffers[fast->tensors[i].root].offset;
    bona_free(buffers);
    return err;
}

static bool step_uses(const bona_fast *fast, const bona_step *step, const float *block)
{
    if (step->kind != BONA_STEP_PLAIN)
        return false;
    for (int32_t i = 0; i < step->input_count; i++)
        if (fast->tensors[step->inputs[i]].constant == block)
            return true;
    return step->op->weight == block || step->op->bias == block || step->op->slope == block;
}

/* Frees constants as they came from the file, the first `count` blocks, where only packed copies
 * are used. */
static void drop_constants(bona_fast *fast, bona_graph *graph, int32_t count)
{
    for (int32_t i = 0; i < count; i++) {
        bool used = false;

        for (int32_t j = 0; !used && j < fast->step_count; j++)
            used = step_uses(fast, &fast->steps[j], graph->blocks[i]);
        for (int32_t j = 0; !used && j < fast->tensor_count; j++)
            used = fast->tensors[j].constant == graph->blocks[i];
        if (!used)
            bona_graph_drop(graph, i);
    }
}

bona_err bona_fast_init(bona_fast *fast, bona_graph *graph, const bona_kernels *kernels,
                        bona_note *note)
{
    bona_lower lower = { .fast = fast, .graph = graph, .note = note };
    int32_t constants = graph->block_count;
    bona_err err = BONA_OK;

    *fast = (bona_fast){ .graph = graph, .kernels = kernels };
    lower.places = bona_alloc((size_t)graph->value_count, sizeof *lower.places);
    lower.done = bona_alloc((size_t)graph->op_count, sizeof *lower.done);
    if (lower.places == NULL || lower.done == NULL)
        err = bona_lower_no_memory(&lower);
    if (err == BONA_OK) {
        survey(&lower);
        err = lower_all(&lower);
    }
    if (err == BONA_OK)
        err = plan(fast, note);
    if (err == BONA_OK)
        drop_constants(fast, graph, constants);
    bona_free(lower.places);
    bona_free(lower.done);
    if (err != BONA_OK)
        bona_fast_deinit(fast);
    return err;
}

void bona_fast_deinit(bona_fast *fast)
{
    for (int32_t i = 0; i < fast->step_count; i++)
        bona_free(fast->steps[i].segment);
    bona_free(fast->steps);
    bona_free(fast->tensors);
    *fast = (bona_fast){ 0 };
}

float *bona_tensor_at(const bona_fast *fast, uint8_t *arena, int32_t tensor)
{
    const bona_tensor *t = &fast->tensors[tensor];

    assert(t->constant == NULL);
    return (float *)(void *)(arena + t->offset) + t->origin;
}

/* Other tensors were here before: zeros around the pixels, block by block. */
static void clear_border(const bona_tensor *t, float *origin)
{
    size_t top = (size_t)t->origin * sizeof(float);
    size_t sides = (size_t)(t->border[1] + t->border[3]) * BONA_LANES * sizeof(float);

    for (int32_t block = 0; block < t->blocks; block++) {
        float *p = origin - t->origin + block * t->block;

        memset(p, 0, top);
        p += t->origin;
        for (int32_t row = 0; row + 1 < t->height; row++, p += t->row)
            memset(p + (ptrdiff_t)t->width * BONA_LANES, 0, sides);
        p += (ptrdiff_t)t->width * BONA_LANES;
        memset(p, 0, (size_t)(origin - t->origin + (block + 1) * t->block - p) * sizeof *p);
    }
}

void bona_fast_step(const bona_fast *fast, int32_t index, uint8_t *arena)
{
    static bona_step_run *const runs[] = {
        [BONA_STEP_CONV] = bona_step_conv,     [BONA_STEP_FIRST] = bona_step_first,
        [BONA_STEP_LINES] = bona_step_lines,   [BONA_STEP_DEPTHWISE] = bona_step_depthwise,
        [BONA_STEP_PEAK] = bona_step_peak,     [BONA_STEP_AVERAGE] = bona_step_average,
        [BONA_STEP_MEAN] = bona_step_mean,     [BONA_STEP_RESIZE] = bona_step_resize,
        [BONA_STEP_COPY] = bona_step_copy,     [BONA_STEP_BLOCK] = bona_step_block,
        [BONA_STEP_PLANES] = bona_step_planes, [BONA_STEP_PIXELS] = bona_step_pixels,
        [BONA_STEP_SPLIT] = bona_step_split,   [BONA_STEP_SIGMOID] = bona_step_sigmoid,
        [BONA_STEP_PLAIN] = bona_step_plain,
    };
    const bona_step *step = &fast->steps[index];
    const bona_tensor *y = &fast->tensors[step->y];

    runs[step->kind](fast, step, arena);
    if (y->block != (ptrdiff_t)y->height * y->width * BONA_LANES)
        clear_border(y, bona_tensor_at(fast, arena, step->y));
}

void bona_fast_go(const bona_fast *fast, uint8_t *arena)
{
    for (int32_t i = 0; i < fast->step_count; i++)
        bona_fast_step(fast, i, arena);
}
