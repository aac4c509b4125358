/* SPDX-License-Identifier: Apache-2.0 */
/* Identity vectors and their similarity. */
#ifndef BONA_FACE_EMBED_H
#define BONA_FACE_EMBED_H

#include "face/viewer.h"
#include "face/spot.h"

/* Length 1; `count` numbers. A vector is a biometric template: wiped after use, never stored. */
typedef struct bona_vector {
    float v[BONA_VECTOR_MAX];
    int32_t count;
} bona_vector;

/* Returns BONA_OK or BONA_NO_MEMORY. */
bona_err bona_embed(bona_vector *vector, bona_viewer *viewer, bona_image_view image,
                    const bona_spot *spot);

/* Cosine of the angle, -1..1, higher = alike; 0 for vectors of different length. */
float bona_similar(const bona_vector *a, const bona_vector *b);

#endif
