/* SPDX-License-Identifier: Apache-2.0 */
/* Random pairs for the 3-D test: live heads that turn, heads that only shift, flat photos that move
 * in every way. */
#ifndef BONA_TESTS_SYNTH_PAIRS_H
#define BONA_TESTS_SYNTH_PAIRS_H

#include "synth/synth.h"

typedef enum synth_kind {
    SYNTH_LIVE_TURN,   /* a head turns by 8 to 40 degrees */
    SYNTH_LIVE_SHIFT,  /* a head moves sideways without turning */
    SYNTH_LIVE_STILL,  /* a head stays as it is; noise differs */
    SYNTH_FLAT_MOVED,  /* a photo is shifted, brought nearer, rolled */
    SYNTH_FLAT_TILTED, /* a photo is turned out of the plane */
    SYNTH_FLAT_BENT,   /* a photo is bent about one axis */
    SYNTH_FLAT_MIXED,  /* all of that at once */
    SYNTH_KINDS
} synth_kind;

typedef struct synth_pair {
    synth_picture first, second;
    synth_kind kind;
    float turn_deg;  /* of a live head; 0 for flat ones */
    float direction; /* of a live turn, degrees; 0 else */
} synth_pair;

extern const char *const synth_kind_name[SYNTH_KINDS];

/* Pair `index` of a kind: the same numbers give the same pixels. `width` px, 4:3. False when memory
 * ran out. */
bool synth_pair_make(synth_pair *pair, synth_kind kind, uint64_t index, int32_t width);
void synth_pair_free(synth_pair *pair);

#endif
