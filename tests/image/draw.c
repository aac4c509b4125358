/* SPDX-License-Identifier: Apache-2.0 */
/* Pictures are written as they are, and drawing touches what it should and nothing else. */
#include "check.h"

#include <string.h>

#include "image/decode.h"
#include "image/draw.h"
#include "image/encode_jpeg.h"
#include "image/encode_png.h"
#include "pictures.h"

static const bona_colour green = { 0, 255, 0 };

static void a_written_png_reads_back_the_same(void **state)
{
    bona_image image, back;
    bona_buf out;

    (void)state;
    picture_pattern(&image, 121, 90);
    bona_buf_init(&out, 1 << 24);
    assert_int_equal(bona_image_encode_png(&out, bona_image_look(&image)), BONA_OK);
    assert_int_equal(bona_image_decode(&back, (bona_bytes){ out.data, out.size }, BONA_FORMAT_PNG,
                                       NULL, false, NULL, NULL, NULL),
                     BONA_OK);
    assert_int_equal(picture_compare(bona_image_look(&image), bona_image_look(&back)).largest, 0);
    bona_image_deinit(&back);
    bona_image_deinit(&image);
    bona_buf_deinit(&out);
}

static void a_written_jpeg_reads_back_nearly_the_same_and_better_quality_is_nearer(void **state)
{
    static const int32_t qualities[] = { 20, 75, 95 };
    double before = 255;
    bona_image image, back;
    bona_buf out;

    (void)state;
    picture_pattern(&image, 320, 240);
    for (int i = 0; i < 3; i++) {
        double mean;

        bona_buf_init(&out, 1 << 24);
        assert_int_equal(bona_image_encode_jpeg(&out, bona_image_look(&image), qualities[i]),
                         BONA_OK);
        assert_int_equal(bona_image_decode(&back, (bona_bytes){ out.data, out.size },
                                           BONA_FORMAT_JPEG, NULL, false, NULL, NULL, NULL),
                         BONA_OK);
        mean = picture_compare(bona_image_look(&image), bona_image_look(&back)).mean;
        assert_true(mean >= 0 && mean < before);
        before = mean;
        bona_image_deinit(&back);
        bona_buf_deinit(&out);
    }
    assert_true(before < 2);
    bona_image_deinit(&image);
}

static void writers_refuse_what_does_not_fit(void **state)
{
    bona_image image;
    bona_buf out;

    (void)state;
    picture_pattern(&image, 121, 90);
    bona_buf_init(&out, 500);
    assert_int_equal(bona_buf_text(&out, "kept"), BONA_OK);
    assert_int_equal(bona_image_encode_png(&out, bona_image_look(&image)), BONA_BAD_ARGUMENT);
    assert_int_equal(bona_image_encode_jpeg(&out, bona_image_look(&image), 90), BONA_BAD_ARGUMENT);
    assert_int_equal(bona_image_encode_jpeg(&out, bona_image_look(&image), 0), BONA_BAD_ARGUMENT);
    assert_int_equal(bona_image_encode_jpeg(&out, bona_image_look(&image), 101), BONA_BAD_ARGUMENT);
    assert_string_equal((const char *)out.data, "kept");
    bona_buf_deinit(&out);
    bona_image_deinit(&image);
}

static int green_at(const bona_image *image, int32_t x, int32_t y)
{
    return image->rgb[y * image->stride + 3 * x + 1];
}

static void a_box_is_a_frame_with_rounded_corners(void **state)
{
    bona_image image;

    (void)state;
    assert_int_equal(bona_image_init(&image, 100, 100), BONA_OK);
    bona_draw_box(&image, (bona_box){ 20, 30, 60, 50 }, 3, green);
    assert_int_equal(green_at(&image, 20, 55), 255); /* left */
    assert_int_equal(green_at(&image, 79, 55), 255); /* right: the line is 3 px around x = 80 */
    assert_int_equal(green_at(&image, 50, 30), 255); /* top */
    assert_int_equal(green_at(&image, 50, 80), 255); /* bottom */
    assert_int_equal(green_at(&image, 19, 29), 0);   /* the corner is cut round */
    assert_int_equal(green_at(&image, 50, 55), 0);
    assert_int_equal(green_at(&image, 17, 55), 0);
    assert_int_equal(green_at(&image, 23, 55), 0);
    bona_image_deinit(&image);
}

