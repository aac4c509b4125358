/* SPDX-License-Identifier: Apache-2.0 */
/* Constants of a model file: float32, float16 and int64, as raw bytes or as lists of numbers. */
#include <string.h>

#include "nn/reader.h"
#include "onnx.pb-c.h"

/* TensorProto.DataType of the ONNX IR specification. */
enum { KIND_FLOAT = 1, KIND_INT64 = 7, KIND_HALF = 10, EXTERNAL = 1 };

bona_err bona_tensor_shape(bona_reader *reader, const BonaOnnx__Tensor *tensor, bona_shape *shape)
{
    const char *name = tensor->name != NULL ? tensor->name : "";

    if (tensor->has_location && tensor->location == EXTERNAL)
        return bona_reader_fail(reader, "constant %.40s lies in another file", name);
    if (tensor->n_dim > 4)
        return bona_reader_fail(reader, "constant %.40s has %zu dimensions, at most 4 are read",
                                name, tensor->n_dim);
    *shape = (bona_shape){ .rank = (int32_t)tensor->n_dim };
    for (size_t i = 0; i < tensor->n_dim; i++) {
        if (tensor->dim[i] < 0 || tensor->dim[i] > BONA_GRAPH_DIM_MAX)
            return bona_reader_fail(reader, "constant %.40s: dimension %zu is %lld", name, i,
                                    (long long)tensor->dim[i]);
        shape->dim[i] = (int32_t)tensor->dim[i];
    }
    return BONA_OK;
}

/* IEEE 754 binary16 to binary32; exact. */
static float widen(uint16_t half)
{
    uint32_t sign = (uint32_t)(half & 0x8000) << 16, exponent = half >> 10 & 31, bits = half & 1023;
    float value;

    if (exponent == 0) { /* zero and subnormal: bits * 2^-24 */
        value = (float)bits * 0x1p-24f;
        return sign ? -value : value;
    }
    exponent = exponent == 31 ? 255 : exponent + 112; /* bias 127 - 15 */
    bits = sign | exponent << 23 | bits << 13;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static bona_err size_fail(bona_reader *reader, const BonaOnnx__Tensor *tensor, int64_t count,
                          size_t got)
{
    return bona_reader_fail(
        reader, "constant %.40s: %zu bytes or numbers for %lld elements of kind %d",
        tensor->name != NULL ? tensor->name : "", got, (long long)count, tensor->kind);
}

static bona_err half_floats(bona_reader *reader, const BonaOnnx__Tensor *tensor, int64_t count,
                            float *to)
{
    if (tensor->has_raw) {
        if (tensor->raw.len != (size_t)count * 2)
            return size_fail(reader, tensor, count, tensor->raw.len);
        for (int64_t i = 0; i < count; i++)
            to[i] = widen((uint16_t)(tensor->raw.data[2 * i] | tensor->raw.data[2 * i + 1] << 8));
        return BONA_OK;
    }
    if (tensor->n_int32s != (size_t)count)
        return size_fail(reader, tensor, count, tensor->n_int32s);
    for (int64_t i = 0; i < count; i++)
        to[i] = widen((uint16_t)tensor->int32s[i]);
    return BONA_OK;
}

static bona_err wide_floats(bona_reader *reader, const BonaOnnx__Tensor *tensor, int64_t count,
                            float *to)
{
    if (tensor->has_raw && tensor->raw.len != (size_t)count * sizeof *to)
        return size_fail(reader, tensor, count, tensor->raw.len);
    if (!tensor->has_raw && tensor->n_floats != (size_t)count)
        return size_fail(reader, tensor, count, tensor->n_floats);
    if (count > 0)
        memcpy(to, tensor->has_raw ? (const void *)tensor->raw.data : tensor->floats,
               (size_t)count * sizeof *to);
    return BONA_OK;
}

bona_err bona_tensor_floats(bona_reader *reader, const BonaOnnx__Tensor *tensor, int64_t count,
                            float **floats)
{
    bona_err err;

    if (tensor->kind != KIND_FLOAT && tensor->kind != KIND_HALF)
        return bona_reader_fail(reader,
                                "constant %.40s: kind %d where float32 (1) or float16 (10) is read",
                                tensor->name != NULL ? tensor->name : "", tensor->kind);
    err = bona_reader_floats(reader, count, floats);
    if (err != BONA_OK)
        return err;
    return tensor->kind == KIND_HALF ? half_floats(reader, tensor, count, *floats)
                                     : wide_floats(reader, tensor, count, *floats);
}

bona_err bona_tensor_ints(bona_reader *reader, const BonaOnnx__Tensor *tensor, int32_t most,
                          int64_t *ints, int32_t *count)
{
    size_t got = tensor->has_raw ? tensor->raw.len / sizeof *ints : tensor->n_int64s;
    bona_shape shape = { 0 };
    int64_t elements = 1;
    bona_err err = bona_tensor_shape(reader, tensor, &shape);

    if (err != BONA_OK)
        return err;
    for (int32_t i = 0; i < shape.rank; i++)
        elements = elements > most ? elements : elements * shape.dim[i];
    if (tensor->kind != KIND_INT64 || elements > most || got != (size_t)elements ||
        (tensor->has_raw && tensor->raw.len % sizeof *ints != 0))
        return bona_reader_fail(
            reader, "constant %.40s: kind %d with %zu numbers; int64 (7), at most %d, wanted",
            tensor->name != NULL ? tensor->name : "", tensor->kind, got, most);
    if (got > 0)
        memcpy(ints, tensor->has_raw ? (const void *)tensor->raw.data : tensor->int64s,
               got * sizeof *ints);
    *count = (int32_t)got;
    return BONA_OK;
}
