/* SPDX-License-Identifier: Apache-2.0 */
/* Large JPEGs are decoded once, at a scale that keeps 720 px; broken ones pass only when nearly all
 * of them is there. */
#include "check.h"

#include "base/clock.h"
#include "image/decode.h"
#include "image/warp.h"
#include "pictures.h"

static bona_bytes bytes_of(const bona_buf *buf)
{
    return (bona_bytes){ .data = buf->data, .size = buf->size };
}

static void large_jpegs_keep_720_px_on_their_shorter_side(void **state)
{
    static const struct {
        int32_t width, height, wanted_width, wanted_height;
    } rows[] = {
        { 1280, 720, 1280, 720 },  { 1920, 1080, 1920, 1080 }, /* not over 2.1 MP */
        { 2048, 1536, 1024, 768 }, { 4000, 3000, 1000, 750 },  /* 4/8, 2/8 */
        { 3000, 4000, 750, 1000 }, { 3840, 2160, 1920, 1080 }, /* 2/8 would be 540 px high */
        { 5760, 5761, 720, 721 }, /* 1/8 just fits; sizes are rounded up */
        { 4000, 700, 4000, 700 }, /* the shorter side is under 720 px already */
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        bona_buf file;
        bona_image image;
        bona_image_info info;
        float scale;

        picture_make(&file, "baseline.jpg", rows[i].width, rows[i].height);
        assert_int_equal(
            bona_image_decode(&image, bytes_of(&file), 0, NULL, true, &info, &scale, NULL),
            BONA_OK);
        assert_int_equal(info.width, rows[i].width);
        assert_int_equal(image.width, rows[i].wanted_width);
        assert_int_equal(image.height, rows[i].wanted_height);
        assert_true(scale == (float)rows[i].wanted_width / (float)rows[i].width);
        bona_image_deinit(&image);
        bona_buf_deinit(&file);
    }
}

static void without_reduce_every_pixel_is_decoded(void **state)
{
    bona_buf file;
    bona_image image;
    float scale;

    (void)state;
    picture_make(&file, "baseline.jpg", 2048, 1536);
    assert_int_equal(bona_image_decode(&image, bytes_of(&file), 0, NULL, false, NULL, &scale, NULL),
                     BONA_OK);
    assert_int_equal(image.width, 2048);
    assert_true(scale == 1.0F);
    bona_image_deinit(&image);
    bona_buf_deinit(&file);
}

static void a_reduced_picture_shows_what_the_full_one_shows(void **state)
{
    bona_buf file;
    bona_image full, reduced, shrunk;
    picture_difference off;

    (void)state;
    picture_make(&file, "baseline.jpg", 2048, 1536);
    assert_int_equal(bona_image_decode(&full, bytes_of(&file), 0, NULL, false, NULL, NULL, NULL),
                     BONA_OK);
    assert_int_equal(bona_image_decode(&reduced, bytes_of(&file), 0, NULL, true, NULL, NULL, NULL),
                     BONA_OK);
    assert_int_equal(bona_image_resize(&shrunk, 1024, 768, bona_image_look(&full)), BONA_OK);
    off = picture_compare(bona_image_look(&reduced), bona_image_look(&shrunk));
    assert_true(off.mean >= 0 && off.mean < 1);
    bona_image_deinit(&shrunk);
    bona_image_deinit(&reduced);
    bona_image_deinit(&full);
    bona_buf_deinit(&file);
}

static bona_err decode_part(const bona_buf *file, size_t size)
{
    bona_image image;
    bona_err err = bona_image_decode(&image, (bona_bytes){ file->data, size }, 0, NULL, false, NULL,
                                     NULL, NULL);

    bona_image_deinit(&image);
    return err;
}

/* The pattern is about equally dense from top to bottom, so bytes stand for rows here. */
static void a_jpeg_that_ends_early_passes_with_nearly_all_its_rows(void **state)
{
    bona_buf file;

    (void)state;
    picture_make(&file, "baseline.jpg", 640, 480);
    assert_int_equal(decode_part(&file, file.size), BONA_OK);
    assert_int_equal(decode_part(&file, file.size - 2),
                     BONA_OK); /* only the end marker is missing */
    assert_int_equal(decode_part(&file, file.size * 98 / 100), BONA_OK);
    assert_int_equal(decode_part(&file, file.size * 60 / 100), BONA_BAD_IMAGE);
    assert_int_equal(decode_part(&file, file.size * 10 / 100), BONA_BAD_IMAGE);
    bona_buf_deinit(&file);
    picture_make(&file, "progressive.jpg", 640, 480);
    assert_int_equal(decode_part(&file, file.size), BONA_OK);
    assert_int_equal(decode_part(&file, file.size * 98 / 100), BONA_BAD_IMAGE);
    bona_buf_deinit(&file);
}

/* The point of reducing: 12 MP take well under the time of the full picture (0.5 measured). Medians
 * of CPU time, in one run. */
static void reducing_12_megapixels_saves_time(void **state)
{
    bona_buf file;
    int64_t best[2] = { INT64_MAX, INT64_MAX };

    (void)state;
    picture_make(&file, "baseline.jpg", 4000, 3000);
    for (int run = 0; run < 6; run++) {
        bona_image image;
        int64_t start = bona_clock_thread_ns(), ns;

        assert_int_equal(
            bona_image_decode(&image, bytes_of(&file), 0, NULL, run % 2, NULL, NULL, NULL),
            BONA_OK);
        ns = bona_clock_thread_ns() - start;
        if (ns < best[run % 2])
            best[run % 2] = ns;
        bona_image_deinit(&image);
    }
    print_message("12 MP: %.1f ms in full, %.1f ms reduced\n", (double)best[0] / 1e6,
                  (double)best[1] / 1e6);
    assert_true(best[1] < best[0] * 8 / 10);
    bona_buf_deinit(&file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(large_jpegs_keep_720_px_on_their_shorter_side),
        cmocka_unit_test(without_reduce_every_pixel_is_decoded),
        cmocka_unit_test(a_reduced_picture_shows_what_the_full_one_shows),
        cmocka_unit_test(a_jpeg_that_ends_early_passes_with_nearly_all_its_rows),
        cmocka_unit_test(reducing_12_megapixels_saves_time),
    };

    return cmocka_run_group_tests_name("image_reduce", tests, NULL, NULL);
}
