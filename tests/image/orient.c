/* SPDX-License-Identifier: Apache-2.0 */
/* The orientation tag: read from wherever it may stand, however broken, and applied. */
#include "check.h"

#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "image/decode.h"
#include "image/exif.h"
#include "image/orient.h"
#include "pictures.h"

/* A picture of 3 x 2 pixels with the red values 1 to 6, row by row. */
static void six(bona_image *image)
{
    assert_int_equal(bona_image_init(image, 3, 2), BONA_OK);
    for (int i = 0; i < 6; i++)
        image->rgb[3 * i] = (uint8_t)(i + 1);
}

static void check_reds(const bona_image *image, int32_t width, const char *reds)
{
    assert_int_equal(image->width, width);
    assert_int_equal(image->height, 6 / width);
    for (int i = 0; i < 6; i++)
        assert_int_equal(image->rgb[i / width * image->stride + 3 * (i % width)], reds[i] - '0');
}

/* Expected rows follow from TIFF 6.0, section 8: where row 0 and column 0 of the file lie in the
 * picture as it is seen. */
static void each_orientation_puts_row_and_column_0_where_the_standard_says(void **state)
{
    static const struct {
        int32_t width;
        const char *reds;
    } upright[9] = {
        [1] = { 3, "123456" }, /* top, left */
        [2] = { 3, "321654" }, /* top, right */
        [3] = { 3, "654321" }, /* bottom, right */
        [4] = { 3, "456123" }, /* bottom, left */
        [5] = { 2, "142536" }, /* left, top */
        [6] = { 2, "415263" }, /* right, top */
        [7] = { 2, "635241" }, /* right, bottom */
        [8] = { 2, "362514" }, /* left, bottom */
    };

    (void)state;
    for (int32_t orientation = 1; orientation <= 8; orientation++) {
        bona_image image;

        six(&image);
        assert_int_equal(bona_image_orient(&image, orientation), BONA_OK);
        check_reds(&image, upright[orientation].width, upright[orientation].reds);
        bona_image_deinit(&image);
    }
}

static void quarter_turns_go_clockwise(void **state)
{
    bona_image image, turned;

    (void)state;
    six(&image);
    assert_int_equal(bona_image_turn(&turned, bona_image_look(&image), 0), BONA_OK);
    check_reds(&turned, 3, "123456");
    bona_image_deinit(&turned);
    assert_int_equal(bona_image_turn(&turned, bona_image_look(&image), 90), BONA_OK);
    check_reds(&turned, 2, "415263");
    bona_image_deinit(&turned);
    assert_int_equal(bona_image_turn(&turned, bona_image_look(&image), 180), BONA_OK);
    check_reds(&turned, 3, "654321");
    bona_image_deinit(&turned);
    assert_int_equal(bona_image_turn(&turned, bona_image_look(&image), 270), BONA_OK);
    check_reds(&turned, 2, "362514");
    bona_image_deinit(&turned);
    bona_image_deinit(&image);
}

static void four_quarter_turns_of_a_large_picture_give_it_back(void **state)
{
    bona_image image, first;

    (void)state;
    picture_pattern(&image, 131, 67);
    assert_int_equal(bona_image_turn(&first, bona_image_look(&image), 0), BONA_OK);
    for (int i = 0; i < 4; i++)
        assert_int_equal(bona_image_orient(&image, 6), BONA_OK);
    assert_int_equal(picture_compare(bona_image_look(&image), bona_image_look(&first)).largest, 0);
    bona_image_deinit(&first);
    bona_image_deinit(&image);
}

static void other_numbers_are_refused(void **state)
{
    bona_image image, turned;

    (void)state;
    six(&image);
    assert_int_equal(bona_image_orient(&image, 0), BONA_BAD_ARGUMENT);
    assert_int_equal(bona_image_orient(&image, 9), BONA_BAD_ARGUMENT);
    assert_int_equal(bona_image_turn(&turned, bona_image_look(&image), 45), BONA_BAD_ARGUMENT);
    assert_null(turned.rgb);
    check_reds(&image, 3, "123456");
    bona_image_deinit(&image);
}

/* One directory with one entry; both byte orders. Source: TIFF 6.0, section 2. */
static void the_tag_is_read_in_both_byte_orders_and_types(void **state)
{
    uint8_t big[] = "MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
    uint8_t little[] = "II*\0\x08\0\0\0\x01\0\x12\x01\x04\0\x01\0\0\0\x08\0\0\0\0\0\0\0";
    uint8_t huge[] = "II+"
                     "\0\x08\0\0\0\x10\0\0\0\0\0\0\0\x01\0\0\0\0\0\0\0\x12\x01\x03\0\x01\0\0\0\0\0"
                     "\0\0\x05\0\0\0\0\0\0\0"
                     "\0\0\0\0\0\0\0";

    (void)state;
    assert_int_equal(bona_exif_orientation((bona_bytes){ big, sizeof big - 1 }), 6);
    assert_int_equal(bona_exif_orientation((bona_bytes){ little, sizeof little - 1 }), 8);
    assert_int_equal(bona_exif_orientation((bona_bytes){ huge, sizeof huge - 1 }), 5);
    assert_int_equal(bona_exif_pages((bona_bytes){ huge, sizeof huge - 1 }, 10), 1);
    big[19] = 9; /* there is no orientation 9 */
    assert_int_equal(bona_exif_orientation((bona_bytes){ big, sizeof big - 1 }), 1);
    big[19] = 6;
    big[13] = 2; /* text is no orientation */
    assert_int_equal(bona_exif_orientation((bona_bytes){ big, sizeof big - 1 }), 1);
}

