/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Resampling: from pixels to what a network reads. Floats are interleaved (H x W x 3), 0..255, in the order R G B;
 * mean, scale and channel order are applied by bona_net's caller from the pack.
 */
#ifndef BONA_IMAGE_WARP_H
#define BONA_IMAGE_WARP_H

#include "image/image.h"

/* What stands outside the picture. */
typedef enum bona_edge { BONA_EDGE_ZERO, BONA_EDGE_CLAMP, BONA_EDGE_REFLECT } bona_edge; /* reflect = 101: d c b | a b c d | c b a */

/* Maps output pixel centres to input pixels: x = a u + b v + c, y = d u + e v + f (u, v output column and row). */
typedef struct bona_affine {
    float a, b, c, d, e, f;
} bona_affine;

/* Bilinear affine warp into `out` (height x width x 3 floats). */
void bona_warp(float *out, int32_t width, int32_t height, bona_image_view image, bona_affine map, bona_edge edge);

/*
 * Resizes the rectangle (x, y, w, h; integers, inside the picture) to width x height by plain bilinear interpolation with pixel
 * centres aligned (half-pixel), sample positions clamped to the rectangle, without keeping the aspect ratio: what OpenCV's INTER_LINEAR does.
 * Rounds to 8 bits like OpenCV does for 8-bit pictures when `round8` is set.
 */
void bona_resize_bilinear(float *out, int32_t width, int32_t height, bona_image_view image,
                          int32_t x, int32_t y, int32_t w, int32_t h, bool round8);

/* Area-averaging resize (for shrinking; OpenCV's INTER_AREA), same conventions. */
void bona_resize_area(float *out, int32_t width, int32_t height, bona_image_view image,
                      int32_t x, int32_t y, int32_t w, int32_t h, bool round8);

/* A smaller or larger 8-bit copy (area when shrinking, bilinear when enlarging). */
bona_err bona_image_resize(bona_image *out, int32_t width, int32_t height, bona_image_view image);

/* Least-squares similarity transform (Umeyama 1991, with scale, no mirror) that maps `from` to `to`, n >= 2 points. */
bona_affine bona_similarity(const bona_point *from, const bona_point *to, int32_t n);
bona_affine bona_affine_invert(bona_affine m); /* of a similarity; a singular one gives zeros */

#endif
