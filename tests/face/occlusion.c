/* SPDX-License-Identifier: Apache-2.0 */
/* From the answers of an occlusion network to visibilities: the threshold lies at 50, and an answer
 * that is no number counts as covered. */
#include "check.h"

#include <math.h>

#include "face/occlusion.h"
#include "nn/load.h"

enum { SIDE = 4, ANSWERS = 6 };

/* A network that says `answers` of every picture: a convolution over all of it that keeps only its
 * bias. */
static bona_net *saying(const float answers[ANSWERS])
{
    static const float nothing[ANSWERS * 3 * SIDE * SIDE];
    onnx_writer w;

    onnx_start(&w, 1);
    onnx_input(&w, "x", 4, (int64_t[]){ 1, 3, SIDE, SIDE });
    onnx_floats(&w, "w", 4, (int64_t[]){ ANSWERS, 3, SIDE, SIDE }, nothing);
    onnx_floats(&w, "b", 1, (int64_t[]){ ANSWERS }, answers);
    onnx_node(&w, "Conv", "x w b", "y", "");
    onnx_output(&w, "y");
    return onnx_load(&w, bona_isa_best());
}

static bona_visible seen(const float answers[ANSWERS], bona_decode_rule decode)
{
    static const uint8_t black[3 * 8 * 8];
    static const bona_spot spot = { .box = { 1, 1, 6, 6 } };
    bona_model model = { .net = saying(answers),
                         .input = { .width = SIDE, .height = SIDE, .scale = { 1, 1, 1 } },
                         .crop = { .kind = BONA_CROP_INSIDE, .factor = 1 },
                         .decode = decode };
    bona_viewer viewer;
    bona_visible visible = { -2, -2, -2 };

    bona_viewer_init(&viewer, &model);
    assert_int_equal(
        bona_visible_find(&visible, &viewer, (bona_image_view){ black, 8, 8, 24 }, &spot), BONA_OK);
    bona_viewer_deinit(&viewer);
    bona_net_free(model.net);
    return visible;
}

static const bona_decode_rule parts = {
    .kind = BONA_DECODE_COVERED,
    .covered = { .eyes = 0, .nose = 1, .mouth = 2, .thresholds = { 0.5f, 0.8f, 0.6f } }
};

/* Two rows of three classes; that of a mask is the second one. */
static const bona_decode_rule classes = {
    .kind = BONA_DECODE_CLASS_MAX,
    .covered = { .eyes = 1, .nose = 1, .mouth = 1, .classes = 3, .thresholds = { 1, 0.8f, 0.6f } }
};

static void the_threshold_of_each_part_lies_at_fifty(void **state)
{
    bona_visible v = seen((float[ANSWERS]){ 0.25f, 0.8f, 1 }, parts);

    (void)state;
    assert_float_equal(v.eyes, 75, 1e-3);
    assert_float_equal(v.nose, 50, 1e-3);
    assert_float_equal(v.mouth, 0, 1e-3);
    v = seen((float[ANSWERS]){ -3, 0.4f, 7 }, parts);
    assert_float_equal(v.eyes, 100, 1e-3);
    assert_float_equal(v.nose, 75, 1e-3);
    assert_float_equal(v.mouth, 0, 1e-3);
}

static void an_answer_that_is_no_number_counts_as_covered(void **state)
{
    bona_visible v = seen((float[ANSWERS]){ NAN, 0, NAN }, parts);
    bona_decode_rule logits = parts;

    (void)state;
    assert_float_equal(v.eyes, 0, 0);
    assert_float_equal(v.nose, 100, 1e-3);
    assert_float_equal(v.mouth, 0, 0);
    logits.covered.logits = true;
    v = seen((float[ANSWERS]){ NAN, -INFINITY, INFINITY }, logits);
    assert_float_equal(v.eyes, 0, 0);
    assert_float_equal(v.nose, 100, 1e-3);
    assert_float_equal(v.mouth, 0, 1e-3);
}

static void a_network_that_knows_only_masks_says_nothing_of_the_eyes(void **state)
{
    bona_visible v = seen((float[ANSWERS]){ 1, 0.2f, 1, 1, 0.4f, 1 }, classes);

    (void)state;
    assert_float_equal(v.eyes, -1, 0);
    assert_float_equal(v.nose, 75, 1e-3);
    assert_float_equal(v.mouth, 100 - 50 * 0.4f / 0.6f, 1e-3);
    v = seen((float[ANSWERS]){ 0, 0, 0, 0, NAN, 0 }, classes);
    assert_float_equal(v.nose, 0, 0);
    assert_float_equal(v.mouth, 0, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_threshold_of_each_part_lies_at_fifty),
        cmocka_unit_test(an_answer_that_is_no_number_counts_as_covered),
        cmocka_unit_test(a_network_that_knows_only_masks_says_nothing_of_the_eyes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
