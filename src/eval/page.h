/* SPDX-License-Identifier: Apache-2.0 */
/* The parts every HTML report shares: head with the embedded style, facts, cards, rates, the end.
 */
#ifndef BONA_EVAL_PAGE_H
#define BONA_EVAL_PAGE_H

#include "eval/facts.h"
#include "eval/metrics.h"
#include "eval/svg.h"

#define BONA_PAGE_BYTES_MAX ((size_t)64 << 20)

/* Each returns BONA_OK, BONA_NO_MEMORY or BONA_BAD_ARGUMENT (cap of `out`). */
bona_err bona_page_begin(bona_buf *out, const char *title, const bona_facts *facts);
bona_err bona_page_end(bona_buf *out);

/* A card "name: value"; `small` stands below. */
bona_err bona_page_card(bona_buf *out, const char *name, const char *value, const char *small);

/* "1.2 % (0.4-2.9)" with the counts, as a table cell; an empty cell where n = 0. */
bona_err bona_page_rate_cell(bona_buf *out, const bona_rate *rate);
bona_err bona_page_estimate_cell(bona_buf *out, const bona_estimate *estimate, bool percent);

/* The same as plain text into `text`. */
void bona_rate_text(char *text, size_t room, const bona_rate *rate);
void bona_estimate_text(char *text, size_t room, const bona_estimate *estimate, bool percent);

/* DET (deviate axes), ROC and score histogram of two classes. `mark` is the threshold in use. */
typedef struct bona_page_curves {
    const bona_scores *scores;
    const char *positive_name, *negative_name; /* "bona fide", "attack" */
    const char *accept_name, *reject_name;     /* "APCER", "BPCER" */
    const char *score_name;                    /* with its direction */
    double low, high, mark;                    /* range of the histogram, threshold */
} bona_page_curves;
bona_err bona_page_plots(bona_buf *out, const bona_page_curves *curves);

/* One histogram of times in milliseconds. */
bona_err bona_page_times(bona_buf *out, const double *ms, int64_t count);

#endif
