/* SPDX-License-Identifier: Apache-2.0 */
/* A pen that remembers its first error, so that writing a response reads like the response. */
#ifndef BONA_DIALECT_OUT_H
#define BONA_DIALECT_OUT_H

#include "base/buf.h"

typedef struct dialect_out {
    bona_buf *buf;
    bona_err err;
} dialect_out;

__attribute__((format(printf, 2, 3))) void dialect_put(dialect_out *out, const char *format, ...);
void dialect_put_string(dialect_out *out, const char *text); /* quoted and escaped */
void dialect_put_float(dialect_out *out, float value);
void dialect_put_number(dialect_out *out, double value);

#endif
