/* SPDX-License-Identifier: Apache-2.0 */
/* Quality and occlusion of the judged face. Each returns BONA_OK or BONA_NO_MEMORY. */
#ifndef BONA_ENGINE_QUALITY_H
#define BONA_ENGINE_QUALITY_H

#include "engine/sight.h"

/* Fills pose and every quality measure that the pack allows, visibility included. */
bona_err bona_sight_quality(bona_sight *sight, bona_picture *picture, bona_engine *engine,
                            bona_times *ms);

/* What the quality network answers, mapped to 0..100; the pack must have one. */
bona_err bona_sight_recognisable(float *quality, const bona_sight *sight, bona_engine *engine,
                                 bona_times *ms);

/* Visibility of eyes, nose and mouth under which a face counts as covered, 0..100. */
#define BONA_VISIBLE_MIN 50.0f

/* Whether eyes, nose or mouth are covered, from the measures that bona_sight_quality filled. */
bool bona_quality_covered(const bona_quality *quality);

#endif
