/* SPDX-License-Identifier: Apache-2.0 */
/* Values of MIME headers: a word, then parameters (RFC 2045 section 5.1, RFC 7578 section 4.2). */
#ifndef BONA_WIRE_PARAMS_H
#define BONA_WIRE_PARAMS_H

#include "base/err.h"

/*
 * Finds one parameter of a terminated header value like `form-data; name="x"; filename="y"`. The
 * value starts with `word`, compared without case. Quotes are removed, \" and \\ inside them
 * undone; `out` is terminated. Returns BONA_OK, BONA_NOT_FOUND (no such parameter) or
 * BONA_BAD_ARGUMENT (another word, malformed, twice, or `room` bytes are too few).
 */
bona_err bona_params_find(const char *value, const char *word, const char *name, char *out,
                          size_t room);

#endif