static void a_point_is_a_disc(void **state)
{
    bona_image image;
    int inside = 0;

    (void)state;
    assert_int_equal(bona_image_init(&image, 40, 40), BONA_OK);
    bona_draw_point(&image, (bona_point){ 20, 20 }, 5, green);
    for (int32_t y = 0; y < 40; y++)
        for (int32_t x = 0; x < 40; x++)
            inside += green_at(&image, x, y);
    assert_in_range(inside, 255 * 74, 255 * 83); /* pi 5^2 = 78.5 px */
    assert_int_equal(green_at(&image, 20, 20), 255);
    bona_image_deinit(&image);
}

/* The dots of "1" in draw_font.c: a stem in the middle column with a foot of three. */
static void text_shows_its_letters_on_a_dark_ground(void **state)
{
    bona_image image;

    (void)state;
    assert_int_equal(bona_image_init(&image, 30, 30), BONA_OK);
    memset(image.rgb, 100, 30 * 30 * 3);
    bona_draw_text(&image, 1, 1, 2, "1", green);
    assert_int_equal(bona_draw_text_width(2, "1"), 18);
    assert_int_equal(bona_draw_text_height(2), 22);
    assert_int_equal(green_at(&image, 0, 0), 100);
    assert_int_equal(green_at(&image, 1, 1), 30);
    assert_int_equal(green_at(&image, 19, 10), 100);
    assert_int_equal(green_at(&image, 5 + 2 * 2, 5), 255);
    assert_int_equal(green_at(&image, 5 + 2 * 2 + 1, 5 + 2 * 6 + 1), 255);
    assert_int_equal(green_at(&image, 5 + 2 * 3, 5 + 2 * 6), 255);
    assert_int_equal(green_at(&image, 5 + 2 * 4, 5 + 2 * 6), 30);
    bona_image_deinit(&image);
}

static void every_letter_but_space_has_dots_of_its_own(void **state)
{
    (void)state;
    for (int a = 1; a < BONA_FONT_GLYPHS; a++)
        for (int b = 0; b < a; b++)
            assert_memory_not_equal(bona_draw_font[a], bona_draw_font[b], BONA_FONT_ROWS);
    for (int a = 0; a < BONA_FONT_GLYPHS; a++)
        for (int row = 0; row < BONA_FONT_ROWS; row++)
            assert_true(bona_draw_font[a][row] < 1 << BONA_FONT_COLUMNS);
}

/* The sanitizers watch the picture's memory here. */
static void whatever_reaches_over_the_edge_is_cut_off(void **state)
{
    static const float places[] = { -1e30F, -100, -3, 5, 28, 200, 1e30F };
    bona_image image;

    (void)state;
    assert_int_equal(bona_image_init(&image, 31, 17), BONA_OK);
    for (int i = 0; i < 7; i++)
        for (int k = 0; k < 7; k++) {
            bona_draw_box(&image, (bona_box){ places[i], places[k], 20, 400 }, 3, green);
            bona_draw_box(&image, (bona_box){ places[i], places[k], places[k], places[i] }, 2,
                          green);
            bona_draw_point(&image, (bona_point){ places[i], places[k] }, 9, green);
        }
    for (int32_t x = -200; x < 60; x += 13)
        bona_draw_text(&image, x, x / 3, 2, "over the edge\x80\xff", green);
    bona_draw_text(&image, INT32_MAX, INT32_MIN, 1, "far", green);
    bona_image_deinit(&image);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_written_png_reads_back_the_same),
        cmocka_unit_test(a_written_jpeg_reads_back_nearly_the_same_and_better_quality_is_nearer),
        cmocka_unit_test(writers_refuse_what_does_not_fit),
        cmocka_unit_test(a_box_is_a_frame_with_rounded_corners),
        cmocka_unit_test(a_point_is_a_disc),
        cmocka_unit_test(text_shows_its_letters_on_a_dark_ground),
        cmocka_unit_test(every_letter_but_space_has_dots_of_its_own),
        cmocka_unit_test(whatever_reaches_over_the_edge_is_cut_off),
    };

    return cmocka_run_group_tests_name("image_draw", tests, NULL, NULL);
}
