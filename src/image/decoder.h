/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What one picture format brings along: a test of the first bytes, a reader of the header, a reader
 * of the pixels. Inside src/image only; callers use decode.h.
 */
#ifndef BONA_IMAGE_DECODER_H
#define BONA_IMAGE_DECODER_H

#include "image/decode.h"

/* One picture on its way in. */
typedef struct bona_decode_job {
    bona_bytes bytes;
    bona_limits limits; /* every field filled */
    bool reduce;        /* large JPEGs may be decoded smaller */
    bona_note *note;    /* may be NULL */
} bona_decode_job;

typedef struct bona_decoder {
    bona_format format;
    const char *name;

    /* Whether the bytes are of this format; may look at all of them, changes nothing. */
    bool (*sniff)(bona_bytes bytes);

    /*
     * Fills width, height (as stored), orientation and frames. Decodes no pixel, takes memory of
     * the order of the file at most. Returns BONA_OK, BONA_BAD_IMAGE, BONA_IMAGE_FORMAT (a variant
     * that is not read) or BONA_NO_MEMORY.
     */
    bona_err (*probe)(const bona_decode_job *job, bona_image_info *info);

    /*
     * Decodes into `image`, which is zeroed before; `info` has passed the limits. On error `image`
     * may hold memory: the caller deinits it. *scale is 1 before the call. Same errors as probe,
     * and BONA_IMAGE_TOO_BIG where the format's working memory would pass a limit of its own.
     */
    bona_err (*decode)(const bona_decode_job *job, const bona_image_info *info, bona_image *image,
                       float *scale);
} bona_decoder;

extern const bona_decoder bona_decoder_jpeg;
extern const bona_decoder bona_decoder_png;
extern const bona_decoder bona_decoder_bmp;
extern const bona_decoder bona_decoder_gif;
extern const bona_decoder bona_decoder_tiff;
extern const bona_decoder bona_decoder_tga;
extern const bona_decoder bona_decoder_pnm;
extern const bona_decoder bona_decoder_webp;
extern const bona_decoder bona_decoder_heif;

/* The marker `magic` of `size` bytes at `offset`. */
bool bona_bytes_at(bona_bytes bytes, size_t offset, const char *magic, size_t size);

/* Checks width, height and frames against the limits: BONA_OK, BONA_BAD_IMAGE (0),
 * BONA_IMAGE_TOO_BIG or BONA_IMAGE_TOO_SMALL. */
bona_err bona_decode_limits(const bona_decode_job *job, const bona_image_info *info);

/* Lays a row of R G B A (straight alpha) over white. `rgb` and `rgba` may start at the same byte.
 */
void bona_over_white(uint8_t *rgb, const uint8_t *rgba, int32_t width);

#endif
