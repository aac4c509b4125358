/* SPDX-License-Identifier: Apache-2.0 */
/* From evidence to one calibrated number. */
#ifndef BONA_MOTION_SCORE_H
#define BONA_MOTION_SCORE_H

#include "motion/evidence.h"

#define BONA_MOTION_LEAST 0.0001f /* the API reads 0 as "not computed" */

/* ]0,1], higher = bona fide, 0.5 decides; `why` says what spoke loudest against it. */
float bona_motion_score(const bona_evidence *evidence, bona_motion_why *why);

#endif
