/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The score: two questions, each a logistic rule, and the doubts are added: did the head turn, and
 * does the picture follow a head's depth rather than a sheet? Factors from
 * tests/motion/train_score.py on drawn pairs and NUAA pairs.
 */
#include "motion/score.h"

#include <math.h>

static float clamp(float v, float low, float high)
{
    return v < low ? low : v > high ? high : v;
}

float bona_motion_score(const bona_evidence *e, bona_motion_why *why)
{
    const float *c = e->cue;
    float turn = 0.5f * (c[BONA_CUE_turn_seen] + c[BONA_CUE_turn_axis]);
    float turned = 1.2f * (turn - 6);
    float solid = 40 * (clamp(c[BONA_CUE_relief_depth], -0.2f, 0.3f) - 0.06f);
    float odds = expf(-turned) + expf(-solid);
    float score = 1 / (1 + odds);

    if (score >= 0.5f)
        *why = BONA_MOTION_FINE;
    else if (solid < turned)
        *why = BONA_MOTION_FLAT;
    else
        *why = c[BONA_CUE_shift] > 0.05f ? BONA_MOTION_NO_TURN : BONA_MOTION_STILL;
    return clamp(score, BONA_MOTION_LEAST, 1);
}
