/* SPDX-License-Identifier: Apache-2.0 */
/* Readers of operators with a window: Conv, MaxPool, AveragePool, GlobalAveragePool. */
#include "nn/reader.h"
#include "onnx.pb-c.h"

#include <math.h>

/* Kernel, stride, dilation and padding; `kernel` comes in as the weight's, or as zeros where only
 * the attribute tells. */
static bona_err read_window(bona_reader *reader, bona_window *window)
{
    int32_t kernel[2] = { window->kernel[0], window->kernel[1] };
    bona_err err;

    window->stride[0] = window->stride[1] = window->dilation[0] = window->dilation[1] = 1;
    err = bona_reader_wholes(reader, "kernel_shape", 2, 1, BONA_GRAPH_WINDOW_MAX, window->kernel);
    if (err == BONA_OK)
        err = bona_reader_wholes(reader, "strides", 2, 1, BONA_GRAPH_WINDOW_MAX, window->stride);
    if (err == BONA_OK)
        err =
            bona_reader_wholes(reader, "dilations", 2, 1, BONA_GRAPH_WINDOW_MAX, window->dilation);
    if (err == BONA_OK)
        err = bona_reader_wholes(reader, "pads", 4, 0, BONA_GRAPH_PAD_MAX, window->pad);
    if (err != BONA_OK)
        return err;
    if (kernel[0] != 0 && (kernel[0] != window->kernel[0] || kernel[1] != window->kernel[1]))
        return bona_reader_fail(reader, "kernel_shape %dx%d, weights %dx%d", window->kernel[0],
                                window->kernel[1], kernel[0], kernel[1]);
    if (window->kernel[0] < 1 || window->kernel[1] < 1)
        return bona_reader_fail(reader, "kernel_shape is missing");
    if (!bona_reader_text_is(reader, "auto_pad", "NOTSET", true) &&
        !bona_reader_text_is(reader, "auto_pad", "VALID", true))
        return bona_reader_fail(reader, "auto_pad must be NOTSET or VALID");
    return BONA_OK;
}

/* Input 0 as 1 x C x H x W. */
static bona_err picture_input(bona_reader *reader, bona_op *op, bona_shape *shape)
{
    *shape = reader->graph->values[op->input[0]].shape;
    if (shape->rank != 4 || shape->dim[0] != 1)
        return bona_reader_fail(reader, "input of %d dimensions, 1 x C x H x W is wanted",
                                shape->rank);
    return BONA_OK;
}

static bona_err slide(bona_reader *reader, const bona_window *window, bona_shape *shape)
{
    bool ceil_mode = bona_reader_whole(reader, "ceil_mode", 0) != 0;

    for (int32_t i = 0; i < 2; i++) {
        int32_t reach = (window->kernel[i] - 1) * window->dilation[i] + 1;
        int32_t room = shape->dim[2 + i] + window->pad[i] + window->pad[2 + i] - reach;

        if (room < 0)
            return bona_reader_fail(reader,
                                    "a window of %d over %d elements with padding %d and %d", reach,
                                    shape->dim[2 + i], window->pad[i], window->pad[2 + i]);
        if (ceil_mode && room % window->stride[i] != 0)
            return bona_reader_fail(reader, "ceil_mode with a remainder of %d",
                                    room % window->stride[i]);
        shape->dim[2 + i] = room / window->stride[i] + 1;
    }
    return BONA_OK;
}

