/* SPDX-License-Identifier: Apache-2.0 */
/* A copy of a pack file with some members replaced. */
#ifndef BONA_EVAL_PACK_EDIT_H
#define BONA_EVAL_PACK_EDIT_H

#include <jansson.h>

#include "base/err.h"

/*
 * Reads the pack file `from`, replaces the members of its object `part` by those of `values` (a new
 * object is made where there is none) and writes it to `to`. File names of networks are made to
 * hold from the new place. Takes `values` over, also on error. Returns BONA_OK, BONA_IO,
 * BONA_BAD_PACK (no JSON object) or BONA_NO_MEMORY.
 */
bona_err bona_pack_edit(const char *from, const char *to, const char *part, json_t *values,
                        bona_note *note);

#endif
