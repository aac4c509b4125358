/* SPDX-License-Identifier: Apache-2.0 */
/* Writing of JSON into a growing buffer. Each returns what bona_buf_add returns. */
#ifndef BONA_WIRE_JSON_WRITE_H
#define BONA_WIRE_JSON_WRITE_H

#include "base/buf.h"

/* A quoted string; quotes, backslashes and control characters are escaped, bytes that are not UTF-8
 * become U+FFFD. */
bona_err bona_json_put_text(bona_buf *buf, const char *text, size_t size);
bona_err bona_json_put_string(bona_buf *buf, const char *text); /* terminated */

/* The shortest of 6 to 9 significant digits that is the same float; not finite: 0, since JSON has
 * no word for it. */
bona_err bona_json_put_float(bona_buf *buf, float value);
/* 17 significant digits at most, the fewest that give the same double. */
bona_err bona_json_put_number(bona_buf *buf, double value);
bona_err bona_json_put_bool(bona_buf *buf, bool value);

#endif
