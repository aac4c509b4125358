/* SPDX-License-Identifier: Apache-2.0 */
/* The pictures of the golden table: drawn heads, and a small part of the shared data. */
#ifndef BONA_TESTS_GOLDEN_PICTURES_H
#define BONA_TESTS_GOLDEN_PICTURES_H

#include "base/buf.h"

typedef struct golden_picture {
    const char *name;  /* of a drawn picture, or a path below shared/data */
    bona_buf files[2]; /* encoded; the second one of a pair */
    int32_t file_count;
} golden_picture;

extern const int32_t golden_drawn_count;
extern const int32_t golden_shared_count;

/* Draws picture `index`, 0 to golden_drawn_count - 1, as PNG. False when memory ran out. */
bool golden_draw(golden_picture *picture, int32_t index);

/* Reads picture `index`, 0 to golden_shared_count - 1, from `folder`. False when it cannot be read.
 */
bool golden_read(golden_picture *picture, int32_t index, const char *folder);

void golden_picture_deinit(golden_picture *picture);

#endif
