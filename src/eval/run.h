/* SPDX-License-Identifier: Apache-2.0 */
/* Work over a list with one engine per core, a progress line on a terminal, and results as they
 * come. */
#ifndef BONA_EVAL_RUN_H
#define BONA_EVAL_RUN_H

#include "base/err.h"

/* Does item `index`. Called on several threads at once, each with an engine of its own. Any error
 * ends the run. */
typedef bona_err (*bona_eval_work)(void *state, bona_engine *engine, int64_t index,
                                   bona_note *note);

/*
 * Does the items 0..count-1 on `threads` threads (0 = one per core). `label` heads the progress
 * line, which is shown only where standard error is a terminal. The pack is borrowed. Returns
 * BONA_OK, BONA_NO_MEMORY or the first error of the work.
 */
bona_err bona_eval_run(const bona_pack *pack, int32_t threads, int64_t count, bona_eval_work work,
                       void *state, const char *label, bona_note *note);

#endif
