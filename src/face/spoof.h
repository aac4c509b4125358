/* SPDX-License-Identifier: Apache-2.0 */
/* The passive test: one probability per anti-spoofing network of the pack. */
#ifndef BONA_FACE_SPOOF_H
#define BONA_FACE_SPOOF_H

#include "face/viewer.h"
#include "face/spot.h"

/*
 * Asks one network. `live` receives the probability of a bona fide presentation, 0..1, higher =
 * bona fide. Returns BONA_OK or BONA_NO_MEMORY.
 */
bona_err bona_spoof(float *live, bona_viewer *viewer, bona_image_view image, const bona_spot *spot);

#endif
