/* SPDX-License-Identifier: Apache-2.0 */
/* Making and freeing an engine; see bonafide.h. */
#include "engine/engine.h"

#include "base/mem.h"

bona_err bona_engine_new(bona_engine **engine, const bona_pack *pack)
{
    bona_engine *made = bona_alloc(1, sizeof *made);

    if (made == NULL)
        return BONA_NO_MEMORY;
    made->pack = pack;
    for (int32_t i = 0; i < BONA_ROLE_COUNT; i++)
        bona_viewer_init(&made->viewers[i], &pack->models[i]);
    for (int32_t i = 0; i < pack->spoof_count; i++)
        bona_viewer_init(&made->spoof[i], &pack->spoof[i]);
    *engine = made;
    return BONA_OK;
}

void bona_engine_free(bona_engine *engine)
{
    if (engine == NULL)
        return;
    for (int32_t i = 0; i < BONA_ROLE_COUNT; i++)
        bona_viewer_deinit(&engine->viewers[i]);
    for (int32_t i = 0; i < BONA_SPOOF_NETS_MAX; i++)
        bona_viewer_deinit(&engine->spoof[i]);
    bona_free(engine);
}
