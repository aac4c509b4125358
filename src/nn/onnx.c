/* SPDX-License-Identifier: Apache-2.0 */
/* Unpacks a model with protobuf-c, whose allocator is ours: it counts, so that two bytes cannot
 * become gigabytes. */
#include "nn/onnx.h"

#include "base/mem.h"
#include "nn/graph.h"
#include "onnx.pb-c.h"

/* A message of two bytes becomes a struct of up to 150, but real files are mostly weights, which
 * are copied once. */
enum { BYTES_PER_BYTE = 4, BYTES_FREE = 16 << 20 };

static void *take(void *data, size_t size)
{
    bona_onnx *onnx = data;
    void *p;

    if (size > onnx->room)
        return NULL;
    p = bona_alloc(size, 1);
    onnx->starved = onnx->starved || p == NULL;
    onnx->room -= size;
    return p;
}

static void give(void *data, void *p)
{
    (void)data;
    bona_free(p);
}

bona_err bona_onnx_unpack(bona_onnx *onnx, bona_bytes bytes, bona_note *note)
{
    ProtobufCAllocator allocator = { .alloc = take, .free = give, .allocator_data = onnx };

    *onnx = (bona_onnx){ 0 };
    if (bytes.data == NULL || bytes.size == 0)
        return bona_fail(note, BONA_BAD_MODEL, "the file is empty");
    if (bytes.size > BONA_ONNX_BYTES_MAX)
        return bona_fail(note, BONA_BAD_MODEL, "%zu bytes, at most %d are read", bytes.size,
                         BONA_ONNX_BYTES_MAX);
    onnx->room = bytes.size * BYTES_PER_BYTE + BYTES_FREE;
    onnx->model = bona_onnx__model__unpack(&allocator, bytes.size, bytes.data);
    if (onnx->model == NULL && onnx->starved)
        return bona_fail(note, BONA_NO_MEMORY, "no memory to unpack %zu bytes", bytes.size);
    if (onnx->model == NULL)
        return bona_fail(note, BONA_BAD_MODEL, "%zu bytes that are no ONNX model", bytes.size);
    return BONA_OK;
}

void bona_onnx_deinit(bona_onnx *onnx)
{
    ProtobufCAllocator allocator = { .alloc = take, .free = give, .allocator_data = onnx };

    bona_onnx__model__free_unpacked(onnx->model, &allocator);
    *onnx = (bona_onnx){ 0 };
}
