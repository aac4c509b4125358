/* SPDX-License-Identifier: Apache-2.0 */
/* Lowers convolutions and matrix products: fuses what follows, packs weights in the order in which
 * tiles read them. */
#include "nn/lower.h"

#include <string.h>

#include "base/mem.h"

enum {
    FIRST_ROWS_MAX = 8,          /* kernel height of a first layer that reads pixels directly */
    FIRST_RUN_MAX = 64,          /* its kernel width times channels */
    SPARSE_WEIGHTS_MAX = 4 << 20 /* weights of a grouped convolution written out as a dense one */
};

/* A convolution or product as weights over channels and taps, with a scale and a shift that
 * followed it folded in. */
typedef struct linear {
    const bona_op *op;
    int32_t outputs, channels, depth, kernel[2]; /* depth: channels of a group */
    const float *scale, *shift;                  /* per output, or NULL */
} linear;

static int32_t whole_blocks(int32_t channels)
{
    return (channels + BONA_LANES - 1) / BONA_LANES * BONA_LANES;
}

static float weight_at(const linear *l, int32_t output, int32_t channel, int32_t tap)
{
    int32_t per_group = l->outputs / l->op->group, taps = l->kernel[0] * l->kernel[1];
    int32_t inside = channel - output / per_group * l->depth;

    if (output >= l->outputs || inside < 0 || inside >= l->depth)
        return 0.0f;
    return l->op->weight[((size_t)output * l->depth + inside) * taps + tap] *
           (l->scale != NULL ? l->scale[output] : 1.0f);
}

static bona_err pack_bias(bona_lower *lower, const linear *l, const float **bias)
{
    float *to = bona_graph_floats(lower->graph, (size_t)whole_blocks(l->outputs));

    if (to == NULL)
        return bona_lower_no_memory(lower);
    for (int32_t i = 0; i < l->outputs; i++)
        to[i] = (l->op->bias != NULL ? l->op->bias[i] : 0.0f) *
                    (l->scale != NULL ? l->scale[i] : 1.0f) +
                (l->shift != NULL ? l->shift[i] : 0.0f);
    *bias = to;
    return BONA_OK;
}

/* One input's weights for all outputs of a panel. */
static float *pack_input(const linear *l, int32_t first, int32_t lanes, int32_t channel,
                         int32_t tap, float *to)
{
    for (int32_t lane = 0; lane < lanes; lane++)
        *to++ = weight_at(l, first + lane, channel, tap);
    return to;
}

/* Panel after panel; in each, blocks of channels, then taps, then the channels of the block. */
static bona_err pack_blocked(bona_lower *lower, const linear *l, const float **weight)
{
    int32_t taps = l->kernel[0] * l->kernel[1], outputs = whole_blocks(l->outputs);
    float *to = bona_graph_floats(lower->graph, (size_t)outputs * l->channels * taps);
    const bona_kernels *kernels = lower->fast->kernels;

    *weight = to;
    if (to == NULL)
        return bona_lower_no_memory(lower);
    for (int32_t first = 0, lanes; first < outputs; first += lanes) {
        lanes = kernels->panel((outputs - first) / BONA_LANES).blocks * BONA_LANES;
        for (int32_t block = 0; block < l->channels; block += BONA_LANES)
            for (int32_t tap = 0; tap < taps; tap++)
                for (int32_t c = block; c < block + BONA_LANES && c < l->channels; c++)
                    to = pack_input(l, first, lanes, c, tap, to);
    }
    return BONA_OK;
}

/* The same for pixels with their channels side by side: rows of taps, then channels. */
static bona_err pack_pixels(bona_lower *lower, const linear *l, const float **weight)
{
    int32_t taps = l->kernel[0] * l->kernel[1], outputs = whole_blocks(l->outputs);
    float *to = bona_graph_floats(lower->graph, (size_t)outputs * l->channels * taps);
    const bona_kernels *kernels = lower->fast->kernels;

    *weight = to;
    if (to == NULL)
        return bona_lower_no_memory(lower);
    for (int32_t first = 0, lanes; first < outputs; first += lanes) {
        lanes = kernels->panel((outputs - first) / BONA_LANES).blocks * BONA_LANES;
        for (int32_t tap = 0; tap < taps; tap++)
            for (int32_t c = 0; c < l->channels; c++)
                to = pack_input(l, first, lanes, c, tap, to);
    }
    return BONA_OK;
}

