/* SPDX-License-Identifier: Apache-2.0 */
/* The questions that go through the wall: bona_check and bona_match with pictures that lie in a
 * slab. */
#ifndef BONA_WORKERS_VISION_H
#define BONA_WORKERS_VISION_H

#include "workers/crew.h"

/* An encoded picture inside the slab. */
typedef struct bona_slice {
    uint64_t offset, size; /* bytes; offset as bona_slab_reserve gave it */
} bona_slice;

typedef enum bona_vision_kind { BONA_VISION_CHECK = 1, BONA_VISION_MATCH = 2 } bona_vision_kind;

/* Fields as in bona_check_ask. */
typedef struct bona_vision_check {
    bona_slice pictures[2];
    int32_t picture_count;
    uint32_t tags, formats, flags;
    bona_limits limits;
} bona_vision_check;

/* Fields as in bona_match_ask. */
typedef struct bona_vision_match {
    bona_slice photo;
    bona_slice frames[BONA_FRAMES_MAX];
    int32_t frame_count;
    uint32_t photo_formats, frame_formats, photo_flags;
    bona_limits photo_limits, frame_limits;
} bona_vision_match;

typedef struct bona_vision_ask {
    bona_vision_kind kind;
    union {
        bona_vision_check check;
        bona_vision_match match;
    };
} bona_vision_ask;

typedef struct bona_vision_reply {
    bona_vision_kind kind; /* that of the question */
    bona_err err; /* what bona_check or bona_match returned; the report holds for BONA_OK */
    union {
        bona_check_report check;
        bona_match_report match;
    };
} bona_vision_reply;

/* The table for bona_crew_new over a loaded pack, which has to outlive the crew. Its `accept` is
 * bona_vision_accept. */
bona_work bona_vision_work(const bona_pack *pack);

/* bona_crew_submit for such a question. The outcome's `reply` is a bona_vision_reply. Same returns.
 */
bona_err bona_vision_submit(bona_crew *crew, const bona_vision_ask *ask, bona_slab *slab,
                            bona_crew_done done, void *arg, uint64_t *id);

/*
 * Whether `reply` can be an answer to `ask`: size, enums, booleans, counts, ranges, finite numbers.
 * Workers read pictures of strangers, so their answers are input from outside.
 */
bool bona_vision_accept(const void *ask, size_t ask_size, const void *reply, size_t reply_size);

#endif
