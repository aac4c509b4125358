/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One picture on its way through the engine: decoded, upright, faces found. Works in pixels of the
 * decoded picture, which may be a reduced one; what goes into a report is in pixels of the
 * submitted picture.
 */
#ifndef BONA_ENGINE_SIGHT_H
#define BONA_ENGINE_SIGHT_H

#include "engine/engine.h"
#include "face/embed.h"
#include "face/find.h"
#include "face/mesh.h"
#include "image/image.h"

/* Share of the judged face that must lie inside the picture: three quarters; below it the face is
 * cut. */
#define BONA_FACE_INSIDE_MIN 0.75f

typedef struct bona_sight {
    bona_image image; /* upright */
    float scale;      /* pixels of `image` per pixel of the submitted picture, ]0,1] */
    bona_found found; /* faces in pixels of `image`, largest first; the first is judged */
    bool cut;         /* the judged face reaches too far over the edge */
    bool meshed;      /* `mesh` was computed, for the judged face */
    bool opened;      /* and how far its eyes and mouth are open */
    bona_mesh mesh;
} bona_sight;

typedef struct bona_sight_ask {
    bona_bytes bytes;
    uint32_t formats; /* set of bona_format; 0 = all */
    uint32_t flags;   /* set of bona_flag */
    bona_limits limits;
} bona_sight_ask;

/*
 * Decodes, turns upright and finds faces; fills `picture` (its err also where the picture is
 * unusable) and adds to `ms`. Returns BONA_OK (look at picture->err) or BONA_NO_MEMORY. `sight` is
 * the caller's to deinit in either case.
 */
bona_err bona_sight_open(bona_sight *sight, bona_picture *picture, bona_engine *engine,
                         const bona_sight_ask *ask, bona_times *ms);
void bona_sight_deinit(bona_sight *sight); /* wipes the pixels; twice is fine */

/* Each of these works on the judged face, which must be there. They return BONA_OK or
 * BONA_NO_MEMORY. The mesh is found with or without the openings of eyes and mouth, whose network
 * costs three times the mesh's; what is there already is not computed again. The vector is that of
 * the network in the role `role`: BONA_ROLE_EMBED or BONA_ROLE_EMBED_PAIR. */
bona_err bona_sight_spoof(const bona_sight *sight, bona_picture *picture, bona_engine *engine,
                          bona_times *ms);
bona_err bona_sight_mesh(bona_sight *sight, bona_picture *picture, bona_engine *engine,
                         bool openings, bona_times *ms);
bona_err bona_sight_embed(const bona_sight *sight, bona_vector *vector, bona_engine *engine,
                          bona_role role, bona_times *ms);

#endif
