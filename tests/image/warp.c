/* SPDX-License-Identifier: Apache-2.0 */
/* Resizing against OpenCV's numbers, warping and similarity against arithmetic that can be done by
 * hand. */
#include "check.h"

#include <math.h>

#include "image/warp.h"

/*
 * What cv2.resize of OpenCV 4.6.0 (Debian 12) gives for the picture of formula() below: 23 x 17 px
 * to 7 x 5, the part (2, 3, 4 x 3) to 9 x 7, the part (0, 0, 22 x 16) halved (first three rows),
 * and float32 to 4 x 3.
 */
static const uint8_t shrunk_linear[] = {
    25,  75,  125, 52,  102, 152, 79,  129, 179, 106, 156, 206, 133, 183, 218, 153, 203, 107,
    180, 230, 24,  73,  123, 173, 111, 161, 211, 122, 172, 222, 156, 206, 103, 176, 226, 20,
    202, 98,  45,  221, 15,  65,  121, 171, 221, 139, 189, 239, 167, 217, 11,  207, 1,   51,
    225, 19,  69,  244, 38,  88,  42,  56,  106, 169, 219, 13,  199, 205, 43,  219, 13,  63,
    245, 39,  89,  13,  63,  113, 29,  79,  129, 48,  98,  148, 217, 55,  61,  244, 38,  88,
    26,  62,  112, 27,  77,  127, 55,  105, 155, 74,  124, 174, 91,  141, 191
};
static const uint8_t grown_linear[] = {
    59,  109, 159, 61,  111, 161, 65,  115, 165, 69,  119, 169, 74,  124, 174, 78,  128, 178, 83,
    133, 183, 87,  137, 187, 89,  139, 189, 61,  111, 161, 63,  113, 163, 67,  117, 167, 72,  122,
    172, 76,  126, 176, 81,  131, 181, 85,  135, 185, 90,  140, 190, 92,  141, 191, 68,  117, 167,
    69,  119, 169, 74,  124, 174, 79,  129, 179, 83,  133, 183, 88,  138, 188, 93,  143, 193, 97,
    147, 197, 99,  149, 199, 74,  124, 174, 76,  126, 176, 81,  131, 181, 86,  136, 186, 91,  141,
    191, 95,  145, 195, 100, 150, 200, 105, 155, 205, 107, 157, 207, 80,  130, 180, 82,  132, 182,
    87,  137, 187, 92,  142, 192, 97,  148, 197, 102, 153, 203, 108, 158, 208, 113, 163, 213, 115,
    165, 215, 87,  137, 187, 89,  139, 189, 94,  144, 194, 99,  149, 199, 104, 155, 205, 110, 160,
    210, 115, 165, 215, 120, 170, 220, 122, 172, 222, 89,  139, 189, 91,  141, 191, 96,  146, 196,
    102, 152, 202, 107, 157, 207, 112, 162, 212, 118, 168, 217, 123, 173, 223, 125, 175, 225
};
static const uint8_t shrunk_area[] = {
    26,  76,  126, 53,  103, 153, 79,  129, 179, 104, 154, 204, 129, 179, 193, 148, 198, 139,
    173, 213, 92,  73,  123, 173, 110, 160, 210, 128, 178, 213, 153, 203, 140, 176, 208, 45,
    197, 152, 41,  220, 59,  64,  122, 172, 209, 150, 200, 170, 171, 217, 56,  197, 153, 44,
    215, 47,  64,  175, 39,  87,  77,  60,  110, 168, 204, 71,  195, 173, 39,  207, 67,  62,
    201, 35,  85,  90,  59,  109, 41,  81,  131, 52,  102, 152, 212, 96,  56,  202, 39,  82,
    89,  54,  104, 50,  79,  129, 53,  103, 153, 74,  124, 174, 97,  147, 197
};
static const uint8_t halved_area[] = {
    10,  60,  110, 25,  75,  125, 40,  90,  140, 55,  105, 155, 70,  120, 170, 85,  135,
    185, 100, 150, 200, 115, 165, 215, 130, 180, 230, 145, 195, 117, 160, 210, 132, 37,
    87,  137, 56,  106, 156, 75,  125, 175, 94,  144, 194, 113, 163, 213, 125, 175, 225,
    136, 186, 236, 155, 205, 127, 158, 208, 130, 177, 227, 21,  189, 175, 33,  64,  114,
    164, 87,  137, 187, 110, 160, 210, 126, 176, 226, 125, 175, 225, 148, 198, 184, 164,
    214, 72,  179, 229, 23,  186, 172, 30,  202, 188, 46,  217, 11,  61
};
static const float shrunk_float[] = {
    52.50000F,  102.50000F, 152.50000F, 106.16667F, 156.16666F, 206.16666F, 149.50000F, 199.50000F,
    249.50000F, 182.50000F, 179.16667F, 26.50000F,  139.62500F, 189.62500F, 239.62500F, 163.87500F,
    213.87500F, 7.87500F,   219.12500F, 13.12500F,  63.12500F,  159.00000F, 49.00000F,  99.00000F,
    215.12500F, 41.12497F,  59.12501F,  89.99995F,  44.00001F,  94.00000F,  35.33334F,  85.33333F,
    135.33333F, 70.20834F,  120.20833F, 170.20834F
};

