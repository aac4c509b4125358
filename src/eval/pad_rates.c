/* SPDX-License-Identifier: Apache-2.0 */
/* From scores to error rates; see pad_rates.h. */
#include "eval/pad_rates.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { PARTS_MAX = 200 };

static bool is_live(const bona_pad_item *item)
{
    return strcmp(item->label, "live") == 0;
}

static bool is_in(const bona_pad_item *item, bona_pad_part part)
{
    if (!item->done || part.value == NULL)
        return item->done;
    return strcmp(part.slice < 0 ? item->source : item->slices[part.slice], part.value) == 0;
}

/* Counts of one kind while the items are walked. */
typedef struct tally {
    char name[32];
    int64_t presented, decided, accepted;
} tally;

static tally *tally_of(tally *tallies, int32_t *count, const char *name)
{
    for (int32_t i = 0; i < *count; i++)
        if (strcmp(tallies[i].name, name) == 0)
            return &tallies[i];
    if (*count == BONA_KINDS_MAX) /* the last one gathers what is too many */
        return &tallies[BONA_KINDS_MAX - 1];
    snprintf(tallies[*count].name, sizeof tallies[0].name, "%.31s", name);
    return &tallies[(*count)++];
}

static void count_item(tally *t, const bona_pad_item *item, double threshold)
{
    t->presented++;
    if (item->error[0] != 0)
        return;
    t->decided++;
    t->accepted += item->live >= threshold;
}

static void fill_kinds(bona_pad_rates *rates, const tally *tallies, int32_t count)
{
    int64_t accepted = 0, decided = 0;

    rates->worst = -1;
    for (int32_t i = 0; i < count; i++) {
        bona_pad_kind *kind = &rates->kinds[rates->kind_count++];

        snprintf(kind->name, sizeof kind->name, "%.31s", tallies[i].name);
        kind->apcer = bona_rate_wilson(tallies[i].accepted, tallies[i].decided);
        kind->failure =
            bona_rate_wilson(tallies[i].presented - tallies[i].decided, tallies[i].presented);
        accepted += tallies[i].accepted;
        decided += tallies[i].decided;
        if (kind->apcer.n > 0 &&
            (rates->worst < 0 || kind->apcer.rate > rates->kinds[rates->worst].apcer.rate))
            rates->worst = i;
    }
    rates->apcer = bona_rate_wilson(accepted, decided);
}

static void fill_means(bona_pad_rates *rates, const tally *live, const tally *attacks,
                       int32_t count)
{
    bona_rate plain[2] = { rates->bpcer, rates->apcer }, strict[2], worst[2];
    int64_t presented = 0, wrong = 0;

    for (int32_t i = 0; i < count; i++) {
        presented += attacks[i].presented;
        wrong += attacks[i].accepted + attacks[i].presented - attacks[i].decided;
    }
    strict[0] = bona_rate_wilson(live->presented - live->accepted, live->presented);
    strict[1] = bona_rate_wilson(wrong, presented);
    worst[0] = rates->bpcer;
    worst[1] = rates->worst < 0 ? (bona_rate){ 0 } : rates->kinds[rates->worst].apcer;
    rates->acer = bona_rate_mean(plain, 2);
    rates->acer_strict = bona_rate_mean(strict, 2);
    rates->acer_worst = bona_rate_mean(worst, 2).value;
}

static void fill_curve(bona_pad_rates *rates, const bona_scores *scores)
{
    static const double bpcer[3] = { 0.01, 0.05, 0.10 };

    rates->auc = bona_auc(scores);
    rates->eer_threshold = NAN;
    rates->eer = bona_eer(scores, &rates->eer_threshold);
    rates->best_acer = rates->best_threshold = NAN;
    if (scores->positives > 0 && scores->negatives > 0)
        rates->best_threshold = bona_best_threshold(scores, &rates->best_acer);
    for (int32_t i = 0; i < 3; i++)
        rates->apcer_at[i] = scores->positives > 0 ? bona_apcer_at_bpcer(scores, bpcer[i], NULL)
                                                   : bona_rate_wilson(0, 0);
}

void bona_pad_scores_free(bona_scores *scores)
{
    bona_free(scores->positive);
    bona_free(scores->negative);
    *scores = (bona_scores){ 0 };
}

