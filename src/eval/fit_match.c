/* SPDX-License-Identifier: Apache-2.0 */
/* The score map from a labelled set, half of the people held out; see fit_pack.h. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "eval/fit_pack.h"
#include "eval/pack_edit.h"

/* A stable coin for a person: FNV-1a (Fowler, Noll, Vo), its lowest bit. */
static bool is_held(const char *person)
{
    uint32_t hash = 2166136261u;

    for (; *person != 0; person++)
        hash = (hash ^ (uint8_t)*person) * 16777619u;
    return (hash >> 7) & 1;
}

/* Sorted similarities of different people, both held (1), both not held (0), or all (-1). */
static bona_err cross_scores(bona_scores *s, const bona_match_set *set, int half)
{
    bona_match_set part = *set;
    int64_t kept = 0;
    bona_err err;

    part.pictures = bona_alloc((size_t)set->picture_count, sizeof *part.pictures);
    if (part.pictures == NULL)
        return BONA_NO_MEMORY;
    for (int64_t i = 0; i < set->picture_count; i++)
        if (half < 0 || is_held(set->pictures[i].person) == (half == 1))
            part.pictures[kept++] = set->pictures[i];
    part.picture_count = kept;
    err = bona_match_scores(s, &part, true);
    bona_free(part.pictures);
    return err;
}

static void scores_free(bona_scores *s)
{
    bona_free(s->positive);
    bona_free(s->negative);
}

static bona_err add_table(bona_buf *out, const bona_match_set *set)
{
    bona_scores fitted, held;
    bona_map map;
    bona_err err = cross_scores(&fitted, set, 0);

    if (err != BONA_OK)
        return err;
    err = cross_scores(&held, set, 1);
    if (err == BONA_OK) {
        err = bona_match_fit(&map, NULL, fitted.negative, fitted.negatives);
        if (err == BONA_BAD_ARGUMENT) /* too few for halves: the table stays away, the fit itself
                                         may still be possible */
            err = bona_buf_text(out, "too few comparisons to hold half of the people out\n");
        else if (err == BONA_OK)
            err = bona_buf_printf(out, "%8s %12s %26s\n", "score", "published",
                                  "FMR, people held out");
        for (int row = 0; err == BONA_OK && fitted.negatives >= 3000 && row < BONA_TABLE_ROWS;
             row++) {
            double t = 0.4 + 0.1 * row;
            int64_t over = 0;
            bona_rate rate;

            for (int64_t i = 0; i < held.negatives; i++)
                over += (double)bona_map_at(&map, (float)held.negative[i]) > t;
            rate = bona_rate_wilson(over, held.negatives);
            err = bona_buf_printf(out, "%8.1f %12.0e %11.1e (%.1e-%.1e)\n", t,
                                  bona_match_published(t), rate.rate, rate.low, rate.high);
        }
        scores_free(&held);
    }
    scores_free(&fitted);
    return err;
}

static json_t *match_json(const bona_map *map, double supported, int64_t count)
{
    json_t *points = json_array();
    char method[200];

    for (int32_t i = 0; i < map->count; i++)
        json_array_append_new(points, json_pack("[f, f]", (double)map->x[i], (double)map->y[i]));
    snprintf(method, sizeof method,
             "empirical over %lld comparisons of different people down to a rate of %.1e, "
             "exponential tail of the highest 1 %% beyond",
             (long long)count, supported);
    return json_pack("{s:o, s:s}", "map", points, "method", method);
}

bona_err bona_match_fit_pack(bona_buf *out, const bona_match_set *set, const char *from,
                             const char *to, bona_note *note)
{
    bona_scores all;
    bona_map map;
    double supported = NAN;
    int64_t count;
    bona_err err = cross_scores(&all, set, -1);

    if (err != BONA_OK)
        return err;
    count = all.negatives;
    err = bona_match_fit(&map, &supported, all.negative, count);
    scores_free(&all);
    if (err != BONA_OK)
        return bona_fail(note, BONA_BAD_CONFIG,
                         "a fit needs 3000 comparisons of different people, here are %lld",
                         (long long)count);
    err = add_table(out, set);
    if (err == BONA_OK)
        err = bona_buf_printf(
            out,
            "%lld comparisons carry the map down to a rate of %.1e; beyond it is extrapolated\n",
            (long long)count, supported);
    return err == BONA_OK
               ? bona_pack_edit(from, to, "match", match_json(&map, supported, count), note)
               : err;
}
