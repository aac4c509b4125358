/* SPDX-License-Identifier: Apache-2.0 */
/* Draws the random pairs. */
#include "synth/pairs.h"

#include <math.h>
#include <string.h>

const char *const synth_kind_name[SYNTH_KINDS] = { "live_turn",  "live_shift",  "live_still",
                                                   "flat_moved", "flat_tilted", "flat_bent",
                                                   "flat_mixed" };

static synth_camera some_camera(uint64_t *s, int32_t width)
{
    return (synth_camera){ .width = width,
                           .height = width * 3 / 4,
                           .focal = synth_uniform(s, 0.75f, 1.5f),
                           .noise = synth_uniform(s, 0, 6),
                           .blur = synth_uniform(s, 0.2f, 1.3f) * (float)width / 640,
                           .exposure = synth_uniform(s, 0.55f, 1.35f),
                           .seed = (uint64_t)synth_uniform(s, 1, 1e6f) };
}

static synth_light some_light(uint64_t *s)
{
    return (synth_light){ .azimuth = synth_uniform(s, -60, 60),
                          .elevation = synth_uniform(s, 0, 60),
                          .key = synth_uniform(s, 0.3f, 1.0f),
                          .ambient = synth_uniform(s, 0.3f, 0.8f),
                          .warmth = synth_uniform(s, -1, 1) };
}

static void some_scene(synth_scene *scene, uint64_t *s, int32_t width)
{
    synth_scene_default(scene, (uint64_t)synth_uniform(s, 1, 1e6f));
    scene->camera = some_camera(s, width);
    scene->light = some_light(s);
    scene->size = synth_uniform(s, 0.18f, 0.40f);
    scene->x = 0.5f + synth_uniform(s, -0.12f, 0.12f);
    scene->y = 0.45f + synth_uniform(s, -0.04f, 0.06f);
    scene->pose =
        (synth_pose){ synth_uniform(s, -6, 6), synth_uniform(s, -8, 6), synth_uniform(s, -5, 5) };
    scene->gaze_x = synth_uniform(s, -8, 8);
    scene->gaze_y = synth_uniform(s, -5, 5);
}

void synth_scene_any(synth_scene *scene, uint64_t seed, int32_t width)
{
    uint64_t s = seed * 3571 + 17;

    some_scene(scene, &s, width);
    scene->size = synth_uniform(&s, 0, 1) < 0.3f ? synth_uniform(&s, 0.05f, 0.15f)
                                                 : synth_uniform(&s, 0.15f, 0.5f);
    scene->x = 0.5f + synth_uniform(&s, -0.5f, 0.5f) * (0.9f - scene->size);
    scene->y = 0.5f + synth_uniform(&s, -0.3f, 0.2f) * (1 - scene->size);
    scene->pose = (synth_pose){ synth_uniform(&s, -40, 40), synth_uniform(&s, -20, 20),
                                synth_uniform(&s, -20, 20) };
}

/* The second moment of a live head: it drifts a little, blinks now and then, the light and the
 * camera's noise vary. */
static void live_drift(synth_scene *scene, uint64_t *s)
{
    scene->x += synth_uniform(s, -0.03f, 0.03f);
    scene->y += synth_uniform(s, -0.02f, 0.02f);
    scene->size *= synth_uniform(s, 0.94f, 1.06f);
    scene->pose.roll += synth_uniform(s, -4, 4);
    scene->camera.exposure *= synth_uniform(s, 0.92f, 1.08f);
    scene->camera.pan_x += synth_uniform(s, -3, 3);
    scene->camera.pan_y += synth_uniform(s, -3, 3);
    scene->gaze_x += synth_uniform(s, -10, 10);
    scene->eye_open = synth_uniform(s, 0, 1) < 0.12f ? 0.1f : 1;
    scene->mouth_open = synth_uniform(s, 0, 1) < 0.15f ? 5 : 0;
}

