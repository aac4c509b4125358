/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Boxes, rolls and the crop rule `inside`. Expected rectangles were worked out by hand from the
 * rule in docs/packs.md, which is the one the MiniFASNet authors publish.
 */
#include "check.h"

#include "face/crop.h"
#include "face/crop_square.h"
#include "face/find.h"
#include "face/spot.h"

static void assert_rect(bona_rect r, int x, int y, int w, int h)
{
    assert_int_equal(r.x, x);
    assert_int_equal(r.y, y);
    assert_int_equal(r.w, w);
    assert_int_equal(r.h, h);
}

static void a_crop_in_the_middle_is_the_box_times_its_factor(void **state)
{
    (void)state;
    /* Centre 320, 240; 2.0 x 100 wide: 220 to 420, both inclusive; 2.0 x 120 high: 120 to 360. */
    assert_rect(bona_rect_inside((bona_box){ 270, 180, 100, 120 }, 2.0f, 640, 480), 220, 120, 201,
                241);
}

static void a_crop_over_the_edge_is_moved_inside_with_its_size(void **state)
{
    (void)state;
    /* Wanted -50 to 150: moved to 0 to 200. Wanted 340 to 580 of 480 rows: moved up to 239 to 479.
     */
    assert_rect(bona_rect_inside((bona_box){ 0, 400, 100, 120 }, 2.0f, 640, 480), 0, 239, 201, 241);
}

static void a_crop_is_never_larger_than_the_picture(void **state)
{
    (void)state;
    /* 479 / 240 = 1.9958 limits the factor: 479 high, 399.17 wide around 300: 100.4 to 499.6. */
    assert_rect(bona_rect_inside((bona_box){ 200, 120, 200, 240 }, 4.0f, 640, 480), 100, 0, 400,
                480);
}

static void hostile_boxes_give_rectangles_inside_the_picture(void **state)
{
    const float numbers[] = { -1e30f, -1e6f, -1.0f, 0.0f, 0.5f, 639.0f, 1e6f, 1e30f };
    const size_t count = sizeof numbers / sizeof numbers[0];

    (void)state;
    for (size_t i = 0; i < count * count * count * count; i++) {
        bona_box box = { numbers[i % count], numbers[i / count % count],
                         numbers[i / count / count % count], numbers[i / count / count / count] };
        bona_rect r = bona_rect_inside(box, 2.7f, 640, 480);

        assert_true(r.x >= 0 && r.y >= 0 && r.w >= 1 && r.h >= 1);
        assert_true(r.x + r.w <= 640 && r.y + r.h <= 480);
    }
}

/* An upright face: eyes above the mouth. */
static const bona_spot upright = {
    .points = { { 40, 40 }, { 60, 40 }, { 50, 50 }, { 42, 60 }, { 58, 60 } }
};

/* Turns the points clockwise by quarter turns about the origin: (x, y) -> (-y, x). */
static bona_spot turned(int quarters)
{
    bona_spot spot = upright;

    for (int q = 0; q < quarters; q++) {
        for (int i = 0; i < BONA_POINTS; i++)
            spot.points[i] = (bona_point){ -spot.points[i].y, spot.points[i].x };
    }
    return spot;
}

static void the_roll_tells_all_four_turns_apart(void **state)
{
    bona_spot spot = turned(0);

    (void)state;
    assert_float_equal(bona_spot_roll(&spot), 0, 1e-4f);
    spot = turned(1);
    assert_float_equal(bona_spot_roll(&spot), 90, 1e-4f);
    spot = turned(2);
    assert_float_equal(bona_spot_roll(&spot) < 0 ? -bona_spot_roll(&spot) : bona_spot_roll(&spot),
                       180, 1e-4f);
    spot = turned(3);
    assert_float_equal(bona_spot_roll(&spot), -90, 1e-4f);
}

static void overlap_is_intersection_over_union(void **state)
{
    bona_box a = { 0, 0, 10, 10 }, b = { 5, 0, 10, 10 }, far = { 50, 50, 1, 1 };

    (void)state;
    assert_float_equal(bona_box_overlap(a, a), 1, 1e-6f);
    assert_float_equal(bona_box_overlap(a, b), 50.0f / 150.0f, 1e-6f);
    assert_float_equal(bona_box_overlap(a, far), 0, 0);
    assert_float_equal(bona_box_inside((bona_box){ -5, 0, 10, 10 }, 100, 100), 0.5f, 1e-6f);
}

