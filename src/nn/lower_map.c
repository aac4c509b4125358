/* SPDX-License-Identifier: Apache-2.0 */
/* Lowers what goes element by element, and what moves elements. */
#include "nn/lower.h"

#include <string.h>

static int32_t whole_blocks(int32_t channels)
{
    return (channels + BONA_LANES - 1) / BONA_LANES * BONA_LANES;
}

static bool is_blocked(const bona_lower *lower, int32_t value)
{
    return lower->places[value].blocked >= 0;
}

/* A step over lines, with an addition and an activation that follow taken in. */
static bona_err lines(bona_lower *lower, const bona_op *op, bona_op_kind kind, int32_t x, int32_t b,
                      bona_finish finish, bona_step **made)
{
    int32_t value = op->output, residual = -1, y;
    bona_err err = BONA_OK;

    if (kind == BONA_OP_MUL || kind == BONA_OP_AFFINE)
        err = bona_lower_residual(lower, &value, &residual);
    if (err == BONA_OK && finish.activation == BONA_ACT_NONE)
        err = bona_lower_finish(lower, &value, true, &finish);
    if (err == BONA_OK)
        err = bona_lower_result(lower, value, &y);
    if (err == BONA_OK)
        err = bona_lower_step(lower, BONA_STEP_LINES, made);
    if (err != BONA_OK)
        return err;
    (*made)->x = x;
    (*made)->b = b;
    (*made)->r = residual;
    (*made)->y = y;
    (*made)->line = kind;
    (*made)->finish = finish;
    return BONA_OK;
}

/* x * weight[c] + bias[c] over blocks. */
static bona_err affine(bona_lower *lower, const bona_op *op, int32_t value, const float *weight,
                       const float *bias)
{
    int32_t channels = lower->graph->values[value].shape.dim[1], padded = whole_blocks(channels), x;
    const float *packed_weight, *packed_bias;
    bona_finish none = { .activation = BONA_ACT_NONE };
    bona_step *step;
    bona_err err = bona_lower_floats(lower, weight, channels, padded, &packed_weight);

    if (err == BONA_OK)
        err = bona_lower_floats(lower, bias, channels, padded, &packed_bias);
    if (err == BONA_OK)
        err = bona_lower_need_blocked(lower, value, &x);
    if (err == BONA_OK)
        err = lines(lower, op, BONA_OP_AFFINE, x, -1, none, &step);
    if (err != BONA_OK)
        return err;
    step->weight = packed_weight;
    step->bias = packed_bias;
    return BONA_OK;
}

/* Arithmetic with a constant per channel, or one for all: a scale and a shift. */
static bona_err with_constant(bona_lower *lower, const bona_op *op, bool *done)
{
    int32_t side = lower->graph->values[op->input[0]].constant != NULL ? 1 : 0;
    const bona_value *x = &lower->graph->values[op->input[side]];
    const bona_value *c = &lower->graph->values[op->input[1 - side]];
    int32_t channels = x->shape.rank == 4 ? x->shape.dim[1] : 0, rank = c->shape.rank;
    bool per_channel = rank >= 3 && c->shape.dim[rank - 3] == channels && c->elements == channels;
    float *weight, *bias;

    *done = is_blocked(lower, op->input[side]) && channels > 0 &&
            (per_channel || c->elements == 1) && !(op->kind == BONA_OP_DIV && side == 1) &&
            memcmp(&x->shape, &lower->graph->values[op->output].shape, sizeof x->shape) == 0;
    if (!*done)
        return BONA_OK;
    weight = bona_graph_floats(lower->graph, (size_t)channels);
    bias = bona_graph_floats(lower->graph, (size_t)channels);
    if (weight == NULL || bias == NULL)
        return bona_lower_no_memory(lower);
    for (int32_t i = 0; i < channels; i++) {
        float value = c->constant[per_channel ? i : 0];

        weight[i] = op->kind == BONA_OP_MUL ? value : op->kind == BONA_OP_DIV ? 1.0f / value : 1.0f;
        bias[i] = op->kind == BONA_OP_ADD ? value : 0.0f;
        if (op->kind == BONA_OP_SUB) { /* x - value, or value - x */
            weight[i] = side == 0 ? 1.0f : -1.0f;
            bias[i] = side == 0 ? -value : value;
        }
    }
    return affine(lower, op, op->input[side], weight, bias);
}

