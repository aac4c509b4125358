/* SPDX-License-Identifier: Apache-2.0 */
/* Error rates with intervals; see metrics.h. */
#include "eval/metrics.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"

/* Two-sided 95 % point of the normal distribution. */
static const double z95 = 1.959963984540054;

bona_rate bona_rate_wilson(int64_t k, int64_t n)
{
    bona_rate r = { k, n, NAN, 0, 1 };
    double p, z2 = z95 * z95, half, middle;

    if (n <= 0)
        return r;
    p = (double)k / (double)n;
    middle = (p + z2 / (2 * (double)n)) / (1 + z2 / (double)n);
    half = z95 / (1 + z2 / (double)n) *
           sqrt(p * (1 - p) / (double)n + z2 / (4 * (double)n * (double)n));
    r.rate = p;
    r.low = k == 0 ? 0 : fmax(0, middle - half);
    r.high = k == n ? 1 : fmin(1, middle + half);
    return r;
}

bona_estimate bona_rate_mean(const bona_rate *rates, int32_t count)
{
    bona_estimate e = { 0, 0, 0 };
    double below = 0, above = 0;
    int32_t used = 0;

    for (int32_t i = 0; i < count; i++) {
        if (rates[i].n <= 0)
            continue;
        e.value += rates[i].rate;
        below += (rates[i].rate - rates[i].low) * (rates[i].rate - rates[i].low);
        above += (rates[i].high - rates[i].rate) * (rates[i].high - rates[i].rate);
        used++;
    }
    if (used == 0)
        return (bona_estimate){ NAN, 0, 1 };
    e.value /= used;
    e.low = fmax(0, e.value - sqrt(below) / used);
    e.high = fmin(1, e.value + sqrt(above) / used);
    return e;
}

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

void bona_scores_sort(bona_scores *scores)
{
    if (scores->positives > 0)
        qsort(scores->positive, (size_t)scores->positives, sizeof(double), compare_doubles);
    if (scores->negatives > 0)
        qsort(scores->negative, (size_t)scores->negatives, sizeof(double), compare_doubles);
}

