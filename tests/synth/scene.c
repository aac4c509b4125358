/* SPDX-License-Identifier: Apache-2.0 */
/* Puts a head into a room: surfaces, camera, light and the truth about the picture. */
#include "synth/parts.h"
#include "base/mem.h"

#include <math.h>
#include <string.h>

enum {
    SUPER = 2,
    HEAD_COLUMNS = 220,
    HEAD_ROWS = 220,
    EYE_SIDE = 40,
    PART_COLUMNS = 80,
    PART_ROWS = 60
};
static const float pi = 3.14159265f;
static const vec3 joint = { 0, -70, -25 }; /* where the head turns on the neck, head frame */

/* From the head frame to the camera's. */
typedef struct stage {
    mat3 turn;
    vec3 move; /* camera frame, of the joint */
} stage;

static stage stage_of(const synth_scene *s, synth_pose pose)
{
    float dist = s->camera.focal * 146 / s->size;
    float aspect = (float)s->camera.height / (float)s->camera.width;

    return (stage){ rotation_of(pose),
                    { (s->x - 0.5f) * dist / s->camera.focal,
                      (s->y - 0.5f) * aspect * dist / s->camera.focal - joint.y, dist - joint.z } };
}

static vec3 to_camera(const stage *st, vec3 p)
{
    vec3 q = rotate(&st->turn, (vec3){ p.x - joint.x, p.y - joint.y, p.z - joint.z });

    return (vec3){ st->move.x + q.x, st->move.y - q.y, st->move.z - q.z };
}

/* Normals from the neighbours on the grid, turned to the camera. */
void grid_normals(corner *grid, int32_t columns, int32_t rows)
{
    for (int32_t j = 0; j < rows; j++) {
        for (int32_t i = 0; i < columns; i++) {
            const corner *l = grid + (ptrdiff_t)j * columns + (i > 0 ? i - 1 : i);
            const corner *r = grid + (ptrdiff_t)j * columns + (i + 1 < columns ? i + 1 : i);
            const corner *t = grid + (ptrdiff_t)(j > 0 ? j - 1 : j) * columns + i;
            const corner *b = grid + (ptrdiff_t)(j + 1 < rows ? j + 1 : j) * columns + i;
            corner *at = grid + (ptrdiff_t)j * columns + i;
            vec3 u = { r->camera.x - l->camera.x, r->camera.y - l->camera.y,
                       r->camera.z - l->camera.z };
            vec3 v = { b->camera.x - t->camera.x, b->camera.y - t->camera.y,
                       b->camera.z - t->camera.z };
            vec3 n = normalize3(
                (vec3){ u.y * v.z - u.z * v.y, u.z * v.x - u.x * v.z, u.x * v.y - u.y * v.x });
            float dot = n.x * at->camera.x + n.y * at->camera.y + n.z * at->camera.z;

            at->normal = dot > 0 ? (vec3){ -n.x, -n.y, -n.z } : n;
        }
    }
}

static bool skin_there(const void *context, vec3 at)
{
    const synth_scene *s = context;

    if (at.z < 0 || fabsf(at.y) > 14 || fabsf(fabsf(at.x) - s->person.eye_x) > s->person.eye_w)
        return true;
    return eye_gap(s, at.x, at.y) < 0;
}

static bool eye_there(const void *context, vec3 at)
{
    return eye_gap(context, at.x, at.y) > -0.8f;
}

static bool hair_there(const void *context, vec3 at)
{
    (void)context;
    return at.z > 0;
}

/* The columns of the sweep lie closer on the front, where the face is. */
static float column_angle(int32_t i)
{
    float t = 2 * (float)i / (HEAD_COLUMNS - 1) - 1;

    return pi * (0.45f * t + 0.55f * t * t * t);
}

