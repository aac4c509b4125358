/* SPDX-License-Identifier: Apache-2.0 */
/* Readers of operators that move elements: Reshape and its kin, Transpose, Resize, Pad, Concat. */
#include "nn/reader.h"
#include "onnx.pb-c.h"

#include <math.h>

static const bona_value *first(const bona_reader *reader, const bona_op *op)
{
    return &reader->graph->values[op->input[0]];
}

/* A constant of another shape is a constant: nothing to do while running. */
static bona_err name_constant(bona_reader *reader, const float *constant, bona_shape shape)
{
    int32_t value;
    bona_err err = bona_reader_value(reader, shape, constant, &value);

    return err == BONA_OK ? bona_reader_name(reader, reader->node->output[0], NULL, value) : err;
}

static bona_err reshape_to(bona_reader *reader, bona_op *op, int32_t rank, const int64_t *dims)
{
    bona_shape shape = { .rank = rank };
    int64_t elements = 1;

    for (int32_t i = 0; i < rank; i++) {
        if (dims[i] < 1 || dims[i] > BONA_GRAPH_DIM_MAX || elements > BONA_GRAPH_ELEMENTS_MAX)
            return bona_reader_fail(reader, "dimension %d would be %lld", i, (long long)dims[i]);
        shape.dim[i] = (int32_t)dims[i];
        elements *= dims[i];
    }
    if (elements != first(reader, op)->elements)
        return bona_reader_fail(reader, "%d elements into a shape of %lld",
                                first(reader, op)->elements, (long long)elements);
    if (first(reader, op)->constant != NULL)
        return name_constant(reader, first(reader, op)->constant, shape);
    op->kind = BONA_OP_RESHAPE;
    return bona_reader_finish(reader, op, shape);
}

static int64_t product(const bona_shape *shape, int64_t from, int64_t to)
{
    int64_t elements = 1;

    for (int64_t i = from; i < to; i++)
        elements *= shape->dim[i];
    return elements;
}

bona_err bona_read_flatten(bona_reader *reader, bona_op *op)
{
    bona_shape shape = first(reader, op)->shape;
    int64_t axis = bona_reader_whole(reader, "axis", 1);

    if (axis < 0)
        axis += shape.rank;
    if (axis < 0 || axis > shape.rank)
        return bona_reader_fail(reader, "axis %lld of %d dimensions", (long long)axis, shape.rank);
    return reshape_to(reader, op, 2,
                      (int64_t[]){ product(&shape, 0, axis), product(&shape, axis, shape.rank) });
}

bona_err bona_read_reshape(bona_reader *reader, bona_op *op)
{
    const bona_value *from = first(reader, op);
    int64_t dims[4], elements = 1;
    int32_t rank, open = -1;
    bona_err err = bona_reader_ints(reader, 1, 4, dims, &rank);

    if (err != BONA_OK)
        return err;
    for (int32_t i = 0; i < rank; i++) {
        if (dims[i] == 0 && i < from->shape.rank)
            dims[i] = from->shape.dim[i];
        if (dims[i] == -1 && open >= 0)
            return bona_reader_fail(reader, "dimensions %d and %d are both open", open, i);
        if (dims[i] == -1)
            open = i;
        else if (dims[i] < 1 || dims[i] > from->elements || elements > from->elements)
            return bona_reader_fail(reader, "dimension %d would be %lld", i, (long long)dims[i]);
        else
            elements *= dims[i];
    }
    if (open >= 0)
        dims[open] = from->elements / elements;
    return reshape_to(reader, op, rank, dims);
}

/* Axes as attribute (opset below 13) or as input 1, made non-negative over `rank` dimensions. */
static bona_err read_axes(bona_reader *reader, int32_t rank, bool *named)
{
    const BonaOnnx__Attribute *attribute = bona_reader_attribute(reader, "axes");
    int64_t axes[4];
    int32_t count = 0;
    bona_err err = BONA_OK;

    if (attribute != NULL && attribute->n_wholes <= 4)
        for (; count < (int32_t)attribute->n_wholes; count++)
            axes[count] = attribute->wholes[count];
    else if (bona_reader_has(reader, 1))
        err = bona_reader_ints(reader, 1, 4, axes, &count);
    if (err != BONA_OK)
        return err;
    if (count == 0)
        return bona_reader_fail(reader, "one to four axes must be named");
    for (int32_t i = 0; i < count; i++) {
        int64_t axis = axes[i] < 0 && axes[i] >= -4 ? axes[i] + rank : axes[i];

        if (axis < 0 || axis >= rank || named[axis])
            return bona_reader_fail(reader, "axis %lld of %d dimensions", (long long)axes[i], rank);
        named[axis] = true;
    }
    return BONA_OK;
}

