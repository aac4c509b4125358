/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How do the pixels of the face move? Small patches around the mesh points of the first crop are
 * laid over the second one, all together moved by one law with few numbers: that of a solid head,
 * of a plane, of a smoothly bent sheet, or of a bent sheet with a head's relief. The law that
 * explains the pixels better tells what moved.
 *
 * Pooled Lucas-Kanade: Lucas and Kanade 1981; Baker and Matthews 2004, "Lucas-Kanade 20 Years On".
 * A solid head seen from far moves by an affine map plus depth times one vector: Koenderink and van
 * Doorn 1991, "Affine structure from motion".
 */
#ifndef BONA_MOTION_FIT_H
#define BONA_MOTION_FIT_H

#include "motion/crop.h"

enum {
    FIT_POINTS_MAX = BONA_MESH_POINTS / 2,
    FIT_TERMS_MAX = 7,
    FIT_DEPTH = 3,   /* the term of depth, in every law */
    FIT_SAMPLES = 25 /* of a patch: 5 x 5, every second pixel */
};

typedef enum bona_law {
    BONA_LAW_HEAD,  /* 1, x, y, depth: a solid head; without depth it would be a plane */
    BONA_LAW_RELIEF /* 1, x, y, depth, xx, xy, yy: whatever a bent sheet can do, and depth */
} bona_law;

typedef struct bona_fit_point {
    float x, y, z;          /* px of the first crop against its middle; depth, smaller = nearer */
    float slope_x, slope_y; /* depth per px: how the surface leans there */
    float far_first, far_second; /* distance from the camera / that of the face's middle, in both
                                    pictures */
    float to_x, to_y;            /* where the mesh puts it in the second crop */
    float weight;                /* how much it counts, 0..1 */
} bona_fit_point;

typedef struct bona_fit {
    bona_law law;
    int32_t terms;
    float x[FIT_TERMS_MAX],
        y[FIT_TERMS_MAX]; /* factors of the terms; lengths are divided by FIT_UNIT_PX before */
    float cost; /* what the law leaves unexplained of the patches' brightness, 0 = nothing, about 2
                   = all */
} bona_fit;

#define FIT_UNIT_PX 50.0f /* half a face's height in the crop */

/* The first crop's patches, taken out once for all laws. */
typedef struct bona_patches {
    const bona_fit_point *points;
    int32_t count;
    float value[CROP_GRADES][FIT_POINTS_MAX][FIT_SAMPLES]; /* brightness against the patch's mean */
    float texture[CROP_GRADES][FIT_POINTS_MAX];            /* its variance */
} bona_patches;

/* `points` is borrowed for as long as the patches are used. */
void bona_patches_take(bona_patches *patches, const bona_fit_point *points, int32_t count,
                       const bona_crop *first);

/* Fits a law, coarse grade first. Starts from the mesh; or from `like`, in the finest grade, where
 * that is not NULL. `ground` is working memory. */
void bona_fit_law(bona_fit *fit, bona_law law, const bona_patches *patches, const bona_crop *second,
                  bona_ground *ground, const bona_fit *like);

#endif
