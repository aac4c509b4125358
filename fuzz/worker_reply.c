/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a worker that was broken into may say: whatever is accepted can be read without harm. The
 * input changes bytes of an answer that is right: two bytes of place, one of value, and so on.
 */
#include <math.h>
#include <string.h>

#include "workers/vision.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool picture_safe(const bona_picture *picture)
{
    return picture->face_count >= 0 && picture->judged < BONA_FACES_MAX && picture->judged >= -1 &&
           isfinite(picture->faces[0].box.w) && picture->faces[0].live <= 1;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const bool check = size % 2 == 0;
    bona_vision_ask ask = { .kind = check ? BONA_VISION_CHECK : BONA_VISION_MATCH };
    static bona_vision_reply reply;

    memset(&reply, 0, sizeof reply);
    reply.kind = ask.kind;
    if (check) {
        ask.check.picture_count = reply.check.picture_count = 1;
        reply.check.decision = BONA_LIVE;
        reply.check.pictures[0].face_count = 1;
    } else {
        ask.match.frame_count = 2;
        reply.match.compared = true;
        reply.match.photo.face_count = reply.match.best_frame.face_count = 1;
    }
    for (; size >= 3; data += 3, size -= 3)
        ((uint8_t *)&reply)[((size_t)data[0] << 8 | data[1]) % sizeof reply] = data[2];
    if (!bona_vision_accept(&ask, sizeof ask, &reply, sizeof reply) || reply.err != BONA_OK)
        return 0;
    if (check ? !picture_safe(&reply.check.pictures[0])
              : !picture_safe(&reply.match.photo) || reply.match.frame > 1 ||
                    !(reply.match.score <= 1))
        __builtin_trap();
    return 0;
}
