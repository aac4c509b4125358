/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The loops over pixels and points are compiled twice: as they are, and a second time for AVX2 with
 * FMA (BONA_MOTION_WIDE), under the names given here. Both do the same sums; the second rounds less
 * often. bona_motion_measure() takes what the processor can run.
 */
#ifndef BONA_MOTION_WIDE_H
#define BONA_MOTION_WIDE_H

#ifdef BONA_MOTION_WIDE
#define bona_evidence_gather bona_evidence_gather_wide
#define bona_points_place    bona_points_place_wide
#define bona_patches_take    bona_patches_take_wide
#define bona_fit_law         bona_fit_law_wide
#define bona_crop_point      bona_crop_point_wide
#define bona_crop_fill       bona_crop_fill_wide
#define bona_ground_fill     bona_ground_fill_wide
#endif

#endif