static void draw_skin(canvas *c, corner *grid, const synth_scene *s, const stage *st)
{
    for (int32_t j = 0; j < HEAD_ROWS; j++) {
        float y = CHIN_Y_MM + (CROWN_Y_MM - CHIN_Y_MM) * (float)j / (HEAD_ROWS - 1);

        for (int32_t i = 0; i < HEAD_COLUMNS; i++) {
            corner *at = grid + (ptrdiff_t)j * HEAD_COLUMNS + i;

            at->paint = head_point(&s->person, column_angle(i), y);
            at->camera = to_camera(st, at->paint);
        }
    }
    grid_normals(grid, HEAD_COLUMNS, HEAD_ROWS);
    canvas_grid(c, grid, HEAD_COLUMNS, HEAD_ROWS, MAT_SKIN, skin_there, s);
}

static void draw_hair(canvas *c, corner *grid, const synth_scene *s, const stage *st)
{
    const synth_person *p = &s->person;
    float low = -60 - 110 * p->hair_long;

    for (int32_t j = 0; j < HEAD_ROWS; j++) {
        float y = low + (CROWN_Y_MM - low) * (float)j / (HEAD_ROWS - 1);

        for (int32_t i = 0; i < HEAD_COLUMNS; i++) {
            corner *at = grid + (ptrdiff_t)j * HEAD_COLUMNS + i;
            float u = column_angle(i), cover = hair_cover(p, u, y);
            float lift = p->hair_thick * (0.15f + 0.85f * smooth_step(0, 22, cover));
            vec3 q = head_point(p, u, fmaxf(y, -30));
            vec3 out = normalize3((vec3){ q.x, fmaxf(q.y - 20, 0) * 0.9f, q.z });

            q.y = y;
            lift *= 1 + 0.2f * noise3(p->seed ^ 8, u * 9, y * 0.04f, 0);
            at->paint = (vec3){ u, y, cover };
            at->camera =
                to_camera(st, (vec3){ q.x + out.x * lift, q.y + out.y * lift, q.z + out.z * lift });
        }
    }
    grid_normals(grid, HEAD_COLUMNS, HEAD_ROWS);
    canvas_grid(c, grid, HEAD_COLUMNS, HEAD_ROWS, MAT_HAIR, hair_there, NULL);
}

static void draw_eye(canvas *c, corner *grid, const synth_scene *s, const stage *st, int32_t side)
{
    vec3 e = eye_centre(&s->person, side);

    for (int32_t j = 0; j < EYE_SIDE; j++) {
        for (int32_t i = 0; i < EYE_SIDE; i++) {
            corner *at = grid + (ptrdiff_t)j * EYE_SIDE + i;
            float dx = 35.0f * (float)i / (EYE_SIDE - 1) - 17.5f,
                  dy = 28.0f * (float)j / (EYE_SIDE - 1) - 14;
            float d = 1 - dx * dx / 330 - dy * dy / 250;

            at->paint = (vec3){ e.x + dx, e.y + dy, e.z + 14.6f * sqrtf(d > 0 ? d : 0) };
            at->camera = to_camera(st, at->paint);
        }
    }
    grid_normals(grid, EYE_SIDE, EYE_SIDE);
    canvas_grid(c, grid, EYE_SIDE, EYE_SIDE, MAT_EYE, eye_there, s);
}

/* An ellipsoid, or a column when `tube` is set. */
static void draw_part(canvas *c, corner *grid, const stage *st, vec3 centre, vec3 radii, bool tube,
                      material what)
{
    for (int32_t j = 0; j < PART_ROWS; j++) {
        float v = 2 * (float)j / (PART_ROWS - 1) - 1;
        float ring = tube ? 1 + 0.35f * smooth_step(-0.2f, -1.0f, v) : cosf(0.5f * pi * v);

        for (int32_t i = 0; i < PART_COLUMNS; i++) {
            corner *at = grid + (ptrdiff_t)j * PART_COLUMNS + i;
            float u = 2 * pi * (float)i / (PART_COLUMNS - 1);
            vec3 q = { radii.x * ring * sinf(u), radii.y * (tube ? v : sinf(0.5f * pi * v)),
                       radii.z * ring * cosf(u) };
            vec3 p = { centre.x + q.x, centre.y + q.y, centre.z + q.z };

            at->paint = what == MAT_EAR ? q : p;
            at->camera = to_camera(st, p);
        }
    }
    grid_normals(grid, PART_COLUMNS, PART_ROWS);
    canvas_grid(c, grid, PART_COLUMNS, PART_ROWS, what, NULL, NULL);
}

