/* SPDX-License-Identifier: Apache-2.0 */
/* Was a demanded direction of movement met? Angles: degrees counter-clockwise as seen on screen,
 * 360 = to larger x, 90 = to smaller y. */
#ifndef BONA_VERDICT_CHALLENGE_H
#define BONA_VERDICT_CHALLENGE_H

#include "base/err.h"

/* Largest deviation from a demanded direction, degrees; the second where two perpendicular ones
 * were demanded (BWS spec, 6.1). */
#define BONA_CHALLENGE_DEG_MAX      45.0f
#define BONA_CHALLENGE_PAIR_DEG_MAX 60.0f

/*
 * Whether `direction` (degrees in ]0,360]; 0 = not measured, meets nothing) meets every direction
 * of `tags`, a set of bona_tag. The empty set is always met, opposite directions never are.
 */
bool bona_challenge_met(uint32_t tags, float direction);

/* Smallest angle between two directions, degrees 0..180. */
float bona_angle_between(float a, float b);

#endif
