/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Quality measures after ISO/IEC 29794-5 (face image data): native values from pixels and mesh,
 * mapped to 0..100, higher = better. Names, meaning and mapping are those of the standard as its
 * public reference implementation OFIQ 1.x computes them; where ours differ, the function says so.
 * Pixels are measured inside an ellipse over the detector's box, where the standard takes the
 * outline of the landmarks.
 */
#ifndef BONA_FACE_MEASURE_H
#define BONA_FACE_MEASURE_H

#include "face/mesh.h"
#include "face/spot.h"

enum {
    BONA_MEASURE_SIDE_PX = 112
}; /* both sides of the grey face patch on which pixels are measured, so that size does not matter
    */

/* Grey values of the face (Rec. 601 luma), 0..255: the detector's box, as far as it lies inside the
 * picture. */
typedef struct bona_patch {
    float grey[BONA_MEASURE_SIDE_PX * BONA_MEASURE_SIDE_PX];
} bona_patch;

/* Cuts the patch. Returns BONA_OK or BONA_NO_MEMORY. */
bona_err bona_patch_cut(bona_patch *patch, bona_image_view image, const bona_spot *spot);

/* Under- and over-exposure prevention: the worse of the two; shares of pixels up to 25 and from
 * 247. */
float bona_measure_exposure(const bona_patch *patch);

/* Dynamic range: entropy of the grey levels in bit times 12.5. */
float bona_measure_contrast(const bona_patch *patch);

/*
 * Sharpness, not the standard's (a random forest): logarithm of the variance of the Laplacian over
 * the variance of the grey values, which does not depend on the contrast; mapped by a sigmoid
 * fitted to sharp and blurred pictures.
 */
float bona_measure_sharpness(const bona_patch *patch);

/* Inter-eye distance, in pixels of the submitted picture, divided by the cosine of the yaw. */
float bona_measure_face_size(float eye_px, float yaw_deg);

/* Head pose: the worst of yaw, pitch and roll, 100 cos(angle)^2. */
float bona_measure_pose(const bona_mesh *mesh);

/*
 * Eyes open: lid distance of the eye that is less open, over the distance from the middle of the
 * eyes to the chin; -1 where it was not computed. The sigmoid's middle is higher than the
 * standard's, because lid outlines of closed eyes keep 5 to 11 % of the eye's width.
 */
float bona_measure_eyes_open(const bona_mesh *mesh);

/* Mouth closed: lip distance over the distance from the middle of the eyes to the chin; -1 where it
 * was not computed. */
float bona_measure_mouth_closed(const bona_mesh *mesh);

#endif
