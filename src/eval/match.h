/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Verification over labelled pairs: mated and non-mated comparisons after ISO/IEC 19795-1, and,
 * from the same pictures, every cross comparison of different people. Two pictures show different
 * people when their persons differ: columns person_a and person_b, else the folder that holds the
 * file.
 */
#ifndef BONA_EVAL_MATCH_H
#define BONA_EVAL_MATCH_H

#include "engine/vector.h"
#include "eval/csv.h"
#include "eval/facts.h"
#include "eval/metrics.h"

typedef struct bona_match_picture {
    const char *path;
    char person[96];
    const char *error; /* "" or the name of a bona_err */
    float *vector;     /* length 1; wiped by bona_match_deinit */
} bona_match_picture;

typedef struct bona_match_pair {
    int64_t a, b; /* pictures */
    bool same;
    float similarity, score; /* higher = alike; NAN where a picture has an error */
} bona_match_pair;

typedef struct bona_match_set {
    bona_csv *manifest;
    bona_match_picture *pictures; /* each path once */
    bona_match_pair *pairs;
    int64_t picture_count, pair_count;
    int32_t dims; /* of the vectors */
} bona_match_set;

/* Reads columns a, b, same (0 or 1). Returns BONA_OK, BONA_IO, BONA_BAD_CONFIG or BONA_NO_MEMORY.
 */
bona_err bona_match_load(bona_match_set *set, const char *manifest, bona_note *note);
void bona_match_deinit(bona_match_set *set);

/* Makes every vector once, then compares. Vectors stay in memory and are never written. */
bona_err bona_match_run(bona_match_set *set, const bona_pack *pack, const char *root,
                        bona_which which, bona_note *note);

/* BONA_IO where no picture gave a vector, so that nothing can be said; the note has the first
 * reason. */
bona_err bona_match_any(const bona_match_set *set, const char *root, bona_note *note);

/* Columns a,b,same,similarity,score,error. */
bona_err bona_match_write(const bona_match_set *set, const char *scores, bona_note *note);

/* Similarities: mated pairs against the listed non-mated ones, or (cross) against all pictures of
 * different people. */
bona_err bona_match_scores(bona_scores *scores, const bona_match_set *set, bool cross);

enum { BONA_TABLE_ROWS = 6 }; /* score thresholds 0.4, 0.5 ... 0.9 of the published table */

typedef struct bona_match_summary {
    bona_rate failure;                    /* pictures without a vector */
    double best_accuracy, best_threshold; /* similarity; chosen on the listed pairs themselves */
    bona_estimate auc;
    double eer;
    bona_rate tar[3];        /* mated accepted at FMR 1e-2, 1e-3, 1e-4 over the cross comparisons */
    double tar_threshold[3]; /* similarity */
    bona_rate fnmr, fmr, cross_fmr;       /* at the score threshold of the pack */
    bona_rate table_fmr[BONA_TABLE_ROWS]; /* measured over the cross comparisons */
    bona_rate table_fnmr[BONA_TABLE_ROWS];
    double score_threshold;
} bona_match_summary;

/* The published rate at a score threshold: 10^-(10 t - 3). */
double bona_match_published(double threshold);

bona_err bona_match_summarise(bona_match_summary *summary, const bona_match_set *set,
                              const bona_pack *pack);

bona_err bona_match_text(bona_buf *out, const bona_match_set *set,
                         const bona_match_summary *summary);
bona_err bona_match_json(bona_buf *out, const bona_facts *facts, const bona_match_set *set,
                         const bona_match_summary *summary);
bona_err bona_match_html(bona_buf *out, const bona_facts *facts, const bona_match_set *set,
                         const bona_match_summary *summary);

#endif
