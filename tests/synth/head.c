/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The shape of the procedural head: a skull swept from three profiles, a face of smooth bumps on
 * its front, lids as spherical shells around the eyes. Proportions after the usual canon of
 * drawing: eyes at half height, 63 mm apart.
 */
#include "synth/parts.h"

#include <math.h>

/* Half width, front depth and back depth of the skull at heights above the eyes, mm. */
enum { PROFILE_ROWS = 14 };
static const float profile[PROFILE_ROWS][4] = {
    { -115, 14, 64, 20 }, { -108, 34, 76, 30 }, { -96, 48, 81, 42 }, { -82, 57, 82, 52 },
    { -66, 63, 83, 62 },  { -48, 65, 83, 72 },  { -25, 69, 83, 82 }, { 0, 73, 82, 90 },
    { 22, 75, 87, 95 },   { 45, 75, 88, 97 },   { 70, 70, 83, 95 },  { 95, 54, 64, 76 },
    { 110, 33, 39, 48 },  { 118, 4, 5, 6 }
};

typedef struct bump {
    float x, y, sx, sy, high; /* centre, widths, height: mm */
} bump;

static float bump_at(bump b, float x, float y)
{
    float dx = (x - b.x) / b.sx, dy = (y - b.y) / b.sy;
    float d = dx * dx + dy * dy;

    return d > 18 ? 0 : b.high * expf(-0.5f * d);
}

/* The same on both sides. */
static float twin(bump b, float x, float y)
{
    return bump_at(b, fabsf(x), y);
}

/* Catmull-Rom through the profile's rows; `column` 1 half width, 2 front, 3 back. */
static float profile_at(float y, int32_t column)
{
    int32_t i = 0;
    float t, h, p0, p1, m0, m1;

    if (y <= profile[0][0])
        return profile[0][column];
    if (y >= profile[PROFILE_ROWS - 1][0])
        return profile[PROFILE_ROWS - 1][column];
    while (y > profile[i + 1][0])
        i++;
    h = profile[i + 1][0] - profile[i][0];
    t = (y - profile[i][0]) / h;
    p0 = profile[i][column];
    p1 = profile[i + 1][column];
    m0 = i > 0 ? h * (p1 - profile[i - 1][column]) / (profile[i + 1][0] - profile[i - 1][0])
               : p1 - p0;
    m1 = i + 2 < PROFILE_ROWS
             ? h * (profile[i + 2][column] - p0) / (profile[i + 2][0] - profile[i][0])
             : p1 - p0;
    return (2 * t * t * t - 3 * t * t + 1) * p0 + (t * t * t - 2 * t * t + t) * m0 +
           (3 * t * t - 2 * t * t * t) * p1 + (t * t * t - t * t) * m1;
}

static float nose(const synth_person *p, float x, float y)
{
    float tip = -6 - p->nose_len, along, ridge, wide, sum;
    float t = (8 - y) / (8 - tip); /* 0 at the root, 1 at the tip */

    if (t < -0.4f || t > 1.5f)
        return 0;
    along = t < 0 ? 0 : t;
    ridge = t <= 1 ? p->nose_high * (0.22f + 0.78f * along + p->nose_hook * sinf(3.14159f * along))
                   : p->nose_high * (1 - smooth_step(1.0f, 1.28f, t));
    ridge *= smooth_step(-0.35f, 0.1f, t);
    wide = p->nose_w * (0.42f + 0.33f * along);
    sum = ridge * expf(-0.5f * x * x / (wide * wide));
    sum += bump_at((bump){ 0, tip + 1, p->nose_w * 0.62f, 8, 3.0f }, x, y);
    sum += twin((bump){ p->nose_w * 1.12f, tip - 1.5f, p->nose_w * 0.36f, 6, 9.0f }, x, y);
    return sum;
}

static float mouth(const synth_person *p, float x, float y)
{
    float my = -p->mouth_y, w = p->mouth_w, sum = 0;
    float bow = my + 0.8f - 1.2f * expf(-x * x / 18) + x * x * 0.0012f;

    sum += bump_at((bump){ 0, my, w * 1.0f, 18, 6.5f }, x, y);
    sum += bump_at((bump){ 0, my + p->lip_thick * 0.75f, w * 0.75f, p->lip_thick * 0.55f, 3.2f }, x,
                   y);
    sum +=
        bump_at((bump){ 0, my - p->lip_thick * 0.95f, w * 0.62f, p->lip_thick * 0.7f, 4.0f }, x, y);
    sum -= 3.0f * expf(-0.5f * (y - bow) * (y - bow) / 2.2f) *
           (1 - smooth_step(w * 0.85f, w * 1.15f, fabsf(x)));
    sum += bump_at((bump){ 0, my - p->lip_thick * 2.5f, w * 0.7f, 4.5f, -3.5f }, x, y);
    sum += bump_at((bump){ 0, my + p->lip_thick * 2.2f, 3, 5, -1.3f }, x, y);
    sum += twin((bump){ w * 1.12f, my, 4, 5, -2.0f }, x, y);
    return sum;
}

