/* SPDX-License-Identifier: Apache-2.0 */
/* Calibration on synthetic scores whose parameters are known. */
#include "check.h"

#include <math.h>

#include "eval/fit.h"

/* Park and Miller's generator (CACM 1988): the same numbers everywhere. */
static uint64_t seed = 1;

static double uniform(void)
{
    seed = seed * 48271 % 2147483647;
    return (double)seed / 2147483647;
}

/* Box and Muller 1958. */
static double normal(void)
{
    return sqrt(-2 * log(uniform())) * cos(2 * 3.14159265358979 * uniform());
}

enum { ROWS = 20000 };
static double x[ROWS * 2];
static bool positive[ROWS];

static void logistic_regression_recovers_the_weights_that_made_the_labels(void **state)
{
    bona_logistic model;

    (void)state;
    /* As many of either class by the symmetry of x, so the equal weight of the classes moves
     * nothing. */
    for (int i = 0; i < ROWS; i++) {
        x[2 * i] = normal();
        x[2 * i + 1] = normal();
        positive[i] = uniform() < 1 / (1 + exp(-(1.5 * x[2 * i] - 0.7 * x[2 * i + 1])));
    }
    assert_int_equal(bona_logistic_fit(&model, x, positive, ROWS, 2, 0), BONA_OK);
    assert_true(fabs(model.weights[0] - 1.5) < 0.08);
    assert_true(fabs(model.weights[1] + 0.7) < 0.06);
    assert_true(fabs(model.bias) < 0.06);
}

static void gaussian_classes_give_the_known_log_odds(void **state)
{
    bona_logistic model;

    (void)state;
    /* N(2, 1) against N(-1, 1), three times as many negatives: the log-odds at equal class weight
     * are 3 x - 1.5. */
    for (int i = 0; i < ROWS; i++) {
        positive[i] = i % 4 == 0;
        x[i] = normal() + (positive[i] ? 2 : -1);
    }
    assert_int_equal(bona_logistic_fit(&model, x, positive, ROWS, 1, 0), BONA_OK);
    assert_true(fabs(model.weights[0] - 3) < 0.15);
    assert_true(fabs(model.bias + 1.5) < 0.12);
}

static void classes_that_do_not_overlap_stay_finite_with_a_ridge(void **state)
{
    bona_logistic model;

    (void)state;
    for (int i = 0; i < 100; i++) {
        positive[i] = i % 2 == 0;
        x[i] = positive[i] ? 1 + uniform() : -1 - uniform();
    }
    assert_int_equal(bona_logistic_fit(&model, x, positive, 100, 1, 1e-3), BONA_OK);
    assert_true(isfinite(model.weights[0]) && model.weights[0] > 1);
    assert_int_equal(bona_logistic_fit(&model, x, positive, 1, 1, 0), BONA_BAD_ARGUMENT);
}

static int compare(const void *a, const void *b)
{
    double u = *(const double *)a, v = *(const double *)b;

    return (u > v) - (u < v);
}

static void the_score_map_gives_the_published_rates(void **state)
{
    static double nonmated[200000];
    enum { COUNT = sizeof nonmated / sizeof *nonmated };
    bona_map map;
    double supported;

    (void)state;
    /* Exponential beyond 0 with mean 0.04: the similarity at a rate r is 0.04 ln(1 / r), at every
     * rate. */
    for (int i = 0; i < COUNT; i++)
        nonmated[i] = -0.04 * log(uniform());
    qsort(nonmated, COUNT, sizeof *nonmated, compare);
    assert_int_equal(bona_match_fit(&map, &supported, nonmated, COUNT), BONA_OK);
    assert_true(fabs(supported - 1.5e-4) < 1e-9);
    assert_true(fabs((double)bona_map_at(&map, (float)(0.04 * log(1e2))) - 0.5) < 0.01);
    assert_true(fabs((double)bona_map_at(&map, (float)(0.04 * log(1e3))) - 0.6) < 0.015);
    assert_true(fabs((double)bona_map_at(&map, (float)(0.04 * log(1e6))) - 0.9) < 0.04);
    for (int32_t i = 1; i < map.count; i++)
        assert_true(map.x[i] > map.x[i - 1] && map.y[i] > map.y[i - 1]);
    assert_int_equal(bona_match_fit(&map, NULL, nonmated, 100), BONA_BAD_ARGUMENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(logistic_regression_recovers_the_weights_that_made_the_labels),
        cmocka_unit_test(gaussian_classes_give_the_known_log_odds),
        cmocka_unit_test(classes_that_do_not_overlap_stay_finite_with_a_ridge),
        cmocka_unit_test(the_score_map_gives_the_published_rates),
    };

    return cmocka_run_group_tests_name("eval_fit", tests, NULL, NULL);
}
