/* SPDX-License-Identifier: Apache-2.0 */
/* Fusion and maps. Expected values were worked out by hand from the formulas in docs/packs.md. */
#include "check.h"

#include <math.h>

#include "verdict/fusion.h"
#include "verdict/map.h"

/* sigmoid(0.8 logit(mean of the first two) + 0.2 logit(third)), threshold 0.43 */
static const bona_fusion fusion = {
    .terms = { { .nets = { 0, 1 }, .count = 2, .weight = 0.8f },
               { .nets = { 2 }, .count = 1, .weight = 0.2f } },
    .term_count = 2,
    .clip = 1e-5f,
    .threshold = 0.43f,
};

static void equal_probabilities_fuse_to_themselves(void **state)
{
    const float live[] = { 0.73f, 0.73f, 0.73f };

    (void)state;
    assert_float_equal(bona_fusion_raw(&fusion, live), 0.73f, 1e-5f);
}

static void a_mean_goes_into_the_first_term(void **state)
{
    const float live[] = { 0.9f, 0.5f, 0.5f };

    (void)state;
    /* logit(0.7) = ln(7/3) = 0.847298; times 0.8 = 0.677838; sigmoid = 0.663260 */
    assert_float_equal(bona_fusion_raw(&fusion, live), 0.66326f, 1e-4f);
}

static void the_threshold_is_shown_as_one_half(void **state)
{
    const float live[] = { 0.43f, 0.43f, 0.43f };
    const float above[] = { 0.45f, 0.45f, 0.45f };

    (void)state;
    assert_float_equal(bona_fusion_shown(&fusion, live), 0.5f, 1e-5f);
    assert_true(bona_fusion_shown(&fusion, above) > 0.5f);
}

static void certain_networks_stay_finite_and_above_zero(void **state)
{
    const float none[] = { 0, 0, 0 }, all[] = { 1, 1, 1 };
    bona_fusion strong = fusion;

    (void)state;
    assert_true(bona_fusion_shown(&fusion, none) > 0.0f);
    assert_true(bona_fusion_shown(&fusion, none) < 1e-4f);
    assert_true(bona_fusion_shown(&fusion, all) <= 1.0f);
    strong.terms[0].weight = 100.0f;
    assert_true(bona_fusion_shown(&strong, none) > 0.0f);
}

static void a_map_is_straight_between_points_and_level_outside(void **state)
{
    const bona_map map = { .x = { 0, 1, 3 }, .y = { 0, 10, 20 }, .count = 3 };

    (void)state;
    assert_float_equal(bona_map_at(&map, -5), 0, 0);
    assert_float_equal(bona_map_at(&map, 0.5f), 5, 1e-5f);
    assert_float_equal(bona_map_at(&map, 1), 10, 1e-5f);
    assert_float_equal(bona_map_at(&map, 2), 15, 1e-5f);
    assert_float_equal(bona_map_at(&map, 99), 20, 0);
    assert_float_equal(bona_map_at(&map, NAN), 0, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_probabilities_fuse_to_themselves),
        cmocka_unit_test(a_mean_goes_into_the_first_term),
        cmocka_unit_test(the_threshold_is_shown_as_one_half),
        cmocka_unit_test(certain_networks_stay_finite_and_above_zero),
        cmocka_unit_test(a_map_is_straight_between_points_and_level_outside),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
