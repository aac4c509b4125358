/* SPDX-License-Identifier: Apache-2.0 */
/* Pooled Lucas-Kanade under a law of movement; see fit.h. */
#include "motion/fit.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "motion/solve.h"

enum { PATCH = 5, FINEST = CROP_GRADES - 1 };
static const int32_t steps_max[CROP_GRADES] = { 3, 3, 5 };
static const float patch_step_px = 2; /* samples cover 9 x 9 px */
static const float mesh_trust =
    0.0003f; /* pull towards the mesh against squared slopes of brightness */
static const float mesh_reach_px = 3; /* beyond it the pull fades */
static const float texture_floor =
    0.02f; /* variance of evened-out brightness that counts as no texture */
static const float texture_even =
    0.05f; /* patches of more texture than this count alike, or eyes and brows would decide alone */
static const float cost_max = 3; /* a patch cannot be worse than this */
static const float step_px_min[CROP_GRADES] = { 0.2f, 0.2f,
                                                0.1f }; /* smaller steps end the search */

/* Four floats in one register, and two such side by side. */
typedef float four __attribute__((vector_size(16), aligned(4), may_alias));
typedef float eight __attribute__((vector_size(32), aligned(4), may_alias));

static int32_t terms_of(bona_law law)
{
    return law == BONA_LAW_HEAD ? 4 : 7;
}

/* Perspective is undone in the first picture and done again in the second: far points stand closer
 * together. */
static void terms_at(bona_law law, const bona_fit_point *p, float *t)
{
    float u = p->x * p->far_first / FIT_UNIT_PX, v = p->y * p->far_first / FIT_UNIT_PX;

    t[0] = 1;
    t[1] = u;
    t[2] = v;
    t[FIT_DEPTH] = p->z / FIT_UNIT_PX;
    if (law == BONA_LAW_RELIEF) {
        t[4] = u * u;
        t[5] = u * v;
        t[6] = v * v;
    }
    for (int32_t k = 0; k < terms_of(law); k++)
        t[k] /= p->far_second;
}

/* Where a sample lies between four pixels. */
typedef struct spot {
    int32_t first; /* the upper left one */
    float u, v;    /* shares of the right and the lower ones */
} spot;

static const float middle = 0.5f * CROP_SIDE - 0.5f, last = CROP_SIDE - 1.001f;

/* x, y against the upper left pixel. The crop's edge goes on, also for what is no number. */
static spot spot_of(float x, float y)
{
    int32_t i, j;

    x = x > 0 ? x < last ? x : last : 0;
    y = y > 0 ? y < last ? y : last : 0;
    i = (int32_t)x;
    j = (int32_t)y;
    return (spot){ j * CROP_SIDE + i, x - (float)i, y - (float)j };
}

/* The same for a row of samples from (x, y) on, (ux, uy) apart. */
typedef struct row_spots {
    int32_t first[PATCH];
    float u[PATCH], v[PATCH];
} row_spots;

static row_spots spots_from(float x, float y, float ux, float uy)
{
    row_spots s;

    for (int32_t n = 0; n < PATCH; n++) {
        spot at = spot_of(x + ux * (float)n, y + uy * (float)n);

        s.first[n] = at.first;
        s.u[n] = at.u;
        s.v[n] = at.v;
    }
    return s;
}

static float value_at(const float *grade, spot s)
{
    const float *p = grade + s.first, *q = p + CROP_SIDE;

    return (p[0] * (1 - s.u) + p[1] * s.u) * (1 - s.v) + (q[0] * (1 - s.u) + q[1] * s.u) * s.v;
}

static four slopes_at(const bona_slope *first, float u, float v)
{
    eight above = *(const eight *)first, below = *(const eight *)(first + CROP_SIDE);
    eight both = above + (below - above) * v;
    four left = __builtin_shufflevector(both, both, 0, 1, 2, 3);
    four right = __builtin_shufflevector(both, both, 4, 5, 6, 7);

    return left + (right - left) * u;
}

