/* SPDX-License-Identifier: Apache-2.0 */
/* Pixels to PNG, for annotated pictures. */
#ifndef BONA_IMAGE_ENCODE_PNG_H
#define BONA_IMAGE_ENCODE_PNG_H

#include "base/buf.h"

/*
 * Appends the picture as an 8-bit RGB PNG to `out`, which is initialised. Lossless.
 * Returns BONA_OK, BONA_NO_MEMORY or BONA_BAD_ARGUMENT (the cap of `out` is too small); `out` is
 * cut back to what it held on error.
 */
bona_err bona_image_encode_png(bona_buf *out, bona_image_view image);

#endif
