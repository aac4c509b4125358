/* SPDX-License-Identifier: Apache-2.0 */
/* Writes ONNX by hand: the field numbers are those of src/nn/onnx.proto. */
#include "tiny_net.h"

#include <stdlib.h>
#include <string.h>

enum { VARINT = 0, BYTES = 2, FLOAT32 = 1, NET_MAX = 1 << 16 /* bytes */ };

typedef struct node {
    const char *op, *inputs /* separated by spaces */, *output;
    const char *name; /* of the one attribute, NULL = none */
    int64_t whole[4];
    int32_t wholes; /* 0 = a single number */
} node;

typedef struct weight {
    const char *name;
    int64_t dim[4];
    int32_t rank;
} weight;

static void put_varint(bona_buf *out, uint64_t value)
{
    do {
        uint8_t byte = (uint8_t)((value & 127) | (value > 127 ? 128 : 0));

        if (bona_buf_add(out, &byte, 1) != BONA_OK)
            abort();
        value >>= 7;
    } while (value > 0);
}

static void put_whole(bona_buf *out, uint32_t field, int64_t value)
{
    put_varint(out, field << 3 | VARINT);
    put_varint(out, (uint64_t)value);
}

static void put_bytes(bona_buf *out, uint32_t field, const void *data, size_t size)
{
    put_varint(out, field << 3 | BYTES);
    put_varint(out, size);
    if (bona_buf_add(out, data, size) != BONA_OK)
        abort();
}

static void put_text(bona_buf *out, uint32_t field, const char *text)
{
    put_bytes(out, field, text, strlen(text));
}

/* Closes an inner message into the outer one. */
static void put_inner(bona_buf *out, uint32_t field, bona_buf *inner)
{
    put_bytes(out, field, inner->data != NULL ? (const void *)inner->data : "", inner->size);
    bona_buf_deinit(inner);
}

static void put_node(bona_buf *graph, const node *n)
{
    bona_buf out, attribute;

    bona_buf_init(&out, NET_MAX);
    for (const char *at = n->inputs; *at != 0; at += strspn(at, " ")) {
        size_t length = strcspn(at, " ");

        put_bytes(&out, 1, at, length);
        at += length;
    }
    put_text(&out, 2, n->output);
    put_text(&out, 4, n->op);
    if (n->name != NULL) {
        bona_buf_init(&attribute, NET_MAX);
        put_text(&attribute, 1, n->name);
        if (n->wholes == 0)
            put_whole(&attribute, 3, n->whole[0]);
        for (int32_t i = 0; i < n->wholes; i++)
            put_whole(&attribute, 8, n->whole[i]);
        put_inner(&out, 5, &attribute);
    }
    put_inner(graph, 1, &out);
}

static void put_weight(bona_buf *graph, const weight *w)
{
    bona_buf out, raw;
    int64_t count = 1;

    bona_buf_init(&out, NET_MAX);
    bona_buf_init(&raw, NET_MAX);
    for (int32_t i = 0; i < w->rank; i++) {
        put_whole(&out, 1, w->dim[i]);
        count *= w->dim[i];
    }
    for (int64_t i = 0; i < count; i++) {
        float value = (float)(i % 7 + 1) / 16;

        if (bona_buf_add(&raw, &value, sizeof value) != BONA_OK)
            abort();
    }
    put_whole(&out, 2, FLOAT32);
    put_text(&out, 8, w->name);
    put_inner(&out, 9, &raw);
    put_inner(graph, 5, &out);
}

/* A value of the graph: its input (11) or an output (12), whose shape nobody needs. */
static void put_value(bona_buf *graph, uint32_t field, const char *name, const int64_t *dims,
                      int32_t rank)
{
    bona_buf value, type, tensor, shape, dim;

    bona_buf_init(&value, NET_MAX);
    bona_buf_init(&type, NET_MAX);
    bona_buf_init(&tensor, NET_MAX);
    bona_buf_init(&shape, NET_MAX);
    put_text(&value, 1, name);
    for (int32_t i = 0; i < rank; i++) {
        bona_buf_init(&dim, NET_MAX);
        put_whole(&dim, 1, dims[i]);
        put_inner(&shape, 1, &dim);
    }
    put_whole(&tensor, 1, FLOAT32);
    put_inner(&tensor, 2, &shape);
    put_inner(&type, 1, &tensor);
    put_inner(&value, 2, &type);
    put_inner(graph, field, &value);
}

static void put_model(bona_buf *onnx, bona_buf *graph)
{
    bona_buf opset;

    bona_buf_init(onnx, NET_MAX);
    bona_buf_init(&opset, NET_MAX);
    put_whole(onnx, 1, 7);
    put_inner(onnx, 7, graph);
    put_whole(&opset, 2, 12);
    put_inner(onnx, 8, &opset);
}

static const int64_t input_dims[4] = { 1, 3, 8, 8 };

void fuzz_tiny_net(bona_buf *onnx)
{
    static const node nodes[] = {
        { "Conv", "x w b", "c", "pads", { 1, 1, 1, 1 }, 4 },
        { "Relu", "c", "r", NULL, { 0 }, 0 },
        { "GlobalAveragePool", "r", "g", NULL, { 0 }, 0 },
        { "Flatten", "g", "f", NULL, { 0 }, 0 },
        { "Gemm", "f one", "cls_8", "transB", { 1 }, 0 },
        { "Sigmoid", "cls_8", "obj_8", NULL, { 0 }, 0 },
        { "Gemm", "f four", "bbox_8", "transB", { 1 }, 0 },
        { "Gemm", "f ten", "kps_8", "transB", { 1 }, 0 },
        { "Gemm", "f three", "mesh", "transB", { 1 }, 0 },
        { "Gemm", "f two", "logits", "transB", { 1 }, 0 },
        { "Softmax", "logits", "pair", NULL, { 0 }, 0 },
    };
    static const weight weights[] = {
        { "w", { 4, 3, 3, 3 }, 4 }, { "b", { 4 }, 1 },        { "one", { 1, 4 }, 2 },
        { "two", { 2, 4 }, 2 },     { "three", { 3, 4 }, 2 }, { "four", { 4, 4 }, 2 },
        { "ten", { 10, 4 }, 2 },
    };
    static const char *const outputs[] = { "cls_8", "obj_8", "bbox_8", "kps_8", "mesh", "pair" };
    bona_buf graph;

    bona_buf_init(&graph, NET_MAX);
    for (size_t i = 0; i < sizeof nodes / sizeof *nodes; i++)
        put_node(&graph, &nodes[i]);
    for (size_t i = 0; i < sizeof weights / sizeof *weights; i++)
        put_weight(&graph, &weights[i]);
    put_value(&graph, 11, "x", input_dims, 4);
    for (size_t i = 0; i < sizeof outputs / sizeof *outputs; i++)
        put_value(&graph, 12, outputs[i], NULL, 0);
    put_model(onnx, &graph);
}
