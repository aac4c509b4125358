/* SPDX-License-Identifier: Apache-2.0 */
/* Memory that is wiped when it goes, also where it was too small and realloc would leave it behind;
 * see blocks.h. */
#include "wire/blocks.h"

#include <string.h>

#include "base/mem.h"

static void wipe_and_free(bona_block *old)
{
    bona_wipe(old->data, old->size);
    bona_free(old->data);
    *old = (bona_block){ NULL, 0 };
}

static bona_block *find(bona_blocks *blocks, const void *data)
{
    for (int i = 0; i < BONA_BLOCKS_MAX; i++)
        if (blocks->items[i].data == data)
            return &blocks->items[i];
    return NULL;
}

void *bona_blocks_grow(bona_blocks *blocks, void *data, size_t size)
{
    bona_block *place = find(blocks, data), grown = { NULL, size };

    if (place != NULL)
        grown.data = bona_alloc(size, 1);
    if (grown.data == NULL)
        return NULL;
    if (data != NULL)
        memcpy(grown.data, data, size < place->size ? size : place->size);
    wipe_and_free(place);
    *place = grown;
    return grown.data;
}

void bona_blocks_drop(bona_blocks *blocks, void *data)
{
    bona_block *place = data != NULL ? find(blocks, data) : NULL;

    if (place != NULL)
        wipe_and_free(place);
}

void bona_blocks_deinit(bona_blocks *blocks)
{
    for (int i = 0; i < BONA_BLOCKS_MAX; i++)
        wipe_and_free(&blocks->items[i]);
}
