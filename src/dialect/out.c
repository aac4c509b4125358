/* SPDX-License-Identifier: Apache-2.0 */
/* The pen; see out.h. */
#include "dialect/out.h"

#include <stdarg.h>
#include <stdio.h>

#include "wire/json_write.h"

enum {
    PIECE_MAX = 512
}; /* bytes of one formatted piece; texts from outside go through dialect_put_string */

void dialect_put(dialect_out *out, const char *format, ...)
{
    char piece[PIECE_MAX];
    va_list args;
    int size;

    va_start(args, format);
    size = vsnprintf(piece, sizeof piece, format, args);
    va_end(args);
    if (out->err == BONA_OK)
        out->err = size >= 0 && size < PIECE_MAX ? bona_buf_add(out->buf, piece, (size_t)size)
                                                 : BONA_INTERNAL;
}

void dialect_put_string(dialect_out *out, const char *text)
{
    if (out->err == BONA_OK)
        out->err = bona_json_put_string(out->buf, text);
}

void dialect_put_float(dialect_out *out, float value)
{
    if (out->err == BONA_OK)
        out->err = bona_json_put_float(out->buf, value);
}

void dialect_put_number(dialect_out *out, double value)
{
    if (out->err == BONA_OK)
        out->err = bona_json_put_number(out->buf, value);
}
