/* SPDX-License-Identifier: Apache-2.0 */
/* Two pictures for the motion layer; see pair.h. */
#include "engine/pair.h"

#include <math.h>

#include "base/clock.h"
#include "base/mem.h"
#include "motion/motion.h"

bona_role bona_pair_role(const bona_engine *engine)
{
    return bona_viewer_ready(&engine->viewers[BONA_ROLE_EMBED_PAIR]) ? BONA_ROLE_EMBED_PAIR
                                                                     : BONA_ROLE_EMBED;
}

/* Cosine of the two faces; NAN where the pack has no identity network. */
static bona_err pair_similarity(float *similarity, const bona_sight sights[2], bona_engine *engine,
                                bona_times *ms)
{
    bona_vector vectors[2] = { 0 };
    bona_role role = bona_pair_role(engine);
    bona_err err = BONA_OK;

    *similarity = NAN;
    if (!bona_viewer_ready(&engine->viewers[role]))
        return BONA_OK;
    for (int32_t i = 0; i < 2 && err == BONA_OK; i++)
        err = bona_sight_embed(&sights[i], &vectors[i], engine, role, ms);
    if (err == BONA_OK)
        *similarity = bona_similar(&vectors[0], &vectors[1]);
    bona_wipe(vectors, sizeof vectors);
    return err;
}

/* What the motion layer sees of a picture; `points` has room for the mesh, which is handed on only
 * when it is whole. */
static bona_motion_view motion_view(const bona_sight *sight, bona_mesh_point *points)
{
    const bona_spot *spot = &sight->found.faces.items[0];
    bona_motion_view view = { .image = bona_image_look(&sight->image), .box = spot->box };

    for (int32_t i = 0; i < BONA_POINTS; i++)
        view.points[i] = spot->points[i];
    if (!sight->meshed || sight->mesh.count != BONA_MESH_POINTS)
        return view;
    for (int32_t i = 0; i < BONA_MESH_POINTS; i++)
        points[i] = (bona_mesh_point){ sight->mesh.x[i], sight->mesh.y[i], sight->mesh.z[i] };
    view.mesh = points;
    return view;
}

static bona_err measure(bona_motion_result *result, const bona_sight sights[2],
                        bona_mesh_point *points, bona_times *ms)
{
    bona_motion_ask ask = { .first = motion_view(&sights[0], points),
                            .second = motion_view(&sights[1], points + BONA_MESH_POINTS) };
    int64_t start = bona_clock_thread_ns();
    bona_err err = bona_motion_measure(result, &ask, NULL);

    ms->motion += (float)bona_clock_thread_ms_since(start);
    /* A face that cannot be measured keeps motion 0, which no pair passes. */
    return err == BONA_NO_MEMORY ? BONA_NO_MEMORY : BONA_OK;
}

/* The vectors may cost as much as the passive test: they are asked only in doubt. */
static bona_err settle_person(bona_motion_result *result, const bona_sight sights[2],
                              bona_engine *engine, bona_times *ms)
{
    float similarity = NAN;
    bona_err err = pair_similarity(&similarity, sights, engine, ms);

    if (err == BONA_OK && !isnan(similarity))
        bona_motion_settle_person(result, similarity, engine->pack->pair_similarity_min);
    return err;
}

bona_err bona_pair_test(bona_sight sights[2], bona_picture pictures[2], bona_engine *engine,
                        bona_times *ms)
{
    bona_mesh_point *points = bona_alloc(2 * BONA_MESH_POINTS, sizeof *points);
    bona_motion_result result = { 0 };
    bona_err err = points != NULL ? BONA_OK : BONA_NO_MEMORY;

    for (int32_t i = 0; i < 2 && err == BONA_OK; i++)
        err = bona_sight_mesh(&sights[i], &pictures[i], engine, false, ms);
    if (err == BONA_OK)
        err = measure(&result, sights, points, ms);
    if (err == BONA_OK && result.doubt_person)
        err = settle_person(&result, sights, engine, ms);
    if (err == BONA_OK) {
        pictures[1].faces[0].motion = result.motion;
        pictures[1].faces[0].direction = result.direction;
    }
    bona_free(points);
    return err;
}
