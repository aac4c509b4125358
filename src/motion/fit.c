/* SPDX-License-Identifier: Apache-2.0 */
/* Pooled Lucas-Kanade under a law of movement; see fit.h. */
#include "motion/fit.h"

#include <assert.h>
#include <math.h>
#include <string.h>

enum { PATCH = 5, PATCH_SAMPLES = PATCH * PATCH, STEPS_MAX = 8, SIZE_MAX_ = 2 * FIT_TERMS_MAX };
static const float patch_step_px = 2; /* samples cover 9 x 9 px */
static const float mesh_trust =
    0.001f; /* pull towards the mesh against squared slopes of brightness */
static const float mesh_reach_px = 3; /* beyond it the pull fades */
static const float texture_floor =
    0.02f;                       /* variance of evened-out brightness that counts as no texture */
static const float cost_max = 3; /* a patch cannot be worse than this */
static const float step_px_min = 0.02f; /* smaller steps end the search */

static int32_t terms_of(bona_law law)
{
    static const int32_t count[] = { 3, 4, 6, 7 };

    return count[law];
}

int32_t bona_fit_depth_term(bona_law law)
{
    return law == BONA_LAW_HEAD ? 3 : law == BONA_LAW_RELIEF ? 6 : -1;
}

static void terms_at(bona_law law, const bona_fit_point *p, float *t)
{
    float u = p->x / FIT_UNIT_PX, v = p->y / FIT_UNIT_PX, w = p->z / FIT_UNIT_PX;

    t[0] = 1;
    t[1] = u;
    t[2] = v;
    if (law == BONA_LAW_HEAD)
        t[3] = w;
    if (law >= BONA_LAW_SHEET) {
        t[3] = u * u;
        t[4] = u * v;
        t[5] = v * v;
    }
    if (law == BONA_LAW_RELIEF)
        t[6] = w;
}

/* Brightness and slopes between pixels; x, y against the crop's middle. */
static bona_slope between(const bona_slope *grade, float x, float y)
{
    float u, v, a, b, c, d;
    int32_t i, j;
    const bona_slope *p, *q;

    x += 0.5f * CROP_SIDE - 0.5f;
    y += 0.5f * CROP_SIDE - 0.5f;
    x = x > 0 ? fminf(x, CROP_SIDE - 1.001f) : 0; /* also where it is no number */
    y = y > 0 ? fminf(y, CROP_SIDE - 1.001f) : 0;
    i = (int32_t)x;
    j = (int32_t)y;
    u = x - (float)i;
    v = y - (float)j;
    a = (1 - u) * (1 - v);
    b = u * (1 - v);
    c = (1 - u) * v;
    d = u * v;
    p = grade + j * CROP_SIDE + i;
    q = p + CROP_SIDE;
    return (bona_slope){ a * p[0].value + b * p[1].value + c * q[0].value + d * q[1].value,
                         a * p[0].dx + b * p[1].dx + c * q[0].dx + d * q[1].dx,
                         a * p[0].dy + b * p[1].dy + c * q[0].dy + d * q[1].dy, 0 };
}

/* What a patch says at its present place. */
typedef struct vote {
    float xx, xy, yy, gx, gy; /* mean products of slopes, and of slope and difference */
    float cost, texture;      /* difference / texture; variance of the first patch */
} vote;

/* The law in use, point by point. */
typedef struct state {
    const bona_fit_point *points;
    int32_t count;
    bona_fit *fit;
    const bona_slope *first, *second; /* of the present grade */
    float terms[FIT_POINTS_MAX][FIT_TERMS_MAX];
    vote votes[FIT_POINTS_MAX];
} state;

static bona_point place(const bona_fit *fit, const float *terms)
{
    bona_point p = { 0, 0 };

    for (int32_t k = 0; k < fit->terms; k++) {
        p.x += fit->x[k] * terms[k];
        p.y += fit->y[k] * terms[k];
    }
    return p;
}

static vote vote_of(const state *s, int32_t n)
{
    const bona_fit_point *from = &s->points[n];
    const bona_fit *f = s->fit;
    bona_point to = place(f, s->terms[n]);
    float before[PATCH_SAMPLES], diff[PATCH_SAMPLES], mean_before = 0, mean_diff = 0;
    bona_slope at[PATCH_SAMPLES];
    vote v = { 0 };

    for (int32_t k = 0; k < PATCH_SAMPLES; k++) {
        float u = patch_step_px * (float)(k % PATCH - PATCH / 2),
              w = patch_step_px * (float)(k / PATCH - PATCH / 2);

        before[k] = between(s->first, from->x + u, from->y + w).value;
        at[k] = between(s->second, to.x + (f->x[1] * u + f->x[2] * w) / FIT_UNIT_PX,
                        to.y + (f->y[1] * u + f->y[2] * w) / FIT_UNIT_PX);
        diff[k] = at[k].value - before[k];
        mean_before += before[k] / PATCH_SAMPLES;
        mean_diff += diff[k] / PATCH_SAMPLES;
    }
    for (int32_t k = 0; k < PATCH_SAMPLES; k++) {
        float r = diff[k] - mean_diff, t = before[k] - mean_before;

        v.xx += at[k].dx * at[k].dx / PATCH_SAMPLES;
        v.xy += at[k].dx * at[k].dy / PATCH_SAMPLES;
        v.yy += at[k].dy * at[k].dy / PATCH_SAMPLES;
        v.gx += at[k].dx * r / PATCH_SAMPLES;
        v.gy += at[k].dy * r / PATCH_SAMPLES;
        v.cost += r * r / PATCH_SAMPLES;
        v.texture += t * t / PATCH_SAMPLES;
    }
    v.cost = fminf(v.cost / (v.texture + texture_floor), cost_max);
    return v;
}

