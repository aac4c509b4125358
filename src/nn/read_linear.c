/* SPDX-License-Identifier: Apache-2.0 */
/* Readers of Gemm, MatMul and BatchNormalization. */
#include "nn/reader.h"
#include "onnx.pb-c.h"

#include <math.h>

/* The weight as N x K, each scaled by alpha; as it lies where that is the same. */
static bona_err gemm_weight(bona_reader *reader, bona_op *op, bool turned, float alpha, int32_t *n,
                            int32_t *k)
{
    const bona_value *weight;
    float *to;
    bona_err err = bona_reader_constant(reader, 1, &weight);

    if (err != BONA_OK)
        return err;
    if (weight->shape.rank != 2 || weight->elements == 0)
        return bona_reader_fail(reader, "weights of %d dimensions, %d elements", weight->shape.rank,
                                weight->elements);
    *n = weight->shape.dim[turned ? 0 : 1];
    *k = weight->shape.dim[turned ? 1 : 0];
    op->weight = weight->constant;
    if (turned && alpha == 1.0f)
        return BONA_OK;
    err = bona_reader_floats(reader, weight->elements, &to);
    for (int32_t i = 0; err == BONA_OK && i < *n; i++)
        for (int32_t j = 0; j < *k; j++)
            to[(size_t)i * *k + j] =
                alpha * weight->constant[turned ? (size_t)i * *k + j : (size_t)j * *n + i];
    if (err == BONA_OK)
        op->weight = to;
    return err;
}

static bona_err gemm_bias(bona_reader *reader, bona_op *op, float beta, int32_t n)
{
    const bona_value *bias;
    float *to;
    bona_err err;

    if (!bona_reader_has(reader, 2))
        return BONA_OK;
    err = bona_reader_constant(reader, 2, &bias);
    if (err == BONA_OK && bias->elements != n && bias->elements != 1)
        err = bona_reader_fail(reader, "%d biases for %d outputs", bias->elements, n);
    if (err == BONA_OK)
        err = bona_reader_floats(reader, n, &to);
    if (err != BONA_OK)
        return err;
    for (int32_t i = 0; i < n; i++)
        to[i] = beta * bias->constant[bias->elements == 1 ? 0 : i];
    op->bias = to;
    return BONA_OK;
}

static bona_err read_product(bona_reader *reader, bona_op *op, bool turned, float alpha, float beta)
{
    bona_shape shape = reader->graph->values[op->input[0]].shape;
    int32_t n = 0, k = 0;
    bona_err err = gemm_weight(reader, op, turned, alpha, &n, &k);

    if (err != BONA_OK)
        return err;
    if (shape.rank != 2 || shape.dim[0] != 1 || shape.dim[1] != k)
        return bona_reader_fail(reader, "input of %d dimensions, the last %d; weights want 1 x %d",
                                shape.rank, shape.rank > 0 ? shape.dim[shape.rank - 1] : 0, k);
    err = gemm_bias(reader, op, beta, n);
    op->kind = BONA_OP_GEMM;
    shape.dim[1] = n;
    if (err == BONA_OK)
        err = bona_reader_finish(reader, op, shape);
    if (err == BONA_OK)
        reader->graph->macs += (int64_t)n * k;
    return err;
}

bona_err bona_read_gemm(bona_reader *reader, bona_op *op)
{
    if (bona_reader_whole(reader, "transA", 0) != 0)
        return bona_reader_fail(reader, "transA must be 0");
    return read_product(reader, op, bona_reader_whole(reader, "transB", 0) != 0,
                        bona_reader_real(reader, "alpha", 1.0f),
                        bona_reader_real(reader, "beta", 1.0f));
}

bona_err bona_read_matmul(bona_reader *reader, bona_op *op)
{
    if (reader->node->n_input != 2)
        return bona_reader_fail(reader, "%zu inputs, two are wanted", reader->node->n_input);
    return read_product(reader, op, false, 1.0f, 0.0f);
}

/* y = (x - mean) * scale / sqrt(variance + epsilon) + shift, as x * weight + bias. */
bona_err bona_read_batchnorm(bona_reader *reader, bona_op *op)
{
    bona_shape shape = reader->graph->values[op->input[0]].shape;
    float epsilon = bona_reader_real(reader, "epsilon", 1e-5f), *weight, *bias;
    const bona_value *part[4]; /* scale, shift, mean, variance */
    bona_err err = BONA_OK;

    if ((shape.rank != 4 && shape.rank != 2) || shape.dim[0] != 1)
        return bona_reader_fail(reader, "input of %d dimensions", shape.rank);
    for (size_t i = 0; i < 4; i++) {
        err = bona_reader_constant(reader, i + 1, &part[i]);
        if (err != BONA_OK)
            return err;
        if (part[i]->elements != shape.dim[1])
            return bona_reader_fail(reader, "input %zu has %d elements for %d channels", i + 1,
                                    part[i]->elements, shape.dim[1]);
    }
    err = bona_reader_floats(reader, shape.dim[1], &weight);
    if (err == BONA_OK)
        err = bona_reader_floats(reader, shape.dim[1], &bias);
    if (err != BONA_OK)
        return err;
    for (int32_t i = 0; i < shape.dim[1]; i++) {
        float variance = part[3]->constant[i] + epsilon;

        if (!(variance > 0.0f))
            return bona_reader_fail(reader, "variance %g of channel %d", (double)variance, i);
        weight[i] = part[0]->constant[i] / sqrtf(variance);
        bias[i] = part[1]->constant[i] - part[2]->constant[i] * weight[i];
    }
    op->kind = BONA_OP_AFFINE;
    op->weight = weight;
    op->bias = bias;
    return bona_reader_finish(reader, op, shape);
}