/* How many of the sorted values lie under the threshold. */
static int64_t count_under(const double *sorted, int64_t count, double threshold)
{
    int64_t low = 0, high = count;

    while (low < high) {
        int64_t middle = low + (high - low) / 2;

        if (sorted[middle] < threshold)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

bona_rate bona_false_reject(const bona_scores *s, double threshold)
{
    return bona_rate_wilson(count_under(s->positive, s->positives, threshold), s->positives);
}

bona_rate bona_false_accept(const bona_scores *s, double threshold)
{
    return bona_rate_wilson(s->negatives - count_under(s->negative, s->negatives, threshold),
                            s->negatives);
}

bona_estimate bona_auc(const bona_scores *s)
{
    double wins = 0, n = (double)s->negatives, p = (double)s->positives;
    double auc, q1, q2, error;

    if (s->positives == 0 || s->negatives == 0)
        return (bona_estimate){ NAN, 0, 1 };
    for (int64_t i = 0; i < s->positives; i++) {
        double score = s->positive[i];
        int64_t under = count_under(s->negative, s->negatives, score);
        int64_t up_to = count_under(s->negative, s->negatives, nextafter(score, INFINITY));

        wins += (double)under + 0.5 * (double)(up_to - under);
    }
    auc = wins / (p * n);
    q1 = auc / (2 - auc);
    q2 = 2 * auc * auc / (1 + auc);
    error = sqrt(fmax(
        0, (auc * (1 - auc) + (p - 1) * (q1 - auc * auc) + (n - 1) * (q2 - auc * auc)) / (p * n)));
    return (bona_estimate){ auc, fmax(0, auc - z95 * error), fmin(1, auc + z95 * error) };
}

/* Walks the distinct scores of both classes upwards; see walk_next. */
typedef struct walk {
    const bona_scores *s;
    int64_t rejected, passed; /* positives and negatives under the threshold */
    double threshold;
} walk;

/* Moves to the next distinct score, +infinity after the last; false when that was the last point.
 */
static bool walk_next(walk *w, bool first)
{
    const bona_scores *s = w->s;
    double next = INFINITY;

    if (!first && isinf(w->threshold))
        return false;
    while (!first && w->rejected < s->positives && s->positive[w->rejected] <= w->threshold)
        w->rejected++;
    while (!first && w->passed < s->negatives && s->negative[w->passed] <= w->threshold)
        w->passed++;
    if (w->rejected < s->positives)
        next = s->positive[w->rejected];
    if (w->passed < s->negatives && s->negative[w->passed] < next)
        next = s->negative[w->passed];
    w->threshold = next;
    return true;
}

static bona_det_point walk_point(const walk *w)
{
    const bona_scores *s = w->s;

    return (bona_det_point){
        .threshold = w->threshold,
        .false_accept =
            s->negatives ? (double)(s->negatives - w->passed) / (double)s->negatives : NAN,
        .false_reject = s->positives ? (double)w->rejected / (double)s->positives : NAN,
    };
}

double bona_eer(const bona_scores *s, double *threshold)
{
    walk w = { .s = s };
    bona_det_point last = { 0, 0, 0 };

    if (s->positives == 0 || s->negatives == 0)
        return NAN;
    for (bool first = true; walk_next(&w, first); first = false) {
        bona_det_point now = walk_point(&w);
        double gap = now.false_reject - now.false_accept, before;

        if (gap < 0) {
            last = now;
            continue;
        }
        if (threshold != NULL)
            *threshold = first || gap == 0 ? now.threshold : last.threshold;
        if (first || gap == 0)
            return now.false_reject;
        before = last.false_accept - last.false_reject;
        return last.false_reject + (now.false_reject - last.false_reject) * before / (before + gap);
    }
    return NAN;
}

double bona_best_threshold(const bona_scores *s, double *acer)
{
    walk w = { .s = s };
    double best = NAN, best_acer = INFINITY;

    for (bool first = true; walk_next(&w, first); first = false) {
        bona_det_point now = walk_point(&w);
        double mean = (now.false_accept + now.false_reject) / 2;

        if (mean < best_acer) {
            best_acer = mean;
            best = now.threshold;
        }
    }
    if (acer != NULL)
        *acer = isinf(best_acer) ? NAN : best_acer;
    return best;
}

bona_rate bona_apcer_at_bpcer(const bona_scores *s, double bpcer, double *threshold)
{
    walk w = { .s = s };
    double best = -INFINITY;

    for (bool first = true; walk_next(&w, first); first = false)
        if (walk_point(&w).false_reject <= bpcer)
            best = w.threshold;
    if (threshold != NULL)
        *threshold = best;
    return bona_false_accept(s, best);
}

bona_rate bona_accept_at_fmr(const bona_scores *s, double fmr, double *threshold)
{
    walk w = { .s = s };
    double best = INFINITY;

    for (bool first = true; walk_next(&w, first); first = false)
        if (walk_point(&w).false_accept <= fmr) {
            best = w.threshold;
            break;
        }
    if (threshold != NULL)
        *threshold = best;
    return bona_rate_wilson(s->positives - count_under(s->positive, s->positives, best),
                            s->positives);
}

bona_err bona_det_curve(const bona_scores *s, bona_det_point **points, int64_t *count)
{
    bona_det_point *p = bona_alloc((size_t)(s->positives + s->negatives) + 1, sizeof *p);
    walk w = { .s = s };
    int64_t n = 0;

    if (p == NULL)
        return BONA_NO_MEMORY;
    for (bool first = true; walk_next(&w, first); first = false)
        p[n++] = walk_point(&w);
    *points = p;
    *count = n;
    return BONA_OK;
}
