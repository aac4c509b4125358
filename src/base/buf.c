/* SPDX-License-Identifier: Apache-2.0 */
/* Growing bytes; see buf.h. */
#include "base/buf.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"

enum { ROOM_MIN = 256 }; /* bytes of the first allocation */

void bona_buf_init(bona_buf *buf, size_t cap)
{
    *buf = (bona_buf){ .cap = cap };
}

void bona_buf_deinit(bona_buf *buf)
{
    bona_free(buf->data);
    *buf = (bona_buf){ .cap = buf->cap };
}

void bona_buf_clear(bona_buf *buf)
{
    buf->size = 0;
    if (buf->data != NULL)
        buf->data[0] = 0;
}

void bona_buf_cut(bona_buf *buf, size_t size)
{
    assert(size <= buf->size);
    buf->size = size;
    if (buf->data != NULL)
        buf->data[size] = 0;
}

bona_err bona_buf_reserve(bona_buf *buf, size_t size)
{
    size_t room = buf->room ? buf->room : ROOM_MIN;
    uint8_t *data;

    if (size > buf->cap)
        return BONA_BAD_ARGUMENT;
    if (size < buf->room)
        return BONA_OK;
    while (room <= size)
        room *= 2;
    if (room > buf->cap + 1)
        room = buf->cap + 1;
    data = bona_realloc(buf->data, room, 1);
    if (data == NULL)
        return BONA_NO_MEMORY;
    buf->data = data;
    buf->room = room;
    buf->data[buf->size] = 0;
    return BONA_OK;
}

bona_err bona_buf_add(bona_buf *buf, const void *bytes, size_t size)
{
    bona_err err;

    if (size > buf->cap - buf->size)
        return BONA_BAD_ARGUMENT;
    err = bona_buf_reserve(buf, buf->size + size);
    if (err != BONA_OK)
        return err;
    if (size > 0)
        memcpy(buf->data + buf->size, bytes, size);
    buf->size += size;
    buf->data[buf->size] = 0;
    return BONA_OK;
}

bona_err bona_buf_text(bona_buf *buf, const char *text)
{
    return bona_buf_add(buf, text, strlen(text));
}

bona_err bona_buf_printf(bona_buf *buf, const char *format, ...)
{
    va_list args;
    int size;
    bona_err err;

    va_start(args, format);
    size = vsnprintf(NULL, 0, format, args);
    va_end(args);
    assert(size >= 0);
    if ((size_t)size > buf->cap - buf->size)
        return BONA_BAD_ARGUMENT;
    err = bona_buf_reserve(buf, buf->size + (size_t)size);
    if (err != BONA_OK)
        return err;
    va_start(args, format);
    vsnprintf((char *)buf->data + buf->size, (size_t)size + 1, format, args);
    va_end(args);
    buf->size += (size_t)size;
    return BONA_OK;
}

uint8_t *bona_buf_take(bona_buf *buf, size_t *size)
{
    uint8_t *data = buf->data;

    *size = buf->size;
    *buf = (bona_buf){ .cap = buf->cap };
    return data;
}
