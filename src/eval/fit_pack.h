/* SPDX-License-Identifier: Apache-2.0 */
/* Calibration on an operator's own pictures, written into a pack file; how far it carries is shown
 * on held-out sources. */
#ifndef BONA_EVAL_FIT_PACK_H
#define BONA_EVAL_FIT_PACK_H

#include "eval/fit.h"
#include "eval/match.h"
#include "eval/pad_rates.h"

/*
 * Fits fusion weights and threshold to the raw probabilities of a set and writes the pack at `from`
 * (a file) with the new `fusion` to `to`. `out` receives the table: error rates with every source
 * left out in turn, next to those on the fitted pictures themselves. Returns BONA_OK,
 * BONA_BAD_CONFIG (one class only, no raw probabilities), BONA_IO, BONA_BAD_PACK or BONA_NO_MEMORY.
 */
bona_err bona_pad_fit(bona_buf *out, const bona_pad_set *set, const char *from, const char *to,
                      bona_note *note);

/*
 * Fits the map from similarity to verification score to all comparisons of different people and
 * writes the pack at `from` with the new `match.map` and `match.method` to `to`. `out` receives the
 * table: fitted on half of the people, measured on the others. Returns as bona_pad_fit.
 */
bona_err bona_match_fit_pack(bona_buf *out, const bona_match_set *set, const char *from,
                             const char *to, bona_note *note);

#endif