bona_err bona_lower_binary(bona_lower *lower, const bona_op *op, bool *done)
{
    const bona_value *values = lower->graph->values;
    int32_t a = op->input[0], b = op->input[1], planes[2][3], x, y;
    bool swaps = op->kind == BONA_OP_ADD || op->kind == BONA_OP_MUL, same;
    bona_finish none = { .activation = BONA_ACT_NONE };
    bona_step *step;
    bona_err err;

    if (values[a].constant != NULL || values[b].constant != NULL)
        return with_constant(lower, op, done);
    if (swaps && values[a].elements < values[b].elements) {
        a = op->input[1];
        b = op->input[0];
    }
    *done = (is_blocked(lower, a) || is_blocked(lower, b)) && values[a].shape.rank == 4 &&
            values[b].shape.rank == 4 && bona_value_planes(&values[a], planes[0]) &&
            bona_value_planes(&values[b], planes[1]) && planes[0][0] == planes[1][0];
    if (!*done)
        return BONA_OK;
    same = planes[0][1] == planes[1][1] && planes[0][2] == planes[1][2];
    *done = same || (planes[1][1] == 1 && planes[1][2] == 1);
    if (!*done)
        return BONA_OK;
    err = bona_lower_need_blocked(lower, a, &x);
    if (err == BONA_OK)
        err = bona_lower_need_blocked(lower, b, &y);
    if (err == BONA_OK)
        err = lines(lower, op, op->kind, x, y, none, &step);
    if (err == BONA_OK)
        step->spread = !same;
    return err;
}

bona_err bona_lower_map(bona_lower *lower, const bona_op *op, bool *done)
{
    int32_t x, y, channels = lower->graph->values[op->input[0]].shape.dim[1];
    bona_finish finish = { op->activation, op->low, op->high, NULL };
    bona_step *step;
    bona_err err = BONA_OK;

    *done = is_blocked(lower, op->input[0]);
    if (*done && op->kind == BONA_OP_AFFINE)
        return affine(lower, op, op->input[0], op->weight, op->bias);
    if (*done) {
        if (op->slope != NULL)
            err = bona_lower_floats(lower, op->slope, channels, whole_blocks(channels),
                                    &finish.slope);
        if (err == BONA_OK)
            err = bona_lower_need_blocked(lower, op->input[0], &x);
        return err == BONA_OK ? lines(lower, op, BONA_OP_ACTIVATE, x, -1, finish, &step) : err;
    }
    *done = op->kind == BONA_OP_ACTIVATE && op->activation == BONA_ACT_SIGMOID;
    if (!*done)
        return BONA_OK;
    err = bona_lower_need_plain(lower, op->input[0], &x);
    if (err == BONA_OK)
        err = bona_lower_plain(lower, lower->graph->values[op->output].elements, &y);
    if (err == BONA_OK)
        err = bona_lower_step(lower, BONA_STEP_SIGMOID, &step);
    if (err != BONA_OK)
        return err;
    step->x = x;
    step->y = lower->places[op->output].plain = y;
    return BONA_OK;
}

/* A step from one blocked value to another. */
static bona_err one_to_one(bona_lower *lower, const bona_op *op, bona_step_kind kind,
                           bona_step **made)
{
    int32_t x, y;
    bona_err err = bona_lower_need_blocked(lower, op->input[0], &x);

    if (err == BONA_OK)
        err = bona_lower_result(lower, op->output, &y);
    if (err == BONA_OK)
        err = bona_lower_step(lower, kind, made);
    if (err != BONA_OK)
        return err;
    (*made)->x = x;
    (*made)->y = y;
    (*made)->op = op;
    (*made)->window = op->window;
    return BONA_OK;
}

