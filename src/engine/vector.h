/* SPDX-License-Identifier: Apache-2.0 */
/* The identity vector of a face of a picture, for evaluations that compare every picture with every
 * other. */
#ifndef BONA_ENGINE_VECTOR_H
#define BONA_ENGINE_VECTOR_H

#include "base/err.h"

/* Which face of a picture with several: the largest, as everywhere, or the one nearest to the
 * middle, as LFW labels them. */
typedef enum bona_which { BONA_LARGEST, BONA_CENTRAL } bona_which;

/* Numbers of a pack's identity vectors; 0 = it has no network for the role `embed`. */
int32_t bona_pack_vector_size(const bona_pack *pack);

/*
 * Writes the vector (length 1; bona_pack_vector_size numbers). It is a biometric template: the
 * caller wipes it after use and never stores it. Returns BONA_OK, BONA_NO_FACE, what makes a
 * picture unusable, BONA_BAD_ARGUMENT (no such network) or BONA_NO_MEMORY.
 */
bona_err bona_engine_vector(bona_engine *engine, bona_bytes bytes, bona_which which, float *vector);

#endif
