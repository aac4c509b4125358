/* SPDX-License-Identifier: Apache-2.0 */
/* The liveness decision; see liveness.h. */
#include "verdict/liveness.h"

#include <assert.h>
#include <math.h>

#include "verdict/challenge.h"

/* Why the faces of the pictures cannot be judged at all. */
static uint32_t acquire_reasons(const bona_liveness_ask *ask)
{
    uint32_t reasons = 0;

    for (int32_t i = 0; i < ask->picture_count; i++) {
        const bona_liveness_picture *picture = &ask->pictures[i];

        if (picture->err != BONA_OK && picture->err != BONA_NO_FACE)
            reasons |= BONA_REASON_BAD_PICTURE;
        else if (picture->cut)
            reasons |= BONA_REASON_FACE_CUT;
        else if (picture->face_count == 0 || !picture->judged)
            reasons |= BONA_REASON_NO_FACE;
        if (ask->one_face && picture->face_count > 1)
            reasons |= BONA_REASON_MULTIPLE_FACES;
    }
    return reasons;
}

static uint32_t test_reasons(const bona_liveness_ask *ask)
{
    uint32_t reasons = 0;

    for (int32_t i = 0; i < ask->picture_count; i++) {
        if (!(ask->pictures[i].live >= BONA_LIVE_MIN))
            reasons |= BONA_REASON_PASSIVE;
    }
    if (ask->picture_count < 2)
        return reasons;
    if (!(ask->motion >= BONA_LIVE_MIN))
        reasons |= BONA_REASON_ACTIVE;
    if (!bona_challenge_met(ask->tags, ask->direction))
        reasons |= BONA_REASON_CHALLENGE;
    return reasons;
}

static float mean_score(const bona_liveness_ask *ask)
{
    float sum = 0, count = 0;

    for (int32_t i = 0; i < ask->picture_count; i++) {
        sum += ask->pictures[i].live;
        count += ask->pictures[i].live > 0 ? 1.0f : 0.0f;
    }
    if (ask->picture_count == 2 && ask->motion > 0) {
        sum += ask->motion;
        count += 1.0f;
    }
    return count > 0 ? sum / count : 0.0f;
}

bona_liveness_answer bona_liveness_decide(const bona_liveness_ask *ask)
{
    bona_liveness_answer answer = { 0 };

    assert(ask->picture_count == 1 || ask->picture_count == 2);
    answer.reasons = acquire_reasons(ask);
    if (answer.reasons != 0) {
        answer.decision = BONA_UNDECIDED;
        return answer;
    }
    answer.reasons = test_reasons(ask);
    answer.live = mean_score(ask);
    answer.decision = answer.reasons == 0 ? BONA_LIVE : BONA_NOT_LIVE;
    return answer;
}