static void draw_all(canvas *c, corner *grid, const synth_scene *s)
{
    synth_pose lean = { 0.25f * s->pose.yaw, 0.1f * s->pose.pitch, 0.2f * s->pose.roll };
    stage head = stage_of(s, s->pose), body = stage_of(s, lean);
    float ear = 74 * s->person.width;

    draw_skin(c, grid, s, &head);
    draw_hair(c, grid, s, &head);
    draw_eye(c, grid, s, &head, -1);
    draw_eye(c, grid, s, &head, 1);
    draw_part(c, grid, &head, (vec3){ -ear, -10, -8 }, (vec3){ 8, 30, 16 }, false, MAT_EAR);
    draw_part(c, grid, &head, (vec3){ ear, -10, -8 }, (vec3){ 8, 30, 16 }, false, MAT_EAR);
    draw_part(c, grid, &body, (vec3){ 0, -140, -22 }, (vec3){ 53, 80, 50 }, true, MAT_NECK);
    draw_part(c, grid, &body, (vec3){ 0, -258, -30 }, (vec3){ 205, 92, 85 }, false, MAT_CLOTH);
    draw_part(c, grid, &body, (vec3){ 0, -420, -30 }, (vec3){ 215, 210, 100 }, false, MAT_CLOTH);
}

/* One sample's light: of the head, or of the room where nothing is. */
static vec3 light_of(const sample *at, const synth_scene *s, float x, float y)
{
    bool skin = at->what == MAT_SKIN || at->what == MAT_EAR || at->what == MAT_NECK;
    float gloss = 0;
    vec3 colour;

    if (at->what == MAT_NONE)
        return room_of(s->room_seed, x, y, &s->light, &s->camera);
    colour = paint_of(s, at->what, at->paint, &gloss);
    return shade(&s->light, colour, normalize3(at->normal), gloss, skin);
}

/* Shades every sample. The room is smooth: one of SUPER x SUPER samples of it is enough. */
static void light_up(float *out, const canvas *c, const synth_scene *s)
{
    for (int32_t y = 0; y < c->height; y++) {
        vec3 room = { 0, 0, 0 };

        for (int32_t x = 0; x < c->width; x++) {
            size_t n = (size_t)y * (size_t)c->width + (size_t)x;
            bool behind = c->samples[n].what == MAT_NONE;
            vec3 colour = room;

            if (!behind || x % SUPER == 0 || c->samples[n - 1].what != MAT_NONE)
                colour = light_of(&c->samples[n], s, (float)(x / SUPER), (float)(y / SUPER));
            if (behind)
                room = colour;
            out[3 * n] = colour.x;
            out[3 * n + 1] = colour.y;
            out[3 * n + 2] = colour.z;
        }
    }
}

bool synth_draw_head(synth_picture *picture, const synth_scene *scene)
{
    const synth_camera *cam = &scene->camera;
    int32_t w = cam->width * SUPER, h = cam->height * SUPER;
    canvas c = { 0 };
    corner *grid = bona_alloc((size_t)HEAD_COLUMNS * HEAD_ROWS, sizeof *grid);
    float *light = bona_alloc((size_t)w * (size_t)h * 3, sizeof *light);
    bool ok = grid != NULL && light != NULL && canvas_init(&c, w, h, cam->focal * (float)w);

    memset(picture, 0, sizeof *picture);
    if (ok) {
        draw_all(&c, grid, scene);
        light_up(light, &c, scene);
        ok = develop(picture, light, SUPER, cam);
    }
    if (ok)
        truth_of(&picture->truth, scene);
    canvas_deinit(&c);
    bona_free(light);
    bona_free(grid);
    return ok;
}

vec3 scene_point(const synth_scene *s, vec3 head)
{
    stage st = stage_of(s, s->pose);
    vec3 p = to_camera(&st, head);
    float f = s->camera.focal * (float)s->camera.width;

    return (vec3){ 0.5f * (float)s->camera.width + f * p.x / p.z,
                   0.5f * (float)s->camera.height + f * p.y / p.z,
                   (p.z - st.move.z) * f / st.move.z };
}
