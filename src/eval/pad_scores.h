/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The scores file: path,label,live,faces,error, one column per anti-spoofing network named by its
 * file, then source, slices, ms and the start of the pack's hash. Names of networks are told from
 * slices by their place: they stand between error and source.
 */
#ifndef BONA_EVAL_PAD_SCORES_H
#define BONA_EVAL_PAD_SCORES_H

#include "eval/pad.h"

/* Adds one line to the file, with the header line first where the file is new. Returns BONA_OK,
 * BONA_IO or BONA_NO_MEMORY. */
bona_err bona_pad_append(const bona_pad_set *set, const bona_pad_item *item, const char *scores,
                         bona_note *note);

/* Whether a column of a scores file holds a network's probability. */
bool bona_pad_is_net(const bona_csv *csv, int32_t column);

#endif
