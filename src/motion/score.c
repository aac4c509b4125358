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

/*
 * Did the head turn? Half the angle along the line of sight and half that against the camera's
 * axis, since the focal length is unknown; a face that also travelled far must have turned more. In
 * degrees beyond what is asked.
 */
static float turn_beyond(const float *c)
{
    const float turn_deg = 5.2f, per_height_deg = 8, free_heights = 0.1f;
    float turn = 0.5f * (c[BONA_CUE_turn_seen] + c[BONA_CUE_turn_axis]);

    return turn - turn_deg - per_height_deg * fmaxf(0, c[BONA_CUE_shift] - free_heights);
}

/*
 * Is it a head's depth that moved? Three witnesses, each a sine of the turn: what the meshes claim,
 * what the pixels show under the law of a head, and what they still show once everything a bent
 * sheet can do is taken out. The last one is the hardest to fake and counts double, but it fades
 * when a large turn changes the looks of the skin. Of 281 flat and bent photos of the tuning pairs
 * 280 stay below 0.208, turns of 8 degrees lie above 0.261.
 */
static float depth_beyond(const float *c)
{
    const float depth_asked = 0.222f, most = 0.5f;

    return 0.5f * clamp(c[BONA_CUE_mesh_depth], 0, most) +
           0.5f * clamp(c[BONA_CUE_head_depth], -most, most) +
           clamp(c[BONA_CUE_relief_depth], -0.2f, most) - depth_asked;
}

float bona_motion_score(const bona_evidence *e, bona_motion_why *why)
{
    const float per_degree = 1.2f, per_depth = 40;
    float turned = per_degree * turn_beyond(e->cue), solid = per_depth * depth_beyond(e->cue);
    float score = 1 / (1 + expf(-turned) + expf(-solid));

    if (score >= 0.5f)
        *why = BONA_MOTION_FINE;
    else if (turned >= 0)
        *why = BONA_MOTION_FLAT;
    else
        *why = e->cue[BONA_CUE_shift] > 0.05f ? BONA_MOTION_NO_TURN : BONA_MOTION_STILL;
    return clamp(score, BONA_MOTION_LEAST, 1);
}
