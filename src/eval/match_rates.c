/* SPDX-License-Identifier: Apache-2.0 */
/* What verification made of the pairs: rates, then text, JSON and a page; see match.h. */
#include <jansson.h>
#include <math.h>
#include <stdio.h>

#include "base/mem.h"
#include "engine/pack.h"
#include "eval/json_facts.h"
#include "eval/match.h"
#include "eval/page.h"

static const double fmr_levels[3] = { 1e-2, 1e-3, 1e-4 };

double bona_match_published(double threshold)
{
    return pow(10, -(10 * threshold - 3));
}

static double row_threshold(int row)
{
    return 0.4 + 0.1 * row;
}

/* Turns sorted similarities into scores in place; the map is monotone, so they stay sorted. */
static void map_scores(bona_scores *s, const bona_pack *pack)
{
    for (int64_t i = 0; i < s->positives; i++)
        s->positive[i] = (double)bona_map_at(&pack->match_map, (float)s->positive[i]);
    for (int64_t i = 0; i < s->negatives; i++)
        s->negative[i] = (double)bona_map_at(&pack->match_map, (float)s->negative[i]);
}

static void rate_listed(bona_match_summary *m, bona_scores *s, const bona_pack *pack)
{
    double error = NAN;

    m->auc = bona_auc(s);
    m->eer = bona_eer(s, NULL);
    m->best_threshold = bona_best_threshold(s, &error);
    m->best_accuracy = 1 - error; /* of a set with as many mated as non-mated pairs */
    map_scores(s, pack);
    m->fnmr = bona_false_reject(s, nextafter(m->score_threshold, 2));
    m->fmr = bona_false_accept(s, nextafter(m->score_threshold, 2));
}

static void rate_cross(bona_match_summary *m, bona_scores *s, const bona_pack *pack)
{
    for (int i = 0; i < 3; i++)
        m->tar[i] = bona_accept_at_fmr(s, fmr_levels[i], &m->tar_threshold[i]);
    map_scores(s, pack);
    m->cross_fmr = bona_false_accept(s, nextafter(m->score_threshold, 2));
    for (int i = 0; i < BONA_TABLE_ROWS; i++) {
        m->table_fmr[i] = bona_false_accept(s, nextafter(row_threshold(i), 2));
        m->table_fnmr[i] = bona_false_reject(s, nextafter(row_threshold(i), 2));
    }
}

bona_err bona_match_summarise(bona_match_summary *summary, const bona_match_set *set,
                              const bona_pack *pack)
{
    bona_scores s;
    int64_t failed = 0;
    bona_err err;

    *summary = (bona_match_summary){ .score_threshold = (double)pack->match_threshold };
    for (int64_t i = 0; i < set->picture_count; i++)
        failed += set->pictures[i].error[0] != 0;
    summary->failure = bona_rate_wilson(failed, set->picture_count);
    for (int cross = 0; cross < 2; cross++) {
        err = bona_match_scores(&s, set, cross == 1);
        if (err != BONA_OK)
            return err;
        if (cross == 1)
            rate_cross(summary, &s, pack);
        else
            rate_listed(summary, &s, pack);
        bona_free(s.positive);
        bona_free(s.negative);
    }
    return BONA_OK;
}

bona_err bona_match_text(bona_buf *out, const bona_match_set *set, const bona_match_summary *m)
{
    char a[64], b[64];
    bona_err err;

    bona_rate_text(a, sizeof a, &m->failure);
    err = bona_buf_printf(out,
                          "%lld pairs of %lld pictures; no face vector: %s\n"
                          "accuracy %.2f %% at similarity %.3f (chosen on these pairs: "
                          "optimistic), EER %.2f %%, AUC %.5f\n",
                          (long long)set->pair_count, (long long)set->picture_count, a,
                          100 * m->best_accuracy, m->best_threshold, 100 * m->eer, m->auc.value);
    for (int i = 0; err == BONA_OK && i < 3; i++) {
        bona_rate_text(a, sizeof a, &m->tar[i]);
        err = bona_buf_printf(out,
                              "true accepts at a false match rate of %g: %s at similarity %.3f\n",
                              fmr_levels[i], a, m->tar_threshold[i]);
    }
    bona_rate_text(a, sizeof a, &m->fnmr);
    bona_rate_text(b, sizeof b, &m->cross_fmr);
    if (err == BONA_OK)
        err = bona_buf_printf(
            out,
            "score above %.2f: FNMR %s, FMR over %lld cross comparisons %s\n\n%8s %12s %28s %28s\n",
            m->score_threshold, a, (long long)m->cross_fmr.n, b, "score", "published",
            "measured FMR", "FNMR");
    for (int i = 0; err == BONA_OK && i < BONA_TABLE_ROWS; i++) {
        double t = row_threshold(i);

        bona_rate_text(b, sizeof b, &m->table_fnmr[i]);
        err = bona_buf_printf(out, "%8.1f %12.0e %13.1e (%.1e-%.1e) %28s\n", t,
                              bona_match_published(t), m->table_fmr[i].rate, m->table_fmr[i].low,
                              m->table_fmr[i].high, b);
    }
    return err;
}

