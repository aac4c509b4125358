/* SPDX-License-Identifier: Apache-2.0 */
/* Runs a whole graph with the reference kernels. */
#ifndef BONA_NN_PLAIN_H
#define BONA_NN_PLAIN_H

#include "nn/graph.h"

typedef struct bona_plain {
    const bona_graph *graph; /* borrowed */
    size_t *offset;          /* of each value in the arena, bytes */
    size_t input;            /* H x W x C as the caller writes it, bytes */
    size_t bytes;            /* of the arena */
} bona_plain;

/* Returns BONA_OK, BONA_NO_MEMORY, or BONA_BAD_MODEL where the arena would be too large. */
bona_err bona_plain_init(bona_plain *plain, const bona_graph *graph, bona_note *note);
void bona_plain_deinit(bona_plain *plain);

void bona_plain_go(const bona_plain *plain, uint8_t *arena);

/* Interleaved pixels to planes. */
void bona_plain_split(const float *pixels, int32_t channels, int32_t plane, float *planes);

#endif
