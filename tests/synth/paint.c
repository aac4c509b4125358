/* SPDX-License-Identifier: Apache-2.0 */
/* Colours of the head in linear light, and the light on it. */
#include "synth/parts.h"

#include <math.h>

static vec3 of(const float c[3])
{
    return (vec3){ c[0], c[1], c[2] };
}

static vec3 blend(vec3 a, vec3 b, float t)
{
    return (vec3){ a.x + (b.x - a.x) * t, a.y + (b.y - a.y) * t, a.z + (b.z - a.z) * t };
}

static vec3 times(vec3 a, float t)
{
    return (vec3){ a.x * t, a.y * t, a.z * t };
}

static float spot(float x, float y, float cx, float cy, float sx, float sy)
{
    float dx = (x - cx) / sx, dy = (y - cy) / sy;

    return expf(-0.5f * (dx * dx + dy * dy));
}

/* How much of a brow hair lies at a place, 0..1. */
static float brow(const synth_person *p, float x, float y)
{
    float t = (fabsf(x) - 12) / (p->eye_x + 20 - 12), line, half, d;

    if (t < 0 || t > 1)
        return 0;
    line = p->brow_y + p->brow_arch * sinf(3.14159f * powf(t, 1.4f)) - 2.5f * t * t;
    half = 0.5f * p->brow_thick * (1.05f - 0.75f * t) * smooth_step(0, 0.12f, t);
    d = fabsf(y - line) / (half + 0.4f);
    return (1 - smooth_step(0.55f, 1.25f, d)) *
           (0.75f + 0.45f * noise3(p->seed, x * 1.3f + y * 0.9f, y * 0.5f, 0));
}

static float lips(const synth_person *p, float x, float y, float *line)
{
    float my = -p->mouth_y, t = fabsf(x) / p->mouth_w, top, bottom;
    float bow = my + 0.8f - 1.2f * expf(-x * x / 18) + x * x * 0.0012f;

    *line = 0;
    if (t >= 1.1f)
        return 0;
    *line = expf(-0.5f * (y - bow) * (y - bow) / 0.8f) * (1 - smooth_step(0.9f, 1.05f, t));
    t = t > 1 ? 1 : t;
    top = bow + p->lip_thick * 1.25f * (1 - t * t) - 1.4f * expf(-x * x / 9);
    bottom = bow - p->lip_thick * 1.7f * sqrtf(1 - t * t);
    return smooth_step(-0.7f, 0.7f, fminf(top - y, y - bottom));
}