static bool live_pair(synth_pair *pair, uint64_t *s, int32_t width)
{
    synth_scene scene;
    synth_pose from;

    some_scene(&scene, s, width);
    if (!synth_draw_head(&pair->first, &scene))
        return false;
    from = scene.pose;
    scene.camera.seed++;
    if (pair->kind != SYNTH_LIVE_STILL)
        live_drift(&scene, s);
    if (pair->kind == SYNTH_LIVE_TURN) {
        float angle = synth_uniform(s, 0, 6.2831853f), turn = synth_uniform(s, 8, 40);

        if (fabsf(sinf(angle)) * turn > 28) /* necks nod less far than they turn */
            turn = 28 / fabsf(sinf(angle));
        scene.pose.yaw += turn * cosf(angle);
        scene.pose.pitch += turn * sinf(angle);
    } else if (pair->kind == SYNTH_LIVE_SHIFT) {
        scene.x += synth_uniform(s, 0.05f, 0.15f) * (synth_uniform(s, -1, 1) < 0 ? -1.0f : 1.0f);
        scene.y += synth_uniform(s, -0.08f, 0.08f);
    }
    if (!synth_draw_head(&pair->second, &scene))
        return false;
    pair->turn_deg = synth_turn_deg(from, scene.pose);
    if (pair->kind == SYNTH_LIVE_TURN)
        pair->direction = synth_direction(&pair->first.truth, &pair->second.truth);
    return true;
}

static float either(uint64_t *s, float low, float high)
{
    return synth_uniform(s, low, high) * (synth_uniform(s, -1, 1) < 0 ? -1.0f : 1.0f);
}

/* What an attacker does with the sheet between the two pictures. */
static void handle(synth_photo *photo, synth_kind kind, uint64_t *s)
{
    bool all = kind == SYNTH_FLAT_MIXED;

    photo->x += synth_uniform(s, -0.03f, 0.03f);
    photo->y += synth_uniform(s, -0.03f, 0.03f);
    photo->pose.roll += synth_uniform(s, -4, 4);
    photo->camera.exposure *= synth_uniform(s, 0.92f, 1.08f);
    if (kind == SYNTH_FLAT_MOVED || all) {
        photo->x += synth_uniform(s, -0.15f, 0.15f);
        photo->y += synth_uniform(s, -0.10f, 0.10f);
        photo->size *= synth_uniform(s, 0.8f, 1.25f);
        photo->pose.roll += synth_uniform(s, -15, 15);
    }
    if (kind == SYNTH_FLAT_TILTED || all) {
        float angle = synth_uniform(s, 0, 6.2831853f), turn = synth_uniform(s, 8, 45);

        photo->pose.yaw += turn * cosf(angle);
        photo->pose.pitch += turn * sinf(angle);
    }
    if (kind == SYNTH_FLAT_BENT || all) {
        if (synth_uniform(s, -1, 1) < 0)
            photo->bend_x += either(s, 0.3f, 1.6f);
        else
            photo->bend_y += either(s, 0.3f, 1.4f);
    }
}

static bool flat_pair(synth_pair *pair, uint64_t *s, int32_t width)
{
    synth_scene scene;
    synth_photo photo;
    synth_picture shown;
    bool ok;

    some_scene(&scene, s, width);
    scene.camera.noise *= 0.3f;
    scene.camera.blur *= 0.5f;
    scene.camera.exposure = 1;
    scene.size = synth_uniform(s, 0.28f, 0.45f);
    if (!synth_draw_head(&shown, &scene))
        return false;
    synth_photo_default(&photo, (uint64_t)synth_uniform(s, 1, 1e6f));
    photo.camera = some_camera(s, width);
    photo.light = some_light(s);
    photo.screen = synth_uniform(s, 0, 1) < 0.4f;
    photo.width_mm = photo.screen ? synth_uniform(s, 120, 340) : synth_uniform(s, 140, 300);
    photo.border = synth_uniform(s, 0, 0.08f);
    photo.size = synth_uniform(s, 0.6f, 1.25f);
    photo.x += synth_uniform(s, -0.05f, 0.05f);
    photo.y += synth_uniform(s, -0.05f, 0.05f);
    photo.pose =
        (synth_pose){ synth_uniform(s, -8, 8), synth_uniform(s, -8, 8), synth_uniform(s, -5, 5) };
    ok = synth_draw_photo(&pair->first, &photo, &shown);
    photo.camera.seed++;
    handle(&photo, pair->kind, s);
    ok = ok && synth_draw_photo(&pair->second, &photo, &shown);
    synth_picture_free(&shown);
    return ok;
}

bool synth_pair_make(synth_pair *pair, synth_kind kind, uint64_t index, int32_t width)
{
    uint64_t s = index * 1000003 + (uint64_t)kind * 7777777 + 42;

    memset(pair, 0, sizeof *pair);
    pair->kind = kind;
    return kind <= SYNTH_LIVE_STILL ? live_pair(pair, &s, width) : flat_pair(pair, &s, width);
}

void synth_pair_free(synth_pair *pair)
{
    synth_picture_free(&pair->first);
    synth_picture_free(&pair->second);
}
