/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Base64 after RFC 4648, section 4 (standard alphabet, padded) and section 5 (URL alphabet, here
 * without padding, as JWS wants it). Strict: missing or surplus padding, bits behind the last byte
 * that are not zero, and any other character are errors, so that every byte string has exactly one
 * text.
 */
#ifndef BONA_WIRE_BASE64_H
#define BONA_WIRE_BASE64_H

#include "base/err.h"

typedef enum bona_base64_mode {
    BONA_BASE64_STRICT, /* nothing but the alphabet and padding */
    BONA_BASE64_SPACED, /* space, tab, CR and LF are skipped wherever they stand */
    BONA_BASE64_URL     /* URL alphabet, no padding */
} bona_base64_mode;

/* Room that decoding `size` characters needs at most, in bytes. */
size_t bona_base64_room(size_t size);

/*
 * Decodes `size` characters to `out`, which has `room` bytes, at least bona_base64_room(size);
 * `out` may be the start of the text itself. *bytes is what came out. Returns BONA_OK, or
 * BONA_BAD_BASE64 (then `out` is undefined).
 */
bona_err bona_base64_decode(uint8_t *out, size_t room, size_t *bytes, const char *text, size_t size,
                            bona_base64_mode mode);

/* Characters that encoding `bytes` bytes gives, without the terminating zero. */
size_t bona_base64_size(size_t bytes);

/* Encodes to `out`, room for bona_base64_size(bytes) + 1, terminated. BONA_BASE64_URL writes no
 * padding. */
void bona_base64_encode(char *out, const void *data, size_t bytes, bona_base64_mode mode);

#endif