static void half_a_face_over_the_edge_is_half_inside(void **state)
{
    bona_spot spot = upright;

    (void)state;
    /* s = 20, the face is 30 to 70 wide and 24 to 74 high. */
    assert_float_equal(bona_spot_inside(&spot, 100, 100), 1, 1e-6f);
    assert_float_equal(bona_spot_inside(&spot, 50, 100), 0.5f, 1e-6f);
    assert_float_equal(bona_spot_inside(&spot, 100, 49), 0.5f, 1e-6f);
}

static void suppression_keeps_the_surest_of_overlapping_faces(void **state)
{
    bona_spot spots[] = { { .box = { 0, 0, 10, 10 }, .confidence = 0.8f },
                          { .box = { 1, 0, 10, 10 }, .confidence = 0.9f },
                          { .box = { 40, 0, 10, 10 }, .confidence = 0.7f },
                          { .box = { 8, 0, 10, 10 }, .confidence = 0.6f } };

    (void)state;
    /* The second box overlaps the first by 9/11; the fourth overlaps the second by 3/17 = 0.18,
     * under 0.3. */
    assert_int_equal(bona_spots_suppress(spots, 4, 0.3f), 3);
    assert_float_equal(spots[0].confidence, 0.9f, 0);
    assert_float_equal(spots[1].confidence, 0.7f, 0);
    assert_float_equal(spots[2].confidence, 0.6f, 0);
}

static void a_turn_wins_by_confidence_and_over_a_face_that_lies_right_only_when_sure(void **state)
{
    const bona_turn_choice none = { .best = 0, .sure = 0.95f, .lies_seen = false };
    const bona_turn_choice lies = { .best = 0.8f, .sure = 0.95f, .lies_seen = true };
    const bona_turn_choice turned = { .best = 0.8f, .sure = 0.95f, .lies_seen = false };

    (void)state;
    assert_true(bona_turn_replaces(&none, 0.73f));
    assert_false(bona_turn_replaces(&none, 0)); /* no face either */
    assert_false(bona_turn_replaces(&lies, 0.94f));
    assert_true(bona_turn_replaces(&lies, 0.95f));
    assert_true(bona_turn_replaces(&turned, 0.81f));
    assert_false(bona_turn_replaces(&turned, 0.8f));
}

static void lanczos_keeps_a_flat_picture_flat_and_a_ramp_straight(void **state)
{
    enum { SIDE = 24, LARGE = 60 };
    uint8_t rgb[SIDE * SIDE * 3];
    static float out[LARGE * LARGE * 3];
    bona_image_view image = { rgb, SIDE, SIDE, SIDE * 3 };

    (void)state;
    for (int i = 0; i < SIDE * SIDE; i++)
        rgb[3 * i] = 90, rgb[3 * i + 1] = (uint8_t)(10 * (i % SIDE)), rgb[3 * i + 2] = 200;
    assert_int_equal(bona_resize_lanczos(out, LARGE, LARGE, image), BONA_OK);
    for (int y = 0; y < LARGE; y++) {
        for (int x = 15; x < LARGE - 15;
             x++) { /* away from the edges, where the last pixel is repeated */
            const float *p = out + 3 * (y * LARGE + x);

            assert_float_equal(p[0], 90, 1e-3f);
            assert_float_equal(p[1], 10 * ((x + 0.5f) * SIDE / LARGE - 0.5f), 0.6f);
            assert_float_equal(p[2], 200, 1e-3f);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_crop_in_the_middle_is_the_box_times_its_factor),
        cmocka_unit_test(a_crop_over_the_edge_is_moved_inside_with_its_size),
        cmocka_unit_test(a_crop_is_never_larger_than_the_picture),
        cmocka_unit_test(hostile_boxes_give_rectangles_inside_the_picture),
        cmocka_unit_test(the_roll_tells_all_four_turns_apart),
        cmocka_unit_test(overlap_is_intersection_over_union),
        cmocka_unit_test(half_a_face_over_the_edge_is_half_inside),
        cmocka_unit_test(suppression_keeps_the_surest_of_overlapping_faces),
        cmocka_unit_test(a_turn_wins_by_confidence_and_over_a_face_that_lies_right_only_when_sure),
        cmocka_unit_test(lanczos_keeps_a_flat_picture_flat_and_a_ramp_straight),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
