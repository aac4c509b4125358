/* SPDX-License-Identifier: Apache-2.0 */
/* The owner of pixels. Everything in the project is RGB, 8 bits, interleaved. */
#ifndef BONA_IMAGE_IMAGE_H
#define BONA_IMAGE_IMAGE_H

#include "base/err.h"

typedef struct bona_image {
    uint8_t *rgb;
    int32_t width, height; /* px */
    ptrdiff_t stride;      /* bytes, at least 3 * width */
} bona_image;

/* Zeroed pixels. Returns BONA_OK, BONA_BAD_ARGUMENT (a side under 1 px or over 65535) or
 * BONA_NO_MEMORY. */
bona_err bona_image_init(bona_image *image, int32_t width, int32_t height);
void bona_image_deinit(bona_image *image); /* of a zeroed struct does nothing; twice is fine */
bona_image_view bona_image_look(const bona_image *image);

#endif
