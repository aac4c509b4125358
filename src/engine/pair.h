/* SPDX-License-Identifier: Apache-2.0 */
/* The 3-D test of two pictures: meshes and vectors for the motion layer. */
#ifndef BONA_ENGINE_PAIR_H
#define BONA_ENGINE_PAIR_H

#include "engine/sight.h"

/*
 * Fills motion and direction of the second picture's judged face. Without a landmark network they
 * stay 0, which no pair passes. Returns BONA_OK or BONA_NO_MEMORY.
 */
bona_err bona_pair_test(bona_sight sights[2], bona_picture pictures[2], bona_engine *engine,
                        bona_times *ms);

/* The role of the network that tells persons apart within one check: the pack's cheap one where it
 * has one, since pictures of one sitting are easily told. */
bona_role bona_pair_role(const bona_engine *engine);

#endif
