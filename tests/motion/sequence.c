/* SPDX-License-Identifier: Apache-2.0 */
/* The engine's steps up to the motion layer; see sequence.h. */
#include "motion/sequence.h"

#include <math.h>
#include <string.h>

#include "engine/pair.h"
#include "face/embed.h"

bool moment_open(moment *m, bona_engine *engine, bona_bytes bytes)
{
    bona_sight_ask ask = { .bytes = bytes };
    bona_times ms = { 0 };
    bona_err err;

    memset(m, 0, sizeof *m);
    err = bona_sight_open(&m->sight, &m->picture, engine, &ask, &ms);
    if (err != BONA_OK || m->picture.err != BONA_OK || m->picture.face_count == 0)
        return err == BONA_OK;
    err = bona_sight_mesh(&m->sight, &m->picture, engine, false, &ms);
    if (err == BONA_OK)
        err = bona_sight_spoof(&m->sight, &m->picture, engine, &ms);
    if (err == BONA_OK)
        err = bona_sight_embed(&m->sight, &m->vector, engine, bona_pair_role(engine), &ms);
    if (err != BONA_OK)
        return false;
    m->usable = m->sight.meshed && m->sight.mesh.count == BONA_MESH_POINTS;
    for (int32_t n = 0; n < BONA_MESH_POINTS; n++)
        m->mesh[n] =
            (bona_mesh_point){ m->sight.mesh.x[n], m->sight.mesh.y[n], m->sight.mesh.z[n] };
    return true;
}

void moment_close(moment *m)
{
    bona_sight_deinit(&m->sight);
}

static bona_motion_view view_of(const moment *m)
{
    const bona_spot *spot = &m->sight.found.faces.items[0];
    bona_motion_view view = { .image = bona_image_look(&m->sight.image),
                              .box = spot->box,
                              .mesh = m->mesh };

    memcpy(view.points, spot->points, sizeof view.points);
    return view;
}

bona_motion_result moment_pair(const moment *first, const moment *second, float similarity_min,
                               float *similarity)
{
    bona_motion_ask ask = { .first = view_of(first), .second = view_of(second) };
    bona_motion_result result = { 0 };

    *similarity = bona_similar(&first->vector, &second->vector);
    if (bona_motion_measure(&result, &ask, NULL) != BONA_OK)
        result.motion = NAN;
    if (result.doubt_person)
        bona_motion_settle_person(&result, *similarity, similarity_min);
    return result;
}
