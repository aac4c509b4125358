/* SPDX-License-Identifier: Apache-2.0 */
/* Places buffers in one arena; see plan.h. */
#include "nn/plan.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static int larger_first(const void *a, const void *b)
{
    const bona_buffer *x = *(bona_buffer *const *)a, *y = *(bona_buffer *const *)b;

    if (x->bytes != y->bytes)
        return x->bytes < y->bytes ? 1 : -1;
    return x < y ? -1 : x > y;
}

static bool meet(const bona_buffer *a, const bona_buffer *b)
{
    return a->first <= b->last && b->first <= a->last;
}

/* Puts `buffer` into the lowest gap between those of `placed` (by offset) that live when it does.
 */
static void place(bona_buffer **placed, int32_t count, bona_buffer *buffer)
{
    int32_t at = count;

    buffer->offset = 0;
    for (int32_t i = 0; i < count; i++) {
        if (!meet(placed[i], buffer))
            continue;
        if (placed[i]->offset >= buffer->offset + buffer->bytes)
            break;
        if (placed[i]->offset + placed[i]->bytes > buffer->offset)
            buffer->offset = placed[i]->offset + placed[i]->bytes;
    }
    while (at > 0 && placed[at - 1]->offset > buffer->offset)
        at--;
    memmove(placed + at + 1, placed + at, (size_t)(count - at) * sizeof(bona_buffer *));
    placed[at] = buffer;
}

bona_err bona_plan(bona_buffer *buffers, int32_t count, size_t *bytes)
{
    bona_buffer **order = bona_alloc((size_t)count * 2, sizeof(bona_buffer *));
    bona_buffer **placed = order != NULL ? order + count : NULL;

    *bytes = 0;
    if (order == NULL)
        return BONA_NO_MEMORY;
    for (int32_t i = 0; i < count; i++) {
        buffers[i].bytes = (buffers[i].bytes + BONA_ALIGN - 1) / BONA_ALIGN * BONA_ALIGN;
        order[i] = &buffers[i];
    }
    qsort(order, (size_t)count, sizeof(bona_buffer *), larger_first);
    for (int32_t i = 0; i < count; i++) {
        place(placed, i, order[i]);
        if (order[i]->offset + order[i]->bytes > *bytes)
            *bytes = order[i]->offset + order[i]->bytes;
    }
    bona_free(order);
    return BONA_OK;
}
