/* SPDX-License-Identifier: Apache-2.0 */
/* The PAD report as one self-contained page. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "eval/gallery.h"
#include "eval/pad_report.h"
#include "eval/page.h"

static bona_err add_cards(bona_buf *out, const bona_pad_report *report)
{
    const bona_pad_summary *s = report->summary;
    const bona_pad_rates *w = &s->whole;
    const char *worst = w->worst < 0 ? "no attacks" : w->kinds[w->worst].name;
    char text[64], small[128];
    bona_err err = bona_buf_text(out, "<dl class=\"facts\">");

    snprintf(text, sizeof text, "%.2f %%", 100 * w->bpcer.rate);
    snprintf(small, sizeof small, "%lld of %lld bona fide rejected", (long long)w->bpcer.k,
             (long long)w->bpcer.n);
    if (err == BONA_OK)
        err = bona_page_card(out, "BPCER", text, small);
    snprintf(text, sizeof text, "%.2f %%",
             w->worst < 0 ? NAN : 100 * w->kinds[w->worst].apcer.rate);
    snprintf(small, sizeof small, "worst attack kind: %s; all kinds %.2f %%", worst,
             100 * w->apcer.rate);
    if (err == BONA_OK)
        err = bona_page_card(out, "APCER", text, small);
    snprintf(text, sizeof text, "%.2f %%", 100 * s->source_acer_strict.value);
    snprintf(small, sizeof small, "mean of %d sources, failures as errors; interval %.2f-%.2f %%",
             s->source_count, 100 * s->source_acer_strict.low, 100 * s->source_acer_strict.high);
    if (err == BONA_OK)
        err = bona_page_card(out, "ACER", text, small);
    snprintf(text, sizeof text, "%.4f", w->auc.value);
    snprintf(small, sizeof small, "EER %.2f %%, chosen on these scores", 100 * w->eer);
    if (err == BONA_OK)
        err = bona_page_card(out, "AUC", text, small);
    snprintf(text, sizeof text, "%.2f %%", 100 * w->live_failure.rate);
    if (err == BONA_OK)
        err = bona_page_card(out, "Failure to acquire", text, "bona fide without a decision");
    snprintf(text, sizeof text, "%.1f ms", s->median_ms);
    snprintf(small, sizeof small, "median of one check; 95 %% under %.1f ms", s->p95_ms);
    if (err == BONA_OK)
        err = bona_page_card(out, "Time", text, small);
    return err == BONA_OK ? bona_buf_text(out, "</dl>\n") : err;
}

static bona_err add_plots(bona_buf *out, const bona_pad_report *report)
{
    bona_scores scores = { 0 };
    bona_pad_rates rates;
    double *ms = bona_alloc((size_t)report->set->count, sizeof *ms);
    int64_t timed = 0;
    bona_err err = ms == NULL ? BONA_NO_MEMORY : BONA_OK;

    if (err == BONA_OK)
        err = bona_pad_rate(&rates, report->set, (bona_pad_part){ -1, NULL }, report->threshold,
                            &scores);
    if (err == BONA_OK)
        err = bona_buf_text(out, "<h2>Curves</h2><div class=\"plots\">\n");
    if (err == BONA_OK && scores.positives > 0 && scores.negatives > 0)
        err = bona_page_plots(out, &(bona_page_curves){ &scores, "bona fide", "attack", "APCER",
                                                        "BPCER", "live (higher = bona fide)", 0, 1,
                                                        report->threshold });
    for (int64_t i = 0; err == BONA_OK && i < report->set->count; i++)
        if (isfinite(report->set->items[i].ms))
            ms[timed++] = report->set->items[i].ms;
    if (err == BONA_OK && timed > 0)
        err = bona_page_times(out, ms, timed);
    bona_free(ms);
    bona_pad_scores_free(&scores);
    return err == BONA_OK ? bona_buf_text(out, "</div>\n") : err;
}

static bona_err add_kinds(bona_buf *out, const bona_pad_rates *w)
{
    bona_err err = bona_buf_text(
        out, "<h2>By attack kind</h2><div class=\"scroll\"><table><tr><th>kind</th><th>APCER</th>"
             "<th>no decision</th></tr>\n");

    for (int32_t i = 0; err == BONA_OK && i < w->kind_count; i++) {
        err = bona_buf_text(out, "<tr><td>");
        if (err == BONA_OK)
            err = bona_svg_text(out, w->kinds[i].name);
        if (err == BONA_OK)
            err = bona_buf_text(out, "</td>");
        if (err == BONA_OK)
            err = bona_page_rate_cell(out, &w->kinds[i].apcer);
        if (err == BONA_OK)
            err = bona_page_rate_cell(out, &w->kinds[i].failure);
        if (err == BONA_OK)
            err = bona_buf_text(out, "</tr>\n");
    }
    return err == BONA_OK ? bona_buf_text(out, "</table></div>\n") : err;
}

static bona_err add_part(bona_buf *out, const bona_pad_rates *r)
{
    bona_err err = bona_buf_text(out, "<tr><td>");

    if (err == BONA_OK)
        err = bona_svg_text(out, r->name);
    if (err == BONA_OK)
        err = bona_buf_printf(out, "</td><td class=\"text\">%s</td>",
                              strcmp(r->group, "source") == 0 ? "source" : "slice");
    if (err == BONA_OK)
        err = bona_page_rate_cell(out, &r->bpcer);
    if (err == BONA_OK)
        err = bona_page_rate_cell(out, &r->apcer);
    if (err == BONA_OK)
        err = bona_page_rate_cell(out, &r->live_failure);
    if (err == BONA_OK)
        err = bona_page_estimate_cell(out, &r->acer_strict, true);
    if (err == BONA_OK)
        err = bona_page_estimate_cell(out, &r->auc, false);
    return err == BONA_OK ? bona_buf_text(out, "</tr>\n") : err;
}

static bona_err add_parts(bona_buf *out, const bona_pad_summary *s)
{
    bona_err err = bona_buf_text(
        out,
        "<h2>By source and slice</h2><div class=\"scroll\"><table><tr><th>name</th><th>group</th>"
        "<th>BPCER</th><th>APCER</th><th>no decision (bona fide)</th><th>ACER, failures as "
        "errors</th>"
        "<th>AUC</th></tr>\n");

    for (int32_t i = 0; err == BONA_OK && i < s->part_count; i++)
        err = add_part(out, &s->parts[i]);
    return err == BONA_OK ? bona_buf_text(out, "</table></div>\n") : err;
}

static bona_err add_limits(bona_buf *out, const bona_pad_report *report)
{
    return bona_buf_printf(
        out,
        "<h2>How to read this</h2><ul>"
        "<li>The threshold %g on <code>live</code> comes from the pack and was fixed before this "
        "run. Numbers that were chosen on "
        "these very pictures (EER, best ACER, APCER at a BPCER) are optimistic and say so.</li>"
        "<li>Terms are those of ISO/IEC 30107-3: BPCER is the share of bona fide presentations "
        "rejected, APCER the share of attack "
        "presentations accepted, per kind of instrument; a picture without a decision is a failure "
        "to acquire. ACER is their mean.</li>"
        "<li>Intervals are 95 %%: Wilson for rates, MOVER for means, Hanley-McNeil for the AUC. "
        "They cover chance in the choice of "
        "pictures, not the choice of cameras, rooms and people: frames of one sitter are alike, so "
        "the true uncertainty is larger.</li>"
        "<li>The set proves nothing about attack kinds that it does not hold (silicone masks, "
        "injected video, generated faces), nor "
        "about cameras and light unlike those here. It is no certification.</li></ul>\n",
        report->threshold);
}

bona_err bona_pad_html(bona_buf *out, const bona_pad_report *report)
{
    bona_err err =
        bona_page_begin(out, "Presentation attack detection: error rates", report->facts);

    if (err == BONA_OK)
        err = add_cards(out, report);
    if (err == BONA_OK)
        err = add_plots(out, report);
    if (err == BONA_OK)
        err = add_kinds(out, &report->summary->whole);
    if (err == BONA_OK)
        err = add_parts(out, report->summary);
    if (err == BONA_OK && report->gallery > 0)
        err = bona_gallery_add(out, report);
    if (err == BONA_OK)
        err = add_limits(out, report);
    return err == BONA_OK ? bona_page_end(out) : err;
}