static bona_err make_segments(bona_lower *lower, const linear *l, const bona_tensor *x,
                              bona_step *step)
{
    int32_t blocks = x->blocks, taps = l->kernel[0] * l->kernel[1], n = 0;

    step->segment = bona_alloc((size_t)blocks * (size_t)taps, sizeof *step->segment);
    if (step->segment == NULL)
        return bona_lower_no_memory(lower);
    for (int32_t block = 0; block < blocks; block++)
        for (int32_t i = 0; i < l->kernel[0]; i++)
            for (int32_t j = 0; j < l->kernel[1]; j++)
                step->segment[n++] = block * x->block + i * step->window.dilation[0] * x->row +
                                     (ptrdiff_t)j * step->window.dilation[1] * BONA_LANES;
    step->tail = l->channels % BONA_LANES;
    step->full = l->channels / BONA_LANES * taps;
    step->tails = step->tail != 0 ? taps : 0;
    return BONA_OK;
}

/* What may be part of the sum: a scale and shift per channel, then an addition, then an activation.
 */
static bona_err fuse(bona_lower *lower, linear *l, bool depthwise, int32_t *value,
                     int32_t *residual, bona_finish *finish)
{
    int32_t next = bona_lower_follower(lower, *value, BONA_OP_AFFINE);
    bona_err err = BONA_OK;

    *residual = -1;
    if (next >= 0) {
        l->scale = lower->graph->ops[next].weight;
        l->shift = lower->graph->ops[next].bias;
        *value = lower->graph->ops[next].output;
        lower->done[next] = true;
    }
    if (!depthwise)
        err = bona_lower_residual(lower, value, residual);
    return err == BONA_OK ? bona_lower_finish(lower, value, false, finish) : err;
}

/* From tensor `x` (blocked) to a value. */
static bona_err lower_dense(bona_lower *lower, linear *l, const bona_window *window, int32_t x)
{
    const bona_tensor *from;
    int32_t value = l->op->output, residual, y;
    bona_finish finish = { .activation = BONA_ACT_NONE };
    bona_step *step;
    bona_err err = fuse(lower, l, false, &value, &residual, &finish);

    if (err == BONA_OK)
        err = bona_lower_result(lower, value, &y);
    if (err == BONA_OK)
        err = bona_lower_step(lower, BONA_STEP_CONV, &step);
    if (err != BONA_OK)
        return err;
    step->x = x;
    step->y = y;
    step->r = residual;
    step->op = l->op;
    step->window = *window;
    step->finish = finish;
    from = &lower->fast->tensors[x];
    step->flat = l->kernel[0] * l->kernel[1] == 1 && window->stride[0] == 1 &&
                 window->stride[1] == 1 && from->row == (ptrdiff_t)from->width * BONA_LANES &&
                 from->origin == 0 && window->pad[0] + window->pad[1] == 0;
    err = make_segments(lower, l, from, step);
    if (err == BONA_OK)
        err = pack_bias(lower, l, &step->bias);
    return err == BONA_OK ? pack_blocked(lower, l, &step->weight) : err;
}

static bona_err lower_first(bona_lower *lower, linear *l)
{
    const bona_window *window = &l->op->window;
    const bona_shape *from = &lower->graph->values[lower->graph->input].shape;
    int32_t width = from->dim[3] + window->pad[1] + window->pad[3];
    int32_t value = l->op->output, residual, y, rows;
    bona_finish finish = { .activation = BONA_ACT_NONE };
    bona_step *step;
    bona_err err = fuse(lower, l, false, &value, &residual, &finish);

    if (err == BONA_OK) /* the rows under the kernel, and one of zeros */
        err = bona_lower_plain(lower, (window->kernel[0] + 1) * width * from->dim[1], &rows);
    if (err == BONA_OK)
        err = bona_lower_result(lower, value, &y);
    if (err == BONA_OK)
        err = bona_lower_step(lower, BONA_STEP_FIRST, &step);
    if (err != BONA_OK)
        return err;
    step->x = lower->fast->input;
    step->y = y;
    step->r = residual;
    step->b = rows;
    step->op = l->op;
    step->window = *window;
    step->finish = finish;
    step->tails = window->kernel[0];
    step->tail = window->kernel[1] * from->dim[1];
    err = pack_bias(lower, l, &step->bias);
    return err == BONA_OK ? pack_pixels(lower, l, &step->weight) : err;
}

