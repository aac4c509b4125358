/* SPDX-License-Identifier: Apache-2.0 */
/* Memory for a library that asks for it by itself, wiped whenever it goes. */
#ifndef BONA_WIRE_BLOCKS_H
#define BONA_WIRE_BLOCKS_H

#include <stddef.h>

enum { BONA_BLOCKS_MAX = 16 }; /* pieces held at once */

typedef struct bona_block {
    void *data;
    size_t size; /* bytes */
} bona_block;

/* Zeroed = nothing held. */
typedef struct bona_blocks {
    bona_block items[BONA_BLOCKS_MAX];
} bona_blocks;

/* Zeroed memory of that size, holding what was at `data` (NULL = nothing), which is given back;
 * NULL when there is no memory or no place left. */
void *bona_blocks_grow(bona_blocks *blocks, void *data, size_t size);
void bona_blocks_drop(bona_blocks *blocks, void *data); /* NULL is fine */
void bona_blocks_deinit(bona_blocks *blocks);           /* drops all; twice is fine */

#endif
