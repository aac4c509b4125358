/* SPDX-License-Identifier: Apache-2.0 */
/* What a worker that was broken into may say: whatever is accepted can be read without harm. */
#include <string.h>

#include "workers/vision.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    bona_vision_ask ask = { .kind = BONA_VISION_MATCH };
    static bona_vision_reply reply;

    ask.match.frame_count = 2;
    memset(&reply, 0, sizeof reply);
    memcpy(&reply, data, size < sizeof reply ? size : sizeof reply);
    if (reply.kind == BONA_VISION_CHECK) {
        ask = (bona_vision_ask){ .kind = BONA_VISION_CHECK };
        ask.check.picture_count = 1;
    }
    if (!bona_vision_accept(&ask, sizeof ask, &reply, sizeof reply) || reply.err != BONA_OK)
        return 0;
    if (reply.kind == BONA_VISION_CHECK
            ? reply.check.pictures[0].face_count < 0 || !(reply.check.live <= 1)
            : reply.match.frame > 1 || !(reply.match.score <= 1))
        __builtin_trap();
    return 0;
}
