/* SPDX-License-Identifier: Apache-2.0 */
/* Readers of operators that go element by element: arithmetic, activations, Softmax. */
#include "nn/reader.h"
#include "onnx.pb-c.h"

#include <math.h>

/* Shape of two operands after numpy's broadcasting: dimensions match from the last, or one of them
 * is 1. */
static bona_err broadcast(bona_reader *reader, bona_shape a, bona_shape b, bona_shape *shape)
{
    *shape = (bona_shape){ .rank = a.rank > b.rank ? a.rank : b.rank };
    for (int32_t i = 1; i <= shape->rank; i++) {
        int32_t da = i <= a.rank ? a.dim[a.rank - i] : 1, db = i <= b.rank ? b.dim[b.rank - i] : 1;

        if (da != db && da != 1 && db != 1)
            return bona_reader_fail(reader, "dimensions %d and %d do not go together", da, db);
        shape->dim[shape->rank - i] = da == 1 ? db : da;
    }
    return BONA_OK;
}

static bona_err read_binary(bona_reader *reader, bona_op *op, bona_op_kind kind)
{
    bona_value *values = reader->graph->values;
    bona_shape shape;
    bona_err err = BONA_OK;

    if (reader->node->n_input != 2)
        return bona_reader_fail(reader, "%zu inputs, two are wanted", reader->node->n_input);
    err = bona_reader_input(reader, 1, &op->input[1]);
    if (err != BONA_OK)
        return err;
    op->kind = kind;
    op->input_count = 2;
    if (values[op->input[0]].constant != NULL && values[op->input[1]].constant != NULL)
        return bona_reader_fail(reader, "both inputs are constants");
    err = broadcast(reader, values[op->input[0]].shape, values[op->input[1]].shape, &shape);
    return err == BONA_OK ? bona_reader_finish(reader, op, shape) : err;
}

bona_err bona_read_add(bona_reader *reader, bona_op *op)
{
    return read_binary(reader, op, BONA_OP_ADD);
}

bona_err bona_read_sub(bona_reader *reader, bona_op *op)
{
    return read_binary(reader, op, BONA_OP_SUB);
}

bona_err bona_read_mul(bona_reader *reader, bona_op *op)
{
    return read_binary(reader, op, BONA_OP_MUL);
}

bona_err bona_read_div(bona_reader *reader, bona_op *op)
{
    return read_binary(reader, op, BONA_OP_DIV);
}

static bona_err read_activation(bona_reader *reader, bona_op *op, bona_activation activation,
                                float low, float high)
{
    op->kind = BONA_OP_ACTIVATE;
    op->activation = activation;
    op->low = low;
    op->high = high;
    return bona_reader_finish(reader, op, reader->graph->values[op->input[0]].shape);
}

bona_err bona_read_relu(bona_reader *reader, bona_op *op)
{
    return read_activation(reader, op, BONA_ACT_CLIP, 0.0f, INFINITY);
}

bona_err bona_read_sigmoid(bona_reader *reader, bona_op *op)
{
    return read_activation(reader, op, BONA_ACT_SIGMOID, 0.0f, 0.0f);
}

bona_err bona_read_hard_sigmoid(bona_reader *reader, bona_op *op)
{
    return read_activation(reader, op, BONA_ACT_HARD_SIGMOID,
                           bona_reader_real(reader, "alpha", 0.2f),
                           bona_reader_real(reader, "beta", 0.5f));
}

bona_err bona_read_hard_swish(bona_reader *reader, bona_op *op)
{
    return read_activation(reader, op, BONA_ACT_HARD_SWISH, 0.0f, 0.0f);
}

/* Limits are attributes up to opset 10, inputs of one element afterwards. */
bona_err bona_read_clip(bona_reader *reader, bona_op *op)
{
    float low, high;
    bona_err err = bona_reader_scalar(reader, 1, bona_reader_real(reader, "min", -INFINITY), &low);

    if (err == BONA_OK)
        err = bona_reader_scalar(reader, 2, bona_reader_real(reader, "max", INFINITY), &high);
    if (err == BONA_OK && !(low <= high))
        err = bona_reader_fail(reader, "limits %g and %g", (double)low, (double)high);
    return err == BONA_OK ? read_activation(reader, op, BONA_ACT_CLIP, low, high) : err;
}

/* Channels are dimension 1; a slope per channel, or one for all. */
static bona_err read_slopes(bona_reader *reader, bona_op *op, const float *slopes, int32_t count)
{
    bona_shape shape = reader->graph->values[op->input[0]].shape;
    float *to;
    bona_err err;

    if (shape.rank < 2 || shape.dim[0] != 1 || (count != 1 && count != shape.dim[1]))
        return bona_reader_fail(reader, "%d slopes for an input of %d dimensions, %d channels",
                                count, shape.rank, shape.rank >= 2 ? shape.dim[1] : 0);
    err = bona_reader_floats(reader, shape.dim[1], &to);
    if (err != BONA_OK)
        return err;
    for (int32_t i = 0; i < shape.dim[1]; i++)
        to[i] = slopes[count == 1 ? 0 : i];
    op->slope = to;
    return read_activation(reader, op, BONA_ACT_PRELU, 0.0f, 0.0f);
}

bona_err bona_read_prelu(bona_reader *reader, bona_op *op)
{
    int32_t rank = reader->graph->values[op->input[0]].shape.rank;
    const bona_value *slope;
    bona_err err = bona_reader_constant(reader, 1, &slope);

    if (err != BONA_OK)
        return err;
    /* The slope's dimensions count from the last, so that the channels' place follows from both
     * ranks. */
    for (int32_t i = 0; i < slope->shape.rank && slope->elements != 1; i++)
        if (i != slope->shape.rank - rank + 1 && slope->shape.dim[i] != 1)
            return bona_reader_fail(reader,
                                    "slopes with dimension %d of %d, channels alone are read", i,
                                    slope->shape.dim[i]);
    return read_slopes(reader, op, slope->constant, slope->elements);
}

bona_err bona_read_leaky(bona_reader *reader, bona_op *op)
{
    float slope = bona_reader_real(reader, "alpha", 0.01f);

    return read_slopes(reader, op, &slope, 1);
}

/* Before opset 13 everything from `axis` on counts as one row: the same where `axis` is the last.
 */
bona_err bona_read_softmax(bona_reader *reader, bona_op *op)
{
    bona_shape shape = reader->graph->values[op->input[0]].shape;
    int64_t axis = bona_reader_whole(reader, "axis", reader->opset >= 13 ? -1 : 1);

    if (axis < 0)
        axis += shape.rank;
    if (axis < 0 || axis >= shape.rank)
        return bona_reader_fail(reader, "axis %lld of %d dimensions", (long long)axis, shape.rank);
    for (int64_t i = axis + 1; reader->opset < 13 && i < shape.rank; i++)
        if (shape.dim[i] != 1)
            return bona_reader_fail(reader, "axis %lld is not the last dimension", (long long)axis);
    op->kind = BONA_OP_SOFTMAX;
    op->axis = (int32_t)axis;
    return bona_reader_finish(reader, op, shape);
}
