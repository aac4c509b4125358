/* SPDX-License-Identifier: Apache-2.0 */
/* Are eyes, nose and mouth visible? */
#ifndef BONA_FACE_OCCLUSION_H
#define BONA_FACE_OCCLUSION_H

#include "face/viewer.h"
#include "face/spot.h"

/* 0..100, higher = freer, 50 decides; -1 = not computed. */
typedef struct bona_visible {
    float eyes, nose, mouth;
} bona_visible;

/*
 * Asks the occlusion network. A network that knows only masks (decoding `class_max`) says nothing
 * of the eyes. Returns BONA_OK or BONA_NO_MEMORY.
 */
bona_err bona_visible_find(bona_visible *visible, bona_viewer *viewer, bona_image_view image,
                           const bona_spot *spot);

#endif
