/* SPDX-License-Identifier: Apache-2.0 */
/* One arena for tensors that live at different times. */
#ifndef BONA_NN_PLAN_H
#define BONA_NN_PLAN_H

#include "base/err.h"

typedef struct bona_buffer {
    size_t bytes;        /* in: a multiple of BONA_ALIGN is kept free for it */
    int32_t first, last; /* in: the steps during which it is needed, both included */
    size_t offset;       /* out: bytes from the start of the arena, a multiple of BONA_ALIGN */
} bona_buffer;

/*
 * Gives every buffer a place such that two that live at the same step never overlap: largest first,
 * each at the lowest free offset. Returns BONA_OK with the size of the arena, or BONA_NO_MEMORY.
 */
bona_err bona_plan(bona_buffer *buffers, int32_t count, size_t *bytes);

#endif