static void formula(bona_image *image, int32_t width, int32_t height)
{
    assert_int_equal(bona_image_init(image, width, height), BONA_OK);
    for (int32_t y = 0; y < height; y++)
        for (int32_t x = 0; x < width; x++)
            for (int c = 0; c < 3; c++)
                image->rgb[y * image->stride + 3 * x + c] =
                    (uint8_t)(x * 7 + y * 13 + c * 50 + x * y % 31);
}

static void check_bytes(const float *got, const uint8_t *wanted, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (fabsf(got[i] - wanted[i]) > 0)
            fail_msg("value %zu is %g, OpenCV has %d", i, (double)got[i], wanted[i]);
}

static void shrinking_and_growing_equal_opencv_in_every_value(void **state)
{
    bona_image image;
    float out[11 * 8 * 3];

    (void)state;
    formula(&image, 23, 17);
    bona_resize_bilinear(out, 7, 5, bona_image_look(&image), 0, 0, 23, 17, true);
    check_bytes(out, shrunk_linear, sizeof shrunk_linear);
    bona_resize_bilinear(out, 9, 7, bona_image_look(&image), 2, 3, 4, 3, true);
    check_bytes(out, grown_linear, sizeof grown_linear);
    bona_resize_area(out, 7, 5, bona_image_look(&image), 0, 0, 23, 17, true);
    check_bytes(out, shrunk_area, sizeof shrunk_area);
    bona_resize_area(out, 11, 8, bona_image_look(&image), 0, 0, 22, 16, true);
    check_bytes(out, halved_area, sizeof halved_area);
    bona_resize_bilinear(out, 4, 3, bona_image_look(&image), 0, 0, 23, 17, false);
    for (size_t i = 0; i < sizeof shrunk_float / sizeof shrunk_float[0]; i++)
        assert_true(fabsf(out[i] - shrunk_float[i]) < 1e-4F);
    bona_image_deinit(&image);
}

static void resizing_to_the_same_size_changes_nothing(void **state)
{
    bona_image image, copy;
    float out[23 * 17 * 3];

    (void)state;
    formula(&image, 23, 17);
    for (int round8 = 0; round8 < 2; round8++) {
        bona_resize_bilinear(out, 23, 17, bona_image_look(&image), 0, 0, 23, 17, round8);
        check_bytes(out, image.rgb, 23 * 17 * 3);
        bona_resize_area(out, 23, 17, bona_image_look(&image), 0, 0, 23, 17, round8);
        check_bytes(out, image.rgb, 23 * 17 * 3);
    }
    assert_int_equal(bona_image_resize(&copy, 23, 17, bona_image_look(&image)), BONA_OK);
    assert_memory_equal(copy.rgb, image.rgb, 23 * 17 * 3);
    bona_image_deinit(&copy);
    bona_image_deinit(&image);
}

