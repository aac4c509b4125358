/* SPDX-License-Identifier: Apache-2.0 */
/* The PAD report as JSON; the schema stands in docs/evaluate.md. */
#include <jansson.h>
#include <math.h>

#include "base/mem.h"
#include "eval/json_facts.h"
#include "eval/pad_report.h"

static json_t *rates_json(const bona_pad_rates *r)
{
    json_t *kinds = json_object(), *at = json_object();
    static const char *const at_names[3] = { "1%", "5%", "10%" };

    for (int32_t i = 0; i < r->kind_count; i++)
        json_object_set_new(kinds, r->kinds[i].name,
                            json_pack("{s:o, s:o}", "apcer", bona_json_rate(&r->kinds[i].apcer),
                                      "failure_to_acquire", bona_json_rate(&r->kinds[i].failure)));
    for (int32_t i = 0; i < 3; i++)
        json_object_set_new(at, at_names[i], bona_json_rate(&r->apcer_at[i]));
    return json_pack(
        "{s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "group",
        r->group, "name", r->name, "bpcer", bona_json_rate(&r->bpcer), "live_failure_to_acquire",
        bona_json_rate(&r->live_failure), "apcer", bona_json_rate(&r->apcer), "kinds", kinds,
        "worst_kind", r->worst < 0 ? json_null() : json_string(r->kinds[r->worst].name), "acer",
        bona_json_estimate(&r->acer), "acer_worst_kind", bona_json_number(r->acer_worst),
        "acer_failures_as_errors", bona_json_estimate(&r->acer_strict), "auc",
        bona_json_estimate(&r->auc), "eer", bona_json_number(r->eer), "apcer_at_bpcer", at,
        "best_threshold", bona_json_number(r->best_threshold), "best_acer",
        bona_json_number(r->best_acer));
}

bona_err bona_pad_json(bona_buf *out, const bona_pad_report *report)
{
    const bona_pad_summary *s = report->summary;
    json_t *parts = json_array();
    json_t *root;

    for (int32_t i = 0; i < s->part_count; i++)
        json_array_append_new(parts, rates_json(&s->parts[i]));
    root = json_pack("{s:s, s:o, s:f, s:s, s:I, s:o, s:o, s:i, s:o, s:o, s:{s:o, s:o}}", "kind",
                     "pad", "facts", bona_json_facts(report->facts), "threshold", report->threshold,
                     "interval", "95 %; rates Wilson, means MOVER, AUC Hanley-McNeil", "pictures",
                     (json_int_t)report->set->count, "whole", rates_json(&s->whole), "parts", parts,
                     "sources_with_both_classes", (int)s->source_count, "mean_acer_of_sources",
                     bona_json_estimate(&s->source_acer), "mean_acer_of_sources_failures_as_errors",
                     bona_json_estimate(&s->source_acer_strict), "ms", "median",
                     bona_json_number(s->median_ms), "p95", bona_json_number(s->p95_ms));
    return bona_json_dump(out, root);
}