static bona_err lower_depthwise(bona_lower *lower, linear *l)
{
    int32_t value = l->op->output, residual, x, y, taps = l->kernel[0] * l->kernel[1];
    bona_finish finish = { .activation = BONA_ACT_NONE };
    bona_step *step;
    float *weight;
    bona_err err = bona_lower_need_blocked(lower, l->op->input[0], &x);

    if (err == BONA_OK)
        err = fuse(lower, l, true, &value, &residual, &finish);
    if (err == BONA_OK)
        err = bona_lower_result(lower, value, &y);
    if (err == BONA_OK)
        err = bona_lower_step(lower, BONA_STEP_DEPTHWISE, &step);
    if (err != BONA_OK)
        return err;
    step->x = x;
    step->y = y;
    step->op = l->op;
    step->window = l->op->window;
    step->finish = finish;
    weight = bona_graph_floats(lower->graph, (size_t)whole_blocks(l->outputs) * taps);
    step->weight = weight;
    if (weight == NULL)
        return bona_lower_no_memory(lower);
    for (int32_t block = 0; block < l->outputs; block += BONA_LANES)
        for (int32_t tap = 0; tap < taps; tap++)
            for (int32_t c = block; c < block + BONA_LANES; c++)
                *weight++ = c < l->outputs ? weight_at(l, c, c, tap) : 0.0f;
    return pack_bias(lower, l, &step->bias);
}

bona_err bona_lower_conv(bona_lower *lower, const bona_op *op, bool *done)
{
    const bona_shape *from = &lower->graph->values[op->input[0]].shape;
    const bona_shape *to = &lower->graph->values[op->output].shape;
    const bona_window *window = &op->window;
    linear l = { .op = op,
                 .outputs = to->dim[1],
                 .channels = from->dim[1],
                 .depth = from->dim[1] / op->group,
                 .kernel = { window->kernel[0], window->kernel[1] } };
    bool plain_steps = window->dilation[0] == 1 && window->dilation[1] == 1;
    int32_t x;
    bona_err err;

    *done = true;
    if (op->group > 1 && l.depth == 1 && l.outputs == l.channels)
        return lower_depthwise(lower, &l);
    if (op->group > 1 && (int64_t)whole_blocks(l.outputs) * l.channels * l.kernel[0] * l.kernel[1] >
                             SPARSE_WEIGHTS_MAX) {
        *done = false;
        return BONA_OK;
    }
    if (op->input[0] == lower->graph->input && op->group == 1 && plain_steps &&
        window->kernel[0] <= FIRST_ROWS_MAX && window->kernel[1] * l.channels <= FIRST_RUN_MAX)
        return lower_first(lower, &l);
    err = bona_lower_need_blocked(lower, op->input[0], &x);
    return err == BONA_OK ? lower_dense(lower, &l, window, x) : err;
}

/* The value before reshaping that a product over all its elements may read in blocked form, or the
 * value itself. */
static int32_t before_flattening(const bona_lower *lower, int32_t value)
{
    int32_t maker = lower->places[value].maker, planes[3], from;

    if (maker < 0 || lower->graph->ops[maker].kind != BONA_OP_RESHAPE)
        return value;
    from = lower->graph->ops[maker].input[0];
    if (lower->places[from].blocked < 0 || !bona_value_planes(&lower->graph->values[from], planes))
        return value;
    return from;
}

/* A product over C x H x W elements is a convolution whose kernel is the whole picture. */
bona_err bona_lower_gemm(bona_lower *lower, const bona_op *op, bool *done)
{
    int32_t from = before_flattening(lower, op->input[0]), planes[3], x;
    bona_window window = { .stride = { 1, 1 }, .dilation = { 1, 1 } };
    linear l = { .op = op, .outputs = lower->graph->values[op->output].elements };
    bona_err err;

    *done = bona_value_planes(&lower->graph->values[from], planes);
    if (!*done)
        return BONA_OK;
    l.channels = l.depth = planes[0];
    window.kernel[0] = l.kernel[0] = planes[1];
    window.kernel[1] = l.kernel[1] = planes[2];
    err = bona_lower_need_blocked(lower, from, &x);
    return err == BONA_OK ? lower_dense(lower, &l, &window, x) : err;
}
