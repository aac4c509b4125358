/* SPDX-License-Identifier: Apache-2.0 */
/* From scores to error rates after ISO/IEC 30107-3, for a whole set and for every part of it. */
#ifndef BONA_EVAL_PAD_RATES_H
#define BONA_EVAL_PAD_RATES_H

#include "eval/metrics.h"
#include "eval/pad.h"

enum { BONA_KINDS_MAX = 12 };

/* One kind of attack instrument. */
typedef struct bona_pad_kind {
    char name[32];
    bona_rate apcer;   /* accepted / decided */
    bona_rate failure; /* no decision / presented */
} bona_pad_kind;

typedef struct bona_pad_rates {
    char group[64], name[64]; /* "set" "all", "source" "webcam_a", or a slice and its value */
    bona_rate
        bpcer; /* bona fide rejected / decided, at the threshold fixed beforehand (live 0.5) */
    bona_rate live_failure; /* bona fide without decision / presented */
    bona_rate apcer;        /* of all attacks together */
    bona_pad_kind kinds[BONA_KINDS_MAX];
    int32_t kind_count, worst; /* index of the kind with the highest APCER, -1 = no attack */
    bona_estimate
        acer; /* (BPCER + APCER of all attacks) / 2; where one class is missing, the other's rate */
    double acer_worst; /* (BPCER + APCER of the worst kind) / 2 */
    bona_estimate
        acer_strict; /* as acer, with a failure to decide counted as an error on either side */
    bona_estimate auc;
    double eer, eer_threshold;
    bona_rate apcer_at[3]; /* at a BPCER of at most 1, 5, 10 %; on these very scores */
    double best_threshold,
        best_acer; /* the optimistic pair: threshold chosen on these very scores */
} bona_pad_rates;

/* Which items: those whose source (slice -1) or slice has the value; value NULL = all. */
typedef struct bona_pad_part {
    int32_t slice;
    const char *value;
} bona_pad_part;

/* Returns BONA_OK or BONA_NO_MEMORY. `scores` (may be NULL) receives the sorted scores; see
 * bona_pad_scores_free. */
bona_err bona_pad_rate(bona_pad_rates *rates, const bona_pad_set *set, bona_pad_part part,
                       double threshold, bona_scores *scores);
void bona_pad_scores_free(bona_scores *scores);

typedef struct bona_pad_summary {
    bona_pad_rates whole;
    bona_pad_rates *parts; /* by source, then by slice and value, in order of appearance */
    int32_t part_count;
    bona_estimate source_acer,
        source_acer_strict;   /* mean over the sources that have both classes */
    int32_t source_count;     /* how many those are */
    double median_ms, p95_ms; /* of one check */
} bona_pad_summary;

/* Everything above for a set at the threshold on `live` that was fixed beforehand. Returns BONA_OK
 * or BONA_NO_MEMORY. */
bona_err bona_pad_summarise(bona_pad_summary *summary, const bona_pad_set *set, double threshold);
void bona_pad_summary_deinit(bona_pad_summary *summary);

#endif
