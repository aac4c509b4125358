/* SPDX-License-Identifier: Apache-2.0 */
/* Scores to a liveness decision: numbers in, decision and reasons out; no pixels. */
#ifndef BONA_VERDICT_LIVENESS_H
#define BONA_VERDICT_LIVENESS_H

#include "base/err.h"

/* Every shown score is calibrated to decide here (notes in docs/packs.md). */
#define BONA_LIVE_MIN 0.5f

/* What one picture brought. */
typedef struct bona_liveness_picture {
    bona_err err;       /* BONA_OK or a picture error; the rest does not count then */
    int32_t face_count; /* countable faces */
    bool judged;        /* a face could be judged */
    bool cut;           /* the face is too near the edge to be judged */
    float live;         /* passive score, ]0,1]; 0 = not computed */
} bona_liveness_picture;

typedef struct bona_liveness_ask {
    bona_liveness_picture pictures[2];
    int32_t picture_count; /* 1 or 2 */
    bool one_face;         /* more than one face in a picture is an error */
    uint32_t tags;         /* set of bona_tag demanded of the pair; 0 = none */
    float motion; /* 3-D test of the pair, ]0,1], higher = bona fide; 0 = not computed, which fails
                     the pair */
    float direction; /* degrees in ]0,360]; 0 = not computed, which meets no tag */
} bona_liveness_ask;

typedef struct bona_liveness_answer {
    bona_decision decision;
    uint32_t reasons; /* set of bona_reason; 0 exactly when live */
    float live;       /* mean of the passive and motion scores that were computed; 0 = none */
} bona_liveness_answer;

/*
 * Every computed score must reach its own threshold; the mean only informs. A picture without a
 * judgeable face, or one that could not be decoded, leaves the decision open and ends the later
 * tests: the mean is 0 then.
 */
bona_liveness_answer bona_liveness_decide(const bona_liveness_ask *ask);

#endif