bona_err bona_pad_rate(bona_pad_rates *rates, const bona_pad_set *set, bona_pad_part part,
                       double threshold, bona_scores *scores)
{
    tally live = { 0 }, attacks[BONA_KINDS_MAX] = { 0 };
    int32_t kinds = 0;
    bona_scores s = { bona_alloc((size_t)set->count, sizeof(double)),
                      bona_alloc((size_t)set->count, sizeof(double)), 0, 0 };

    if (s.positive == NULL || s.negative == NULL) {
        bona_pad_scores_free(&s);
        return BONA_NO_MEMORY;
    }
    for (int64_t i = 0; i < set->count; i++) {
        const bona_pad_item *item = &set->items[i];

        if (!is_in(item, part))
            continue;
        count_item(is_live(item) ? &live : tally_of(attacks, &kinds, item->label), item, threshold);
        if (item->error[0] == 0 && is_live(item))
            s.positive[s.positives++] = item->live;
        else if (item->error[0] == 0)
            s.negative[s.negatives++] = item->live;
    }
    bona_scores_sort(&s);
    memset(rates, 0, sizeof *rates);
    rates->bpcer = bona_rate_wilson(live.decided - live.accepted, live.decided);
    rates->live_failure = bona_rate_wilson(live.presented - live.decided, live.presented);
    fill_kinds(rates, attacks, kinds);
    fill_means(rates, &live, attacks, kinds);
    fill_curve(rates, &s);
    if (scores != NULL)
        *scores = s;
    else
        bona_pad_scores_free(&s);
    return BONA_OK;
}

/* Rates of every value that a source or slice takes, in order of appearance. */
static bona_err add_parts(bona_pad_summary *summary, const bona_pad_set *set, int32_t slice,
                          double threshold)
{
    const char *group = slice < 0 ? "source" : set->slice_names[slice];
    int32_t first = summary->part_count;

    for (int64_t i = 0; i < set->count; i++) {
        const bona_pad_item *item = &set->items[i];
        bona_pad_part part = { slice, slice < 0 ? item->source : item->slices[slice] };
        bona_pad_rates *rates = &summary->parts[summary->part_count];
        bool seen = false;
        bona_err err;

        for (int32_t k = first; k < summary->part_count && !seen; k++)
            seen = strcmp(summary->parts[k].name, part.value) == 0;
        if (seen || part.value[0] == 0 || summary->part_count == PARTS_MAX)
            continue;
        err = bona_pad_rate(rates, set, part, threshold, NULL);
        if (err != BONA_OK)
            return err;
        snprintf(rates->group, sizeof rates->group, "%.63s", group);
        snprintf(rates->name, sizeof rates->name, "%.63s", part.value);
        summary->part_count++;
    }
    return BONA_OK;
}

/* Mean over the sources; each source's own interval enters as that of a rate. */
static void average_sources(bona_pad_summary *summary)
{
    bona_rate plain[PARTS_MAX], strict[PARTS_MAX];
    int32_t count = 0;

    for (int32_t i = 0; i < summary->part_count; i++) {
        const bona_pad_rates *r = &summary->parts[i];

        if (strcmp(r->group, "source") != 0 || r->bpcer.n == 0 || r->apcer.n == 0)
            continue;
        plain[count] = (bona_rate){ 0, 1, r->acer.value, r->acer.low, r->acer.high };
        strict[count++] =
            (bona_rate){ 0, 1, r->acer_strict.value, r->acer_strict.low, r->acer_strict.high };
    }
    summary->source_count = count;
    summary->source_acer = bona_rate_mean(plain, count);
    summary->source_acer_strict = bona_rate_mean(strict, count);
}

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static bona_err time_quantiles(bona_pad_summary *summary, const bona_pad_set *set)
{
    double *ms = bona_alloc((size_t)set->count, sizeof *ms);
    int64_t count = 0;

    if (ms == NULL)
        return BONA_NO_MEMORY;
    for (int64_t i = 0; i < set->count; i++)
        if (set->items[i].done && isfinite(set->items[i].ms))
            ms[count++] = set->items[i].ms;
    qsort(ms, (size_t)count, sizeof *ms, compare_doubles);
    summary->median_ms = count > 0 ? ms[count / 2] : NAN;
    summary->p95_ms = count > 0 ? ms[(count - 1) * 95 / 100] : NAN;
    bona_free(ms);
    return BONA_OK;
}

bona_err bona_pad_summarise(bona_pad_summary *summary, const bona_pad_set *set, double threshold)
{
    bona_pad_part all = { -1, NULL };
    bona_err err;

    *summary = (bona_pad_summary){ .parts = bona_alloc(PARTS_MAX + 1, sizeof *summary->parts) };
    if (summary->parts == NULL)
        return BONA_NO_MEMORY;
    err = bona_pad_rate(&summary->whole, set, all, threshold, NULL);
    snprintf(summary->whole.group, sizeof summary->whole.group, "set");
    snprintf(summary->whole.name, sizeof summary->whole.name, "all");
    for (int32_t slice = -1; err == BONA_OK && slice < set->slice_count; slice++)
        err = add_parts(summary, set, slice, threshold);
    if (err == BONA_OK)
        err = time_quantiles(summary, set);
    if (err != BONA_OK)
        bona_pad_summary_deinit(summary);
    else
        average_sources(summary);
    return err;
}

void bona_pad_summary_deinit(bona_pad_summary *summary)
{
    bona_free(summary->parts);
    *summary = (bona_pad_summary){ 0 };
}
