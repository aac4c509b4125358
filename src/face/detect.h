/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Faces in a picture. The decoding is that of YuNet (Wu, Peng, Yu 2023, "YuNet: A Tiny
 * Millisecond-level Face Detector"), an anchor-free detector with one box and five points per cell;
 * docs/packs.md has the formulas.
 */
#ifndef BONA_FACE_DETECT_H
#define BONA_FACE_DETECT_H

#include "face/viewer.h"
#include "face/spot.h"

enum {
    BONA_SPOTS_MAX = 64
}; /* faces that are looked at after suppression; a crowd keeps its surest */

typedef struct bona_spots {
    bona_spot items[BONA_SPOTS_MAX];
    int32_t count;
} bona_spots;

/*
 * Looks for faces in the picture turned clockwise by `degrees` (0, 90, 180, 270). Coordinates are
 * pixels of the turned picture, which itself is not made. Everything from the pack's `candidate`
 * confidence up is reported, surest first. Returns BONA_OK (also with no face) or BONA_NO_MEMORY.
 */
bona_err bona_detect(bona_spots *spots, bona_viewer *viewer, bona_image_view image,
                     int32_t degrees);

#endif
