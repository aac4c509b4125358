/* SPDX-License-Identifier: Apache-2.0 */
/* A network of the pack with one thread's memory: crop in, numbers out. */
#ifndef BONA_FACE_READER_H
#define BONA_FACE_READER_H

#include "face/model.h"

typedef struct bona_reader {
    const bona_model *model;
    bona_run *run; /* NULL where the pack has no network for the role */
} bona_reader;

/* Borrows the model. Returns BONA_OK (also for a model without a net) or BONA_NO_MEMORY. */
bona_err bona_reader_init(bona_reader *reader, const bona_model *model);
void bona_reader_deinit(bona_reader *reader); /* twice is fine */

/* Whether there is a network to read with. */
bool bona_reader_ready(const bona_reader *reader);

/* Where a crop goes: height x width x 3 floats, R G B, 0..255. */
float *bona_reader_pixels(bona_reader *reader);

/* Rounds the crop to whole numbers, applies channel order, mean and scale, and runs the network.
 * Uses the pixels up. */
void bona_reader_go(bona_reader *reader);

/* Result of the last run: the output at `index`; for -1 NULL. */
const float *bona_reader_output(const bona_reader *reader, int32_t index);

/* Numbers in that output. */
int32_t bona_reader_output_size(const bona_reader *reader, int32_t index);

#endif