bona_err bona_read_squeeze(bona_reader *reader, bona_op *op)
{
    bona_shape shape = first(reader, op)->shape;
    bool named[4] = { false };
    int64_t dims[4];
    int32_t rank = 0;
    bona_err err = read_axes(reader, shape.rank, named);

    if (err != BONA_OK)
        return err;
    for (int32_t i = 0; i < shape.rank; i++) {
        if (named[i] && shape.dim[i] != 1)
            return bona_reader_fail(reader, "dimension %d is %d, only 1 can go", i, shape.dim[i]);
        if (!named[i])
            dims[rank++] = shape.dim[i];
    }
    return reshape_to(reader, op, rank, dims);
}

bona_err bona_read_unsqueeze(bona_reader *reader, bona_op *op)
{
    bona_shape shape = first(reader, op)->shape;
    const BonaOnnx__Attribute *attribute = bona_reader_attribute(reader, "axes");
    bool named[4] = { false };
    int64_t dims[4], axes[4];
    int32_t added =
        attribute != NULL && attribute->n_wholes <= 4 ? (int32_t)attribute->n_wholes : 0;
    int32_t from = 0;
    bona_err err = BONA_OK;

    if (added == 0)
        err = bona_reader_ints(reader, 1, 4, axes, &added);
    if (err == BONA_OK && shape.rank + added > 4)
        err = bona_reader_fail(reader, "%d dimensions, at most 4", shape.rank + added);
    if (err == BONA_OK)
        err = read_axes(reader, shape.rank + added, named);
    if (err != BONA_OK)
        return err;
    for (int32_t i = 0; i < shape.rank + added; i++)
        dims[i] = named[i] ? 1 : shape.dim[from++];
    return reshape_to(reader, op, shape.rank + added, dims);
}

/* Identity, and Dropout as it is outside training: another name for the same value. */
bona_err bona_read_same(bona_reader *reader, bona_op *op)
{
    return bona_reader_name(reader, reader->node->output[0], NULL, op->input[0]);
}

bona_err bona_read_transpose(bona_reader *reader, bona_op *op)
{
    bona_shape from = first(reader, op)->shape, to = from;
    bool taken[4] = { false };
    bona_err err;

    for (int32_t i = 0; i < from.rank; i++)
        op->perm[i] = from.rank - 1 - i;
    err = bona_reader_wholes(reader, "perm", from.rank, 0, from.rank - 1, op->perm);
    if (err != BONA_OK)
        return err;
    for (int32_t i = 0; i < from.rank; i++) {
        if (taken[op->perm[i]])
            return bona_reader_fail(reader, "perm names dimension %d twice", op->perm[i]);
        taken[op->perm[i]] = true;
        to.dim[i] = from.dim[op->perm[i]];
    }
    op->kind = BONA_OP_TRANSPOSE;
    return bona_reader_finish(reader, op, to);
}

/* Whether output element x shows input element floor(x / factor), whatever the rounding is called.
 */
static bool is_floor(const bona_reader *reader, int32_t factor)
{
    const char *mode = "coordinate_transformation_mode", *rounding = "nearest_mode";
    bool half = bona_reader_text_is(reader, mode, "half_pixel", reader->opset >= 11) ||
                bona_reader_text_is(reader, mode, "pytorch_half_pixel", false);
    bool plain = bona_reader_text_is(reader, mode, "asymmetric", reader->opset < 11);

    if (half) /* never further than one half from that element's middle */
        return !bona_reader_text_is(reader, rounding, "floor", false) &&
               !bona_reader_text_is(reader, rounding, "ceil", false);
    return plain &&
           (bona_reader_text_is(reader, rounding, "floor", reader->opset < 11) ||
            (factor <= 2 && bona_reader_text_is(reader, rounding, "round_prefer_floor", true)));
}

/* Four factors from scales, or from sizes where scales is left out or empty. */
static bona_err resize_factors(bona_reader *reader, const bona_shape *shape, double *factors)
{
    const bona_value *scales = NULL;
    size_t input = reader->opset < 11 ? 1 : 2;
    int64_t sizes[4];
    int32_t count;
    bona_err err = BONA_OK;

    if (bona_reader_has(reader, input))
        err = bona_reader_constant(reader, input, &scales);
    if (err != BONA_OK)
        return err;
    if (scales != NULL && scales->elements > 0) {
        if (scales->elements != 4)
            return bona_reader_fail(reader, "%d scales, 4 are wanted", scales->elements);
        for (int32_t i = 0; i < 4; i++)
            factors[i] = (double)scales->constant[i];
        return BONA_OK;
    }
    err = bona_reader_ints(reader, 3, 4, sizes, &count);
    if (err == BONA_OK && count != 4)
        err = bona_reader_fail(reader, "%d sizes, 4 are wanted", count);
    for (int32_t i = 0; err == BONA_OK && i < 4; i++)
        factors[i] = (double)sizes[i] / shape->dim[i];
    return err;
}

