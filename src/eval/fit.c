/* SPDX-License-Identifier: Apache-2.0 */
/* Calibration; see fit.h. */
#include "eval/fit.h"

#include <math.h>
#include <string.h>

enum {
    STEPS_MAX = 100,
    NONMATED_MIN = 3000, /* comparisons: 30 of them make the highest 1 % */
    SUPPORT = 30,        /* comparisons behind the lowest empirical rate */
    SIDE = BONA_FIT_DIMS_MAX + 1
};

double bona_logistic_at(const bona_logistic *model, const double *row)
{
    double sum = model->bias;

    for (int32_t i = 0; i < model->dims; i++)
        sum += model->weights[i] * row[i];
    return sum;
}

/* Solves a x = b for a symmetric positive definite matrix by Cholesky; false if it is not one. The
 * answer is in b. */
static bool solve(double a[SIDE][SIDE], double b[SIDE], int32_t n)
{
    for (int32_t i = 0; i < n; i++) {
        for (int32_t k = 0; k <= i; k++) {
            double sum = a[i][k];

            for (int32_t j = 0; j < k; j++)
                sum -= a[i][j] * a[k][j];
            if (i == k && sum <= 0)
                return false;
            a[i][k] = i == k ? sqrt(sum) : sum / a[k][k];
        }
    }
    for (int32_t i = 0; i < n; i++) {
        for (int32_t j = 0; j < i; j++)
            b[i] -= a[i][j] * b[j];
        b[i] /= a[i][i];
    }
    for (int32_t i = n - 1; i >= 0; i--) {
        for (int32_t j = i + 1; j < n; j++)
            b[i] -= a[j][i] * b[j];
        b[i] /= a[i][i];
    }
    return true;
}

/* Adds one row to gradient and Hessian; the last place is the bias. */
static void add_row(double hessian[SIDE][SIDE], double gradient[SIDE], const bona_logistic *model,
                    const double *row, bool positive, double share)
{
    double p = 1 / (1 + exp(-bona_logistic_at(model, row)));
    int32_t n = model->dims;

    for (int32_t i = 0; i <= n; i++) {
        double xi = i < n ? row[i] : 1;

        gradient[i] += share * ((positive ? 1 : 0) - p) * xi;
        for (int32_t k = 0; k <= i; k++)
            hessian[i][k] += share * p * (1 - p) * xi * (k < n ? row[k] : 1);
    }
}

/* One Newton step; returns the length of the step, or -1 when the matrix gave way. */
static double step(bona_logistic *model, const double *x, const bool *positive, int64_t count,
                   const double share[2], double ridge)
{
    double hessian[SIDE][SIDE] = { { 0 } }, gradient[SIDE] = { 0 }, length = 0;
    int32_t n = model->dims;

    for (int64_t i = 0; i < count; i++)
        add_row(hessian, gradient, model, x + i * n, positive[i], share[positive[i]]);
    for (int32_t i = 0; i < n; i++) {
        gradient[i] -= ridge * model->weights[i];
        hessian[i][i] += ridge;
    }
    hessian[n][n] += 1e-12;
    if (!solve(hessian, gradient, n + 1))
        return -1;
    for (int32_t i = 0; i <= n; i++)
        length = fmax(length, fabs(gradient[i]));
    /* A step of more than 4 in the log-odds is cut: Newton's method overshoots on classes that
     * hardly overlap. */
    for (int32_t i = 0; i <= n; i++) {
        double move = length > 4 ? gradient[i] * 4 / length : gradient[i];

        if (i < n)
            model->weights[i] += move;
        else
            model->bias += move;
    }
    return length;
}

bona_err bona_logistic_fit(bona_logistic *model, const double *x, const bool *positive,
                           int64_t count, int32_t dims, double ridge)
{
    int64_t classes[2] = { 0, 0 };
    double share[2];

    if (dims < 1 || dims > BONA_FIT_DIMS_MAX)
        return BONA_BAD_ARGUMENT;
    for (int64_t i = 0; i < count; i++)
        classes[positive[i]]++;
    for (int64_t i = 0; i < count * dims; i++)
        if (!isfinite(x[i]))
            return BONA_BAD_ARGUMENT;
    if (classes[0] == 0 || classes[1] == 0)
        return BONA_BAD_ARGUMENT;
    share[0] = 0.5 / (double)classes[0];
    share[1] = 0.5 / (double)classes[1];
    memset(model, 0, sizeof *model);
    model->dims = dims;
    for (int i = 0; i < STEPS_MAX; i++) {
        double length = step(model, x, positive, count, share, ridge);

        if (length < 1e-10) /* done, or a matrix that gave way: what stands is the best there is */
            break;
    }
    return BONA_OK;
}

/* The similarity that a share `rate` of the sorted comparisons reaches. */
static double quantile_at(const double *sorted, int64_t count, double rate)
{
    int64_t above = (int64_t)floor(rate * (double)count);

    return sorted[above < 1 ? count - 1 : count - above];
}

bona_err bona_match_fit(bona_map *map, double *supported, const double *nonmated, int64_t count)
{
    double edge, excess = 0, lowest;
    int64_t tail = count / 100;

    if (count < NONMATED_MIN)
        return BONA_BAD_ARGUMENT;
    lowest = (double)SUPPORT / (double)count;
    edge = nonmated[count - tail];
    for (int64_t i = count - tail; i < count; i++)
        excess += (nonmated[i] - edge) / (double)tail;
    map->count = 0;
    /* Scores 0 to 1 in steps of 0.05: rates 10^3 to 10^-7. Rates over 1 have no similarity; score 0
     * stands at the lowest one. */
    map->x[map->count] = -1;
    map->y[map->count++] = 0;
    for (int i = 6; i <= 20; i++) {
        double score = 0.05 * i, rate = pow(10, -(10 * score - 3)), x;

        if (rate >= 1)
            x = nonmated[0];
        else if (rate >= lowest)
            x = quantile_at(nonmated, count, rate);
        else
            x = quantile_at(nonmated, count, lowest) + excess * log(lowest / rate);
        if (x <= (double)map->x[map->count - 1])
            continue;
        map->x[map->count] = (float)x;
        map->y[map->count++] = (float)score;
    }
    if (supported != NULL)
        *supported = lowest;
    return BONA_OK;
}
