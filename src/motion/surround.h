/* SPDX-License-Identifier: Apache-2.0 */
/* What stands around the face: does it go with the face, like the rest of a sheet or screen, or
 * does it stay? */
#ifndef BONA_MOTION_SURROUND_H
#define BONA_MOTION_SURROUND_H

#include "motion/rigid.h"
#include "motion/wide.h"

/*
 * Compares a ring around the face in the first picture with the second picture at the same place,
 * and at the place to which the face's shift, scale and roll would carry it. -1 = it stays .. 1 =
 * it goes along; 0 where both fit alike.
 */
float bona_surround_follows(const bona_motion_view *first, const bona_motion_view *second,
                            const bona_rigid *rigid);

#endif
