/* SPDX-License-Identifier: Apache-2.0 */
/* The annotated picture of `check --draw`. */
#ifndef BONA_CLI_DRAW_H
#define BONA_CLI_DRAW_H

#include "base/err.h"

/*
 * Writes a PNG of the picture, turned as the report says, with the boxes, points and scores of its
 * faces; the judged face green where it is live, red where not, grey where undecided, the others
 * grey. A picture of 2 MP or more is drawn at the size it was judged at. Returns BONA_OK (nothing
 * is written for a picture that could not be decoded), BONA_IO or BONA_NO_MEMORY.
 */
bona_err bona_draw_report(const char *path, bona_bytes bytes, const bona_picture *picture,
                          bona_decision decision, bona_note *note);

#endif
