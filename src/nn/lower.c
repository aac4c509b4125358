/* SPDX-License-Identifier: Apache-2.0 */
/* Tensors, steps, conversions and fusions while a graph is lowered; see lower.h. */
#include "nn/lower.h"

#include <string.h>

#include "base/mem.h"

bona_err bona_lower_no_memory(bona_lower *lower)
{
    return bona_fail(lower->note, BONA_NO_MEMORY, "no memory for the steps of a network");
}

static bona_err new_tensor(bona_lower *lower, bona_tensor made, int32_t *tensor)
{
    bona_fast *fast = lower->fast;

    if (fast->tensor_count == fast->tensor_room) {
        int32_t room = fast->tensor_room * 2 + 64;
        bona_tensor *tensors = bona_realloc(fast->tensors, (size_t)room, sizeof *tensors);

        if (tensors == NULL)
            return bona_lower_no_memory(lower);
        fast->tensors = tensors;
        fast->tensor_room = room;
    }
    made.root = *tensor = fast->tensor_count++;
    fast->tensors[*tensor] = made;
    return BONA_OK;
}

bona_err bona_lower_blocked(bona_lower *lower, const int32_t planes[3], const int32_t border[4],
                            int32_t *tensor)
{
    bona_tensor made = { .channels = planes[0], .height = planes[1], .width = planes[2] };

    made.blocks = (planes[0] + BONA_LANES - 1) / BONA_LANES;
    memcpy(made.border, border, sizeof made.border);
    made.row = (ptrdiff_t)(planes[2] + border[1] + border[3]) * BONA_LANES;
    made.block = made.row * (planes[1] + border[0] + border[2]);
    made.origin = border[0] * made.row + (ptrdiff_t)border[1] * BONA_LANES;
    made.bytes = (size_t)made.block * (size_t)made.blocks * sizeof(float);
    return new_tensor(lower, made, tensor);
}

bona_err bona_lower_plain(bona_lower *lower, int32_t elements, int32_t *tensor)
{
    /* Whole blocks, so that one pixel can be seen in either form. */
    size_t room = ((size_t)elements + BONA_LANES - 1) / BONA_LANES * BONA_LANES;
    bona_tensor made = { .plain = true, .channels = elements, .height = 1, .width = 1 };

    made.blocks = (int32_t)(room / BONA_LANES);
    made.row = made.block = BONA_LANES;
    made.bytes = room * sizeof(float);
    return new_tensor(lower, made, tensor);
}

bona_err bona_lower_step(bona_lower *lower, bona_step_kind kind, bona_step **step)
{
    bona_fast *fast = lower->fast;

    if (fast->step_count == fast->step_room) {
        int32_t room = fast->step_room * 2 + 64;
        bona_step *steps = bona_realloc(fast->steps, (size_t)room, sizeof *steps);

        if (steps == NULL)
            return bona_lower_no_memory(lower);
        fast->steps = steps;
        fast->step_room = room;
    }
    *step = &fast->steps[fast->step_count++];
    **step = (bona_step){ .kind = kind, .x = -1, .y = -1, .r = -1, .b = -1 };
    return BONA_OK;
}

static bool one_pixel(const bona_tensor *tensor)
{
    return tensor->height == 1 && tensor->width == 1 && tensor->origin == 0 &&
           tensor->block == BONA_LANES;
}

/* The same memory under another shape. */
static bona_err view(bona_lower *lower, int32_t of, bona_tensor made, int32_t *tensor)
{
    int32_t root = lower->fast->tensors[of].root;
    const float *constant = lower->fast->tensors[of].constant;
    bona_err err = new_tensor(lower, made, tensor);

    if (err == BONA_OK) {
        lower->fast->tensors[*tensor].root = root;
        lower->fast->tensors[*tensor].constant = constant;
    }
    return err;
}

static bona_err convert(bona_lower *lower, bona_step_kind kind, int32_t from, int32_t to)
{
    bona_step *step;
    bona_err err = bona_lower_step(lower, kind, &step);

    if (err == BONA_OK) {
        step->x = from;
        step->y = to;
    }
    return err;
}

/* Makes the plain form of a value that is no mere reshaping of another. */
static bona_err make_plain(bona_lower *lower, int32_t value)
{
    bona_place *place = &lower->places[value];
    const bona_value *v = &lower->graph->values[value];
    bona_err err;

    if (v->constant == NULL && place->blocked >= 0 &&
        one_pixel(&lower->fast->tensors[place->blocked])) {
        bona_tensor flat = lower->fast->tensors[place->blocked];

        flat.plain = true;
        return view(lower, place->blocked, flat, &place->plain);
    }
    err = bona_lower_plain(lower, v->elements, &place->plain);
    if (err != BONA_OK)
        return err;
    if (v->constant != NULL) {
        lower->fast->tensors[place->plain].constant = v->constant;
        return BONA_OK;
    }
    if (value == lower->graph->input)
        return convert(lower, BONA_STEP_SPLIT, lower->fast->input, place->plain);
    return convert(lower, BONA_STEP_PLANES, place->blocked, place->plain);
}

