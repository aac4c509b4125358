/* SPDX-License-Identifier: Apache-2.0 */
/* Mesh points back in the picture, pose, openings; see mesh.h. */
#include "face/mesh.h"

#include <assert.h>
#include <math.h>

#include "face/crop.h"

static const float degrees_per_radian = 57.29577951f;

typedef struct vec3 {
    float x, y, z;
} vec3;

static vec3 between(const bona_mesh *mesh, int32_t from, int32_t to)
{
    return (vec3){ mesh->x[to] - mesh->x[from], mesh->y[to] - mesh->y[from],
                   mesh->z[to] - mesh->z[from] };
}

/* Numbers of the network (px of its input) to points of the picture; depth grows by the same
 * factor. */
static void place_points(bona_mesh *mesh, const bona_viewer *viewer, bona_affine map)
{
    const bona_mesh_rule *rule = &viewer->model->decode.mesh;
    const float *answer = bona_viewer_output(viewer, viewer->model->decode.output);
    float scale = hypotf(map.a, map.d);

    for (int32_t i = 0; i < BONA_LANDMARKS_MAX; i++)
        mesh->x[i] = mesh->y[i] = mesh->z[i] = NAN;
    for (int32_t i = 0; i < rule->points; i++) {
        int32_t n = rule->number[i];
        float u = answer[3 * i] * rule->unit, v = answer[3 * i + 1] * rule->unit;

        mesh->x[n] = map.a * u + map.b * v + map.c;
        mesh->y[n] = map.d * u + map.e * v + map.f;
        mesh->z[n] = answer[3 * i + 2] * rule->unit * scale;
    }
    mesh->count = rule->points;
}

/*
 * Head pose from two axes of the mesh: across the outer corners of the eyes, and from forehead to
 * chin made perpendicular to the first. The roll is taken off first, so that yaw and pitch are
 * about the axes of an upright head.
 */
static void find_pose(bona_mesh *mesh)
{
    vec3 across = between(mesh, BONA_MESH_RIGHT_EYE_OUTER, BONA_MESH_LEFT_EYE_OUTER);
    vec3 down = between(mesh, BONA_MESH_FOREHEAD, BONA_MESH_CHIN);
    float roll = atan2f(across.y, across.x), c = cosf(-roll), s = sinf(-roll), dot, square;
    vec3 a = { c * across.x - s * across.y, s * across.x + c * across.y, across.z };
    vec3 d = { c * down.x - s * down.y, s * down.x + c * down.y, down.z };

    square = a.x * a.x + a.y * a.y + a.z * a.z;
    dot = square > 0 ? (a.x * d.x + a.y * d.y + a.z * d.z) / square : 0;
    d = (vec3){ d.x - dot * a.x, d.y - dot * a.y, d.z - dot * a.z };
    mesh->roll = roll * degrees_per_radian;
    mesh->yaw = atan2f(a.z, a.x) * degrees_per_radian;
    mesh->pitch = atan2f(-d.z, d.y) * degrees_per_radian;
}

/* Lid distance over corner distance, from the network that sees one eye. */
static float opening_of(bona_viewer *viewer, bona_image_view image, bona_point left,
                        bona_point right, bool mirror)
{
    const bona_lids_rule *rule = &viewer->model->decode.lids;
    const float *p;
    float high, wide;

    bona_crop_eye(viewer, image, left, right, mirror);
    bona_viewer_go(viewer);
    p = bona_viewer_output(viewer, viewer->model->decode.output);
    high = hypotf(p[rule->stride * rule->middle[0]] - p[rule->stride * rule->middle[1]],
                  p[rule->stride * rule->middle[0] + 1] - p[rule->stride * rule->middle[1] + 1]);
    wide = hypotf(p[rule->stride * rule->corners[0]] - p[rule->stride * rule->corners[1]],
                  p[rule->stride * rule->corners[0] + 1] - p[rule->stride * rule->corners[1] + 1]);
    return wide > 0 ? high / wide : NAN;
}

static bona_point point_of(const bona_mesh *mesh, int32_t n)
{
    return (bona_point){ mesh->x[n], mesh->y[n] };
}

static void find_openings(bona_mesh *mesh, const bona_viewer *landmark, bona_viewer *opening,
                          bona_image_view image)
{
    const bona_mesh_rule *rule = &landmark->model->decode.mesh;
    const float *eyes = bona_viewer_output(landmark, rule->eyes);
    const float *mouth = bona_viewer_output(landmark, rule->mouth);
    vec3 lips = between(mesh, BONA_MESH_LIP_UPPER, BONA_MESH_LIP_LOWER);
    vec3 width = between(mesh, BONA_MESH_MOUTH_RIGHT, BONA_MESH_MOUTH_LEFT);

    mesh->eye_open[0] = mesh->eye_open[1] = NAN;
    mesh->mouth_open = mouth != NULL ? mouth[0] : hypotf(lips.x, lips.y) / hypotf(width.x, width.y);
    if (eyes != NULL) {
        mesh->eye_open[0] = eyes[0];
        mesh->eye_open[1] = eyes[1];
    } else if (bona_viewer_ready(opening)) {
        mesh->eye_open[0] = opening_of(opening, image, point_of(mesh, BONA_MESH_RIGHT_EYE_OUTER),
                                       point_of(mesh, BONA_MESH_RIGHT_EYE_INNER), true);
        mesh->eye_open[1] = opening_of(opening, image, point_of(mesh, BONA_MESH_LEFT_EYE_INNER),
                                       point_of(mesh, BONA_MESH_LEFT_EYE_OUTER), false);
    }
}

bona_err bona_mesh_find(bona_mesh *mesh, bona_viewer *landmark, bona_viewer *opening,
                        bona_image_view image, const bona_spot *spot)
{
    bona_affine map;
    const float *presence;
    bona_err err = bona_crop(landmark, image, spot, &map);

    assert(landmark->model->decode.kind == BONA_DECODE_MESH);
    if (err != BONA_OK)
        return err;
    if (bona_viewer_ready(opening))
        err = bona_viewer_wake(opening);
    if (err != BONA_OK)
        return err;
    bona_viewer_go(landmark);
    place_points(mesh, landmark, map);
    presence = bona_viewer_output(landmark, landmark->model->decode.mesh.presence);
    mesh->presence = presence != NULL ? 1.0f / (1.0f + expf(-presence[0])) : 1.0f;
    find_pose(mesh);
    find_openings(mesh, landmark, opening, image);
    return BONA_OK;
}