bona_err bona_read_resize(bona_reader *reader, bona_op *op)
{
    bona_shape shape = first(reader, op)->shape;
    double factors[4];
    bona_err err;

    if (shape.rank != 4 || shape.dim[0] != 1)
        return bona_reader_fail(reader, "input of %d dimensions", shape.rank);
    if (!bona_reader_text_is(reader, "mode", "nearest", true))
        return bona_reader_fail(reader, "mode must be nearest");
    err = resize_factors(reader, &shape, factors);
    if (err != BONA_OK)
        return err;
    for (int32_t i = 0; i < 4; i++) {
        double most = i < 2 ? 1 : BONA_GRAPH_WINDOW_MAX;

        if (!(factors[i] >= 1 && factors[i] <= most) || factors[i] != floor(factors[i]) ||
            !is_floor(reader, (int32_t)factors[i]))
            return bona_reader_fail(reader,
                                    "factor %g of dimension %d; whole ones, 1 to %g, nearest",
                                    factors[i], i, most);
        shape.dim[i] *= (int32_t)factors[i];
    }
    op->kind = BONA_OP_RESIZE;
    op->factor[0] = (int32_t)factors[2];
    op->factor[1] = (int32_t)factors[3];
    return bona_reader_finish(reader, op, shape);
}

bona_err bona_read_pad(bona_reader *reader, bona_op *op)
{
    bona_shape shape = first(reader, op)->shape;
    const BonaOnnx__Attribute *attribute = bona_reader_attribute(reader, "pads");
    int64_t pads[8];
    int32_t count = 0;
    bona_err err = BONA_OK;

    if (!bona_reader_text_is(reader, "mode", "constant", true))
        return bona_reader_fail(reader, "mode must be constant");
    if (attribute != NULL && attribute->n_wholes <= 8)
        for (; count < (int32_t)attribute->n_wholes; count++)
            pads[count] = attribute->wholes[count];
    else
        err = bona_reader_ints(reader, 1, 8, pads, &count);
    if (err == BONA_OK)
        err = bona_reader_scalar(reader, 2, bona_reader_real(reader, "value", 0.0f), &op->low);
    if (err == BONA_OK && count != 2 * shape.rank)
        err = bona_reader_fail(reader, "%d pads for %d dimensions", count, shape.rank);
    for (int32_t i = 0; err == BONA_OK && i < shape.rank; i++) {
        int64_t before = pads[i], after = pads[shape.rank + i];

        if (before < 0 || before > BONA_GRAPH_DIM_MAX || after < 0 || after > BONA_GRAPH_DIM_MAX)
            return bona_reader_fail(reader, "pads %lld and %lld of dimension %d", (long long)before,
                                    (long long)after, i);
        op->before[i] = (int32_t)before;
        op->after[i] = (int32_t)after;
        shape.dim[i] += (int32_t)(before + after);
    }
    op->kind = BONA_OP_PAD;
    return err == BONA_OK ? bona_reader_finish(reader, op, shape) : err;
}

bona_err bona_read_concat(bona_reader *reader, bona_op *op)
{
    bona_shape shape = first(reader, op)->shape;
    int64_t axis = bona_reader_whole(reader, "axis", INT64_MAX);
    bona_err err = BONA_OK;

    if (axis < 0)
        axis += shape.rank;
    if (axis < 0 || axis >= shape.rank)
        return bona_reader_fail(reader, "axis %lld of %d dimensions", (long long)axis, shape.rank);
    op->kind = BONA_OP_CONCAT;
    op->axis = (int32_t)axis;
    for (size_t n = 1; err == BONA_OK && n < reader->node->n_input; n++) {
        const bona_shape *next;

        err = bona_reader_input(reader, n, &op->input[n]);
        if (err != BONA_OK)
            return err;
        next = &reader->graph->values[op->input[n]].shape;
        for (int32_t i = 0; i < shape.rank; i++)
            if (next->rank != shape.rank || (i != axis && next->dim[i] != shape.dim[i]))
                return bona_reader_fail(reader, "input %zu differs from the first in dimension %d",
                                        n, i);
        shape.dim[axis] += next->dim[axis];
        if (shape.dim[axis] > BONA_GRAPH_DIM_MAX)
            return bona_reader_fail(reader, "dimension %lld is over %d", (long long)axis,
                                    BONA_GRAPH_DIM_MAX);
    }
    op->input_count = (int32_t)reader->node->n_input;
    return err == BONA_OK ? bona_reader_finish(reader, op, shape) : err;
}
