/* SPDX-License-Identifier: Apache-2.0 */
/* People and usual scenes from a seed. */
#include "synth/parts.h"

#include <string.h>

static void colours(synth_person *p, uint64_t *s)
{
    static const float skins[6][3] = { { 0.72f, 0.47f, 0.37f },  { 0.62f, 0.40f, 0.30f },
                                       { 0.55f, 0.33f, 0.22f },  { 0.40f, 0.23f, 0.15f },
                                       { 0.24f, 0.13f, 0.085f }, { 0.66f, 0.45f, 0.33f } };
    static const float hairs[5][3] = { { 0.015f, 0.012f, 0.010f },
                                       { 0.05f, 0.028f, 0.017f },
                                       { 0.11f, 0.06f, 0.03f },
                                       { 0.35f, 0.22f, 0.10f },
                                       { 0.25f, 0.25f, 0.26f } };
    static const float irises[4][3] = { { 0.07f, 0.035f, 0.018f },
                                        { 0.12f, 0.07f, 0.03f },
                                        { 0.10f, 0.15f, 0.08f },
                                        { 0.12f, 0.20f, 0.30f } };
    int32_t skin = (int32_t)synth_uniform(s, 0, 6), hair = (int32_t)synth_uniform(s, 0, 5);
    int32_t iris = (int32_t)synth_uniform(s, 0, 4);
    float tone = synth_uniform(s, 0.85f, 1.15f);

    if (skin >= 3 && skin <= 4) { /* dark skin goes with dark hair and eyes */
        hair %= 2;
        iris = 0;
    }
    for (int32_t n = 0; n < 3; n++) {
        p->skin[n] = skins[skin][n] * tone;
        p->hair[n] = hairs[hair][n] * synth_uniform(s, 0.8f, 1.3f);
        p->iris[n] = irises[iris][n];
        p->cloth[n] = synth_uniform(s, 0.03f, 0.6f);
    }
    p->lip_red = synth_uniform(s, 0.35f, 1.0f);
    p->lip[0] = p->skin[0] * 0.86f;
    p->lip[1] = p->skin[1] * (0.82f - 0.24f * p->lip_red);
    p->lip[2] = p->skin[2] * (0.88f - 0.22f * p->lip_red);
}

void synth_person_make(synth_person *p, uint64_t seed)
{
    uint64_t s = seed * 0x9e3779b97f4a7c15u + 12345;

    memset(p, 0, sizeof *p);
    p->seed = seed;
    p->width = synth_uniform(&s, 0.93f, 1.08f);
    p->jaw = synth_uniform(&s, 0.88f, 1.14f);
    p->depth = synth_uniform(&s, 0.95f, 1.06f);
    p->eye_x = synth_uniform(&s, 29.0f, 34.5f);
    p->eye_w = synth_uniform(&s, 13.0f, 15.8f);
    p->eye_h = synth_uniform(&s, 9.5f, 13.5f);
    p->eye_tilt = synth_uniform(&s, -0.04f, 0.16f);
    p->brow_y = synth_uniform(&s, 15.5f, 22.0f);
    p->brow_arch = synth_uniform(&s, 0.5f, 5.0f);
    p->brow_thick = synth_uniform(&s, 2.6f, 6.0f);
    p->brow_dark = synth_uniform(&s, 0.5f, 0.95f);
    p->nose_w = synth_uniform(&s, 11.0f, 16.0f);
    p->nose_len = synth_uniform(&s, 32.0f, 43.0f);
    p->nose_high = synth_uniform(&s, 18.0f, 26.0f);
    p->nose_hook = synth_uniform(&s, -0.10f, 0.16f);
    p->mouth_y = p->nose_len + synth_uniform(&s, 31.0f, 37.0f);
    p->mouth_w = synth_uniform(&s, 22.0f, 28.5f);
    p->lip_thick = synth_uniform(&s, 4.6f, 8.2f);
    p->cheek = synth_uniform(&s, 0.5f, 6.0f);
    p->chin = synth_uniform(&s, 2.0f, 8.0f);
    p->hairline = synth_uniform(&s, 58.0f, 76.0f);
    p->hair_thick = synth_uniform(&s, 5.0f, 15.0f);
    p->hair_long = synth_uniform(&s, -0.6f, 1.0f);
    p->hair_long = p->hair_long < 0 ? 0 : p->hair_long;
    p->stubble = synth_uniform(&s, -0.6f, 0.5f);
    p->stubble = p->stubble < 0 || p->hair_long > 0.3f ? 0 : p->stubble;
    p->freckle = synth_uniform(&s, 0.0f, 0.6f);
    colours(p, &s);
}

static void usual_camera(synth_camera *c, uint64_t seed)
{
    *c = (synth_camera){ .width = 640,
                         .height = 480,
                         .focal = 0.95f,
                         .noise = 1.5f,
                         .blur = 0.5f,
                         .exposure = 1.0f,
                         .seed = seed };
}

static const synth_light usual_light = {
    .azimuth = -20, .elevation = 35, .key = 0.85f, .ambient = 0.55f
};

void synth_scene_default(synth_scene *scene, uint64_t seed)
{
    memset(scene, 0, sizeof *scene);
    synth_person_make(&scene->person, seed);
    scene->size = 0.33f;
    scene->x = 0.5f;
    scene->y = 0.45f;
    scene->eye_open = 1;
    scene->light = usual_light;
    usual_camera(&scene->camera, seed);
    scene->room_seed = seed * 31 + 7;
}

void synth_photo_default(synth_photo *photo, uint64_t seed)
{
    memset(photo, 0, sizeof *photo);
    photo->width_mm = 200;
    photo->border = 0.03f;
    photo->size = 0.6f;
    photo->x = 0.5f;
    photo->y = 0.5f;
    photo->light = usual_light;
    usual_camera(&photo->camera, seed);
    photo->room_seed = seed * 37 + 11;
}
