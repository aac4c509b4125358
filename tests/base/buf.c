/* SPDX-License-Identifier: Apache-2.0 */
/* Growing bytes with a cap, and notes. */
#include "check.h"

#include <string.h>

#include "base/buf.h"
#include "base/mem.h"

static void a_buffer_never_passes_its_cap(void **state)
{
    bona_buf buf;

    (void)state;
    bona_buf_init(&buf, 5);
    assert_int_equal(bona_buf_add(&buf, "abc", 3), BONA_OK);
    assert_int_equal(bona_buf_add(&buf, "def", 3), BONA_BAD_ARGUMENT);
    assert_int_equal(buf.size, 3);
    assert_int_equal(bona_buf_add(&buf, "de", 2), BONA_OK);
    assert_string_equal((const char *)buf.data, "abcde");
    bona_buf_deinit(&buf);
}

static void printing_grows_the_buffer(void **state)
{
    bona_buf buf;

    (void)state;
    bona_buf_init(&buf, 100000);
    for (int i = 0; i < 1000; i++)
        assert_int_equal(bona_buf_printf(&buf, "%04d ", i), BONA_OK);
    assert_int_equal(buf.size, 5000);
    assert_memory_equal(buf.data + 4995, "0999 ", 6);
    bona_buf_deinit(&buf);
}

static void taken_bytes_belong_to_the_caller(void **state)
{
    bona_buf buf;
    uint8_t *bytes;
    size_t size;

    (void)state;
    bona_buf_init(&buf, 100);
    assert_int_equal(bona_buf_text(&buf, "hello"), BONA_OK);
    bytes = bona_buf_take(&buf, &size);
    assert_int_equal(size, 5);
    assert_null(buf.data);
    assert_int_equal(buf.size, 0);
    bona_free(bytes);
    bona_buf_deinit(&buf);
}

static void a_note_names_the_place_first(void **state)
{
    bona_note note;

    (void)state;
    assert_int_equal(bona_fail(&note, BONA_BAD_MODEL, "%d channels", 3), BONA_BAD_MODEL);
    assert_int_equal(bona_fail_in(&note, BONA_BAD_MODEL, "conv_1"), BONA_BAD_MODEL);
    assert_string_equal(note.text, "conv_1: 3 channels");
    assert_int_equal(bona_fail(NULL, BONA_IO, "no note wanted"), BONA_IO);
}

static void every_error_has_a_name_and_a_text(void **state)
{
    (void)state;
    for (int err = 0; err < BONA_ERR_COUNT; err++) {
        assert_true(strlen(bona_err_name((bona_err)err)) > 0);
        assert_true(strlen(bona_err_text((bona_err)err)) > 0);
    }
    assert_string_equal(bona_err_name(BONA_NO_FACE), "NO_FACE");
    assert_string_equal(bona_err_name((bona_err)BONA_ERR_COUNT), "UNKNOWN");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_buffer_never_passes_its_cap),
        cmocka_unit_test(printing_grows_the_buffer),
        cmocka_unit_test(taken_bytes_belong_to_the_caller),
        cmocka_unit_test(a_note_names_the_place_first),
        cmocka_unit_test(every_error_has_a_name_and_a_text),
    };

    return cmocka_run_group_tests_name("base_buf", tests, NULL, NULL);
}
