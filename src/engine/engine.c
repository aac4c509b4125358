/* SPDX-License-Identifier: Apache-2.0 */
/* Making and freeing an engine; see bonafide.h. */
#include "engine/engine.h"

#include "base/mem.h"

bona_err bona_engine_new(bona_engine **engine, const bona_pack *pack)
{
    bona_engine *made = bona_alloc(1, sizeof *made);
    bona_err err = made != NULL ? BONA_OK : BONA_NO_MEMORY;

    if (err == BONA_OK)
        made->pack = pack;
    for (int32_t i = 0; i < BONA_ROLE_COUNT && err == BONA_OK; i++)
        err = bona_viewer_init(&made->viewers[i], &pack->models[i]);
    for (int32_t i = 0; err == BONA_OK && i < pack->spoof_count; i++)
        err = bona_viewer_init(&made->spoof[i], &pack->spoof[i]);
    if (err != BONA_OK) {
        bona_engine_free(made);
        return err;
    }
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
