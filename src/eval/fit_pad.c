/* SPDX-License-Identifier: Apache-2.0 */
/* Fusion weights from a labelled set, with every source held out in turn; see fit_pack.h. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "eval/fit_pack.h"
#include "eval/pack_edit.h"
#include "verdict/fusion.h"

enum { SOURCES_MAX = 100 };
static const double clip = 1e-5;  /* of a probability before its logit is taken */
static const double ridge = 1e-4; /* keeps weights finite where the classes do not overlap */

/* The usable items as rows of logits. */
typedef struct rows {
    double *x;
    bool *positive;
    int32_t *source;
    int64_t count;
    int32_t dims;
    const char *sources[SOURCES_MAX];
    int32_t source_count;
} rows;

static void rows_deinit(rows *r)
{
    bona_free(r->x);
    bona_free(r->positive);
    bona_free(r->source);
}

static int32_t source_index(rows *r, const char *name)
{
    for (int32_t i = 0; i < r->source_count; i++)
        if (strcmp(r->sources[i], name) == 0)
            return i;
    if (r->source_count == SOURCES_MAX)
        return SOURCES_MAX - 1;
    r->sources[r->source_count] = name;
    return r->source_count++;
}

static bona_err rows_make(rows *r, const bona_pad_set *set)
{
    *r = (rows){ .dims = set->net_count };
    r->x = bona_alloc((size_t)(set->count * (r->dims + 1)), sizeof *r->x);
    r->positive = bona_alloc((size_t)set->count, sizeof *r->positive);
    r->source = bona_alloc((size_t)set->count, sizeof *r->source);
    if (r->x == NULL || r->positive == NULL || r->source == NULL)
        return BONA_NO_MEMORY;
    for (int64_t i = 0; i < set->count; i++) {
        const bona_pad_item *item = &set->items[i];

        if (!item->done || item->error[0] != 0)
            continue;
        for (int32_t k = 0; k < r->dims; k++)
            r->x[r->count * r->dims + k] = bona_logit(fmin(fmax(item->raw[k], clip), 1 - clip));
        r->positive[r->count] = strcmp(item->label, "live") == 0;
        r->source[r->count++] = source_index(r, item->source);
    }
    return BONA_OK;
}

/* Fits to all rows but those of one source (-1 = to all). */
static bona_err fit_without(bona_logistic *model, const rows *r, int32_t left_out)
{
    rows part = { .dims = r->dims };
    bona_err err;

    part.x = bona_alloc((size_t)(r->count * r->dims) + 1, sizeof *part.x);
    part.positive = bona_alloc((size_t)r->count + 1, sizeof *part.positive);
    if (part.x == NULL || part.positive == NULL) {
        rows_deinit(&part);
        return BONA_NO_MEMORY;
    }
    for (int64_t i = 0; i < r->count; i++) {
        if (r->source[i] == left_out)
            continue;
        memcpy(part.x + part.count * r->dims, r->x + i * r->dims, (size_t)r->dims * sizeof *part.x);
        part.positive[part.count++] = r->positive[i];
    }
    err = bona_logistic_fit(model, part.x, part.positive, part.count, r->dims, ridge);
    rows_deinit(&part);
    return err;
}

/* BPCER and APCER of one source at log-odds 0. */
static void rate_source(bona_rate rates[2], const bona_logistic *model, const rows *r,
                        int32_t source)
{
    int64_t wrong[2] = { 0, 0 }, all[2] = { 0, 0 };

    for (int64_t i = 0; i < r->count; i++) {
        bool live = r->positive[i];

        if (r->source[i] != source)
            continue;
        all[live]++;
        wrong[live] += (bona_logistic_at(model, r->x + i * r->dims) >= 0) != live;
    }
    rates[0] = bona_rate_wilson(wrong[1], all[1]);
    rates[1] = bona_rate_wilson(wrong[0], all[0]);
}

static bona_err add_table(bona_buf *out, const rows *r, const bona_logistic *whole)
{
    double sum[2] = { 0, 0 };
    int32_t used = 0;
    bona_err err = bona_buf_printf(out, "%-20s %26s %26s\n", "source", "ACER, source left out",
                                   "ACER, source fitted");

    for (int32_t s = 0; err == BONA_OK && s < r->source_count; s++) {
        bona_logistic model;
        bona_rate held[2], fitted[2];
        bona_estimate a, b;

        err = fit_without(&model, r, s);
        if (err == BONA_BAD_ARGUMENT) { /* a class lives in this source alone */
            err = bona_buf_printf(out, "%-20s %26s\n", r->sources[s], "the only one of its class");
            continue;
        }
        rate_source(held, &model, r, s);
        rate_source(fitted, whole, r, s);
        a = bona_rate_mean(held, 2);
        b = bona_rate_mean(fitted, 2);
        sum[0] += a.value;
        sum[1] += b.value;
        used++;
        if (err == BONA_OK)
            err = bona_buf_printf(
                out, "%-20s %15.2f %% %s %15.2f %%\n", r->sources[s], 100 * a.value,
                held[0].n == 0 || held[1].n == 0 ? "(one class)" : "           ", 100 * b.value);
    }
    if (err == BONA_OK && used > 0)
        err = bona_buf_printf(out, "%-20s %15.2f %% %28.2f %%   the difference is overfitting\n",
                              "mean", 100 * sum[0] / used, 100 * sum[1] / used);
    return err;
}

static json_t *fusion_json(const bona_logistic *model)
{
    json_t *terms = json_array();

    for (int32_t i = 0; i < model->dims; i++)
        json_array_append_new(
            terms, json_pack("{s:[i], s:f}", "nets", (int)i, "weight", model->weights[i]));
    return json_pack("{s:f, s:o, s:f, s:f}", "clip", clip, "terms", terms, "bias", model->bias,
                     "threshold", 0.5);
}

bona_err bona_pad_fit(bona_buf *out, const bona_pad_set *set, const char *from, const char *to,
                      bona_note *note)
{
    rows r;
    bona_logistic whole;
    bona_err err = rows_make(&r, set);

    if (err == BONA_OK && r.dims == 0)
        err = bona_fail(note, BONA_BAD_CONFIG, "no column of raw probabilities to fit");
    if (err == BONA_OK)
        err = fit_without(&whole, &r, -1);
    if (err == BONA_BAD_ARGUMENT)
        err = bona_fail(note, BONA_BAD_CONFIG,
                        "a fit needs bona fide pictures and attacks, each with a decision");
    if (err == BONA_OK)
        err = add_table(out, &r, &whole);
    for (int32_t i = 0; err == BONA_OK && i < r.dims; i++)
        err = bona_buf_printf(out, "weight of %s: %.4f\n", set->net_names[i], whole.weights[i]);
    if (err == BONA_OK)
        err = bona_buf_printf(out, "bias: %.4f, threshold 0.5\n", whole.bias);
    if (err == BONA_OK)
        err = bona_pack_edit(from, to, "fusion", fusion_json(&whole), note);
    rows_deinit(&r);
    return err;
}
