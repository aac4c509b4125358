/* SPDX-License-Identifier: Apache-2.0 */
/* Points, their slopes and weights; see points.h. */
#include "motion/points.h"

#include <math.h>

static const float head_depth_px =
    50; /* the middle of the head lies that far behind the face, in the crop */
static const float weight_min = 0.02f;
static const float reach_px = 14; /* neighbours that tell a point's slope and crowd */
static const float slope_max = 1.5f, far_min = 0.3f; /* no face leans more or comes nearer */
/* Lips move by themselves: patches within an ellipse around them count less. */
static const float lips_reach = 0.15f, lips_squash = 2, lips_weight = 0.1f;

/* How far a point faces the camera in both pictures, 0..1, as if the head were a ball. */
static float seen_in_both(const bona_aligned *p, bona_vec3 from_centre)
{
    float reach = head_depth_px / p->map_first.scale;
    bona_vec3 out = { from_centre.x + p->facing.x * reach, from_centre.y + p->facing.y * reach,
                      from_centre.z + p->facing.z * reach };
    bona_vec3 turned = bona_rigid_turn(&p->rigid, out);
    float length = sqrtf(out.x * out.x + out.y * out.y + out.z * out.z);
    float least = fminf(-out.z, -turned.z) / fmaxf(length, 1e-6f), weight = (least - 0.25f) / 0.3f;

    return weight < weight_min ? weight_min : weight > 1 ? 1 : weight;
}

static float lips_share(const bona_aligned *p, const bona_mesh_point *at)
{
    const bona_mesh_point *u = &p->first[MESH_LIP_UPPER], *l = &p->first[MESH_LIP_LOWER];
    float dx = at->x - 0.5f * (u->x + l->x), dy = at->y - 0.5f * (u->y + l->y);
    float reach = lips_reach * bona_mesh_height(p->first);

    return dx * dx + lips_squash * dy * dy < reach * reach ? lips_weight : 1;
}

/* One point in both crops; depth is the mean of what both meshes say. */
static bona_fit_point place(const bona_aligned *p, const bona_mesh_point *a,
                            const bona_mesh_point *b)
{
    const bona_rigid *r = &p->rigid;
    bona_vec3 da = { a->x - r->centre_first.x, a->y - r->centre_first.y, a->z - r->centre_first.z };
    bona_vec3 db = { (b->x - r->centre_second.x) / r->scale, (b->y - r->centre_second.y) / r->scale,
                     (b->z - r->centre_second.z) / r->scale };
    float back = r->turn[0][2] * db.x + r->turn[1][2] * db.y + r->turn[2][2] * db.z;
    bona_vec3 mean = { da.x, da.y, 0.5f * (da.z + back) };
    bona_point from = bona_crop_point(p->map_first, a->x, a->y);
    bona_point to = bona_crop_point(p->map_second, b->x, b->y);

    return (bona_fit_point){
        .x = from.x,
        .y = from.y,
        .z = mean.z * p->map_first.scale,
        .far_first = fmaxf(1 + mean.z / p->focal_first, far_min),
        .far_second = fmaxf(1 + bona_rigid_turn(r, mean).z * r->scale / p->focal_second, far_min),
        .to_x = to.x,
        .to_y = to.y,
        .weight = seen_in_both(p, da) * lips_share(p, a),
    };
}

/* Sums over the neighbours of a point, for a plane laid through them. */
typedef struct plane {
    float n, x, y, z, xx, xy, yy, xz, yz;
} plane;

/* Eight points side by side. */
typedef float lanes __attribute__((vector_size(32)));
typedef int32_t marks __attribute__((vector_size(32)));
enum { LANES = 8, ROWS = (POINT_COUNT + LANES - 1) / LANES };

typedef struct cloud {
    lanes x[ROWS], y[ROWS], z[ROWS];
} cloud;

/* What is missing in the last row lies far from everything. */
static void spread(cloud *c, const bona_fit_point *points)
{
    const float far_px = 1e6f;

    for (int32_t n = 0; n < ROWS * LANES; n++) {
        const bona_fit_point *p = n < POINT_COUNT ? &points[n] : NULL;

        c->x[n / LANES][n % LANES] = p != NULL ? p->x : far_px;
        c->y[n / LANES][n % LANES] = p != NULL ? p->y : far_px;
        c->z[n / LANES][n % LANES] = p != NULL ? p->z : 0;
    }
}

static float total(const lanes *v)
{
    float sum = 0;

    for (int32_t n = 0; n < LANES; n++)
        sum += (*v)[n];
    return sum;
}

static plane plane_around(const cloud *c, const bona_fit_point *at)
{
    const float square = 1 / (reach_px * reach_px);
    lanes sn = { 0 }, sx = sn, sy = sn, sz = sn, sxx = sn, sxy = sn, syy = sn, sxz = sn, syz = sn;

    for (int32_t n = 0; n < ROWS; n++) {
        lanes x = c->x[n] - at->x, y = c->y[n] - at->y, z = c->z[n] - at->z;
        lanes w = 1 - (x * x + y * y) * square, wx, wy;

        w = (lanes)((marks)(w * w) & (w > 0));
        wx = w * x;
        wy = w * y;
        sn += w;
        sx += wx;
        sy += wy;
        sz += w * z;
        sxx += wx * x;
        sxy += wx * y;
        syy += wy * y;
        sxz += wx * z;
        syz += wy * z;
    }
    return (plane){ total(&sn),  total(&sx),  total(&sy),  total(&sz), total(&sxx),
                    total(&sxy), total(&syy), total(&sxz), total(&syz) };
}

static float within(float v, float most)
{
    return v > most ? most : v > -most ? v : -most;
}

/* Depth per pixel around a point. Where points crowd (eyes, lips), each counts less. */
static void lean(bona_fit_point *at, const plane *s)
{
    float xx = s->xx - s->x * s->x / s->n + 1, yy = s->yy - s->y * s->y / s->n + 1;
    float xy = s->xy - s->x * s->y / s->n, xz = s->xz - s->x * s->z / s->n,
          yz = s->yz - s->y * s->z / s->n;
    float det = xx * yy - xy * xy + 1;

    at->slope_x = within((xz * yy - yz * xy) / det, slope_max);
    at->slope_y = within((yz * xx - xz * xy) / det, slope_max);
    at->weight /= sqrtf(s->n);
}

void bona_points_place(bona_fit_point *points, const bona_aligned *pair)
{
    cloud all;

    for (int32_t n = 0; n < POINT_COUNT; n++)
        points[n] = place(pair, &pair->first[n * POINT_STEP], &pair->second[n * POINT_STEP]);
    spread(&all, points);
    for (int32_t n = 0; n < POINT_COUNT; n++) {
        plane around = plane_around(&all, &points[n]);

        lean(&points[n], &around);
    }
}
