/* SPDX-License-Identifier: Apache-2.0 */
/* A flat photo, on paper or on a screen, of a drawn head: moved, turned, tilted or bent in front of
 * a room. */
#include "synth/parts.h"
#include "base/mem.h"

#include <math.h>
#include <string.h>

enum { SUPER = 2, SHEET_SIDE = 64 };

/* The sheet in front of the camera. */
typedef struct sheet {
    mat3 turn;
    vec3 middle;            /* camera frame, mm */
    float half_x, half_y;   /* mm, with the border */
    float bend_x, bend_y;   /* 1 / mm */
    float inner_x, inner_y; /* part of the half sides that the picture fills */
    float focal_px;
} sheet;

static sheet sheet_of(const synth_photo *p, const synth_picture *shown)
{
    float dist = p->camera.focal * p->width_mm / p->size, rim = p->border * p->width_mm;
    float half_x = 0.5f * p->width_mm, inner = half_x - rim;
    float half_y = inner * (float)shown->height / (float)shown->width + rim;
    float aspect = (float)p->camera.height / (float)p->camera.width;

    return (sheet){ .turn = rotation_of(p->pose),
                    .middle = { (p->x - 0.5f) * dist / p->camera.focal,
                                (p->y - 0.5f) * aspect * dist / p->camera.focal, dist },
                    .half_x = half_x,
                    .half_y = half_y,
                    .bend_x = p->bend_x / (2 * half_x),
                    .bend_y = p->bend_y / (2 * half_y),
                    .inner_x = inner / half_x,
                    .inner_y = (half_y - rim) / half_y,
                    .focal_px = p->camera.focal * (float)p->camera.width };
}

/* Rolls a length around a cylinder of curvature k: the way along and the way back. */
static void roll_up(float k, float length, float *along, float *back)
{
    *along = fabsf(k) < 1e-6f ? length : sinf(k * length) / k;
    *back = fabsf(k) < 1e-6f ? 0 : (1 - cosf(k * length)) / k;
}

/* u, v in -1..1, v upwards. */
static vec3 sheet_point(const sheet *s, float u, float v)
{
    float x, y, zx, zy;
    vec3 q;

    roll_up(s->bend_x, u * s->half_x, &x, &zx);
    roll_up(s->bend_y, v * s->half_y, &y, &zy);
    q = rotate(&s->turn, (vec3){ x, y, -zx - zy });
    return (vec3){ s->middle.x + q.x, s->middle.y - q.y, s->middle.z - q.z };
}

/* Bilinear, in linear light (square for sRGB's curve, near enough for a photo of a photo). */
static vec3 texel(const synth_picture *shown, float x, float y)
{
    float c[3];
    int32_t x0, y0;

    x = fminf(fmaxf(x - 0.5f, 0), (float)(shown->width - 2));
    y = fminf(fmaxf(y - 0.5f, 0), (float)(shown->height - 2));
    x0 = (int32_t)x;
    y0 = (int32_t)y;
    x -= (float)x0;
    y -= (float)y0;
    for (int32_t k = 0; k < 3; k++) {
        const uint8_t *p = shown->rgb + 3 * ((ptrdiff_t)y0 * shown->width + x0) + k;
        ptrdiff_t row = 3 * (ptrdiff_t)shown->width;
        float v = (1 - y) * ((1 - x) * p[0] + x * p[3]) + y * ((1 - x) * p[row] + x * p[row + 3]);

        c[k] = v * v / 65025.0f;
    }
    return (vec3){ c[0], c[1], c[2] };
}

/* paint.x, paint.y: u, v of the sheet. */
static vec3 sheet_light(const synth_photo *p, const sheet *s, const synth_picture *shown,
                        const sample *at)
{
    float u = at->paint.x / s->inner_x, v = at->paint.y / s->inner_y;
    bool rim = fabsf(u) > 1 || fabsf(v) > 1;
    vec3 c = { 0.85f, 0.85f, 0.83f };

    if (!rim)
        c = texel(shown, 0.5f * (u + 1) * (float)shown->width,
                  0.5f * (1 - v) * (float)shown->height);
    if (!p->screen) {
        c = (vec3){ 0.02f + 0.95f * c.x, 0.02f + 0.95f * c.y, 0.02f + 0.95f * c.z };
        return shade(&p->light, c, normalize3(at->normal), 0.03f, false);
    }
    if (rim)
        return (vec3){ 0.01f, 0.01f, 0.012f };
    return (vec3){ 0.012f + 1.05f * c.x, 0.012f + 1.08f * c.y, 0.02f + 1.2f * c.z };
}

