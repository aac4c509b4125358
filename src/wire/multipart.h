/* SPDX-License-Identifier: Apache-2.0 */
/*
 * multipart/form-data (RFC 7578, RFC 2046 section 5.1) as it comes in, in pieces of any size.
 * Nothing is kept but the headers of the current part and a possible beginning of a boundary.
 */
#ifndef BONA_WIRE_MULTIPART_H
#define BONA_WIRE_MULTIPART_H

#include "base/err.h"

enum {
    BONA_BOUNDARY_MAX = 70,    /* characters, RFC 2046 */
    BONA_PART_HEAD_MAX = 4096, /* bytes of all headers of one part */
    BONA_PART_NAME_MAX = 128,  /* bytes of a field name */
    BONA_PARTS_MAX = 64        /* parts of one body */
};

/* What a body consists of. Each may return an error, which ends the parsing and is passed on. */
typedef struct bona_multipart_calls {
    bona_err (*part)(void *arg,
                     const char *name); /* a part begins; name is unescaped and terminated */
    bona_err (*data)(void *arg, const uint8_t *bytes, size_t size); /* a piece of its content */
    bona_err (*end)(void *arg);                                     /* it is complete */
} bona_multipart_calls;

typedef struct bona_multipart bona_multipart;

/*
 * `content_type` is the header's value: multipart/form-data with a boundary, quoted or not, in any
 * letter case. Returns BONA_OK, BONA_BAD_ARGUMENT (another type, boundary missing or malformed) or
 * BONA_NO_MEMORY.
 */
bona_err bona_multipart_new(bona_multipart **parser, const char *content_type,
                            const bona_multipart_calls *calls, void *arg, bona_note *note);
void bona_multipart_free(bona_multipart *parser);

/* The next bytes of the body. Returns BONA_OK, BONA_BAD_ARGUMENT (malformed; stays so) or what a
 * call returned. */
bona_err bona_multipart_push(bona_multipart *parser, const uint8_t *bytes, size_t size);

/* After the last byte: BONA_OK if the closing boundary was seen, else BONA_BAD_ARGUMENT. */
bona_err bona_multipart_finish(bona_multipart *parser, bona_note *note);

#endif
