/* SPDX-License-Identifier: Apache-2.0 */
/* Error rates on examples small enough to count by hand. */
#include "check.h"

#include <math.h>

#include "base/mem.h"
#include "eval/metrics.h"

#define NEAR(a, b) assert_true(fabs((a) - (b)) < 1e-12)

/* Bona fide 0.2 0.6 0.7 0.9, attacks 0.1 0.3 0.6 0.65. */
static double live[] = { 0.9, 0.2, 0.7, 0.6 };
static double attack[] = { 0.65, 0.1, 0.6, 0.3 };
static bona_scores scores = { live, attack, 4, 4 };

static int sort_scores(void **state)
{
    (void)state;
    bona_scores_sort(&scores);
    return 0;
}

static void a_score_on_the_threshold_is_accepted(void **state)
{
    (void)state;
    NEAR(bona_false_reject(&scores, 0.6).rate, 0.25); /* only 0.2 */
    NEAR(bona_false_accept(&scores, 0.6).rate, 0.5);  /* 0.6 and 0.65 */
    NEAR(bona_false_accept(&scores, 0.61).rate, 0.25);
    NEAR(bona_false_reject(&scores, 2).rate, 1);
    NEAR(bona_false_accept(&scores, -1).rate, 1);
}

static void ties_count_one_half_in_the_auc(void **state)
{
    (void)state;
    /* Won pairs: 0.2: 1; 0.6: 2 and a tie; 0.7: 4; 0.9: 4; 11.5 of 16. */
    NEAR(bona_auc(&scores).value, 11.5 / 16);
}

static void the_equal_error_rate_lies_on_the_line_between_two_points(void **state)
{
    double threshold = 0;

    (void)state;
    /* Points (accept, reject): at 0.6 (0.5, 0.25), at 0.65 (0.25, 0.5): they cross half way, at
     * 0.375. */
    NEAR(bona_eer(&scores, &threshold), 0.375);
    NEAR(threshold, 0.6);
}

static void the_best_threshold_has_the_smallest_mean_error(void **state)
{
    double acer = 0;

    (void)state;
    /* (accept, reject): 0.2 (.75, 0), 0.6 (.5, .25), 0.65 (.25, .5), 0.7 (0, .5): mean .25 at 0.7.
     */
    NEAR(bona_best_threshold(&scores, &acer), 0.7);
    NEAR(acer, 0.25);
}

static void error_rates_at_fixed_rates_of_the_other(void **state)
{
    double threshold = 0;

    (void)state;
    NEAR(bona_apcer_at_bpcer(&scores, 0.25, &threshold).rate, 0.5);
    NEAR(threshold, 0.6);
    NEAR(bona_apcer_at_bpcer(&scores, 0.1, NULL).rate, 0.75);
    NEAR(bona_accept_at_fmr(&scores, 0.25, &threshold).rate, 0.5);
    NEAR(threshold, 0.65);
    NEAR(bona_accept_at_fmr(&scores, 0, NULL).rate, 0.5);
}

static void wilson_gives_the_published_interval(void **state)
{
    bona_rate r = bona_rate_wilson(1, 10);

    (void)state;
    /* Newcombe, Statistics in Medicine 1998, table I, method 3 (score): 1/29 has 0.0061 to 0.1718,
     * 0/20 has 0 to 0.1611. */
    r = bona_rate_wilson(1, 29);
    assert_true(fabs(r.low - 0.0061) < 5e-5 && fabs(r.high - 0.1718) < 5e-5);
    r = bona_rate_wilson(0, 20);
    assert_true(r.low == 0 && fabs(r.high - 0.1611) < 5e-5);
    r = bona_rate_wilson(0, 0);
    assert_true(isnan(r.rate) && r.low == 0 && r.high == 1);
}

static void the_mean_of_rates_ignores_empty_ones(void **state)
{
    bona_rate rates[3];
    bona_estimate mean;

    (void)state;
    rates[0] = bona_rate_wilson(1, 10);
    rates[1] = bona_rate_wilson(0, 0);
    rates[2] = bona_rate_wilson(3, 10);
    mean = bona_rate_mean(rates, 3);
    NEAR(mean.value, 0.2);
    assert_true(mean.low > rates[0].low && mean.high < rates[2].high);
    assert_true(isnan(bona_rate_mean(rates + 1, 1).value));
}

static void the_curve_runs_from_everything_to_nothing_accepted(void **state)
{
    bona_det_point *points;
    int64_t count;

    (void)state;
    assert_int_equal(bona_det_curve(&scores, &points, &count), BONA_OK);
    assert_int_equal(count, 8); /* seven distinct scores and infinity */
    NEAR(points[0].false_accept, 1);
    NEAR(points[0].false_reject, 0);
    assert_true(isinf(points[7].threshold));
    NEAR(points[7].false_accept, 0);
    NEAR(points[7].false_reject, 1);
    bona_free(points);
}

static void an_empty_class_gives_no_number(void **state)
{
    bona_scores none = { live, NULL, 4, 0 };

    (void)state;
    assert_true(isnan(bona_auc(&none).value));
    assert_true(isnan(bona_eer(&none, NULL)));
    assert_true(isnan(bona_false_accept(&none, 0.5).rate));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_score_on_the_threshold_is_accepted),
        cmocka_unit_test(ties_count_one_half_in_the_auc),
        cmocka_unit_test(the_equal_error_rate_lies_on_the_line_between_two_points),
        cmocka_unit_test(the_best_threshold_has_the_smallest_mean_error),
        cmocka_unit_test(error_rates_at_fixed_rates_of_the_other),
        cmocka_unit_test(wilson_gives_the_published_interval),
        cmocka_unit_test(the_mean_of_rates_ignores_empty_ones),
        cmocka_unit_test(the_curve_runs_from_everything_to_nothing_accepted),
        cmocka_unit_test(an_empty_class_gives_no_number),
    };

    return cmocka_run_group_tests_name("eval_metrics", tests, sort_scores, NULL);
}