bona_err bona_lower_need_plain(bona_lower *lower, int32_t value, int32_t *tensor)
{
    bona_place *place = &lower->places[value];
    int32_t source = value;
    bona_err err = BONA_OK;

    while (lower->places[source].plain < 0 && lower->places[source].blocked < 0 &&
           lower->places[source].maker >= 0) /* only reshaping makes nothing by itself */
        source = lower->graph->ops[lower->places[source].maker].input[0];
    if (lower->places[source].plain < 0)
        err = make_plain(lower, source);
    if (err == BONA_OK && place->plain < 0)
        err = view(lower, lower->places[source].plain,
                   lower->fast->tensors[lower->places[source].plain], &place->plain);
    if (err == BONA_OK)
        *tensor = place->plain;
    return err;
}

bona_err bona_lower_result(bona_lower *lower, int32_t value, int32_t *tensor)
{
    bona_place *place = &lower->places[value];
    int32_t planes[3];
    bona_err err;

    if (!bona_value_planes(&lower->graph->values[value], planes))
        return bona_fail(lower->note, BONA_INTERNAL, "value %d has no planes", value);
    err = bona_lower_blocked(lower, planes, place->border, &place->blocked);
    *tensor = place->blocked;
    return err;
}

bona_err bona_lower_need_blocked(bona_lower *lower, int32_t value, int32_t *tensor)
{
    bona_place *place = &lower->places[value];
    int32_t plain, planes[3];
    bona_err err;

    if (place->blocked < 0) {
        err = bona_lower_need_plain(lower, value, &plain);
        if (err != BONA_OK)
            return err;
        if (bona_value_planes(&lower->graph->values[value], planes) && planes[1] == 1 &&
            planes[2] == 1 && planes[0] % BONA_LANES == 0 && place->border[0] == 0 &&
            place->border[1] == 0 && place->border[2] == 0 && place->border[3] == 0) {
            bona_tensor made = lower->fast->tensors[plain];

            made.plain = false;
            err = view(lower, plain, made, &place->blocked);
        } else {
            err = bona_lower_result(lower, value, &place->blocked);
            if (err == BONA_OK)
                err = convert(lower, BONA_STEP_BLOCK, plain, place->blocked);
        }
        if (err != BONA_OK)
            return err;
    }
    *tensor = place->blocked;
    return BONA_OK;
}

int32_t bona_lower_follower(const bona_lower *lower, int32_t value, bona_op_kind kind)
{
    const bona_place *place = &lower->places[value];

    if (place->uses != 1 || place->user < 0 || lower->done[place->user] ||
        lower->graph->ops[place->user].kind != kind)
        return -1;
    return place->user;
}

bona_err bona_lower_floats(bona_lower *lower, const float *from, int32_t used, int32_t count,
                           const float **floats)
{
    float *to = bona_graph_floats(lower->graph, (size_t)count);

    if (to == NULL)
        return bona_lower_no_memory(lower);
    if (from != NULL)
        memcpy(to, from, (size_t)used * sizeof *to);
    *floats = to;
    return BONA_OK;
}

bona_err bona_lower_finish(bona_lower *lower, int32_t *value, bool any, bona_finish *finish)
{
    int32_t next = bona_lower_follower(lower, *value, BONA_OP_ACTIVATE), channels;
    const bona_op *op;

    if (next < 0)
        return BONA_OK;
    op = &lower->graph->ops[next];
    if (!any && op->activation != BONA_ACT_CLIP && op->activation != BONA_ACT_PRELU)
        return BONA_OK;
    lower->done[next] = true;
    *value = op->output;
    finish->activation = op->activation;
    finish->low = op->low;
    finish->high = op->high;
    if (op->slope == NULL)
        return BONA_OK;
    channels = lower->graph->values[*value].shape.dim[1];
    return bona_lower_floats(lower, op->slope, channels,
                             (channels + BONA_LANES - 1) / BONA_LANES * BONA_LANES, &finish->slope);
}

bona_err bona_lower_residual(bona_lower *lower, int32_t *value, int32_t *residual)
{
    int32_t next = bona_lower_follower(lower, *value, BONA_OP_ADD), other;
    const bona_op *op;

    if (next < 0)
        return BONA_OK;
    op = &lower->graph->ops[next];
    other = op->input[op->input[0] == *value ? 1 : 0];
    if (lower->places[other].blocked < 0 ||
        memcmp(&lower->graph->values[other].shape, &lower->graph->values[*value].shape,
               sizeof(bona_shape)) != 0)
        return BONA_OK;
    *residual = lower->places[other].blocked;
    *value = op->output;
    lower->done[next] = true;
    return BONA_OK;
}
