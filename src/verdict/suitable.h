/* SPDX-License-Identifier: Apache-2.0 */
/* Is a found face one that can be judged? Five points and the picture's size in, a reason out. */
#ifndef BONA_VERDICT_SUITABLE_H
#define BONA_VERDICT_SUITABLE_H

#include "base/err.h"

/* Project decisions (BWS specification, README B12); px and shares of the picture's width. */
#define BONA_EYE_DISTANCE_PX_MIN  24.0f
#define BONA_EYE_BORDER_SHARE_MIN 0.02f
/* How far the nose may reach over an eye along the line of the eyes, as a share of their distance,
 * before the face counts as a profile: at that point one half of the face is hidden. */
#define BONA_PROFILE_SHARE_MAX 0.1f

typedef enum bona_unsuitable {
    BONA_SUITABLE,
    BONA_EYES_INVERTED, /* upside down: the eyes are below the mouth */
    BONA_NOSE_ABOVE_EYES,
    BONA_PROFILE,
    BONA_EYES_TOO_CLOSE, /* under BONA_EYE_DISTANCE_PX_MIN */
    BONA_BEYOND_BORDER   /* an eye is closer to the edge than BONA_EYE_BORDER_SHARE_MIN of the width
                          */
} bona_unsuitable;

/* The first reason that holds, in the order of the list. */
bona_unsuitable bona_face_unsuitable(const bona_point points[BONA_POINTS], int32_t width,
                                     int32_t height);

/* The share of the box, grown by `grow` of its size on all sides together, that lies inside the
 * picture, 0..1. */
float bona_box_visible(bona_box box, float grow, int32_t width, int32_t height);

#endif
