/* SPDX-License-Identifier: Apache-2.0 */
/* The crop rules of docs/packs.md: from a picture and a face to the pixels of a network. */
#ifndef BONA_FACE_CROP_H
#define BONA_FACE_CROP_H

#include "face/viewer.h"
#include "face/spot.h"

/*
 * Fills bona_viewer_pixels by the rule of the viewer's model, any but `eye`. `map` (may be NULL)
 * receives where a pixel of the network's input lies in the picture. Returns BONA_OK or
 * BONA_NO_MEMORY.
 */
bona_err bona_crop(bona_viewer *viewer, bona_image_view image, const bona_spot *spot,
                   bona_affine *map);

/* The rule `eye`: `left` and `right` are its corners at smaller and at larger x; `mirror` swaps
 * left and right in the crop. The viewer is awake. */
void bona_crop_eye(bona_viewer *viewer, bona_image_view image, bona_point left, bona_point right,
                   bool mirror);

/* Mirrors the pixels in bona_viewer_pixels left to right. */
void bona_crop_mirror(bona_viewer *viewer);

/* The rectangle of the rule `inside` for a picture of that size; right and bottom are exclusive. */
typedef struct bona_rect {
    int32_t x, y, w, h;
} bona_rect;
bona_rect bona_rect_inside(bona_box box, float factor, int32_t width, int32_t height);

#endif
