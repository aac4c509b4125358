/* SPDX-License-Identifier: Apache-2.0 */
/* Small grey pictures of both faces, of one size and upright to each other, with light evened out,
 * in three grades of smoothness. Everything that follows pixels works on these. */
#ifndef BONA_MOTION_CROP_H
#define BONA_MOTION_CROP_H

#include "motion/motion.h"
#include "motion/wide.h"

enum { CROP_SIDE = BONA_MOTION_SIDE_PX, CROP_PIXELS = CROP_SIDE * CROP_SIDE, CROP_GRADES = 3 };

/* Brightness of one picture's crop, its light evened out. */
typedef struct bona_crop {
    float grade[CROP_GRADES][CROP_PIXELS]; /* coarse first */
} bona_crop;

/* Brightness and its slopes, one pixel after the other. */
typedef struct bona_slope {
    float value, dx, dy, unused;
} bona_slope;

/* One grade of a crop, ready to have patches laid over it. */
typedef struct bona_ground {
    bona_slope at[CROP_PIXELS];
} bona_ground;

/* From the picture to the crop: turned by `angle` (radians, clockwise as seen) about `centre`,
 * times `scale`. */
typedef struct bona_crop_map {
    bona_point centre; /* px of the picture, lies in the crop's middle */
    float angle, scale;
} bona_crop_map;

/* Where a point of the picture lies, px of the crop against its middle. */
bona_point bona_crop_point(bona_crop_map map, float x, float y);

/*
 * Fills a crop; `work` is room for 4 * CROP_PIXELS floats. Outside the picture its edge goes on.
 * Light is evened out by subtracting the local mean and dividing by the local deviation.
 */
void bona_crop_fill(bona_crop *crop, bona_image_view image, bona_crop_map map, float *work);

void bona_ground_fill(bona_ground *ground, const float *grade);

#endif