/* Widths around the block of columns that is worked on at a time, and pictures narrower than a
 * vector. */
static void a_plain_colour_stays_plain_at_any_size(void **state)
{
    static const int32_t sides[] = { 1, 2, 3, 7, 255, 256, 257, 600 };

    (void)state;
    for (size_t i = 0; i < sizeof sides / sizeof sides[0]; i++)
        for (size_t k = 0; k < sizeof sides / sizeof sides[0]; k++) {
            bona_image image, out;

            assert_int_equal(bona_image_init(&image, sides[i], 5), BONA_OK);
            for (ptrdiff_t at = 0; at < image.stride * 5; at++)
                image.rgb[at] = (uint8_t)(255 - at % 3);
            assert_int_equal(bona_image_resize(&out, sides[k], 3, bona_image_look(&image)),
                             BONA_OK);
            for (ptrdiff_t at = 0; at < out.stride * 3; at++)
                assert_int_equal(out.rgb[at], 255 - at % 3);
            bona_image_deinit(&out);
            bona_image_deinit(&image);
        }
}

/* 9000 columns and 700 rows under one pixel: more than is added up in one piece. The right half is
 * black, and so is every second row. */
static void very_many_pixels_have_the_mean_they_should(void **state)
{
    bona_image image;
    float out[6];

    (void)state;
    assert_int_equal(bona_image_init(&image, 9000, 700), BONA_OK);
    for (int32_t y = 0; y < 700; y += 2)
        for (int32_t i = 0; i < 3 * 4500; i++)
            image.rgb[y * image.stride + i] = (uint8_t)(200 + i % 3);
    bona_resize_area(out, 1, 1, bona_image_look(&image), 0, 0, 9000, 700, false);
    for (int k = 0; k < 3; k++)
        assert_true(fabsf(out[k] - (float)(200 + k) / 4) < 0.01F);
    bona_resize_area(out, 2, 1, bona_image_look(&image), 0, 0, 9000, 700, true);
    assert_true(out[0] == 100 && out[2] == 101 && out[3] == 0);
    bona_image_deinit(&image);
}

static void a_letterbox_keeps_what_lies_beside_it(void **state)
{
    bona_image image;
    float box[20 * 20 * 3], alone[10 * 20 * 3];

    (void)state;
    formula(&image, 23, 17);
    for (int i = 0; i < 20 * 20 * 3; i++)
        box[i] = -1;
    bona_resize_bilinear_into(box, 60, 10, 20, bona_image_look(&image), 0, 0, 23, 17, true);
    bona_resize_bilinear(alone, 10, 20, bona_image_look(&image), 0, 0, 23, 17, true);
    for (int y = 0; y < 20; y++)
        for (int i = 0; i < 60; i++)
            assert_true(box[y * 60 + i] == (i < 30 ? alone[y * 30 + i] : -1));
    bona_image_deinit(&image);
}

static void a_warp_by_whole_pixels_copies(void **state)
{
    bona_image image;
    float out[5 * 4 * 3];

    (void)state;
    formula(&image, 23, 17);
    bona_warp(out, 5, 4, bona_image_look(&image), (bona_affine){ 1, 0, 6, 0, 1, 2 },
              BONA_EDGE_ZERO);
    for (int y = 0; y < 4; y++)
        for (int i = 0; i < 15; i++)
            assert_true(out[y * 15 + i] == image.rgb[(y + 2) * image.stride + 18 + i]);
    /* A quarter turn: output (u, v) shows input (10 - v, u). */
    bona_warp(out, 5, 4, bona_image_look(&image), (bona_affine){ 0, -1, 10, 1, 0, 0 },
              BONA_EDGE_ZERO);
    assert_true(out[(2 * 5 + 3) * 3] == image.rgb[3 * image.stride + 8 * 3]);
    bona_image_deinit(&image);
}

