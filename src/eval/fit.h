/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calibration: weights of several scores by logistic regression, and a monotone map from similarity
 * to verification score by the tail of the non-mated comparisons. Numbers in, numbers out;
 * fit_pack.h writes them into a pack.
 */
#ifndef BONA_EVAL_FIT_H
#define BONA_EVAL_FIT_H

#include "base/err.h"
#include "verdict/map.h"

enum { BONA_FIT_DIMS_MAX = 8 };

typedef struct bona_logistic {
    double weights[BONA_FIT_DIMS_MAX];
    double bias;
    int32_t dims;
} bona_logistic;

/*
 * Maximum-likelihood logistic regression with a ridge of `ridge` on the weights (not the bias), by
 * Newton's method (iteratively reweighted least squares; Hastie, Tibshirani, Friedman, The Elements
 * of Statistical Learning, 4.4). Both classes weigh the same in all, whatever their numbers. `x`
 * has count rows of dims numbers, `positive` count flags. Returns BONA_OK, BONA_BAD_ARGUMENT (a
 * class is empty, dims out of range, a number is not finite) or BONA_NO_MEMORY.
 */
bona_err bona_logistic_fit(bona_logistic *model, const double *x, const bool *positive,
                           int64_t count, int32_t dims, double ridge);

/* The log-odds of one row. */
double bona_logistic_at(const bona_logistic *model, const double *row);

/*
 * Map from similarity to score such that the false match rate at score t is 10^-(10 t - 3), from
 * the sorted similarities of non-mated comparisons. Down to the rate that 30 comparisons stand
 * behind it follows their empirical distribution; beyond, the exponential tail over the highest 1 %
 * (peaks over threshold, Pickands 1975, with shape 0: for bounded cosines, whose tails fall faster,
 * it errs towards too low scores). `supported` receives the lowest rate that the data itself
 * carries. Returns BONA_OK or BONA_BAD_ARGUMENT (fewer than 3000 comparisons).
 */
bona_err bona_match_fit(bona_map *map, double *supported, const double *nonmated, int64_t count);

#endif
