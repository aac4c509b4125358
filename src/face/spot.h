/* SPDX-License-Identifier: Apache-2.0 */
/* Where a face is: what the detector says of it, and what follows from box and points alone. */
#ifndef BONA_FACE_SPOT_H
#define BONA_FACE_SPOT_H

#include "base/err.h"

/* Smallest face, shorter side of its box in pixels of the submitted picture (design.md, the
 * command-line contract). */
#define BONA_FACE_SIDE_PX_MIN 32.0f

typedef struct bona_spot {
    bona_box box;
    bona_point points[BONA_POINTS]; /* order as in bonafide.h */
    float confidence;               /* 0..1, higher = surer */
} bona_spot;

/*
 * How far the face is turned in the picture plane, from the line mouth - eyes: degrees in
 * ]-180,180], 0 = upright, positive = clockwise as seen on screen.
 */
float bona_spot_roll(const bona_spot *spot);

/* Area of intersection over area of union of two boxes, 0..1. */
float bona_box_overlap(bona_box a, bona_box b);

/* Share of the box that lies inside a picture of that size, 0..1. */
float bona_box_inside(bona_box box, float width, float height);

/*
 * Share of the face that lies inside a picture of that size, 0..1. The face is taken from the five
 * points, since a detector's box ends where the picture does: with s the longer of eye distance and
 * height from mouth to eyes, from s left to s right of the middle, 0.8 s above the eyes, 0.7 s
 * below the mouth.
 */
float bona_spot_inside(const bona_spot *spot, float width, float height);

/* Keeps the surest of overlapping faces (non-maximum suppression), surest first; returns how many
 * are left. */
int32_t bona_spots_suppress(bona_spot *spots, int32_t count, float iou_max);

/* Sorts by area of the box, largest first. */
void bona_spots_sort_by_size(bona_spot *spots, int32_t count);

/* Multiplies every coordinate. */
void bona_spot_scale(bona_spot *spot, float factor);

#endif
