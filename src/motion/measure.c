/* SPDX-License-Identifier: Apache-2.0 */
/* One pair, from pictures to score and direction; see motion.h. */
#include "motion/motion.h"

#include <math.h>
#include <string.h>

#include "base/cpu.h"
#include "motion/evidence.h"
#include "motion/rigid.h"
#include "motion/score.h"

static const float shift_min = 0.03f; /* heights of the face: a smaller movement has no direction */
static const float residual_max =
    0.35f;                       /* of two meshes against a rigid head; real pairs stay below 0.2 */
static const float zoom_max = 8; /* no face comes that much nearer between two pictures */
/* What the head law leaves unexplained between pictures of one skin: more the further the head
 * turned. 398 pairs of different persons that would have passed (270 drawn ones crossed, 128 of
 * NUAA tuning sitters and of portraits of `mixed`) all left more; the real ones 0.60 and more. */
static const float same_skin_cost = 0.41f, same_skin_per_deg = 0.004f;
/* How much more alike two faces must be the more skin and shape differ: of 600 pairs of different
 * persons (portraits of `mixed`, NUAA tuning sitters) 3.5 % then pass instead of 12.8 %. Beyond the
 * maximum the pixels have lost the face. */
static const float skin_weight = 0.8f, skin_doubt_max = 0.25f, shape_weight = 4;
static const float turned_deg_min = 5; /* a smaller turn is within the mesh's noise */

static bool finite_mesh(const bona_mesh_point *mesh)
{
    for (int32_t n = 0; n < BONA_MESH_POINTS; n++)
        if (!isfinite(mesh[n].x) || !isfinite(mesh[n].y) || !isfinite(mesh[n].z))
            return false;
    return true;
}

static bona_err check_view(const bona_motion_view *view, const char *which, bona_note *note)
{
    bona_box b = view->box;

    if (view->image.rgb == NULL || view->image.width < 1 || view->image.height < 1)
        return bona_fail(note, BONA_BAD_ARGUMENT, "%s picture has no pixels", which);
    if (!isfinite(b.x) || !isfinite(b.y) || !(b.w > 0) || !(b.h > 0) || !isfinite(b.w) ||
        !isfinite(b.h))
        return bona_fail(note, BONA_BAD_ARGUMENT, "%s face box %g x %g px has no area", which,
                         (double)b.w, (double)b.h);
    for (int32_t n = 0; n < BONA_POINTS; n++)
        if (!isfinite(view->points[n].x) || !isfinite(view->points[n].y))
            return bona_fail(note, BONA_BAD_ARGUMENT, "%s face point %d is not finite", which,
                             (int)n);
    if (view->mesh != NULL && !finite_mesh(view->mesh))
        return bona_fail(note, BONA_BAD_ARGUMENT, "%s mesh holds a point that is not finite",
                         which);
    return BONA_OK;
}

/* Without a mesh only the shift of the five points can be told; it never passes. */
static void measure_points(bona_motion_result *result, const bona_motion_ask *ask)
{
    float dx = 0, dy = 0;

    for (int32_t n = 0; n < BONA_POINTS; n++) {
        dx += (ask->second.points[n].x - ask->first.points[n].x) / BONA_POINTS;
        dy += (ask->second.points[n].y - ask->first.points[n].y) / BONA_POINTS;
    }
    if (hypotf(dx, dy) > shift_min * ask->first.box.h)
        result->direction = bona_direction_deg(dx, dy);
    result->motion = BONA_MOTION_LEAST;
    result->why = BONA_MOTION_NO_MESH;
}

static void settle_direction(bona_motion_result *result, const bona_evidence *e)
{
    result->turned = result->turn_deg >= turned_deg_min;
    if (result->turned)
        result->direction = e->direction;
    else if (e->cue[BONA_CUE_shift] > shift_min)
        result->direction = e->shift_direction;
}