/* Solves the symmetric positive system m x = v in place (Cholesky); `v` becomes x. */
static void solve(double m[SIZE_MAX_][SIZE_MAX_], double *v, int32_t size)
{
    for (int32_t j = 0; j < size; j++) {
        for (int32_t k = 0; k < j; k++)
            m[j][j] -= m[j][k] * m[j][k];
        m[j][j] = sqrt(fmax(m[j][j], 1e-12));
        for (int32_t i = j + 1; i < size; i++) {
            for (int32_t k = 0; k < j; k++)
                m[i][j] -= m[i][k] * m[j][k];
            m[i][j] /= m[j][j];
        }
    }
    for (int32_t i = 0; i < size; i++) {
        for (int32_t k = 0; k < i; k++)
            v[i] -= m[i][k] * v[k];
        v[i] /= m[i][i];
    }
    for (int32_t i = size - 1; i >= 0; i--) {
        for (int32_t k = i + 1; k < size; k++)
            v[i] -= m[k][i] * v[k];
        v[i] /= m[i][i];
    }
}

/* Adds one point's part of the normal equations: pixels by `w`, the mesh's opinion by `pull`. */
static void gather(double m[SIZE_MAX_][SIZE_MAX_], double *v, const state *s, int32_t n, float w,
                   float pull)
{
    const vote *b = &s->votes[n];
    const float *t = s->terms[n];
    int32_t terms = s->fit->terms;
    bona_point at = place(s->fit, t);
    float gx = w * b->gx + pull * (at.x - s->points[n].to_x),
          gy = w * b->gy + pull * (at.y - s->points[n].to_y);

    for (int32_t i = 0; i < terms; i++) {
        for (int32_t j = 0; j < terms; j++) {
            double tt = (double)(t[i] * t[j]);

            m[i][j] += tt * (double)(w * b->xx + pull);
            m[i][terms + j] += tt * (double)(w * b->xy);
            m[terms + i][j] += tt * (double)(w * b->xy);
            m[terms + i][terms + j] += tt * (double)(w * b->yy + pull);
        }
        v[i] += (double)(t[i] * gx);
        v[terms + i] += (double)(t[i] * gy);
    }
}

static float pull_of(const state *s, int32_t n)
{
    bona_point at = place(s->fit, s->terms[n]);
    float dx = at.x - s->points[n].to_x, dy = at.y - s->points[n].to_y;

    return mesh_trust * s->points[n].weight /
           (1 + (dx * dx + dy * dy) / (mesh_reach_px * mesh_reach_px));
}

/* One Gauss-Newton step; returns its largest part. Patches that disagree lose weight (Geman and
 * McClure 1987). */
static float improve(state *s)
{
    double m[SIZE_MAX_][SIZE_MAX_] = { { 0 } }, v[SIZE_MAX_] = { 0 };
    int32_t terms = s->fit->terms;
    float usual = 0, most = 0;

    for (int32_t n = 0; n < s->count; n++) {
        s->votes[n] = vote_of(s, n);
        usual += fminf(s->votes[n].cost, 2) / (float)s->count;
    }
    usual = fmaxf(usual, texture_floor);
    for (int32_t n = 0; n < s->count; n++) {
        float doubt = 1 + s->votes[n].cost / (2 * usual);

        gather(m, v, s, n, s->points[n].weight / (doubt * doubt), pull_of(s, n));
    }
    for (int32_t k = 0; k < 2 * terms; k++)
        m[k][k] += 1e-6;
    solve(m, v, 2 * terms);
    for (int32_t k = 0; k < terms; k++) {
        s->fit->x[k] -= (float)v[k];
        s->fit->y[k] -= (float)v[terms + k];
        most = fmaxf(most, fmaxf(fabsf((float)v[k]), fabsf((float)v[terms + k])));
    }
    return most;
}

/* The law that fits the mesh itself: least squares without pixels. */
static void start(state *s)
{
    double m[SIZE_MAX_][SIZE_MAX_] = { { 0 } }, v[SIZE_MAX_] = { 0 };
    int32_t terms = s->fit->terms;

    memset(s->votes, 0, sizeof s->votes);
    for (int32_t n = 0; n < s->count; n++)
        gather(m, v, s, n, 0, s->points[n].weight);
    for (int32_t k = 0; k < 2 * terms; k++)
        m[k][k] += 1e-6;
    solve(m, v, 2 * terms);
    for (int32_t k = 0; k < terms; k++) {
        s->fit->x[k] = -(float)v[k];
        s->fit->y[k] = -(float)v[terms + k];
    }
}

static float total_cost(state *s)
{
    float sum = 0, all = 1e-6f;

    for (int32_t n = 0; n < s->count; n++) {
        float w;

        s->votes[n] = vote_of(s, n);
        w = s->points[n].weight * (s->votes[n].texture + texture_floor);
        sum += w * s->votes[n].cost;
        all += w;
    }
    return sum / all;
}

void bona_fit_law(bona_fit *fit, bona_law law, const bona_fit_point *points, int32_t count,
                  const bona_crop *first, const bona_crop *second)
{
    state s = { .points = points, .count = count, .fit = fit };

    assert(count <= FIT_POINTS_MAX);
    *fit = (bona_fit){ .law = law, .terms = terms_of(law) };
    for (int32_t n = 0; n < count; n++)
        terms_at(law, &points[n], s.terms[n]);
    start(&s);
    for (int32_t g = 0; g < CROP_GRADES; g++) {
        s.first = first->grade[g];
        s.second = second->grade[g];
        for (int32_t step = 0; step < STEPS_MAX; step++)
            if (improve(&s) < step_px_min)
                break;
    }
    fit->cost = total_cost(&s);
}
