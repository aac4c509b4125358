/* SPDX-License-Identifier: Apache-2.0 */
/* One picture through the engine; see sight.h. */
#include "engine/sight.h"

#include <assert.h>
#include <math.h>

#include "base/clock.h"
#include "base/mem.h"
#include "face/spoof.h"
#include "image/decode.h"
#include "image/orient.h"

void bona_sight_deinit(bona_sight *sight)
{
    if (sight->image.rgb != NULL)
        bona_wipe(sight->image.rgb, (size_t)sight->image.stride * (size_t)sight->image.height);
    bona_image_deinit(&sight->image);
    *sight = (bona_sight){ 0 };
}

static bona_err decode(bona_sight *sight, bona_picture *picture, const bona_sight_ask *ask)
{
    bona_image_info info = { 0 };
    bona_err err = bona_image_decode(&sight->image, ask->bytes, ask->formats, &ask->limits, true,
                                     &info, &sight->scale, NULL);
    bool aside = info.orientation >= 5 &&
                 (ask->flags & BONA_KEEP_EXIF) == 0; /* EXIF 5 to 8 swap the sides */

    if (err == BONA_OK && (ask->flags & BONA_KEEP_EXIF) == 0)
        err = bona_image_orient(&sight->image, info.orientation);
    picture->err = err;
    if (err != BONA_OK)
        return err == BONA_NO_MEMORY ? BONA_NO_MEMORY : BONA_OK;
    picture->format = info.format;
    picture->width = aside ? info.height : info.width;
    picture->height = aside ? info.width : info.height;
    return BONA_OK;
}

static bona_err turn(bona_sight *sight, bona_picture *picture)
{
    bona_image turned = { 0 };
    int32_t width = picture->width;
    bona_err err;

    if (sight->found.degrees == 0)
        return BONA_OK;
    err = bona_image_turn(&turned, bona_image_look(&sight->image), sight->found.degrees);
    if (err != BONA_OK)
        return BONA_NO_MEMORY;
    bona_wipe(sight->image.rgb, (size_t)sight->image.stride * (size_t)sight->image.height);
    bona_image_deinit(&sight->image);
    sight->image = turned;
    picture->rotated = sight->found.degrees;
    if (sight->found.degrees != 180) {
        picture->width = picture->height;
        picture->height = width;
    }
    return BONA_OK;
}

static void report_faces(bona_picture *picture, const bona_sight *sight)
{
    const bona_spots *faces = &sight->found.faces;
    int32_t shown = faces->count < BONA_FACES_MAX ? faces->count : BONA_FACES_MAX;

    picture->face_count = faces->count;
    picture->judged = faces->count > 0 ? 0 : -1;
    for (int32_t i = 0; i < shown; i++) {
        bona_spot spot = faces->items[i];
        bona_face *face = &picture->faces[i];

        bona_spot_scale(&spot, 1.0f / sight->scale);
        face->box = spot.box;
        for (int32_t p = 0; p < BONA_POINTS; p++)
            face->points[p] = spot.points[p];
        face->confidence = spot.confidence;
        face->yaw = face->pitch = face->roll = NAN;
        face->quality = (bona_quality){ -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1 };
    }
}

/* An eye or a corner of the mouth outside the picture, or too much of the face. */
static bool is_cut(const bona_spot *spot, const bona_image *image)
{
    float width = (float)image->width, height = (float)image->height;

    for (int32_t i = 0; i < BONA_POINTS; i++) {
        bona_point p = spot->points[i];

        if (p.x < 0 || p.y < 0 || p.x > width || p.y > height)
            return true;
    }
    return bona_spot_inside(spot, width, height) < BONA_FACE_INSIDE_MIN;
}

bona_err bona_sight_open(bona_sight *sight, bona_picture *picture, bona_engine *engine,
                         const bona_sight_ask *ask, bona_times *ms)
{
    bona_find_ask find = { .turn = (ask->flags & BONA_BEST_TURN) != 0   ? BONA_TURN_BEST
                                   : (ask->flags & BONA_FIND_TURN) != 0 ? BONA_TURN_NEEDED
                                                                        : BONA_TURN_NONE };
    int64_t start = bona_clock_thread_ns();
    bona_err err;

    *sight = (bona_sight){ .scale = 1 };
    *picture = (bona_picture){ .judged = -1 };
    err = decode(sight, picture, ask);
    ms->decode += (float)bona_clock_thread_ms_since(start);
    if (err != BONA_OK || picture->err != BONA_OK)
        return err;
    start = bona_clock_thread_ns();
    find.image = bona_image_look(&sight->image);
    find.scale = sight->scale;
    err = bona_find(&sight->found, &engine->viewers[BONA_ROLE_DETECT],
                    &engine->viewers[BONA_ROLE_DETECT_LARGE], &find);
    if (err == BONA_OK)
        err = turn(sight, picture);
    ms->detect += (float)bona_clock_thread_ms_since(start);
    if (err != BONA_OK)
        return err;
    report_faces(picture, sight);
    if (picture->judged >= 0)
        sight->cut = is_cut(&sight->found.faces.items[0], &sight->image);
    return BONA_OK;
}

bona_err bona_sight_spoof(const bona_sight *sight, bona_picture *picture, bona_engine *engine,
                          bona_times *ms)
{
    const bona_spot *spot = &sight->found.faces.items[0];
    bona_face *face = &picture->faces[0];
    int64_t start = bona_clock_thread_ns();
    bona_err err = BONA_OK;

    assert(picture->judged == 0);
    for (int32_t i = 0; i < engine->pack->spoof_count && err == BONA_OK; i++)
        err =
            bona_spoof(&face->raw_live[i], &engine->spoof[i], bona_image_look(&sight->image), spot);
    if (err == BONA_OK)
        face->live = bona_fusion_shown(&engine->pack->fusion, face->raw_live);
    ms->spoof += (float)bona_clock_thread_ms_since(start);
    return err;
}

bona_err bona_sight_mesh(bona_sight *sight, bona_picture *picture, bona_engine *engine,
                         bool openings, bona_times *ms)
{
    bona_viewer none = { 0 }, *landmark = &engine->viewers[BONA_ROLE_LANDMARK],
                *opening = openings ? &engine->viewers[BONA_ROLE_OPENING] : &none;
    bona_face *face = &picture->faces[0];
    int64_t start = bona_clock_thread_ns();
    bona_err err;

    assert(picture->judged == 0);
    if (!bona_viewer_ready(landmark) || (sight->meshed && (sight->opened || !openings)))
        return BONA_OK;
    err = bona_mesh_find(&sight->mesh, landmark, opening, bona_image_look(&sight->image),
                         &sight->found.faces.items[0]);
    ms->landmark += (float)bona_clock_thread_ms_since(start);
    if (err != BONA_OK)
        return err;
    sight->meshed = true;
    sight->opened = openings;
    face->yaw = sight->mesh.yaw;
    face->pitch = sight->mesh.pitch;
    face->roll = sight->mesh.roll;
    return BONA_OK;
}

bona_err bona_sight_embed(const bona_sight *sight, bona_vector *vector, bona_engine *engine,
                          bona_role role, bona_times *ms)
{
    int64_t start = bona_clock_thread_ns();
    bona_err err = bona_embed(vector, &engine->viewers[role], bona_image_look(&sight->image),
                              &sight->found.faces.items[0]);

    ms->embed += (float)bona_clock_thread_ms_since(start);
    return err;
}