/* Whether two meshes can be those of one face: finite, of like size, one turned into the other. */
static bool sane(const bona_evidence *e)
{
    float sum = e->direction + e->shift_direction + e->yaw_deg + e->pitch_deg + e->roll_deg;
    float zoom = e->cue[BONA_CUE_zoom];

    for (int32_t n = 0; n < BONA_CUE_COUNT; n++)
        sum += e->cue[n];
    return isfinite(sum) && e->cue[BONA_CUE_residual] < residual_max && zoom > 1 / zoom_max &&
           zoom < zoom_max;
}

static float within_one(float v)
{
    return fminf(fmaxf(v, 0), 1);
}

/*
 * Vectors of one face agree less the more it turns: up to 10 degrees half as much again as the
 * limit is asked, at 25 the limit, at 45 nothing. It rises where the skin differs more than in half
 * of the pairs of one person taken on different days (LFW), and where the shape of the head does
 * more than in three quarters of them.
 */
static float similarity_asked(const bona_motion_result *r, float similarity_min)
{
    const float more_deg = 10, full_deg = 25, none_deg = 45, turn = r->turn_deg;
    const float usual_skin = 0.75f + 0.011f * turn, usual_shape = 0.06f + 0.0013f * turn;
    float part = within_one((none_deg - turn) / (none_deg - full_deg));
    float more = 1 + 0.5f * within_one((full_deg - turn) / (full_deg - more_deg));
    float skin = fminf(fmaxf(r->cues[BONA_CUE_head_cost] - usual_skin, 0), skin_doubt_max);
    float shape = fmaxf(r->cues[BONA_CUE_residual] - usual_shape, 0);

    return similarity_min <= 0
               ? similarity_min
               : part * (more * similarity_min + skin_weight * skin) + shape_weight * shape;
}

void bona_motion_settle_person(bona_motion_result *result, float similarity, float similarity_min)
{
    result->doubt_person = false;
    if (similarity >= similarity_asked(result, similarity_min))
        return;
    result->motion = BONA_MOTION_LEAST;
    result->why = BONA_MOTION_PERSONS;
}

static bona_err gather(bona_evidence *e, const bona_motion_ask *ask)
{
#if defined(__x86_64__)
    if (bona_cpu_has_avx2())
        return bona_evidence_gather_wide(e, &ask->first, &ask->second);
#endif
    return bona_evidence_gather(e, &ask->first, &ask->second);
}

bona_err bona_motion_measure(bona_motion_result *result, const bona_motion_ask *ask,
                             bona_note *note)
{
    bona_motion_result out = { 0 };
    bona_evidence e;
    bona_err err = check_view(&ask->first, "first", note);

    if (err == BONA_OK)
        err = check_view(&ask->second, "second", note);
    if (err != BONA_OK)
        return err;
    if (ask->first.mesh == NULL || ask->second.mesh == NULL) {
        measure_points(&out, ask);
        *result = out;
        return BONA_OK;
    }
    err = gather(&e, ask);
    if (err != BONA_OK)
        return err;
    out.turn_deg = e.cue[BONA_CUE_turn_seen];
    out.yaw_deg = e.yaw_deg;
    out.pitch_deg = e.pitch_deg;
    out.roll_deg = e.roll_deg;
    out.cue_count = BONA_CUE_COUNT;
    memcpy(out.cues, e.cue, sizeof e.cue);
    if (sane(&e)) {
        settle_direction(&out, &e);
        out.motion = bona_motion_score(&e, &out.why);
    } else { /* meshes beyond all measure: nothing is known, and nothing passes */
        memset(&out, 0, sizeof out);
        out.motion = BONA_MOTION_LEAST;
        out.why = BONA_MOTION_NO_MESH;
    }
    out.doubt_person = out.motion >= 0.5f && e.cue[BONA_CUE_head_cost] >
                                                 same_skin_cost + same_skin_per_deg * out.turn_deg;
    *result = out;
    return BONA_OK;
}

const char *bona_motion_cue_name(int32_t index)
{
    static const char *const names[] = {
#define BONA_CUE_NAME(name) #name,
        BONA_CUE_LIST(BONA_CUE_NAME)
#undef BONA_CUE_NAME
    };

    return index < 0 || index >= BONA_CUE_COUNT ? NULL : names[index];
}
