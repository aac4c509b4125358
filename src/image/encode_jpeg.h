/* SPDX-License-Identifier: Apache-2.0 */
/* Pixels to JPEG. */
#ifndef BONA_IMAGE_ENCODE_JPEG_H
#define BONA_IMAGE_ENCODE_JPEG_H

#include "base/buf.h"

/*
 * Appends the picture as a baseline JPEG (colour at half resolution, as cameras do) to `out`, which
 * is initialised. `quality` is libjpeg's, 1..100. Returns BONA_OK, BONA_NO_MEMORY or
 * BONA_BAD_ARGUMENT (quality, a side over 65500 px, or the cap of `out` is too small); `out` is cut
 * back to what it held on error.
 */
bona_err bona_image_encode_jpeg(bona_buf *out, bona_image_view image, int32_t quality);

#endif