static vec3 face(const synth_scene *s, vec3 at, float *gloss)
{
    const synth_person *p = &s->person;
    float x = at.x, y = at.y, ax = fabsf(x), line, lip, shadow = 1, tip = -6 - p->nose_len;
    float fine = cloud3(p->seed ^ 5, x * 0.5f, y * 0.5f, at.z * 0.5f, 3);
    float broad = cloud3(p->seed ^ 6, x * 0.04f, y * 0.04f, at.z * 0.04f, 3);
    vec3 c = times(of(p->skin), 1 + 0.10f * fine + 0.16f * broad);
    float flush = 0.35f * spot(ax, y, 42, -34, 16, 12) + 0.30f * spot(x, y, 0, tip, 10, 9);
    float gap = at.z > 0 ? eye_gap(s, x, y) : -9;
    float freckle = cloud3(p->seed ^ 9, x * 0.35f, y * 0.35f, 0, 2);

    c = blend(c, (vec3){ c.x * 1.05f, c.y * 0.78f, c.z * 0.78f }, flush);
    c = times(c,
              1 - p->freckle * 0.35f * smooth_step(0.25f, 0.5f, freckle) * smooth_step(40, -10, y));
    if (p->stubble > 0) {
        float beard =
            smooth_step(-52, -64, y) + 0.8f * smooth_step(50, 62, ax) * smooth_step(-10, -40, y);
        float hairs = 0.6f + 0.6f * noise3(p->seed ^ 4, x * 1.7f, y * 1.7f, at.z * 1.7f);

        c = blend(c, of(p->hair), p->stubble * fminf(beard, 1) * hairs);
    }
    lip = at.z > 0 ? lips(p, x, y, &line) : 0;
    if (lip > 0 || at.z > 0) {
        c = blend(c, times(of(p->lip), 1 + 0.15f * noise3(p->seed, x * 1.2f, y * 0.25f, 2)), lip);
        c = times(c, 1 - 0.78f * line);
        if (s->mouth_open > 0)
            c = blend(
                c, (vec3){ 0.03f, 0.008f, 0.008f },
                smooth_step(0.3f, -0.3f,
                            fabsf(y + p->mouth_y) -
                                0.5f * s->mouth_open * (1 - ax * ax / (p->mouth_w * p->mouth_w))));
        shadow -= 0.80f * spot(ax, y, p->nose_w * 0.52f, tip - 7.5f, 3.2f, 2.0f); /* nostrils */
        shadow -= 0.35f * spot(ax, y, p->nose_w * 1.45f, tip - 2, 2.0f, 5.5f);    /* wings */
        shadow -= 0.28f * spot(x, y, 0, tip - 11, p->nose_w, 3.0f);
        shadow -= 0.22f * spot(ax, y, p->eye_x - 15, 2, 5, 9);
        shadow -= 0.25f * spot(ax, y, p->eye_x, 12, 14, 3.5f);
        shadow -= 0.18f * spot(ax, y, p->eye_x, -10, 13, 3.0f);
        shadow -= 0.22f * spot(x, y, 0, -p->mouth_y - p->lip_thick * 2.4f, 14, 3.0f);
        shadow -= 0.16f * spot(ax - 22 - (y - tip) * -0.25f, y, 0, tip - 14, 2.2f, 13);
        c = blend(c, times(of(p->hair), 0.9f), fminf(1, p->brow_dark * brow(p, x, y)));
        /* lashes and the fold of the upper lid */
        if (gap > -3.5f && y > -2)
            shadow *= 1 - 0.75f * smooth_step(-1.6f, -0.2f, gap) -
                      0.25f * spot(gap, 0, -3.0f, 0, 0.6f, 1);
        else if (gap > -1.2f)
            shadow *= 1 - 0.35f * smooth_step(-1.0f, -0.1f, gap);
    }
    shadow *= 1 - 0.55f * smooth_step(-104, -116, y);
    *gloss =
        0.10f + 0.10f * lip + 0.12f * spot(x, y, 0, tip, 8, 12) + 0.06f * spot(x, y, 0, 45, 40, 15);
    return times(c, fmaxf(shadow, 0.08f));
}

static vec3 eye(const synth_scene *s, vec3 at, float *gloss)
{
    const synth_person *p = &s->person;
    const float iris_mm = 6.0f;
    float side = at.x < 0 ? -1.0f : 1.0f;
    float dx = at.x - side * p->eye_x - 15 * sinf(s->gaze_x * 0.0174533f);
    float dy = at.y - 15 * sinf(s->gaze_y * 0.0174533f);
    float r = sqrtf(dx * dx + dy * dy), gap = eye_gap(s, at.x, at.y);
    float rays = 0.75f + 0.5f * noise3(p->seed, atan2f(dy, dx) * 6, r * 0.6f, 9);
    vec3 c = blend((vec3){ 0.66f, 0.61f, 0.58f }, (vec3){ 0.55f, 0.35f, 0.31f },
                   smooth_step(8, 14, fabsf(at.x - side * p->eye_x)));

    c = blend(times(of(p->iris), rays * (0.7f + 0.5f * r / iris_mm)), c,
              smooth_step(iris_mm - 0.5f, iris_mm + 0.3f, r));
    c = times(c, 1 - 0.6f * spot(r, 0, iris_mm - 0.3f, 0, 0.6f, 1));
    c = times(c, smooth_step(2.3f, 3.0f, r) * 0.98f + 0.02f);
    c = times(c, 0.45f + 0.55f * smooth_step(0, 3.2f, gap)); /* shadow of the lids */
    if (spot(dx, dy, -1.8f, 2.2f, 0.9f, 0.9f) > 0.5f)
        c = (vec3){ 1, 1, 1 };
    *gloss = 0.04f;
    return c;
}

/* Hair is painted by (turn about the vertical, height, cover), see scene.c. */
static vec3 strands(const synth_scene *s, vec3 at)
{
    const synth_person *p = &s->person;
    float fine = noise3(p->seed ^ 1, at.x * 60, at.y * 0.05f, at.z * 0.05f);
    float lock = noise3(p->seed ^ 2, at.x * 14, at.y * 0.03f, at.z * 0.02f);

    return times(of(p->hair), fmaxf(0.25f, 1 + 0.45f * fine + 0.45f * lock));
}