static float relief(const synth_person *p, float x, float y)
{
    float sum = nose(p, x, y) + mouth(p, x, y);

    sum += twin((bump){ 30, p->brow_y + 1, 18, 6.5f, 4.0f }, x, y);
    sum += bump_at((bump){ 0, p->brow_y - 1, 9, 7, 2.0f }, x, y);
    sum += twin((bump){ p->eye_x, 1, 15, 10, -8.0f }, x, y);
    sum += twin((bump){ p->eye_x - 15.5f, 0, 5.5f, 8, -4.0f }, x, y);
    sum += twin((bump){ 43, -31, 19, 16, p->cheek }, x, y);
    sum += bump_at((bump){ 0, -101, 15, 8, p->chin }, x, y);
    return sum;
}

static vec3 skull(const synth_person *p, float u, float y)
{
    float c = cosf(u), s = sinf(u), power = 0.86f;
    float jaw = 1 + (p->jaw - 1) * smooth_step(-20, -90, y);
    float a = profile_at(y, 1) * p->width * jaw;
    float b = c > 0 ? profile_at(y, 2) * p->depth : profile_at(y, 3);

    return (vec3){ copysignf(a * powf(fabsf(s), power), s), y,
                   copysignf(b * powf(fabsf(c), power), c) };
}

vec3 eye_centre(const synth_person *p, int32_t side)
{
    float x = p->eye_x / (profile_at(0, 1) * p->width);
    float u = asinf(powf(x, 1 / 0.86f));

    return (vec3){ (float)side * p->eye_x, 0, skull(p, u, 0).z - 20.0f };
}

vec3 head_point(const synth_person *p, float u, float y)
{
    const float shell_mm = 16.0f; /* radius of the lids' spheres */
    vec3 at = skull(p, u, y);
    float front = smooth_step(0.0f, 0.45f, cosf(u)), dx, dy, d;
    vec3 eye;

    if (front <= 0)
        return at;
    at.z += relief(p, at.x, y) * front;
    eye = eye_centre(p, at.x < 0 ? -1 : 1);
    dx = at.x - eye.x;
    dy = at.y - eye.y;
    d = shell_mm * shell_mm - dx * dx - dy * dy * 1.15f;
    if (d > 0) { /* the larger of skin and shell, with a soft seam */
        float lid = eye.z + sqrtf(d), gap = lid - at.z;

        at.z += 0.5f * (gap + sqrtf(gap * gap + 6.0f));
    }
    return at;
}

vec3 head_front(const synth_person *p, float x, float y)
{
    float jaw = 1 + (p->jaw - 1) * smooth_step(-20, -90, y);
    float a = profile_at(y, 1) * p->width * jaw;
    float t = fabsf(x) / a;

    t = t > 0.995f ? 0.995f : t;
    return head_point(p, copysignf(asinf(powf(t, 1 / 0.86f)), x), y);
}

/* Where hair grows: above the hairline, down the temples, behind the ears. */
float hair_cover(const synth_person *p, float u, float y)
{
    float side = fabsf(u) * 57.29578f; /* degrees from the front */
    float line = p->hairline;
    float wave = 5 * noise3(p->seed ^ 77, u * 6, y * 0.06f, 3) +
                 1.5f * noise3(p->seed ^ 78, u * 40, y * 0.3f, 1);

    line -= 10 * smooth_step(20, 45, side);
    line -= (p->hairline + 12) * smooth_step(50, 72, side) - 10 * smooth_step(20, 45, side);
    line -= (50 + 70 * p->hair_long) * smooth_step(86, 112, side);
    return y - line - wave;
}

float eye_gap(const synth_scene *s, float x, float y)
{
    const synth_person *p = &s->person;
    float dx = (fabsf(x) - p->eye_x) / p->eye_w, dy, t, top, bottom;

    dy = y - p->eye_tilt * (fabsf(x) - p->eye_x);
    if (dx * dx >= 1) {
        float past = (fabsf(dx) - 1) * p->eye_w;

        return -sqrtf(dy * dy + past * past);
    }
    t = 1 - dx * dx;
    top = p->eye_h * (0.58f * s->eye_open + 0.0f) * powf(t, 0.6f) -
          0.3f * (1 - s->eye_open) * p->eye_h;
    bottom = -p->eye_h * 0.42f * powf(t, 0.8f);
    return fminf(top - dy, dy - bottom);
}
