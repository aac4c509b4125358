/* SPDX-License-Identifier: Apache-2.0 */
/* Every format from its own library's writer (or written by hand) comes back as the pattern it was
 * made from. */
#include "check.h"

#include <string.h>

#include "image/decode.h"
#include "image/orient.h"
#include "pictures.h"

enum {
    WIDTH = 121,
    HEIGHT = 90
}; /* px: no multiple of 8, so that rows, tiles and blocks end in the middle */

static bona_bytes bytes_of(const bona_buf *buf)
{
    return (bona_bytes){ .data = buf->data, .size = buf->size };
}

static void check_recipe(const picture_recipe *recipe, int32_t width, int32_t height)
{
    bona_image pattern, expected, image;
    bona_image_info info;
    bona_buf file;
    bona_note note = { "" };
    picture_difference off;
    float scale = 0;

    picture_make(&file, recipe->name, width, height);
    picture_pattern(&pattern, width, height);
    picture_expected(&expected, bona_image_look(&pattern), recipe->kind);
    if (bona_image_decode(&image, bytes_of(&file), 0, NULL, true, &info, &scale, &note) != BONA_OK)
        fail_msg("%s: %s", recipe->name, note.text);
    assert_int_equal(info.format, recipe->format);
    assert_int_equal(info.orientation, 1);
    assert_true(scale == 1.0F);
    off = picture_compare(bona_image_look(&image), bona_image_look(&expected));
    if (off.largest < 0 || off.largest > recipe->pixel_error_max ||
        off.mean > recipe->mean_error_max)
        fail_msg("%s: off by %d at most, %.2f in the mean", recipe->name, off.largest, off.mean);
    bona_image_deinit(&image);
    bona_image_deinit(&expected);
    bona_image_deinit(&pattern);
    bona_buf_deinit(&file);
}

static void every_form_of_every_format_shows_the_pattern_it_was_made_from(void **state)
{
    (void)state;
    for (int32_t i = 0; i < picture_recipe_count; i++)
        check_recipe(&picture_recipes[i], WIDTH, HEIGHT);
}

static void pictures_of_one_pixel_column_or_row_are_read(void **state)
{
    static const char *const names[] = { "baseline.jpg", "rgb.png",       "lossless.webp",
                                         "strips.tif",   "bottom_up.bmp", "plain.tga",
                                         "rgb.ppm" };

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        picture_recipe lax = *picture_recipe_named(names[i]);

        if (lax.format == BONA_FORMAT_JPEG)
            lax.mean_error_max = lax.pixel_error_max =
                255; /* a pixel is all edge to JPEG: only the size counts */
        check_recipe(&lax, 1, 1);
        check_recipe(&lax, 1, 40);
        check_recipe(&lax, 40, 1);
    }
}

static void only_accepted_formats_pass(void **state)
{
    bona_image image;
    bona_image_info info;
    bona_note note;
    bona_buf file;

    (void)state;
    picture_make(&file, "rgb.png", 8, 8);
    assert_int_equal(bona_image_decode(&image, bytes_of(&file), BONA_FORMAT_JPEG | BONA_FORMAT_GIF,
                                       NULL, false, &info, NULL, &note),
                     BONA_IMAGE_FORMAT);
    assert_string_equal(note.text, "PNG is not accepted here");
    assert_int_equal(info.format, BONA_FORMAT_PNG);
    assert_null(image.rgb);
    assert_int_equal(bona_image_probe(bytes_of(&file), BONA_FORMAT_PNG, NULL, &info, NULL),
                     BONA_OK);
    bona_buf_deinit(&file);
}

static bona_err probe_with(const bona_buf *file, bona_limits limits)
{
    bona_image_info info;
    bona_image image;
    bona_err err = bona_image_probe(bytes_of(file), 0, &limits, &info, NULL);

    assert_int_equal(bona_image_decode(&image, bytes_of(file), 0, &limits, false, NULL, NULL, NULL),
                     err);
    bona_image_deinit(&image);
    return err;
}