static void whatever_is_broken_reads_as_upright(void **state)
{
    uint8_t bytes[] = "MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
    uint8_t loop[] = "MM\0*\0\0\0\x08\0\0\0\0\0\x08";

    (void)state;
    for (size_t size = 0; size < 20; size++) {
        uint8_t *copy = malloc(size + 1);

        assert_non_null(copy);
        memcpy(copy, bytes, size);
        assert_int_equal(bona_exif_orientation((bona_bytes){ copy, size }), 1);
        free(copy);
    }
    memset(bytes + 4, 0xff, 4); /* the directory lies outside */
    assert_int_equal(bona_exif_orientation((bona_bytes){ bytes, sizeof bytes }), 1);
    assert_int_equal(bona_exif_pages((bona_bytes){ loop, sizeof loop }, 50), 50);
}

static bona_image_info probe(const uint8_t *data, size_t size)
{
    bona_image_info info;
    bona_note note = { "" };

    if (bona_image_probe((bona_bytes){ data, size }, 0, NULL, &info, &note) != BONA_OK)
        fail_msg("%s", note.text);
    return info;
}

static void jpeg_files_tell_their_orientation(void **state)
{
    bona_buf plain, tagged;

    (void)state;
    picture_make(&plain, "baseline.jpg", 20, 10);
    assert_int_equal(probe(plain.data, plain.size).orientation, 1);
    for (int32_t orientation = 0; orientation <= 9; orientation++) {
        picture_add_exif(&tagged, &plain, orientation);
        assert_int_equal(probe(tagged.data, tagged.size).orientation,
                         orientation < 1 || orientation > 8 ? 1 : orientation);
        bona_buf_deinit(&tagged);
    }
    bona_buf_deinit(&plain);
}

/* Decodes and turns upright the shared picture that was saved with this orientation. */
static void load_upright(bona_image *image, const char *set, int32_t orientation)
{
    char path[4096];
    bona_image_info info;
    uint8_t *data;
    size_t size;

    snprintf(path, sizeof path, "%s/data/%s%d.jpg", check_shared(), set, orientation);
    if (bona_file_read(path, 1 << 24, &data, &size, NULL) != BONA_OK)
        fail_msg("%s cannot be read", path);
    assert_int_equal(
        bona_image_decode(image, (bona_bytes){ data, size }, 0, NULL, false, &info, NULL, NULL),
        BONA_OK);
    assert_int_equal(info.orientation, orientation < 1 || orientation > 8 ? 1 : orientation);
    assert_int_equal(bona_image_orient(image, info.orientation), BONA_OK);
    bona_free(data);
}

/* The names of these files end in the orientation they were saved with; 0 in exif/ has no tag, in
 * exif_face/ it is invalid, as 9 is. */
static void the_shared_pictures_look_alike_once_upright(void **state)
{
    static const char *const sets[] = { "exif/Landscape_", "exif/Portrait_",
                                        "exif_face/17322902972494256_o",
                                        "exif_face/17431749162910223_o" };

    (void)state;
    NEED_SHARED();
    for (int set = 0; set < 4; set++) {
        bona_image first, image;

        load_upright(&first, sets[set], 1);
        for (int32_t orientation = 0; orientation <= (set < 2 ? 8 : 9); orientation++) {
            picture_difference off;

            load_upright(&image, sets[set], orientation);
            off = picture_compare(bona_image_look(&image), bona_image_look(&first));
            /* Each was compressed on its own, so they agree but for noise. */
            if (off.mean < 0 || off.mean > 6)
                fail_msg("%s%d is off by %.1f in the mean", sets[set], orientation, off.mean);
            bona_image_deinit(&image);
        }
        bona_image_deinit(&first);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_orientation_puts_row_and_column_0_where_the_standard_says),
        cmocka_unit_test(quarter_turns_go_clockwise),
        cmocka_unit_test(four_quarter_turns_of_a_large_picture_give_it_back),
        cmocka_unit_test(other_numbers_are_refused),
        cmocka_unit_test(the_tag_is_read_in_both_byte_orders_and_types),
        cmocka_unit_test(whatever_is_broken_reads_as_upright),
        cmocka_unit_test(jpeg_files_tell_their_orientation),
        cmocka_unit_test(the_shared_pictures_look_alike_once_upright),
    };

    return cmocka_run_group_tests_name("image_orient", tests, NULL, NULL);
}