vec3 paint_of(const synth_scene *s, int32_t what, vec3 at, float *gloss)
{
    const synth_person *p = &s->person;
    float weave;

    switch (what) {
    case MAT_SKIN:
        return face(s, at, gloss);
    case MAT_EYE:
        return eye(s, at, gloss);
    case MAT_HAIR:
        *gloss = 0.12f;
        return strands(s, at);
    case MAT_EAR:
        *gloss = 0.06f;
        return times(of(p->skin), 0.9f - 0.4f * spot(at.y, at.z, 0, 2, 11, 5));
    case MAT_NECK:
        *gloss = 0.05f;
        return times(of(p->skin),
                     0.92f * (0.35f + 0.65f * smooth_step(-95, -150, at.y)) *
                         (1 + 0.1f * cloud3(p->seed, at.x * 0.2f, at.y * 0.2f, at.z * 0.2f, 2)));
    default:
        *gloss = 0.0f;
        weave = 1 + 0.25f * noise3(p->seed, at.x * 0.6f, at.y * 0.6f, at.z * 0.6f);
        return times(of(p->cloth),
                     weave * (0.8f + 0.3f * noise3(p->seed ^ 3, at.x * 0.03f, at.y * 0.03f, 0)));
    }
}

vec3 shade(const synth_light *light, vec3 albedo, vec3 n, float gloss, bool skin)
{
    const float rad = 0.0174533f, wrap = skin ? 0.25f : 0.1f;
    float ce = cosf(light->elevation * rad);
    /* camera frame: y down, z away */
    vec3 l = { ce * sinf(light->azimuth * rad), -sinf(light->elevation * rad),
               -ce * cosf(light->azimuth * rad) };
    vec3 h = normalize3((vec3){ l.x, l.y, l.z - 1 });
    float dot = n.x * l.x + n.y * l.y + n.z * l.z, key, sky, shine;
    vec3 warm = { 1 + 0.12f * light->warmth, 1, 1 - 0.16f * light->warmth };

    key = light->key * fmaxf(0, (dot + wrap) / (1 + wrap));
    sky = light->ambient * (0.72f - 0.28f * n.y - 0.10f * n.z);
    shine = gloss * light->key * powf(fmaxf(0, n.x * h.x + n.y * h.y + n.z * h.z), 18);
    return (vec3){ warm.x * (albedo.x * (key * (skin ? 1.04f : 1) + sky) + shine),
                   albedo.y * (key + sky) + shine,
                   warm.z * (albedo.z * (key * (skin ? 0.97f : 1) + sky) + shine) };
}

/* A wall with boards, frames and shadows. */
static vec3 wall(uint64_t seed, float x, float y)
{
    uint64_t s = seed * 977 + 5;
    float tone = synth_uniform(&s, 0.15f, 0.65f);
    vec3 c = { tone * synth_uniform(&s, 0.85f, 1.15f), tone,
               tone * synth_uniform(&s, 0.8f, 1.15f) };
    int32_t things = (int32_t)synth_uniform(&s, 4, 12);

    c = times(c, 0.9f + 0.25f * cloud3(seed, x * 3, y * 3, 0, 3) +
                     0.12f * noise3(seed, x * 60, y * 60, 1));
    for (int32_t n = 0; n < things; n++) {
        float cx = synth_uniform(&s, -0.2f, 1.2f), cy = synth_uniform(&s, -0.1f, 0.9f);
        float w = synth_uniform(&s, 0.03f, 0.18f), h = synth_uniform(&s, 0.03f, 0.2f),
              v = synth_uniform(&s, 0.02f, 0.7f);
        vec3 own = { v * synth_uniform(&s, 0.6f, 1.4f), v, v * synth_uniform(&s, 0.6f, 1.4f) };

        if (fabsf(x - cx) < w && fabsf(y - cy) < h) {
            bool rim = fabsf(x - cx) > w - 0.008f || fabsf(y - cy) > h - 0.008f;

            c = times(own, rim ? 0.5f : 1 + 0.5f * noise3(seed + (uint64_t)n, x * 25, y * 25, 0));
        }
    }
    return c;
}

vec3 room_of(uint64_t seed, float x, float y, const synth_light *light, const synth_camera *camera)
{
    float wide = (float)camera->width;

    return times(wall(seed, (x - camera->pan_x) / wide, (y - camera->pan_y) / wide),
                 1.5f * light->ambient);
}
