/* SPDX-License-Identifier: Apache-2.0 */
/* The mesh points that carry patches: where they lie in both crops, how the face leans there and
 * how much each counts. */
#ifndef BONA_MOTION_POINTS_H
#define BONA_MOTION_POINTS_H

#include "motion/fit.h"
#include "motion/rigid.h"

enum { POINT_STEP = 2, POINT_COUNT = FIT_POINTS_MAX }; /* every second point */

/* How two meshes lie to each other and in their crops. */
typedef struct bona_aligned {
    const bona_mesh_point *first, *second;
    bona_rigid rigid;
    bona_crop_map map_first, map_second;
    bona_vec3 facing;                /* of the first face, as seen */
    float roll;                      /* in the picture, radians clockwise */
    float focal_first, focal_second; /* assumed focal lengths, px of the pictures */
} bona_aligned;

/* Fills POINT_COUNT points. */
void bona_points_place(bona_fit_point *points, const bona_aligned *pair);

#endif
