/* SPDX-License-Identifier: Apache-2.0 */
/* Shared by the files that turn a graph into steps; see fast.h. */
#ifndef BONA_NN_LOWER_H
#define BONA_NN_LOWER_H

#include "nn/fast.h"

/* What is known of a value while lowering. */
typedef struct bona_place {
    int32_t blocked, plain; /* tensors, -1 = not made yet */
    int32_t uses;           /* operators that read it, plus one for an output of the network */
    int32_t user, maker; /* the last operator that reads it, and the one that makes it; -1 = none */
    int32_t border[4];   /* that its readers want around the blocked form */
} bona_place;

typedef struct bona_lower {
    bona_fast *fast;
    bona_graph *graph;
    bona_note *note;
    bona_place *places; /* per value */
    bool *done;         /* per operator: part of an earlier step */
} bona_lower;

bona_err bona_lower_no_memory(bona_lower *lower);

/* New tensors: blocked with a border, or plain. */
bona_err bona_lower_blocked(bona_lower *lower, const int32_t planes[3], const int32_t border[4],
                            int32_t *tensor);
bona_err bona_lower_plain(bona_lower *lower, int32_t elements, int32_t *tensor);

/* A new step, with its tensors unset. */
bona_err bona_lower_step(bona_lower *lower, bona_step_kind kind, bona_step **step);

/* A value's tensor in that form, converted by a new step where it is not there yet. */
bona_err bona_lower_need_blocked(bona_lower *lower, int32_t value, int32_t *tensor);
bona_err bona_lower_need_plain(bona_lower *lower, int32_t value, int32_t *tensor);
/* A new blocked tensor for a value, with the border its readers want. */
bona_err bona_lower_result(bona_lower *lower, int32_t value, int32_t *tensor);

/* The only operator that reads a value, if it is of that kind and nothing else reads the value;
 * else -1. */
int32_t bona_lower_follower(const bona_lower *lower, int32_t value, bona_op_kind kind);

/* Takes an activation that follows `*value` into `finish` (CLIP and PRELU; any other if `any`);
 * moves `*value` on. */
bona_err bona_lower_finish(bona_lower *lower, int32_t *value, bool any, bona_finish *finish);
/* Takes an addition that follows `*value`, if its other operand is there already. */
bona_err bona_lower_residual(bona_lower *lower, int32_t *value, int32_t *residual);

/* `count` floats, of which the first `used` are copied from `from` (NULL = zeros). */
bona_err bona_lower_floats(bona_lower *lower, const float *from, int32_t used, int32_t count,
                           const float **floats);

/* Lower one operator. `done` says whether it was; if not, it runs as reference kernel. */
typedef bona_err bona_lower_op(bona_lower *lower, const bona_op *op, bool *done);
bona_lower_op bona_lower_conv, bona_lower_gemm, bona_lower_binary, bona_lower_map;
bona_lower_op bona_lower_pool, bona_lower_resize, bona_lower_pad, bona_lower_concat;
bona_lower_op bona_lower_transpose, bona_lower_reshape;

#endif