static void each_limit_stops_a_picture_and_its_value_does_not(void **state)
{
    bona_buf file;

    (void)state;
    for (int32_t i = 0; i < picture_recipe_count; i++) {
        picture_make(&file, picture_recipes[i].name, WIDTH, HEIGHT);
        assert_int_equal(probe_with(&file, (bona_limits){ .bytes_max = file.size - 1 }),
                         BONA_IMAGE_TOO_LONG);
        assert_int_equal(probe_with(&file, (bona_limits){ .bytes_max = file.size }), BONA_OK);
        assert_int_equal(probe_with(&file, (bona_limits){ .side_px_max = WIDTH - 1 }),
                         BONA_IMAGE_TOO_BIG);
        assert_int_equal(probe_with(&file, (bona_limits){ .side_px_max = WIDTH }), BONA_OK);
        assert_int_equal(probe_with(&file, (bona_limits){ .pixels_max = WIDTH * HEIGHT - 1 }),
                         BONA_IMAGE_TOO_BIG);
        assert_int_equal(probe_with(&file, (bona_limits){ .pixels_max = WIDTH * HEIGHT }), BONA_OK);
        assert_int_equal(probe_with(&file, (bona_limits){ .side_px_min = HEIGHT + 1 }),
                         BONA_IMAGE_TOO_SMALL);
        assert_int_equal(probe_with(&file, (bona_limits){ .side_px_min = HEIGHT }), BONA_OK);
        bona_buf_deinit(&file);
    }
}

static void frames_and_pages_are_counted_and_limited(void **state)
{
    static const char *const names[] = { "two_frames.gif", "two_pages.tif", "animated.webp" };

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        bona_image_info info;
        bona_buf file;

        picture_make(&file, names[i], WIDTH, HEIGHT);
        assert_int_equal(bona_image_probe(bytes_of(&file), 0, NULL, &info, NULL), BONA_OK);
        assert_int_equal(info.frames, 2);
        assert_int_equal(probe_with(&file, (bona_limits){ .frames_max = 1 }), BONA_IMAGE_TOO_BIG);
        assert_int_equal(probe_with(&file, (bona_limits){ .frames_max = 2 }), BONA_OK);
        bona_buf_deinit(&file);
    }
}

static void text_and_empty_input_are_no_picture(void **state)
{
    static const char *const texts[] = {
        "P1 is the name of a format, and this is a sentence.",
        "<html><body>404</body></html>",
        "BM is not enough to be a bitmap file, whatever follows",
        "II*",
        "GIF",
        "\x89PNG",
        "RIFF....WAVEfmt ",
        "\n\x01\x02 lines of text that look like a header of TGA at first, but not for long\n",
        "    ftypisom    isomiso2avc1mp41 is a film and no picture",
    };
    bona_image image;
    bona_note note;

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        assert_int_equal(
            bona_image_decode(&image, (bona_bytes){ (const uint8_t *)texts[i], strlen(texts[i]) },
                              0, NULL, false, NULL, NULL, &note),
            BONA_IMAGE_FORMAT);
    assert_int_equal(
        bona_image_decode(&image, (bona_bytes){ NULL, 0 }, 0, NULL, false, NULL, NULL, &note),
        BONA_BAD_IMAGE);
    assert_string_equal(note.text, "the picture has no bytes");
}

/* Every prefix of every format either fails cleanly or shows a picture of the right size; this is
 * what a broken upload looks like. */
static void files_cut_anywhere_end_cleanly(void **state)
{
    (void)state;
    for (int32_t i = 0; i < picture_recipe_count; i++) {
        bona_buf file;

        if (picture_recipes[i].format == BONA_FORMAT_HEIF)
            continue; /* seconds per file under the sanitizers; the fuzz target covers it */
        picture_make(&file, picture_recipes[i].name, 37, 23);
        for (size_t size = 0; size < file.size; size += 1 + file.size / 300) {
            uint8_t *copy = malloc(
                size + 1); /* of its own size, so that the sanitizer sees every byte too many */
            bona_image image;
            bona_err err;

            assert_non_null(copy);
            memcpy(copy, file.data, size);
            err = bona_image_decode(&image, (bona_bytes){ copy, size }, 0, NULL, false, NULL, NULL,
                                    NULL);
            if (err == BONA_OK)
                assert_int_equal(image.width, 37);
            else
                assert_null(image.rgb);
            bona_image_deinit(&image);
            free(copy);
        }
        bona_buf_deinit(&file);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_form_of_every_format_shows_the_pattern_it_was_made_from),
        cmocka_unit_test(pictures_of_one_pixel_column_or_row_are_read),
        cmocka_unit_test(only_accepted_formats_pass),
        cmocka_unit_test(each_limit_stops_a_picture_and_its_value_does_not),
        cmocka_unit_test(frames_and_pages_are_counted_and_limited),
        cmocka_unit_test(text_and_empty_input_are_no_picture),
        cmocka_unit_test(files_cut_anywhere_end_cleanly),
    };

    return cmocka_run_group_tests_name("image_decode", tests, NULL, NULL);
}
