/* SPDX-License-Identifier: Apache-2.0 */
/* A loaded pack: networks by role, fusion, maps. Read only after loading; docs/packs.md describes
 * the file. */
#ifndef BONA_ENGINE_PACK_H
#define BONA_ENGINE_PACK_H

#include "face/model.h"
#include "verdict/fusion.h"
#include "verdict/map.h"

typedef enum bona_role {
    BONA_ROLE_DETECT,
    BONA_ROLE_DETECT_LARGE,
    BONA_ROLE_LANDMARK,
    BONA_ROLE_OPENING,
    BONA_ROLE_EMBED,
    BONA_ROLE_EMBED_PAIR,
    BONA_ROLE_QUALITY,
    BONA_ROLE_OCCLUSION,
    BONA_ROLE_COUNT
} bona_role;

struct bona_pack {
    char name[64];
    char folder[4096]; /* of the pack file, with the final slash; empty = built in or the working
                          folder */
    bona_model models[BONA_ROLE_COUNT];
    bona_model spoof[BONA_SPOOF_NETS_MAX];
    int32_t spoof_count;
    bona_fusion fusion;
    bona_map quality_map;      /* answer of the quality network to 0..100 */
    bona_map match_map;        /* similarity to verification score */
    float match_threshold;     /* same person above it */
    float pair_similarity_min; /* two live pictures below it show different persons; for vectors of
                                  embed_pair where the pack has it */
    char match_method[256];
};

const char *bona_role_name(bona_role role);

enum { BONA_PACK_MODELS_MAX = BONA_ROLE_COUNT + BONA_SPOOF_NETS_MAX };

/* One loaded network for lists: its role ("spoof" may come several times) and what the pack says of
 * it. */
typedef struct bona_pack_row {
    const char *role;
    const bona_model *model;
} bona_pack_row;

/* The loaded networks, in a fixed order; returns how many. */
int32_t bona_pack_rows(const bona_pack *pack, bona_pack_row rows[BONA_PACK_MODELS_MAX]);

/* Loads with kernels of one kind, for tests and comparisons; bona_pack_load takes the best. */
bona_err bona_pack_load_for(bona_pack **pack, const char *path, bona_isa isa, bona_note *note);

#endif
