/* SPDX-License-Identifier: Apache-2.0 */
/* Encoded bytes to upright pixels. The format is found by content; limits hold before any pixel is
 * decoded. */
#ifndef BONA_IMAGE_DECODE_H
#define BONA_IMAGE_DECODE_H

#include "image/image.h"

/* What the header says, before decoding. */
typedef struct bona_image_info {
    bona_format format;
    int32_t width, height; /* px as stored */
    int32_t orientation;   /* EXIF 1..8; 1 where there is none or it is broken, and for HEIF, which
                              turns itself */
    int32_t
        frames; /* frames or pages in the file, counted up to one more than the limit; at least 1 */
} bona_image_info;

/*
 * Recognises a picture and reads its header.
 * Returns BONA_OK, BONA_IMAGE_FORMAT (unknown, not in `formats`, or a variant that is not read),
 * BONA_BAD_IMAGE, BONA_NO_MEMORY or the limit that is passed: BONA_IMAGE_TOO_LONG (bytes),
 * BONA_IMAGE_TOO_BIG (side, pixels, frames), BONA_IMAGE_TOO_SMALL (side). 0 in `formats` = all;
 * `limits` NULL = all defaults. `info->format` is set as soon as the format is recognised, also
 * where an error follows.
 */
bona_err bona_image_probe(bona_bytes bytes, uint32_t formats, const bona_limits *limits,
                          bona_image_info *info, bona_note *note);

/*
 * Decodes to RGB. Alpha is laid over white; 16 bits are reduced to 8; colour profiles are ignored;
 * EXIF orientation is NOT applied (see orient.h). JPEGs over about 2 MP are decoded at a DCT scale
 * of n/8 that keeps the short side at 720 px or more when `reduce` is set; *scale is then decoded
 * size / stored size, else 1. `info` and `scale` may be NULL. A JPEG that ends early passes when
 * nine tenths of its rows are there (the rest is grey), except a progressive one. Returns what
 * bona_image_probe returns, and BONA_NO_MEMORY. `image` is the caller's to deinit; it is empty on
 * error.
 */
bona_err bona_image_decode(bona_image *image, bona_bytes bytes, uint32_t formats,
                           const bona_limits *limits, bool reduce, bona_image_info *info,
                           float *scale, bona_note *note);

/* "JPEG", "PNG" and so on; "unknown" for anything that is not one format. */
const char *bona_format_name(bona_format format);

#endif
