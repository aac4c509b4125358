/* SPDX-License-Identifier: Apache-2.0 */
/* Running out of memory in buffers and files: what was there stays. Needs a build with
 * BONA_FAIL_ALLOC. */
#include "check.h"

#include <string.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/mem.h"

#ifdef BONA_FAIL_ALLOC

static void a_buffer_keeps_its_content_when_it_cannot_grow(void **state)
{
    bona_buf buf;
    size_t size;
    uint8_t *taken;

    (void)state;
    bona_buf_init(&buf, 1 << 20);
    bona_alloc_fail_at(1);
    assert_int_equal(bona_buf_text(&buf, "first"), BONA_NO_MEMORY);
    assert_int_equal(buf.size, 0);
    assert_int_equal(bona_buf_text(&buf, "first"), BONA_OK);
    bona_alloc_fail_at(1);
    assert_int_equal(bona_buf_reserve(&buf, 1 << 16), BONA_NO_MEMORY);
    bona_alloc_fail_at(1);
    assert_int_equal(bona_buf_printf(&buf, "%070000d", 1), BONA_NO_MEMORY);
    assert_string_equal((const char *)buf.data, "first");
    bona_alloc_fail_at(0);
    assert_int_equal(bona_buf_text(&buf, ", second"), BONA_OK);
    taken = bona_buf_take(&buf, &size);
    assert_string_equal((const char *)taken, "first, second");
    bona_free(taken);
    bona_buf_deinit(&buf);
}

static void a_file_is_read_whole_or_not_at_all(void **state)
{
    uint8_t *data = NULL;
    size_t size = 0;
    long n = 0;
    bona_err err;

    (void)state;
    do {
        bona_alloc_fail_at(++n);
        err = bona_file_read(BONA_TEST_SOURCE "/CMakeLists.txt", 1 << 20, &data, &size, NULL);
        assert_int_equal(err, bona_alloc_failed() ? BONA_NO_MEMORY : BONA_OK);
        assert_true((data != NULL) == (err == BONA_OK));
    } while (err != BONA_OK && n < 20);
    bona_alloc_fail_at(0);
    assert_int_equal(err, BONA_OK);
    assert_true(n > 1);
    assert_int_equal(strlen((const char *)data), size);
    bona_free(data);
}

static void plain_allocations_fail_once_and_where_they_are_told(void **state)
{
    void *p;

    (void)state;
    bona_alloc_fail_at(2);
    p = bona_alloc(1, 1);
    assert_non_null(p);
    assert_false(bona_alloc_failed());
    assert_null(bona_realloc(p, 10, 1));
    assert_true(bona_alloc_failed());
    bona_free(p);
    bona_alloc_fail_at(1);
    assert_null(bona_alloc_aligned(64));
    bona_alloc_fail_at(1);
    assert_null(bona_strdup("x"));
    p = bona_strdup("x");
    assert_non_null(p);
    bona_free(p);
    bona_alloc_fail_at(0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_buffer_keeps_its_content_when_it_cannot_grow),
        cmocka_unit_test(a_file_is_read_whole_or_not_at_all),
        cmocka_unit_test(plain_allocations_fail_once_and_where_they_are_told),
    };

    return cmocka_run_group_tests_name("base_no_memory", tests, NULL, NULL);
}

#else

int main(void)
{
    puts("left out: needs a build with BONA_FAIL_ALLOC (make failalloc)");
    return 77;
}

#endif
