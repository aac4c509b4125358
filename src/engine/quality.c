/* SPDX-License-Identifier: Apache-2.0 */
/* Quality of the judged face; see quality.h. */
#include "engine/quality.h"

#include <math.h>

#include "base/clock.h"
#include "base/mem.h"
#include "face/crop.h"
#include "face/measure.h"
#include "face/occlusion.h"

bona_err bona_sight_recognisable(float *quality, const bona_sight *sight, bona_engine *engine,
                                 bona_times *ms)
{
    bona_viewer *viewer = &engine->viewers[BONA_ROLE_QUALITY];
    int64_t start = bona_clock_thread_ns();
    bona_err err =
        bona_crop(viewer, bona_image_look(&sight->image), &sight->found.faces.items[0], NULL);

    if (err != BONA_OK)
        return err;
    bona_viewer_go(viewer);
    *quality = bona_map_at(&engine->pack->quality_map,
                           bona_viewer_output(viewer, viewer->model->decode.output)[0]);
    ms->quality += (float)bona_clock_thread_ms_since(start);
    return BONA_OK;
}

static bona_err measure_pixels(bona_quality *q, const bona_sight *sight)
{
    bona_patch *patch = bona_alloc(1, sizeof *patch);
    bona_err err = patch != NULL ? bona_patch_cut(patch, bona_image_look(&sight->image),
                                                  &sight->found.faces.items[0])
                                 : BONA_NO_MEMORY;

    if (err == BONA_OK) {
        q->exposure = bona_measure_exposure(patch);
        q->contrast = bona_measure_contrast(patch);
        q->sharpness = bona_measure_sharpness(patch);
        bona_wipe(patch, sizeof *patch);
    }
    bona_free(patch);
    return err;
}

static void measure_shape(bona_quality *q, const bona_sight *sight, const bona_face *face)
{
    float eyes =
        hypotf(face->points[1].x - face->points[0].x, face->points[1].y - face->points[0].y);

    q->face_size = bona_measure_face_size(eyes, face->yaw);
    if (!sight->meshed)
        return;
    q->pose = bona_measure_pose(&sight->mesh);
    q->eyes_open = bona_measure_eyes_open(&sight->mesh);
    q->mouth_closed = bona_measure_mouth_closed(&sight->mesh);
}

static bona_err measure_visible(bona_quality *q, const bona_sight *sight, bona_engine *engine)
{
    bona_visible visible = { -1, -1, -1 };
    bona_err err = bona_visible_find(&visible, &engine->viewers[BONA_ROLE_OCCLUSION],
                                     bona_image_look(&sight->image), &sight->found.faces.items[0]);

    q->eyes_visible = visible.eyes;
    q->nose_visible = visible.nose;
    q->mouth_visible = visible.mouth;
    return err;
}

bona_err bona_sight_quality(bona_sight *sight, bona_picture *picture, bona_engine *engine,
                            bona_times *ms)
{
    bona_face *face = &picture->faces[0];
    bona_err err = bona_sight_mesh(sight, picture, engine, true, ms);
    int64_t start = bona_clock_thread_ns();

    if (err == BONA_OK)
        err = measure_pixels(&face->quality, sight);
    if (err == BONA_OK)
        measure_shape(&face->quality, sight, face);
    if (err == BONA_OK && bona_viewer_ready(&engine->viewers[BONA_ROLE_OCCLUSION]))
        err = measure_visible(&face->quality, sight, engine);
    ms->quality += (float)bona_clock_thread_ms_since(start);
    if (err == BONA_OK && bona_viewer_ready(&engine->viewers[BONA_ROLE_QUALITY]))
        err = bona_sight_recognisable(&face->quality.unified, sight, engine, ms);
    return err;
}

static bool is_covered(float visible)
{
    return visible >= 0 && visible < BONA_VISIBLE_MIN;
}

bool bona_quality_covered(const bona_quality *quality)
{
    return is_covered(quality->eyes_visible) || is_covered(quality->nose_visible) ||
           is_covered(quality->mouth_visible);
}
