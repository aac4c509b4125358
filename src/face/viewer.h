/* SPDX-License-Identifier: Apache-2.0 */
/* A network of the pack with one thread's memory: crop in, numbers out. */
#ifndef BONA_FACE_VIEWER_H
#define BONA_FACE_VIEWER_H

#include "face/model.h"

typedef struct bona_viewer {
    const bona_model *model;
    bona_run *run; /* made when it is first needed: a plain check needs few of the networks */
} bona_viewer;

/* Borrows the model, which may be without a net. */
void bona_viewer_init(bona_viewer *viewer, const bona_model *model);
void bona_viewer_deinit(bona_viewer *viewer); /* twice is fine */

/* Whether there is a network to look with. */
bool bona_viewer_ready(const bona_viewer *viewer);

/* Takes the memory that a run needs, if it has not been taken yet. Returns BONA_OK or
 * BONA_NO_MEMORY. */
bona_err bona_viewer_wake(bona_viewer *viewer);

/* Where a crop goes: height x width x 3 floats, R G B, 0..255. The viewer is awake. */
float *bona_viewer_pixels(bona_viewer *viewer);

/* Rounds the crop to whole numbers, applies channel order, mean and scale, and runs the network.
 * Uses the pixels up. */
void bona_viewer_go(bona_viewer *viewer);

/* Result of the last run: the output at `index`; for -1 NULL. */
const float *bona_viewer_output(const bona_viewer *viewer, int32_t index);

/* Numbers in that output. */
int32_t bona_viewer_output_size(const bona_viewer *viewer, int32_t index);

#endif
