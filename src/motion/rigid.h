/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rigid movement between two meshes, and where a head faces. Axes are the picture's: x right, y
 * down, z away.
 */
#ifndef BONA_MOTION_RIGID_H
#define BONA_MOTION_RIGID_H

#include "motion/motion.h"

/* Numbers of points in the MediaPipe mesh. */
enum {
    MESH_NOSE_TIP = 1,
    MESH_FOREHEAD = 10,
    MESH_LIP_UPPER = 13,
    MESH_LIP_LOWER = 14,
    MESH_EYE_SMALL_X = 33, /* outer corner of the eye at smaller x */
    MESH_CHIN = 152,
    MESH_EYE_LARGE_X = 263
};

typedef struct bona_vec3 {
    float x, y, z;
} bona_vec3;

/* second = scale * turn * first + shift, in the least-squares sense. */
typedef struct bona_rigid {
    float turn[3][3];
    float scale;
    float residual; /* root of unexplained / all variance, 0..1 */
    bona_vec3 centre_first, centre_second;
} bona_rigid;

/*
 * Similarity transform between two sets of `count` points: Horn 1987, "Closed-form solution of
 * absolute orientation using unit quaternions". Scale from the first set to the second.
 */
bona_rigid bona_rigid_fit(const bona_mesh_point *first, const bona_mesh_point *second,
                          int32_t count);

bona_vec3 bona_rigid_turn(const bona_rigid *r, bona_vec3 v);

/* Unit vector out of the face, from the eye line and the line forehead to chin; (0, 0, -1) looks
 * into the camera. */
bona_vec3 bona_mesh_facing(const bona_mesh_point *mesh);

/* Distance forehead to chin in space, px. */
float bona_mesh_height(const bona_mesh_point *mesh);

/*
 * The same vector against the camera's axis instead of the line of sight to the face: a head that
 * is carried sideways without turning shows another side. `focal` is the assumed focal length /
 * long side of the picture.
 */
bona_vec3 bona_facing_from_axis(bona_vec3 seen, bona_point centre, int32_t width, int32_t height,
                                float focal);

/* Angle between two unit vectors, degrees. */
float bona_angle_deg(bona_vec3 a, bona_vec3 b);

/* Angle of a movement in the picture (y down), degrees in ]0,360], counter-clockwise. */
float bona_direction_deg(float dx, float dy);

#endif
