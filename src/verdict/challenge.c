/* SPDX-License-Identifier: Apache-2.0 */
/* Demanded directions; see challenge.h. */
#include "verdict/challenge.h"

#include <math.h>

static const struct {
    uint32_t tag;
    float degrees;
} directions[] = {
    { BONA_TAG_RIGHT, 360.0f },
    { BONA_TAG_UP, 90.0f },
    { BONA_TAG_LEFT, 180.0f },
    { BONA_TAG_DOWN, 270.0f },
};

float bona_angle_between(float a, float b)
{
    return fabsf(remainderf(a - b, 360.0f));
}

bool bona_challenge_met(uint32_t tags, float direction)
{
    bool pair = (tags & (tags - 1)) != 0;
    float limit = pair ? BONA_CHALLENGE_PAIR_DEG_MAX : BONA_CHALLENGE_DEG_MAX;

    if (tags == 0)
        return true;
    if (!(direction > 0.0f))
        return false;
    for (size_t i = 0; i < sizeof directions / sizeof directions[0]; i++) {
        if ((tags & directions[i].tag) == 0)
            continue;
        if (bona_angle_between(direction, directions[i].degrees) > limit)
            return false;
    }
    return true;
}
