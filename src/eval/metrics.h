/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Error rates with intervals: numbers in, numbers out. Words after ISO/IEC 30107-3:2023 (APCER,
 * BPCER, ACER) and ISO/IEC 19795-1:2021 (FMR, FNMR, DET). A score is "positive-like" when higher:
 * bona fide or mated. A presentation is accepted when score >= threshold.
 */
#ifndef BONA_EVAL_METRICS_H
#define BONA_EVAL_METRICS_H

#include "base/err.h"

/* A rate k of n with its 95 % interval; n = 0 gives rate NAN and the interval 0..1. */
typedef struct bona_rate {
    int64_t k, n;
    double rate, low, high; /* 0..1 */
} bona_rate;

/* Wilson score interval (Wilson 1927; Brown, Cai, DasGupta 2001), 95 %. */
bona_rate bona_rate_wilson(int64_t k, int64_t n);

/* A value with its 95 % interval. */
typedef struct bona_estimate {
    double value, low, high;
} bona_estimate;

/*
 * Mean of independent rates, each with weight 1 / count, with the interval of Zou and Donner
 * (MOVER, Statistics in Medicine 2008): the distances of each rate from its own limits are added in
 * quadrature. Rates with n = 0 are left out; NAN when none is left.
 */
bona_estimate bona_rate_mean(const bona_rate *rates, int32_t count);

/* Scores of the two classes. Both arrays are sorted upwards by bona_scores_sort before anything
 * below is asked. */
typedef struct bona_scores {
    double *positive, *negative; /* bona fide or mated; attack or non-mated; finite */
    int64_t positives, negatives;
} bona_scores;

void bona_scores_sort(bona_scores *scores);

bona_rate bona_false_reject(const bona_scores *s,
                            double threshold); /* positives under the threshold (BPCER, FNMR) */
bona_rate bona_false_accept(const bona_scores *s,
                            double threshold); /* negatives at or over it (APCER, FMR) */

/*
 * Area under the ROC curve, ties count one half (Mann-Whitney), with the interval of Hanley and
 * McNeil (Radiology 1982), cut to 0..1. NAN when a class is empty.
 */
bona_estimate bona_auc(const bona_scores *s);

/*
 * Equal error rate: where the straight line between the two neighbouring points of the ROC (one
 * point per distinct score) has as many false accepts as false rejects. *threshold (may be NULL) is
 * the lower of the two scores. NAN when a class is empty.
 */
double bona_eer(const bona_scores *s, double *threshold);

/* The threshold with the smallest (APCER + BPCER) / 2 on these very scores (the lowest such); an
 * optimistic number. */
double bona_best_threshold(const bona_scores *s, double *acer);

/* Lowest rate of accepted negatives at a rate of rejected positives of at most `bpcer`, and its
 * threshold. */
bona_rate bona_apcer_at_bpcer(const bona_scores *s, double bpcer, double *threshold);

/* Highest rate of accepted positives at a rate of accepted negatives of at most `fmr` (TAR at FAR),
 * and its threshold. */
bona_rate bona_accept_at_fmr(const bona_scores *s, double fmr, double *threshold);

/*
 * The step curve: for every distinct score, upwards, the threshold and both error rates; the last
 * point has the threshold +infinity (nothing accepted). The caller frees *points with bona_free.
 * Returns BONA_OK or BONA_NO_MEMORY.
 */
typedef struct bona_det_point {
    double threshold, false_accept, false_reject;
} bona_det_point;
bona_err bona_det_curve(const bona_scores *s, bona_det_point **points, int64_t *count);

#endif
