/* SPDX-License-Identifier: Apache-2.0 */
/* What the pieces of the renderer share among themselves. */
#ifndef BONA_TESTS_SYNTH_PARTS_H
#define BONA_TESTS_SYNTH_PARTS_H

#include "synth/synth.h"

typedef struct vec3 {
    float x, y, z;
} vec3;

/* Rows of a rotation. */
typedef struct mat3 {
    vec3 r[3];
} mat3;

typedef enum material {
    MAT_NONE,
    MAT_SKIN,
    MAT_HAIR,
    MAT_EYE,
    MAT_EAR,
    MAT_NECK,
    MAT_CLOTH,
    MAT_PHOTO
} material;

/* A corner of the surface: where it lies for the painter, in the camera's frame, and how it faces
 * there. */
typedef struct corner {
    vec3 paint;  /* head frame, or sheet coordinates */
    vec3 camera; /* x right, y down, z away from the camera, mm */
    vec3 normal; /* camera frame */
} corner;

/* What the rasterizer leaves per sample. */
typedef struct sample {
    float depth;  /* 1 / z; 0 = nothing */
    int32_t what; /* material; for eyes the side in `side` */
    vec3 paint, normal;
} sample;

typedef struct canvas {
    sample *samples;
    int32_t width, height; /* samples */
    float focal_px, centre_x, centre_y;
} canvas;

/* Tells whether a fragment of the surface is there at all. */
typedef bool keep_fn(const void *context, vec3 paint);

/* geometry */
mat3 rotation_of(
    synth_pose pose); /* head frame -> head frame as seen, still y up, z towards the camera */
vec3 rotate(const mat3 *m, vec3 v);
float smooth_step(float from, float to, float x);
vec3 normalize3(vec3 v);

/* noise: smooth value noise, about -1..1 */
float noise3(uint64_t seed, float x, float y, float z);
float cloud3(uint64_t seed, float x, float y, float z, int32_t octaves);

/* head */
vec3 head_point(const synth_person *p, float u,
                float y); /* u radians about the vertical axis, 0 = front */
vec3 head_front(const synth_person *p, float x,
                float y); /* the point of the face in front of (x, y) */
float hair_cover(const synth_person *p, float u, float y); /* > 0 where hair grows */
vec3 eye_centre(const synth_person *p, int32_t side);      /* side -1 or 1 */
float eye_gap(const synth_scene *s, float x,
              float y); /* > 0 inside an eye's opening, mm; x, y head frame */

enum { CHIN_Y_MM = -115, CROWN_Y_MM = 118 };

/* paint: linear light 0..1 */
vec3 paint_of(const synth_scene *s, int32_t what, vec3 paint, float *gloss);
vec3 room_of(uint64_t seed, float x, float y, const synth_light *light,
             const synth_camera *camera); /* x, y px */
vec3 shade(const synth_light *light, vec3 albedo, vec3 normal, float gloss, bool skin);

/* scene */
vec3 scene_point(const synth_scene *s,
                 vec3 head); /* px of the picture; z against the neck joint, smaller = nearer */
void truth_of(synth_truth *truth, const synth_scene *s);
void grid_normals(corner *grid, int32_t columns, int32_t rows);

/* raster */
bool canvas_init(canvas *c, int32_t width, int32_t height, float focal_px);
void canvas_deinit(canvas *c);
/* Draws a grid of columns x rows corners as triangles. */
void canvas_grid(canvas *c, const corner *corners, int32_t columns, int32_t rows, material what,
                 keep_fn *keep, const void *context);

/* camera: linear light (3 floats per sample, `super` x `super` samples per pixel) to a picture */
bool develop(synth_picture *out, const float *light, int32_t super, const synth_camera *camera);

#endif
