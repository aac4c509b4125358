/* SPDX-License-Identifier: Apache-2.0 */
/* Protocol Buffers wire format: tag = field * 8 + type; type 0 varint, 2 length and bytes, 5 four
 * bytes. See write.h. */
#include "check.h"

#include <string.h>

#include "base/mem.h"
#include "nn/write.h"

enum { MODEL_BYTES_MAX = 64 << 20 };

static void put(bona_buf *buf, const void *bytes, size_t size)
{
    assert_int_equal(bona_buf_add(buf, bytes, size), BONA_OK);
}

static void put_varint(bona_buf *buf, uint64_t value)
{
    uint8_t byte;

    do {
        byte = (uint8_t)((value & 127) | (value > 127 ? 128 : 0));
        put(buf, &byte, 1);
        value >>= 7;
    } while (value != 0);
}

static void put_whole(bona_buf *buf, int field, int64_t value)
{
    put_varint(buf, (uint64_t)field * 8);
    put_varint(buf, (uint64_t)value);
}

static void put_bytes(bona_buf *buf, int field, const void *bytes, size_t size)
{
    put_varint(buf, (uint64_t)field * 8 + 2);
    put_varint(buf, size);
    if (size > 0)
        put(buf, bytes, size);
}

static void put_text(bona_buf *buf, int field, const char *text)
{
    put_bytes(buf, field, text, strlen(text));
}

/* Moves a message into another as a field. */
static void put_message(bona_buf *buf, int field, bona_buf *message)
{
    put_bytes(buf, field, message->data, message->size);
    bona_buf_deinit(message);
}

void onnx_start(onnx_writer *w, uint32_t seed)
{
    bona_buf_init(&w->graph, MODEL_BYTES_MAX);
    w->opset = 11;
    w->random = seed * 2654435761u + 1;
}

uint8_t *onnx_finish(onnx_writer *w, size_t *size)
{
    bona_buf model, opset;
    uint8_t *bytes;

    bona_buf_init(&model, MODEL_BYTES_MAX);
    bona_buf_init(&opset, MODEL_BYTES_MAX);
    put_whole(&model, 1, 6);
    put_message(&model, 7, &w->graph);
    put_whole(&opset, 2, w->opset);
    put_message(&model, 8, &opset);
    bytes = bona_buf_take(&model, size);
    return bytes;
}

static void put_value(onnx_writer *w, int field, const char *name, int rank, const int64_t *dims)
{
    bona_buf value, type, tensor, shape;

    bona_buf_init(&value, MODEL_BYTES_MAX);
    put_text(&value, 1, name);
    if (rank >= 0) {
        bona_buf_init(&type, MODEL_BYTES_MAX);
        bona_buf_init(&tensor, MODEL_BYTES_MAX);
        bona_buf_init(&shape, MODEL_BYTES_MAX);
        for (int i = 0; i < rank; i++) {
            bona_buf dim;

            bona_buf_init(&dim, MODEL_BYTES_MAX);
            put_whole(&dim, 1, dims[i]);
            put_message(&shape, 1, &dim);
        }
        put_whole(&tensor, 1, 1);
        put_message(&tensor, 2, &shape);
        put_message(&type, 1, &tensor);
        put_message(&value, 2, &type);
    }
    put_message(&w->graph, field, &value);
}

void onnx_input(onnx_writer *w, const char *name, int rank, const int64_t *dims)
{
    put_value(w, 11, name, rank, dims);
}

void onnx_output(onnx_writer *w, const char *name)
{
    put_value(w, 12, name, -1, NULL);
}

void onnx_output_shape(onnx_writer *w, const char *name, int rank, const int64_t *dims)
{
    put_value(w, 12, name, rank, dims);
}

void onnx_raw(onnx_writer *w, const char *name, int kind, int rank, const int64_t *dims,
              const void *bytes, size_t size)
{
    bona_buf tensor;

    bona_buf_init(&tensor, MODEL_BYTES_MAX);
    for (int i = 0; i < rank; i++)
        put_whole(&tensor, 1, dims[i]);
    put_whole(&tensor, 2, kind);
    put_text(&tensor, 8, name);
    put_bytes(&tensor, 9, bytes, size);
    put_message(&w->graph, 5, &tensor);
}

static size_t product(int rank, const int64_t *dims)
{
    size_t count = 1;

    for (int i = 0; i < rank; i++)
        count *= (size_t)dims[i];
    return count;
}

void onnx_floats(onnx_writer *w, const char *name, int rank, const int64_t *dims,
                 const float *floats)
{
    onnx_raw(w, name, 1, rank, dims, floats, product(rank, dims) * sizeof *floats);
}

void onnx_ints(onnx_writer *w, const char *name, int count, const int64_t *ints)
{
    int64_t dim = count;

    onnx_raw(w, name, 7, 1, &dim, ints, (size_t)count * sizeof *ints);
}

void onnx_random_floats(onnx_writer *w, const char *name, int rank, const int64_t *dims,
                        float limit)
{
    size_t count = product(rank, dims);
    float *floats = bona_alloc(count, sizeof *floats);

    assert_non_null(floats);
    for (size_t i = 0; i < count; i++)
        floats[i] = limit * ((float)(onnx_random(w) >> 8) / (float)(1 << 23) - 1.0f);
    onnx_floats(w, name, rank, dims, floats);
    bona_free(floats);
}

/* name=[1,2] or name=1 or name=0.5f or name='text' */
static void put_attribute(bona_buf *node, char *text)
{
    char *value = strchr(text, '=');
    bona_buf attribute;
    float real;

    assert_non_null(value);
    *value++ = 0;
    bona_buf_init(&attribute, MODEL_BYTES_MAX);
    put_text(&attribute, 1, text);
    if (value[0] == '[') {
        for (char *next = value; *next != ']' && next[1] != ']';)
            put_whole(&attribute, 8, strtoll(next + 1, &next, 10));
    } else if (value[0] == '\'') {
        put_bytes(&attribute, 4, value + 1, strlen(value) - 2);
    } else if (value[strlen(value) - 1] == 'f') {
        real = strtof(value, NULL);
        put_varint(&attribute, 2 * 8 + 5);
        put(&attribute, &real, sizeof real);
    } else {
        put_whole(&attribute, 3, strtoll(value, NULL, 10));
    }
    put_message(node, 5, &attribute);
}

void onnx_node(onnx_writer *w, const char *op, const char *inputs, const char *output,
               const char *attributes)
{
    char text[512], *rest = text, *word;
    bona_buf node;

    bona_buf_init(&node, MODEL_BYTES_MAX);
    snprintf(text, sizeof text, "%s", inputs);
    while ((word = strsep(&rest, " ")) != NULL)
        put_text(&node, 1, word[0] == '-' ? "" : word);
    put_text(&node, 2, output);
    put_text(&node, 4, op);
    snprintf(text, sizeof text, "%s", attributes);
    rest = text;
    while ((word = strsep(&rest, " ")) != NULL)
        if (word[0] != 0)
            put_attribute(&node, word);
    put_message(&w->graph, 1, &node);
}

uint32_t onnx_random(onnx_writer *w)
{
    w->random ^= w->random << 13;
    w->random ^= w->random >> 17;
    w->random ^= w->random << 5;
    return w->random;
}

int onnx_random_to(onnx_writer *w, int from, int to)
{
    return from + (int)(onnx_random(w) % (uint32_t)(to - from + 1));
}