static void a_warp_between_pixels_mixes_them(void **state)
{
    const uint8_t pixels[] = { 0, 10, 20, 100, 110, 120, 40, 50, 60, 140, 150, 160 };
    const bona_image_view view = { .rgb = pixels, .width = 2, .height = 2, .stride = 6 };
    float out[3];

    (void)state;
    bona_warp(out, 1, 1, view, (bona_affine){ 1, 0, 0.25F, 0, 1, 0.5F }, BONA_EDGE_ZERO);
    assert_true(out[0] == 45 && out[1] == 55 && out[2] == 65); /* 0.25 * 100 + 0.5 * 40 */
}

/* What the four neighbours of x, y give; outside stands black. */
static double mixed_at(bona_image_view view, double x, double y, int k)
{
    double left = floor(x), top = floor(y), sum = 0;

    for (int n = 0; n < 4; n++) {
        int ix = (int)left + n % 2, iy = (int)top + n / 2;
        double share = (n % 2 ? x - left : 1 - x + left) * (n / 2 ? y - top : 1 - y + top);

        if (ix >= 0 && iy >= 0 && ix < view.width && iy < view.height)
            sum += share * view.rgb[iy * view.stride + 3 * ix + k];
    }
    return sum;
}

/* Rows that start outside, cross the picture and leave it: each of their parts gives the same. */
static void a_turned_warp_agrees_inside_and_at_the_borders(void **state)
{
    const bona_affine map = { 0.7F, -0.4F, 2.3F, 0.45F, 0.8F, -5.6F };
    bona_image image;
    bona_image_view view;
    float out[40 * 30 * 3];

    (void)state;
    formula(&image, 23, 17);
    view = bona_image_look(&image);
    bona_warp(out, 40, 30, view, map, BONA_EDGE_ZERO);
    for (int n = 0; n < 40 * 30 * 3; n++) {
        float u = (float)(n / 3 % 40), v = (float)(n / 120);
        double x = (double)(map.a * u + (map.b * v + map.c));
        double y = (double)(map.d * u + (map.e * v + map.f));

        assert_true(fabs((double)out[n] - mixed_at(view, x, y, n % 3)) < 1e-3);
    }
    bona_image_deinit(&image);
}

static float value_at(bona_image_view view, float x, bona_edge edge)
{
    float out[3];

    bona_warp(out, 1, 1, view, (bona_affine){ 1, 0, x, 0, 1, 0 }, edge);
    return out[0];
}

static void each_edge_rule_shows_its_pixels_outside(void **state)
{
    const uint8_t row[] = { 10, 0, 0, 20, 0, 0, 40, 0, 0, 80, 0, 0 };
    const bona_image_view view = { .rgb = row, .width = 4, .height = 1, .stride = 12 };

    (void)state;
    assert_true(value_at(view, -1, BONA_EDGE_CLAMP) == 10);
    assert_true(value_at(view, 9, BONA_EDGE_CLAMP) == 80);
    assert_true(value_at(view, -1, BONA_EDGE_REFLECT) == 20);
    assert_true(value_at(view, -3, BONA_EDGE_REFLECT) == 80);
    assert_true(value_at(view, -4, BONA_EDGE_REFLECT) == 40);
    assert_true(value_at(view, 4, BONA_EDGE_REFLECT) == 40);
    assert_true(value_at(view, 6, BONA_EDGE_REFLECT) == 10);
    assert_true(value_at(view, -1, BONA_EDGE_ZERO) == 0);
    assert_true(value_at(view, -0.5F, BONA_EDGE_ZERO) == 5);
    assert_true(value_at(view, 1e30F, BONA_EDGE_CLAMP) == 80);
    assert_true(value_at(view, -INFINITY, BONA_EDGE_ZERO) == 0);
    assert_true(value_at(view, NAN, BONA_EDGE_ZERO) == 0);
}

