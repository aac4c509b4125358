/* SPDX-License-Identifier: Apache-2.0 */
/* The crop rule `square`: around the box, with what stands outside the picture filled in before
 * resampling. */
#ifndef BONA_FACE_CROP_SQUARE_H
#define BONA_FACE_CROP_SQUARE_H

#include "face/viewer.h"

/* As bona_crop for that rule. Returns BONA_OK or BONA_NO_MEMORY. */
bona_err bona_crop_square(bona_viewer *viewer, bona_image_view image, bona_box box,
                          bona_affine *map);

/*
 * Enlarges a picture by Lanczos interpolation over 8 x 8 pixels (Turkowski 1990, "Filters for
 * common resampling tasks"), the last pixels repeated outside. `out` has height x width x 3 floats
 * within 0..255. Returns BONA_OK or BONA_NO_MEMORY.
 */
bona_err bona_resize_lanczos(float *out, int32_t width, int32_t height, bona_image_view image);

#endif
