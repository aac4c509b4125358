/* SPDX-License-Identifier: Apache-2.0 */
/* What the resizers of warp.h share. Inside src/image only. */
#ifndef BONA_IMAGE_RESIZE_H
#define BONA_IMAGE_RESIZE_H

#include "image/image.h"

/* A rectangle of w x h px on its way to width x height; exactly one of `floats` and `bytes` is set.
 */
typedef struct bona_resize_job {
    const uint8_t *source;   /* its first pixel */
    ptrdiff_t source_stride; /* bytes */
    int32_t w, h;            /* px, at least 1 */
    int32_t width, height;   /* px, at least 1 */
    float *floats;
    uint8_t *bytes;
    ptrdiff_t out_stride; /* values */
    bool exact;           /* floats that are not rounded to 8 bits; only with `floats` */
} bona_resize_job;

/* A job without its output; the rectangle has to lie inside the picture. */
bona_resize_job bona_resize_plan(bona_image_view image, int32_t x, int32_t y, int32_t w, int32_t h,
                                 int32_t width, int32_t height);
void bona_resize_run(const bona_resize_job *job); /* bilinear */
void bona_resize_run_area(
    const bona_resize_job *job); /* area averages; bilinear where a side grows */

#endif
