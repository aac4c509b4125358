/* SPDX-License-Identifier: Apache-2.0 */
/* From two meshes and two crops to numbers; see evidence.h. */
#include "motion/evidence.h"

#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "motion/points.h"

static const float face_px = 100; /* height of the face in the crop */
static const float focal_assumed =
    0.95f; /* focal length / long side: webcams and phones lie between 0.7 and 1.2 */
static const float mesh_share = 0.1f; /* of the meshes in the direction; the rest is the pixels' */
static const float cost_trusted = 1.0f, cost_lost = 1.3f; /* between them the pixels lose theirs */
static const float degrees = 57.29577951f;

typedef struct scratch {
    bona_crop crop; /* of the first picture, then of the second */
    union {
        float work[4 * CROP_PIXELS]; /* while the crops are drawn */
        bona_ground ground;          /* while the laws are fitted */
    };
    bona_fit_point points[POINT_COUNT];
    bona_patches patches;
} scratch;

static float focal_of(const bona_image_view *image)
{
    return focal_assumed * (float)(image->width > image->height ? image->width : image->height);
}

static bona_aligned align(const bona_motion_view *first, const bona_motion_view *second)
{
    bona_aligned p = { .first = first->mesh,
                       .second = second->mesh,
                       .rigid = bona_rigid_fit(first->mesh, second->mesh, BONA_MESH_POINTS),
                       .facing = bona_mesh_facing(first->mesh),
                       .focal_first = focal_of(&first->image),
                       .focal_second = focal_of(&second->image) };

    p.roll =
        atan2f(p.rigid.turn[1][0] - p.rigid.turn[0][1], p.rigid.turn[0][0] + p.rigid.turn[1][1]);
    p.map_first = (bona_crop_map){ { p.rigid.centre_first.x, p.rigid.centre_first.y },
                                   0,
                                   face_px / fmaxf(bona_mesh_height(p.first), 1) };
    p.map_second = (bona_crop_map){ { p.rigid.centre_second.x, p.rigid.centre_second.y },
                                    -p.roll,
                                    p.map_first.scale / p.rigid.scale };
    return p;
}

/* Movement per depth of a fitted law, as a part of its own scale. */
static bona_point per_depth(const bona_fit *fit)
{
    const int32_t d = FIT_DEPTH;
    float rows =
        0.5f * (sqrtf(fit->x[1] * fit->x[1] + fit->x[2] * fit->x[2] + fit->x[d] * fit->x[d]) +
                sqrtf(fit->y[1] * fit->y[1] + fit->y[2] * fit->y[2] + fit->y[d] * fit->y[d]));

    rows = fmaxf(rows, 1e-3f);
    return (bona_point){ fit->x[d] / rows, fit->y[d] / rows };
}

/* Where the face looks after the movement that a law of a head describes, as a change, picture axes
 * of the first. */
static bona_point facing_change(const bona_aligned *p, const bona_fit *head)
{
    float u = head->x[1] * p->facing.x + head->x[2] * p->facing.y + head->x[3] * p->facing.z;
    float v = head->y[1] * p->facing.x + head->y[2] * p->facing.y + head->y[3] * p->facing.z;
    float rows =
        0.5f * (sqrtf(head->x[1] * head->x[1] + head->x[2] * head->x[2] + head->x[3] * head->x[3]) +
                sqrtf(head->y[1] * head->y[1] + head->y[2] * head->y[2] + head->y[3] * head->y[3]));
    float c = cosf(p->roll), s = sinf(p->roll);

    rows = fmaxf(rows, 1e-3f);
    return (bona_point){ (c * u - s * v) / rows - p->facing.x,
                         (s * u + c * v) / rows - p->facing.y };
}

/* Direction from the pixels' change of facing, steadied by the meshes'. A law that left most of the
 * patches unexplained has lost the face: then the meshes alone must do. */
static float blend(bona_point pixels, float cost, const bona_aligned *p)
{
    bona_vec3 after = bona_rigid_turn(&p->rigid, p->facing);
    bona_point mesh = { after.x - p->facing.x, after.y - p->facing.y };
    float lost = fminf(fmaxf((cost - cost_trusted) / (cost_lost - cost_trusted), 0), 1);
    float share = mesh_share + (1 - mesh_share) * lost;
    float own = (1 - share) / fmaxf(hypotf(pixels.x, pixels.y), 1e-4f);
    float other = share / fmaxf(hypotf(mesh.x, mesh.y), 1e-4f);

    return bona_direction_deg(own * pixels.x + other * mesh.x, own * pixels.y + other * mesh.y);
}