bona_err bona_lower_pool(bona_lower *lower, const bona_op *op, bool *done)
{
    bona_step *step;

    *done = is_blocked(lower, op->input[0]);
    if (!*done)
        return BONA_OK;
    return one_to_one(lower, op,
                      op->kind == BONA_OP_MAXPOOL   ? BONA_STEP_PEAK
                      : op->kind == BONA_OP_AVGPOOL ? BONA_STEP_AVERAGE
                                                    : BONA_STEP_MEAN,
                      &step);
}

bona_err bona_lower_resize(bona_lower *lower, const bona_op *op, bool *done)
{
    bona_step *step;

    *done = is_blocked(lower, op->input[0]);
    return *done ? one_to_one(lower, op, BONA_STEP_RESIZE, &step) : BONA_OK;
}

bona_err bona_lower_pad(bona_lower *lower, const bona_op *op, bool *done)
{
    const bona_shape *from = &lower->graph->values[op->input[0]].shape;
    bona_step *step;
    bona_err err;

    *done = is_blocked(lower, op->input[0]) && from->rank == 4 && op->before[0] == 0 &&
            op->after[0] == 0 && op->before[1] % BONA_LANES == 0 &&
            (from->dim[1] % BONA_LANES == 0 || op->after[1] == 0);
    if (!*done)
        return BONA_OK;
    err = one_to_one(lower, op, BONA_STEP_COPY, &step);
    if (err == BONA_OK) {
        memcpy(step->at, op->before + 1, sizeof step->at);
        step->low = op->low;
        step->clear = true;
    }
    return err;
}

bona_err bona_lower_concat(bona_lower *lower, const bona_op *op, bool *done)
{
    int32_t channel = 0, x, y;
    bona_step *step;
    bona_err err;

    *done = op->axis == 1 && lower->graph->values[op->output].shape.rank == 4;
    for (int32_t i = 0; i < op->input_count; i++)
        *done = *done && is_blocked(lower, op->input[i]) &&
                (lower->graph->values[op->input[i]].shape.dim[1] % BONA_LANES == 0 ||
                 i == op->input_count - 1);
    if (!*done)
        return BONA_OK;
    err = bona_lower_result(lower, op->output, &y);
    for (int32_t i = 0; err == BONA_OK && i < op->input_count; i++) {
        err = bona_lower_need_blocked(lower, op->input[i], &x);
        if (err == BONA_OK)
            err = bona_lower_step(lower, BONA_STEP_COPY, &step);
        if (err != BONA_OK)
            return err;
        step->x = x;
        step->y = y;
        step->at[0] = channel;
        channel += lower->graph->values[op->input[i]].shape.dim[1];
    }
    return err;
}

bona_err bona_lower_transpose(bona_lower *lower, const bona_op *op, bool *done)
{
    const int32_t last[4] = { 0, 2, 3, 1 };
    int32_t y;
    bona_step *step;
    bona_err err;

    *done = lower->graph->values[op->input[0]].shape.rank == 4 && is_blocked(lower, op->input[0]) &&
            memcmp(op->perm, last, sizeof last) == 0;
    if (!*done)
        return BONA_OK;
    err = bona_lower_plain(lower, lower->graph->values[op->output].elements, &y);
    if (err == BONA_OK)
        err = bona_lower_step(lower, BONA_STEP_PIXELS, &step);
    if (err != BONA_OK)
        return err;
    step->x = lower->places[op->input[0]].blocked;
    step->y = lower->places[op->output].plain = y;
    return BONA_OK;
}

/* Nothing moves: whoever needs the result looks through the reshaping. */
bona_err bona_lower_reshape(bona_lower *lower, const bona_op *op, bool *done)
{
    (void)lower;
    (void)op;
    *done = true;
    return BONA_OK;
}
