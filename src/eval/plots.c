/* SPDX-License-Identifier: Apache-2.0 */
/* The plots of a report: DET, ROC, score histogram, times; see page.h. */
#include <math.h>
#include <stdio.h>

#include "base/mem.h"
#include "eval/page.h"

enum { BINS = 50 };

/* False accepts and false rejects of every point of the curve, as two arrays. */
typedef struct curve {
    double *accept, *reject, *hit;
    int64_t count;
} curve;

static void curve_free(curve *c)
{
    bona_free(c->accept);
    bona_free(c->reject);
    bona_free(c->hit);
}

static bona_err curve_make(curve *c, const bona_scores *scores)
{
    bona_det_point *points;
    bona_err err = bona_det_curve(scores, &points, &c->count);

    if (err != BONA_OK)
        return err;
    c->accept = bona_alloc((size_t)c->count, sizeof(double));
    c->reject = bona_alloc((size_t)c->count, sizeof(double));
    c->hit = bona_alloc((size_t)c->count, sizeof(double));
    if (c->accept == NULL || c->reject == NULL || c->hit == NULL)
        err = BONA_NO_MEMORY;
    for (int64_t i = 0; err == BONA_OK && i < c->count; i++) {
        c->accept[i] = points[i].false_accept;
        c->reject[i] = points[i].false_reject;
        c->hit[i] = 1 - points[i].false_reject;
    }
    bona_free(points);
    return err;
}

static bona_err add_det(bona_buf *out, const bona_page_curves *p, const curve *c)
{
    bona_svg_series line = { "all pictures", c->accept, c->reject, c->count, 0, false };
    char x[64], y[64];
    bona_svg_plot plot = {
        .title = "DET curve, normal deviate axes",
        .x = { x,
               BONA_SVG_DEVIATE,
               0.0005,
               0.6,
               { 0.001, 0.005, 0.02, 0.05, 0.1, 0.2, 0.4 },
               7,
               true },
        .y = { y,
               BONA_SVG_DEVIATE,
               0.0005,
               0.6,
               { 0.001, 0.005, 0.02, 0.05, 0.1, 0.2, 0.4 },
               7,
               true },
        .series = &line,
        .series_count = 1,
        .mark = NAN,
    };

    snprintf(x, sizeof x, "%s", p->accept_name);
    snprintf(y, sizeof y, "%s", p->reject_name);
    return bona_svg_add(out, &plot);
}

static bona_err add_roc(bona_buf *out, const bona_page_curves *p, const curve *c)
{
    bona_svg_series line = { "all pictures", c->accept, c->hit, c->count, 2, false };
    char y[64];
    bona_svg_plot plot = {
        .title = "ROC curve",
        .x = { p->accept_name, BONA_SVG_LOG10, 0.0005, 1, { 0.001, 0.01, 0.1, 1 }, 4, true },
        .y = { y, BONA_SVG_LINEAR, 0, 1, { 0, 0.2, 0.4, 0.6, 0.8, 1 }, 6, true },
        .series = &line,
        .series_count = 1,
        .mark = NAN,
    };

    snprintf(y, sizeof y, "%s accepted", p->positive_name);
    return bona_svg_add(out, &plot);
}

/* Share of the values in each of BINS bins between low and high; values outside go to the end bins.
 */
static double fill_bins(double *bins, const double *values, int64_t count, double low, double high)
{
    double top = 0;

    for (int i = 0; i < BINS; i++)
        bins[i] = 0;
    for (int64_t i = 0; i < count; i++) {
        int bin = (int)floor((values[i] - low) / (high - low) * BINS);

        bin = bin < 0 ? 0 : bin >= BINS ? BINS - 1 : bin;
        bins[bin] += 1.0 / (double)count;
        top = fmax(top, bins[bin]);
    }
    return top;
}

static bona_err add_histogram(bona_buf *out, const bona_page_curves *p)
{
    double edges[BINS], positive[BINS], negative[BINS];
    double top =
        fmax(fill_bins(positive, p->scores->positive, p->scores->positives, p->low, p->high),
             fill_bins(negative, p->scores->negative, p->scores->negatives, p->low, p->high));
    bona_svg_series series[2] = { { p->positive_name, edges, positive, BINS, 0, true },
                                  { p->negative_name, edges, negative, BINS, 1, true } };
    bona_svg_plot plot = {
        .title = "Scores, share of each class per bin",
        .x = { p->score_name, BONA_SVG_LINEAR, p->low, p->high, { 0 }, 6, false },
        .y = { "share of the class", BONA_SVG_LINEAR, 0, fmax(top, 0.01), { 0 }, 5, true },
        .series = series,
        .series_count = 2,
        .mark = p->mark,
        .mark_name = "threshold",
    };
    double step = top > 0.5 ? 0.2 : top > 0.2 ? 0.1 : top > 0.08 ? 0.04 : 0.02;

    for (int i = 0; i < BINS; i++)
        edges[i] = p->low + (p->high - p->low) * i / BINS;
    for (int i = 0; i < 6; i++)
        plot.x.ticks[i] = p->low + (p->high - p->low) * i / 5;
    plot.y.tick_count = 0;
    for (double t = 0; t <= plot.y.high && plot.y.tick_count < 12; t += step)
        plot.y.ticks[plot.y.tick_count++] = t;
    return bona_svg_add(out, &plot);
}

bona_err bona_page_plots(bona_buf *out, const bona_page_curves *curves)
{
    curve c = { 0 };
    bona_err err = curve_make(&c, curves->scores);

    if (err == BONA_OK)
        err = add_det(out, curves, &c);
    if (err == BONA_OK)
        err = add_roc(out, curves, &c);
    if (err == BONA_OK)
        err = add_histogram(out, curves);
    curve_free(&c);
    return err;
}

/* The next of 1, 2, 5, 10, 20, 50 ... so that ticks are numbers a person would choose. */
static double round_step(double least)
{
    double step = pow(10, floor(log10(least)));

    return step >= least       ? step
           : 2 * step >= least ? 2 * step
           : 5 * step >= least ? 5 * step
                               : 10 * step;
}

bona_err bona_page_times(bona_buf *out, const double *ms, int64_t count)
{
    double edges[BINS], bins[BINS], top_ms = 1, top;
    bona_svg_series series = { "one check on one core", edges, bins, BINS, 3, true };
    bona_svg_plot plot = {
        .title = "Time of one check",
        .x = { "ms", BONA_SVG_LINEAR, 0, 1, { 0 }, 6, false },
        .y = { "share of the pictures",
               BONA_SVG_LINEAR,
               0,
               1,
               { 0, 0.1, 0.2, 0.3, 0.4, 0.6, 0.8, 1 },
               8,
               true },
        .series = &series,
        .series_count = 1,
        .mark = NAN,
    };

    for (int64_t i = 0; i < count; i++)
        top_ms = fmax(top_ms, ms[i]);
    top_ms = 5 * round_step(top_ms / 5);
    top = fill_bins(bins, ms, count, 0, top_ms);
    plot.x.high = top_ms;
    plot.y.high = fmax(top, 0.01);
    while (plot.y.tick_count > 1 && plot.y.ticks[plot.y.tick_count - 1] > plot.y.high)
        plot.y.tick_count--;
    for (int i = 0; i < BINS; i++)
        edges[i] = top_ms * i / BINS;
    for (int i = 0; i < 6; i++)
        plot.x.ticks[i] = top_ms * i / 5;
    return bona_svg_add(out, &plot);
}