static void draw_sheet(canvas *c, corner *grid, const sheet *s)
{
    for (int32_t j = 0; j < SHEET_SIDE; j++) {
        for (int32_t i = 0; i < SHEET_SIDE; i++) {
            corner *at = grid + (ptrdiff_t)j * SHEET_SIDE + i;

            at->paint.x = 2 * (float)i / (SHEET_SIDE - 1) - 1;
            at->paint.y = 2 * (float)j / (SHEET_SIDE - 1) - 1;
            at->camera = sheet_point(s, at->paint.x, at->paint.y);
        }
    }
    grid_normals(grid, SHEET_SIDE, SHEET_SIDE);
    canvas_grid(c, grid, SHEET_SIDE, SHEET_SIDE, MAT_PHOTO, NULL, NULL);
}

static void light_up(float *light, const canvas *c, const synth_photo *p, const sheet *s,
                     const synth_picture *shown)
{
    for (int32_t y = 0; y < c->height; y++) {
        for (int32_t x = 0; x < c->width; x++) {
            size_t n = (size_t)y * (size_t)c->width + (size_t)x;
            const sample *at = &c->samples[n];
            vec3 colour = at->what == MAT_NONE ? room_of(p->room_seed, (float)(x / SUPER),
                                                         (float)(y / SUPER), &p->light, &p->camera)
                                               : sheet_light(p, s, shown, at);

            light[3 * n] = colour.x;
            light[3 * n + 1] = colour.y;
            light[3 * n + 2] = colour.z;
        }
    }
}

/* Where a place of the shown picture lies in the new one. */
static bona_point carried(const synth_photo *p, const sheet *s, const synth_picture *shown, float x,
                          float y)
{
    vec3 at = sheet_point(s, (2 * x / (float)shown->width - 1) * s->inner_x,
                          (1 - 2 * y / (float)shown->height) * s->inner_y);

    return (bona_point){ 0.5f * (float)p->camera.width + s->focal_px * at.x / at.z,
                         0.5f * (float)p->camera.height + s->focal_px * at.y / at.z };
}

static void carry_truth(synth_truth *to, const synth_photo *p, const sheet *s,
                        const synth_picture *shown)
{
    const synth_truth *from = &shown->truth;
    float x0 = 1e9f, y0 = 1e9f, x1 = -1e9f, y1 = -1e9f, scale;

    to->pose = from->pose;
    for (int32_t n = 0; n < BONA_POINTS; n++)
        to->points[n] = carried(p, s, shown, from->points[n].x, from->points[n].y);
    to->centre = carried(p, s, shown, from->centre.x, from->centre.y);
    for (int32_t n = 0; n < 4; n++) {
        bona_point q = carried(p, s, shown, from->box.x + (float)(n % 2) * from->box.w,
                               from->box.y + (float)(n / 2) * from->box.h);

        x0 = fminf(x0, q.x);
        x1 = fmaxf(x1, q.x);
        y0 = fminf(y0, q.y);
        y1 = fmaxf(y1, q.y);
    }
    to->box = (bona_box){ x0, y0, x1 - x0, y1 - y0 };
    scale = to->box.h / from->box.h;
    for (int32_t n = 0; n < SYNTH_MESH_POINTS; n++) {
        bona_point q = carried(p, s, shown, from->mesh[n].x, from->mesh[n].y);

        to->mesh[n] = (synth_point3){ q.x, q.y, from->mesh[n].z * scale };
    }
}

bool synth_draw_photo(synth_picture *picture, const synth_photo *photo, const synth_picture *shown)
{
    const synth_camera *cam = &photo->camera;
    int32_t w = cam->width * SUPER, h = cam->height * SUPER;
    canvas c = { 0 };
    corner *grid = bona_alloc((size_t)SHEET_SIDE * SHEET_SIDE, sizeof *grid);
    float *light = bona_alloc((size_t)w * (size_t)h * 3, sizeof *light);
    bool ok = grid != NULL && light != NULL && canvas_init(&c, w, h, cam->focal * (float)w);
    sheet s = sheet_of(photo, shown);

    memset(picture, 0, sizeof *picture);
    if (ok) {
        draw_sheet(&c, grid, &s);
        light_up(light, &c, photo, &s, shown);
        ok = develop(picture, light, SUPER, cam);
    }
    if (ok)
        carry_truth(&picture->truth, photo, &s, shown);
    canvas_deinit(&c);
    bona_free(light);
    bona_free(grid);
    return ok;
}