static void pixels_say(bona_evidence *e, const bona_aligned *p, scratch *s)
{
    bona_vec3 turned = bona_rigid_turn(&p->rigid, (bona_vec3){ 0, 0, 1 });
    float c = cosf(p->roll), sn = sinf(p->roll), mesh_length, head_length;
    /* the meshes' movement per depth, in the second crop's axes */
    bona_point mesh = { c * turned.x + sn * turned.y, c * turned.y - sn * turned.x }, head, relief;
    bona_fit as_head, as_relief;

    bona_fit_law(&as_head, BONA_LAW_HEAD, &s->patches, &s->crop, &s->ground, NULL);
    bona_fit_law(&as_relief, BONA_LAW_RELIEF, &s->patches, &s->crop, &s->ground, &as_head);
    e->cue[BONA_CUE_head_cost] = as_head.cost;
    e->cue[BONA_CUE_relief_cost] = as_relief.cost;
    head = per_depth(&as_head);
    relief = per_depth(&as_relief);
    mesh_length = fmaxf(hypotf(mesh.x, mesh.y), 1e-4f);
    head_length = hypotf(head.x, head.y);
    e->cue[BONA_CUE_mesh_depth] = mesh_length;
    e->cue[BONA_CUE_head_depth] = (head.x * mesh.x + head.y * mesh.y) / mesh_length;
    e->cue[BONA_CUE_relief_depth] = (relief.x * mesh.x + relief.y * mesh.y) / mesh_length;
    e->cue[BONA_CUE_agreement] = e->cue[BONA_CUE_head_depth] / (head_length + 0.01f);
    e->direction = blend(facing_change(p, &as_head), as_head.cost, p);
}

static void meshes_say(bona_evidence *e, const bona_aligned *p, const bona_motion_view *a,
                       const bona_motion_view *b)
{
    const bona_rigid *r = &p->rigid;
    bona_point ca = { r->centre_first.x, r->centre_first.y },
               cb = { r->centre_second.x, r->centre_second.y };
    bona_vec3 after = bona_rigid_turn(r, p->facing);
    bona_vec3 axis_a =
        bona_facing_from_axis(p->facing, ca, a->image.width, a->image.height, focal_assumed);
    bona_vec3 axis_b =
        bona_facing_from_axis(after, cb, b->image.width, b->image.height, focal_assumed);
    float height = fmaxf(bona_mesh_height(p->first), 1);

    e->cue[BONA_CUE_turn_seen] = bona_angle_deg(p->facing, after);
    e->cue[BONA_CUE_turn_axis] = bona_angle_deg(axis_a, axis_b);
    e->cue[BONA_CUE_residual] = r->residual;
    e->cue[BONA_CUE_shift] = hypotf(cb.x - ca.x, cb.y - ca.y) / height;
    e->cue[BONA_CUE_zoom] = r->scale;
    e->shift_direction = bona_direction_deg(cb.x - ca.x, cb.y - ca.y);
    e->yaw_deg = (atan2f(after.x, -after.z) - atan2f(p->facing.x, -p->facing.z)) * degrees;
    e->pitch_deg =
        (asinf(fmaxf(-1, fminf(1, -after.y))) - asinf(fmaxf(-1, fminf(1, -p->facing.y)))) * degrees;
    e->roll_deg = p->roll * degrees;
}

bona_err bona_evidence_gather(bona_evidence *evidence, const bona_motion_view *first,
                              const bona_motion_view *second)
{
    scratch *s = bona_alloc_aligned(sizeof *s);
    bona_aligned p;

    if (s == NULL)
        return BONA_NO_MEMORY;
    memset(evidence, 0, sizeof *evidence);
    p = align(first, second);
    meshes_say(evidence, &p, first, second);
    bona_points_place(s->points, &p);
    bona_crop_fill(&s->crop, first->image, p.map_first, s->work);
    bona_patches_take(&s->patches, s->points, POINT_COUNT, &s->crop);
    bona_crop_fill(&s->crop, second->image, p.map_second, s->work);
    pixels_say(evidence, &p, s);
    bona_wipe(s, sizeof *s);
    bona_free(s);
    return BONA_OK;
}
