/* SPDX-License-Identifier: Apache-2.0 */
/* Running out of memory, at every allocation of our own in turn: a clean error, nothing leaked.
 * Needs a build with BONA_FAIL_ALLOC. */
#include "check.h"

#include "base/mem.h"
#include "image/decode.h"
#include "image/encode_jpeg.h"
#include "image/encode_png.h"
#include "image/orient.h"
#include "image/warp.h"
#include "pictures.h"

#ifdef BONA_FAIL_ALLOC

static void every_reader_survives_each_failing_allocation(void **state)
{
    (void)state;
    for (int32_t i = 0; i < picture_recipe_count; i++) {
        bona_image image;
        bona_buf file;
        long n = 0;
        bona_err err;

        picture_make(&file, picture_recipes[i].name, 37, 23);
        do {
            bona_alloc_fail_at(++n);
            err = bona_image_decode(&image, (bona_bytes){ file.data, file.size }, 0, NULL, false,
                                    NULL, NULL, NULL);
            if (bona_alloc_failed()) {
                assert_int_equal(err, BONA_NO_MEMORY);
                assert_null(image.rgb);
            }
        } while (err != BONA_OK && n < 20);
        bona_alloc_fail_at(0);
        assert_int_equal(err, BONA_OK);
        assert_true(n > 1); /* at least the pixels were allocated */
        bona_image_deinit(&image);
        bona_buf_deinit(&file);
    }
}

static void turning_and_resizing_keep_the_picture_when_memory_ends(void **state)
{
    bona_image image, other;

    (void)state;
    picture_pattern(&image, 37, 23);
    bona_alloc_fail_at(1);
    assert_int_equal(bona_image_orient(&image, 6), BONA_NO_MEMORY);
    assert_int_equal(image.width, 37);
    bona_alloc_fail_at(1);
    assert_int_equal(bona_image_turn(&other, bona_image_look(&image), 90), BONA_NO_MEMORY);
    assert_null(other.rgb);
    bona_alloc_fail_at(1);
    assert_int_equal(bona_image_resize(&other, 10, 10, bona_image_look(&image)), BONA_NO_MEMORY);
    assert_null(other.rgb);
    bona_alloc_fail_at(0);
    bona_image_deinit(&image);
}

static void writers_cut_the_buffer_back_when_memory_ends(void **state)
{
    bona_image image;
    bona_buf out;

    (void)state;
    picture_pattern(&image, 300, 200);
    for (int jpeg = 0; jpeg < 2; jpeg++) {
        long n = 0;
        bona_err err;

        do {
            bona_buf_init(&out, 1 << 24);
            assert_int_equal(bona_buf_text(&out, "before"), BONA_OK);
            bona_alloc_fail_at(++n);
            err = jpeg ? bona_image_encode_jpeg(&out, bona_image_look(&image), 90)
                       : bona_image_encode_png(&out, bona_image_look(&image));
            if (bona_alloc_failed()) {
                assert_int_equal(err, BONA_NO_MEMORY);
                assert_string_equal((const char *)out.data, "before");
            }
            bona_buf_deinit(&out);
        } while (err != BONA_OK && n < 100);
        bona_alloc_fail_at(0);
        assert_int_equal(err, BONA_OK);
        assert_true(n > 1);
    }
    bona_image_deinit(&image);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_reader_survives_each_failing_allocation),
        cmocka_unit_test(turning_and_resizing_keep_the_picture_when_memory_ends),
        cmocka_unit_test(writers_cut_the_buffer_back_when_memory_ends),
    };

    return cmocka_run_group_tests_name("image_no_memory", tests, NULL, NULL);
}

#else

int main(void)
{
    puts("left out: needs a build with BONA_FAIL_ALLOC (make failalloc)");
    return 77;
}

#endif
