/* SPDX-License-Identifier: Apache-2.0 */
/* What an engine is made of, shared by check and match; not installed. */
#ifndef BONA_ENGINE_ENGINE_H
#define BONA_ENGINE_ENGINE_H

#include "engine/pack.h"
#include "face/viewer.h"

/* One thread's working memory: a viewer per network of the pack. */
struct bona_engine {
    const bona_pack *pack;
    bona_viewer viewers[BONA_ROLE_COUNT];
    bona_viewer spoof[BONA_SPOOF_NETS_MAX];
};

#endif
