/* SPDX-License-Identifier: Apache-2.0 */
/* One set of facts, three shapes: text for a terminal, JSON (docs/evaluate.md has the schema), one
 * HTML page. */
#ifndef BONA_EVAL_PAD_REPORT_H
#define BONA_EVAL_PAD_REPORT_H

#include "eval/facts.h"
#include "eval/pad_rates.h"

typedef struct bona_pad_report {
    const bona_facts *facts;
    const bona_pad_set *set;
    const bona_pad_summary *summary;
    double threshold; /* on `live`, fixed beforehand */
    int32_t gallery;  /* how many of the worst errors to show as pictures; 0 = none */
    const char *root; /* where the pictures of the gallery lie */
} bona_pad_report;

/* Each adds to `out`. Returns BONA_OK, BONA_NO_MEMORY or BONA_BAD_ARGUMENT (cap of `out`). */
bona_err bona_pad_text(bona_buf *out, const bona_pad_report *report);
bona_err bona_pad_json(bona_buf *out, const bona_pad_report *report);
bona_err bona_pad_html(bona_buf *out, const bona_pad_report *report);

#endif