static bona_err conv_weights(bona_reader *reader, bona_op *op, bona_shape *shape, int64_t *macs)
{
    const bona_value *weight, *bias = NULL;
    int64_t group = bona_reader_whole(reader, "group", 1);
    const int32_t *dim;
    bona_err err = bona_reader_constant(reader, 1, &weight);

    if (err == BONA_OK && bona_reader_has(reader, 2))
        err = bona_reader_constant(reader, 2, &bias);
    if (err != BONA_OK)
        return err;
    dim = weight->shape.dim;
    if (weight->shape.rank != 4 || weight->elements == 0)
        return bona_reader_fail(reader, "weights of %d dimensions, %d elements", weight->shape.rank,
                                weight->elements);
    if (group < 1 || group > dim[0] || dim[0] % group != 0 || shape->dim[1] % group != 0 ||
        shape->dim[1] / group != dim[1])
        return bona_reader_fail(reader, "weights %dx%d in %lld groups over %d channels", dim[0],
                                dim[1], (long long)group, shape->dim[1]);
    if (bias != NULL && bias->elements != dim[0])
        return bona_reader_fail(reader, "%d biases for %d channels", bias->elements, dim[0]);
    if (dim[2] > BONA_GRAPH_WINDOW_MAX || dim[3] > BONA_GRAPH_WINDOW_MAX)
        return bona_reader_fail(reader, "a kernel of %dx%d, at most %d", dim[2], dim[3],
                                BONA_GRAPH_WINDOW_MAX);
    op->weight = weight->constant;
    op->bias = bias != NULL ? bias->constant : NULL;
    op->group = (int32_t)group;
    op->window.kernel[0] = dim[2];
    op->window.kernel[1] = dim[3];
    shape->dim[1] = dim[0];
    *macs = weight->elements;
    return BONA_OK;
}

bona_err bona_read_conv(bona_reader *reader, bona_op *op)
{
    bona_shape shape;
    int64_t macs = 0;
    bona_err err = picture_input(reader, op, &shape);

    op->kind = BONA_OP_CONV;
    if (err == BONA_OK)
        err = conv_weights(reader, op, &shape, &macs);
    if (err == BONA_OK)
        err = read_window(reader, &op->window);
    if (err == BONA_OK)
        err = slide(reader, &op->window, &shape);
    if (err == BONA_OK)
        err = bona_reader_finish(reader, op, shape);
    if (err == BONA_OK)
        reader->graph->macs += macs * shape.dim[2] * shape.dim[3];
    return err;
}

/* A window that lies in the padding alone would have no elements. */
static bona_err read_pool(bona_reader *reader, bona_op *op, bona_op_kind kind)
{
    bona_shape shape;
    bona_window *window = &op->window;
    bona_err err = picture_input(reader, op, &shape);

    op->kind = kind;
    if (err == BONA_OK)
        err = read_window(reader, window);
    if (err != BONA_OK)
        return err;
    for (int32_t i = 0; i < 2; i++) {
        int32_t reach = (window->kernel[i] - 1) * window->dilation[i] + 1;

        if (window->dilation[i] != 1 || window->pad[i] >= reach || window->pad[2 + i] >= reach)
            return bona_reader_fail(reader, "a window of %d, dilation %d, with padding %d and %d",
                                    window->kernel[i], window->dilation[i], window->pad[i],
                                    window->pad[2 + i]);
    }
    err = slide(reader, window, &shape);
    return err == BONA_OK ? bona_reader_finish(reader, op, shape) : err;
}

bona_err bona_read_maxpool(bona_reader *reader, bona_op *op)
{
    if (reader->node->n_output > 1)
        return bona_reader_fail(reader, "%zu outputs, one is read", reader->node->n_output);
    return read_pool(reader, op, BONA_OP_MAXPOOL);
}

bona_err bona_read_avgpool(bona_reader *reader, bona_op *op)
{
    op->count_padding = bona_reader_whole(reader, "count_include_pad", 0) != 0;
    return read_pool(reader, op, BONA_OP_AVGPOOL);
}

bona_err bona_read_mean(bona_reader *reader, bona_op *op)
{
    bona_shape shape;
    bona_err err = picture_input(reader, op, &shape);

    op->kind = BONA_OP_MEAN;
    shape.dim[2] = shape.dim[3] = 1;
    return err == BONA_OK ? bona_reader_finish(reader, op, shape) : err;
}
