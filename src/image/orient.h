/* SPDX-License-Identifier: Apache-2.0 */
/* Turning pictures: the eight EXIF orientations and quarter turns. */
#ifndef BONA_IMAGE_ORIENT_H
#define BONA_IMAGE_ORIENT_H

#include "image/image.h"

/*
 * Brings a picture stored with EXIF orientation 1..8 upright (TIFF 6.0 / EXIF 2.32, tag 0x0112), in
 * place of `image`. Quarter turns clockwise by 90, 180, 270 degrees are orientations 6, 3, 8.
 * Returns BONA_OK, BONA_BAD_ARGUMENT (orientation) or BONA_NO_MEMORY; `image` is untouched on
 * error.
 */
bona_err bona_image_orient(bona_image *image, int32_t orientation);

/*
 * A turned copy: degrees clockwise 0, 90, 180, 270. The caller deinits `turned`, which is empty on
 * error. Returns BONA_OK, BONA_BAD_ARGUMENT (degrees) or BONA_NO_MEMORY.
 */
bona_err bona_image_turn(bona_image *turned, bona_image_view image, int32_t degrees);

#endif
