/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Resampling: from pixels to what a network reads. Floats are interleaved (H x W x 3), 0..255, in
 * the order R G B; mean, scale and channel order are applied by bona_net's caller from the pack.
 * Nothing here allocates unless it returns an error.
 */
#ifndef BONA_IMAGE_WARP_H
#define BONA_IMAGE_WARP_H

#include "image/image.h"

/* What stands outside the picture. Reflect = 101: d c b | a b c d | c b a. */
typedef enum bona_edge { BONA_EDGE_ZERO, BONA_EDGE_CLAMP, BONA_EDGE_REFLECT } bona_edge;

/* Maps output pixel centres to input pixels: x = a u + b v + c, y = d u + e v + f (u, v output
 * column and row). */
typedef struct bona_affine {
    float a, b, c, d, e, f;
} bona_affine;

/* Bilinear affine warp into `out` (height x width x 3 floats), in exact float arithmetic; pixel
 * centres at whole numbers. */
void bona_warp(float *out, int32_t width, int32_t height, bona_image_view image, bona_affine map,
               bona_edge edge);

/*
 * Resizes the rectangle (x, y, w, h; integers, inside the picture) to width x height by plain
 * bilinear interpolation with pixel centres aligned (half-pixel), sample positions clamped to the
 * rectangle, without keeping the aspect ratio: what OpenCV's INTER_LINEAR does. With `round8` the
 * values are whole numbers, computed in OpenCV's own fixed point for 8-bit pictures (11-bit
 * weights, OpenCV 4.6 modules/imgproc/src/resize.cpp): equal to cv2.resize in nearly every pixel,
 * never off by more than 1.
 */
void bona_resize_bilinear(float *out, int32_t width, int32_t height, bona_image_view image,
                          int32_t x, int32_t y, int32_t w, int32_t h, bool round8);

/* The same into a part of a larger array: rows start `out_stride` floats apart (at least 3 *
 * width), for letterboxes. */
void bona_resize_bilinear_into(float *out, ptrdiff_t out_stride, int32_t width, int32_t height,
                               bona_image_view image, int32_t x, int32_t y, int32_t w, int32_t h,
                               bool round8);

/*
 * Area-averaging resize (OpenCV's INTER_AREA), same conventions; for shrinking in both directions.
 * Where either side grows it is bona_resize_bilinear.
 */
void bona_resize_area(float *out, int32_t width, int32_t height, bona_image_view image, int32_t x,
                      int32_t y, int32_t w, int32_t h, bool round8);

/*
 * A smaller or larger 8-bit copy (area when both sides shrink, bilinear otherwise). The caller
 * deinits `out`. Returns BONA_OK, BONA_BAD_ARGUMENT (a side under 1 px or over 65535) or
 * BONA_NO_MEMORY.
 */
bona_err bona_image_resize(bona_image *out, int32_t width, int32_t height, bona_image_view image);

/*
 * Least-squares similarity transform (Umeyama 1991, with scale, no mirror) that maps `from` to
 * `to`, n >= 2 points. Points that coincide in `from` give the move of the centre alone, scale 1.
 */
bona_affine bona_similarity(const bona_point *from, const bona_point *to, int32_t n);
bona_affine bona_affine_invert(bona_affine m); /* a singular one gives zeros */

#endif