void bona_patches_take(bona_patches *patches, const bona_fit_point *points, int32_t count,
                       const bona_crop *first)
{
    assert(count <= FIT_POINTS_MAX);
    patches->points = points;
    patches->count = count;
    for (int32_t g = 0; g < CROP_GRADES; g++) {
        for (int32_t n = 0; n < count; n++) {
            float *value = patches->value[g][n], mean = 0, texture = 0;

            for (int32_t k = 0; k < FIT_SAMPLES; k++) {
                float u = patch_step_px * (float)(k % PATCH - PATCH / 2);
                float v = patch_step_px * (float)(k / PATCH - PATCH / 2);

                value[k] = value_at(first->grade[g],
                                    spot_of(points[n].x + middle + u, points[n].y + middle + v));
                mean += value[k] / FIT_SAMPLES;
            }
            for (int32_t k = 0; k < FIT_SAMPLES; k++) {
                value[k] -= mean;
                texture += value[k] * value[k] / FIT_SAMPLES;
            }
            patches->texture[g][n] = texture;
        }
    }
}

/* What a patch says at its present place. */
typedef struct vote {
    float xx, xy, yy, gx, gy; /* mean products of slopes, and of slope and difference */
    float cost;               /* difference / texture */
} vote;

/* The law in use, point by point. */
typedef struct state {
    const bona_patches *patches;
    bona_fit *fit;
    const bona_slope *second; /* of the present grade */
    int32_t grade;
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

/* Lays a patch over the second crop, stretched as its surface leans. */
static vote vote_of(const state *s, int32_t n)
{
    const bona_fit *f = s->fit;
    const float *before = s->patches->value[s->grade][n], part = 1.0f / FIT_SAMPLES;
    const bona_fit_point *p = &s->patches->points[n];
    const float unit = patch_step_px / FIT_UNIT_PX, half = PATCH / 2;
    float ux = unit * (f->x[1] + p->slope_x * f->x[FIT_DEPTH]),
          uy = unit * (f->y[1] + p->slope_x * f->y[FIT_DEPTH]);
    float vx = unit * (f->x[2] + p->slope_y * f->x[FIT_DEPTH]),
          vy = unit * (f->y[2] + p->slope_y * f->y[FIT_DEPTH]);
    bona_point to = place(f, s->terms[n]);
    four by_slope = { 0 }, by_x = { 0 }, by_y = { 0 }, sum = { 0 };
    float squares = 0, mean;

    to.x += middle - half * (ux + vx);
    to.y += middle - half * (uy + vy);
    for (int32_t j = 0; j < PATCH; j++) {
        row_spots row = spots_from(to.x + vx * (float)j, to.y + vy * (float)j, ux, uy);

        for (int32_t i = 0; i < PATCH; i++) {
            four at = slopes_at(s->second + row.first[i], row.u[i], row.v[i]);
            float diff = at[0] - *before++;

            at[0] = diff;
            sum += at;
            by_slope += at * diff;
            by_x += at * at[1];
            by_y += at * at[2];
        }
    }
    mean = sum[0] * part;
    squares = by_slope[0] * part - mean * mean;
    return (vote){ by_x[1] * part,
                   by_x[2] * part,
                   by_y[2] * part,
                   by_slope[1] * part - mean * sum[1] * part,
                   by_slope[2] * part - mean * sum[2] * part,
                   fminf(squares / (s->patches->texture[s->grade][n] + texture_floor), cost_max) };
}

/* Adds one point's part of the normal equations: pixels by `w`, the mesh's opinion by `pull`. */
static void gather(bona_system *m, const state *s, int32_t n, float w, float pull)
{
    const vote *b = &s->votes[n];
    const bona_fit_point *to = &s->patches->points[n];
    const float *t = s->terms[n];
    int32_t terms = s->fit->terms;
    bona_point at = place(s->fit, t);
    float gx = w * b->gx + pull * (at.x - to->to_x), gy = w * b->gy + pull * (at.y - to->to_y);
    double xx = (double)(w * b->xx + pull), xy = (double)(w * b->xy),
           yy = (double)(w * b->yy + pull);

    for (int32_t i = 0; i < terms; i++) {
        for (int32_t j = 0; j <= i; j++) {
            double tt = (double)(t[i] * t[j]);

            m->left[i][j] += tt * xx;
            m->left[terms + i][j] += tt * xy;
            m->left[terms + i][terms + j] += tt * yy;
        }
        m->right[i] += (double)(t[i] * gx);
        m->right[terms + i] += (double)(t[i] * gy);
    }
}

static float pull_of(const state *s, int32_t n)
{
    const bona_fit_point *to = &s->patches->points[n];
    bona_point at = place(s->fit, s->terms[n]);
    float dx = at.x - to->to_x, dy = at.y - to->to_y;

    return mesh_trust * to->weight / (1 + (dx * dx + dy * dy) / (mesh_reach_px * mesh_reach_px));
}

/* Subtracts the solution from the law's factors; returns its largest part. */
static float step(bona_fit *fit, bona_system *m)
{
    float most = 0;

    for (int32_t i = 0; i < fit->terms; i++) /* the block between x and y is symmetric, too */
        for (int32_t j = 0; j < i; j++)
            m->left[fit->terms + j][i] = m->left[fit->terms + i][j];
    bona_system_solve(m, 2 * fit->terms);
    for (int32_t k = 0; k < fit->terms; k++) {
        float dx = (float)m->right[k], dy = (float)m->right[fit->terms + k];

        fit->x[k] -= dx;
        fit->y[k] -= dy;
        most = fmaxf(most, fmaxf(fabsf(dx), fabsf(dy)));
    }
    return most;
}

/* One Gauss-Newton step. Patches that disagree lose weight (Geman and McClure 1987). */
static float improve(state *s)
{
    bona_system m = { 0 };
    int32_t count = s->patches->count;
    float usual = 0;

    for (int32_t n = 0; n < count; n++) {
        s->votes[n] = vote_of(s, n);
        usual += fminf(s->votes[n].cost, 2) / (float)count;
    }
    usual = fmaxf(usual, texture_floor);
    for (int32_t n = 0; n < count; n++) {
        float doubt = 1 + s->votes[n].cost / (2 * usual);
        float even = texture_even / (s->patches->texture[s->grade][n] + texture_even);

        gather(&m, s, n, s->patches->points[n].weight * even / (doubt * doubt), pull_of(s, n));
    }
    return step(s->fit, &m);
}

/* The law that fits the mesh itself: least squares without pixels. */
static void start(state *s)
{
    bona_system m = { 0 };

    memset(s->votes, 0, sizeof s->votes);
    for (int32_t n = 0; n < s->patches->count; n++)
        gather(&m, s, n, 0, s->patches->points[n].weight);
    step(s->fit, &m);
}

/* Of the patches as last seen. */
static float total_cost(const state *s)
{
    float sum = 0, all = 1e-6f;

    for (int32_t n = 0; n < s->patches->count; n++) {
        float w = s->patches->points[n].weight * (s->patches->texture[FINEST][n] + texture_floor);

        sum += w * s->votes[n].cost;
        all += w;
    }
    return sum / all;
}

void bona_fit_law(bona_fit *fit, bona_law law, const bona_patches *patches, const bona_crop *second,
                  bona_ground *ground, const bona_fit *like)
{
    state s = { .patches = patches, .fit = fit, .second = ground->at };

    *fit = like != NULL ? *like : (bona_fit){ 0 };
    fit->law = law;
    fit->terms = terms_of(law);
    for (int32_t n = 0; n < patches->count; n++)
        terms_at(law, &patches->points[n], s.terms[n]);
    if (like == NULL)
        start(&s);
    for (s.grade = like != NULL ? FINEST : 0; s.grade < CROP_GRADES; s.grade++) {
        bona_ground_fill(ground, second->grade[s.grade]);
        for (int32_t n = 0; n < steps_max[s.grade]; n++)
            if (improve(&s) < step_px_min[s.grade])
                break;
    }
    fit->cost = total_cost(&s);
}