bona_err bona_match_json(bona_buf *out, const bona_facts *facts, const bona_match_set *set,
                         const bona_match_summary *m)
{
    json_t *tar = json_array(), *table = json_array();

    for (int i = 0; i < 3; i++)
        json_array_append_new(tar, json_pack("{s:f, s:o, s:o}", "fmr", fmr_levels[i], "accepted",
                                             bona_json_rate(&m->tar[i]), "similarity",
                                             bona_json_number(m->tar_threshold[i])));
    for (int i = 0; i < BONA_TABLE_ROWS; i++)
        json_array_append_new(table,
                              json_pack("{s:f, s:f, s:o, s:o}", "score", row_threshold(i),
                                        "published_fmr", bona_match_published(row_threshold(i)),
                                        "fmr", bona_json_rate(&m->table_fmr[i]), "fnmr",
                                        bona_json_rate(&m->table_fnmr[i])));
    return bona_json_dump(
        out,
        json_pack(
            "{s:s, s:o, s:I, s:I, s:o, s:o, s:o, s:o, s:o, s:o, s:f, s:o, s:o, s:o, s:o}", "kind",
            "match", "facts", bona_json_facts(facts), "pairs", (json_int_t)set->pair_count,
            "pictures", (json_int_t)set->picture_count, "failure_to_acquire",
            bona_json_rate(&m->failure), "accuracy_best", bona_json_number(m->best_accuracy),
            "similarity_best", bona_json_number(m->best_threshold), "auc",
            bona_json_estimate(&m->auc), "eer", bona_json_number(m->eer), "true_accepts", tar,
            "score_threshold", m->score_threshold, "fnmr", bona_json_rate(&m->fnmr), "fmr",
            bona_json_rate(&m->fmr), "fmr_cross", bona_json_rate(&m->cross_fmr), "table", table));
}

static bona_err add_table(bona_buf *out, const bona_match_summary *m)
{
    bona_err err =
        bona_buf_text(out, "<h2>Score against the published table</h2><div "
                           "class=\"scroll\"><table><tr><th>score above</th>"
                           "<th>published rate</th><th>measured FMR</th><th>FNMR</th></tr>\n");

    for (int i = 0; err == BONA_OK && i < BONA_TABLE_ROWS; i++) {
        err = bona_buf_printf(
            out, "<tr><td>%.1f</td><td>%.0e</td><td>%.1e <small>%.1e-%.1e, %lld</small></td>",
            row_threshold(i), bona_match_published(row_threshold(i)), m->table_fmr[i].rate,
            m->table_fmr[i].low, m->table_fmr[i].high, (long long)m->table_fmr[i].k);
        if (err == BONA_OK)
            err = bona_page_rate_cell(out, &m->table_fnmr[i]);
        if (err == BONA_OK)
            err = bona_buf_text(out, "</tr>\n");
    }
    return err == BONA_OK ? bona_buf_text(out, "</table></div>\n") : err;
}

static bona_err add_plots(bona_buf *out, const bona_match_set *set, const bona_match_summary *m)
{
    bona_scores s;
    bona_err err = bona_match_scores(&s, set, true);

    if (err != BONA_OK)
        return err;
    err = bona_buf_text(out, "<h2>Curves over all cross comparisons</h2><div class=\"plots\">\n");
    if (err == BONA_OK && s.positives > 0 && s.negatives > 0)
        err = bona_page_plots(out, &(bona_page_curves){ &s, "mated", "non-mated", "FMR", "FNMR",
                                                        "similarity (higher = alike)", -0.4, 1,
                                                        m->tar_threshold[1] });
    bona_free(s.positive);
    bona_free(s.negative);
    return err == BONA_OK ? bona_buf_text(out, "</div>\n") : err;
}

bona_err bona_match_html(bona_buf *out, const bona_facts *facts, const bona_match_set *set,
                         const bona_match_summary *m)
{
    char value[64], small[128];
    bona_err err = bona_page_begin(out, "Face verification: error rates", facts);

    if (err == BONA_OK)
        err = bona_buf_text(out, "<dl class=\"facts\">");
    snprintf(value, sizeof value, "%.2f %%", 100 * m->best_accuracy);
    snprintf(small, sizeof small, "%lld listed pairs, threshold chosen on them",
             (long long)set->pair_count);
    if (err == BONA_OK)
        err = bona_page_card(out, "Accuracy", value, small);
    for (int i = 0; err == BONA_OK && i < 3; i++) {
        snprintf(value, sizeof value, "%.2f %%", 100 * m->tar[i].rate);
        snprintf(small, sizeof small, "mated pairs accepted, similarity %.3f", m->tar_threshold[i]);
        err = bona_buf_printf(out, "<div><dt>at FMR %g</dt><dd>%s<small>%s</small></dd></div>",
                              fmr_levels[i], value, small);
    }
    if (err == BONA_OK)
        err = bona_buf_text(out, "</dl>\n");
    if (err == BONA_OK)
        err = add_plots(out, set, m);
    if (err == BONA_OK)
        err = add_table(out, m);
    if (err == BONA_OK)
        err = bona_buf_text(
            out, "<h2>How to read this</h2><ul><li>Rates far below one in the number of "
                 "comparisons are extrapolated by "
                 "the pack's score map and cannot be checked here.</li><li>Cross comparisons of "
                 "the same few pictures are not "
                 "independent; the true uncertainty is larger than the intervals.</li></ul>\n");
    return err == BONA_OK ? bona_page_end(out) : err;
}