static void similarity_finds_the_turn_scale_and_shift_it_was_given(void **state)
{
    const bona_point from[] = {
        { 38.3F, 51.7F }, { 73.5F, 51.5F }, { 56, 71.7F }, { 41.5F, 92.4F }, { 70.7F, 92.2F }
    };
    const float angle = 0.4F, scale = 1.7F, x = 12, y = -30;
    bona_point to[5];
    bona_affine m, back;

    (void)state;
    for (int i = 0; i < 5; i++) {
        to[i].x = scale * (cosf(angle) * from[i].x - sinf(angle) * from[i].y) + x;
        to[i].y = scale * (sinf(angle) * from[i].x + cosf(angle) * from[i].y) + y;
    }
    m = bona_similarity(from, to, 5);
    assert_true(fabsf(m.a - scale * cosf(angle)) < 1e-5F && fabsf(m.e - m.a) == 0);
    assert_true(fabsf(m.d - scale * sinf(angle)) < 1e-5F && fabsf(m.b + m.d) == 0);
    assert_true(fabsf(m.c - x) < 1e-3F && fabsf(m.f - y) < 1e-3F);
    back = bona_affine_invert(m);
    for (int i = 0; i < 5; i++) {
        assert_true(fabsf(back.a * to[i].x + back.b * to[i].y + back.c - from[i].x) < 1e-3F);
        assert_true(fabsf(back.d * to[i].x + back.e * to[i].y + back.f - from[i].y) < 1e-3F);
    }
}

/* A mirrored target has no similarity that fits; the best without a mirror of this symmetric cross
 * is scale 0 at its centre. */
static void similarity_never_mirrors(void **state)
{
    const bona_point from[] = { { 1, 0 }, { -1, 0 }, { 0, 1 }, { 0, -1 } };
    const bona_point mirrored[] = { { 6, 3 }, { 4, 3 }, { 5, 2 }, { 5, 4 } };
    bona_affine m = bona_similarity(from, mirrored, 4);

    (void)state;
    assert_true(fabsf(m.a) < 1e-6F && fabsf(m.b) < 1e-6F);
    assert_true(m.c == 5 && m.f == 3);
    m = bona_affine_invert(m);
    assert_true(m.a == 0 && m.c == 0 && m.f == 0);
}

static void coinciding_points_move_only(void **state)
{
    const bona_point from[] = { { 3, 4 }, { 3, 4 } }, to[] = { { 10, 0 }, { 12, 2 } };
    bona_affine m = bona_similarity(from, to, 2);

    (void)state;
    assert_true(m.a == 1 && m.b == 0 && m.c == 8 && m.f == -3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shrinking_and_growing_equal_opencv_in_every_value),
        cmocka_unit_test(resizing_to_the_same_size_changes_nothing),
        cmocka_unit_test(a_plain_colour_stays_plain_at_any_size),
        cmocka_unit_test(very_many_pixels_have_the_mean_they_should),
        cmocka_unit_test(a_letterbox_keeps_what_lies_beside_it),
        cmocka_unit_test(a_warp_by_whole_pixels_copies),
        cmocka_unit_test(a_warp_between_pixels_mixes_them),
        cmocka_unit_test(a_turned_warp_agrees_inside_and_at_the_borders),
        cmocka_unit_test(each_edge_rule_shows_its_pixels_outside),
        cmocka_unit_test(similarity_finds_the_turn_scale_and_shift_it_was_given),
        cmocka_unit_test(similarity_never_mirrors),
        cmocka_unit_test(coinciding_points_move_only),
    };

    return cmocka_run_group_tests_name("image_warp", tests, NULL, NULL);
}
