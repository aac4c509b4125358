/* SPDX-License-Identifier: Apache-2.0 */
/* The PAD report for a terminal. */
#include <math.h>
#include <stdio.h>

#include "eval/pad_report.h"
#include "eval/page.h"

static bona_err add_row(bona_buf *out, const bona_pad_rates *r)
{
    char bpcer[48], apcer[48], acer[48], auc[32] = "-";

    bona_rate_text(bpcer, sizeof bpcer, &r->bpcer);
    bona_rate_text(apcer, sizeof apcer, &r->apcer);
    bona_estimate_text(acer, sizeof acer, &r->acer_strict, true);
    if (isfinite(r->auc.value))
        snprintf(auc, sizeof auc, "%.4f", r->auc.value);
    return bona_buf_printf(out, "%-10.10s %-18.18s %22s %22s %22s %8s\n", r->group, r->name, bpcer,
                           apcer, acer, auc);
}

static bona_err add_kinds(bona_buf *out, const bona_pad_rates *r)
{
    bona_err err = bona_buf_text(out, "\nby attack kind at the threshold:\n");

    for (int32_t i = 0; err == BONA_OK && i < r->kind_count; i++) {
        char apcer[48], failure[48];

        bona_rate_text(apcer, sizeof apcer, &r->kinds[i].apcer);
        bona_rate_text(failure, sizeof failure, &r->kinds[i].failure);
        err = bona_buf_printf(out, "  %-16s APCER %s, %lld of %lld; no decision %s%s\n",
                              r->kinds[i].name, apcer, (long long)r->kinds[i].apcer.k,
                              (long long)r->kinds[i].apcer.n, failure,
                              i == r->worst ? "  (worst)" : "");
    }
    return err;
}

bona_err bona_pad_text(bona_buf *out, const bona_pad_report *report)
{
    const bona_pad_summary *s = report->summary;
    const bona_pad_rates *w = &s->whole;
    char failure[48], mean[48], strict[48], at[3][48];
    bona_err err = bona_buf_printf(
        out, "%lld pictures, threshold %g on `live` fixed beforehand, 95 %% intervals (Wilson)\n\n",
        (long long)report->set->count, report->threshold);

    if (err == BONA_OK)
        err = bona_buf_printf(out, "%-10s %-18s %22s %22s %22s %8s\n", "group", "name", "BPCER",
                              "APCER", "ACER, failures errors", "AUC");
    if (err == BONA_OK)
        err = add_row(out, w);
    for (int32_t i = 0; err == BONA_OK && i < s->part_count; i++)
        err = add_row(out, &s->parts[i]);
    if (err == BONA_OK)
        err = add_kinds(out, w);
    bona_rate_text(failure, sizeof failure, &w->live_failure);
    bona_estimate_text(mean, sizeof mean, &s->source_acer, true);
    bona_estimate_text(strict, sizeof strict, &s->source_acer_strict, true);
    for (int i = 0; i < 3; i++)
        bona_rate_text(at[i], sizeof at[i], &w->apcer_at[i]);
    if (err == BONA_OK)
        err = bona_buf_printf(
            out,
            "\nbona fide without decision: %s\n"
            "mean ACER of the %d sources with both classes: %s; failures as errors: %s\n"
            "chosen on these very scores (optimistic): EER %.2f %%, best ACER %.2f %% at %.3f\n"
            "  APCER at BPCER 1 %%: %s, 5 %%: %s, 10 %%: %s\n"
            "time of one check: median %.1f ms, 95 %% under %.1f ms\n",
            failure, s->source_count, mean, strict, 100 * w->eer, 100 * w->best_acer,
            w->best_threshold, at[0], at[1], at[2], s->median_ms, s->p95_ms);
    return err;
}
