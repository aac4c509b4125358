/* SPDX-License-Identifier: Apache-2.0 */
/* Comma separated values: what RFC 4180 allows, and clear errors for the rest. */
#include "check.h"

#include <math.h>
#include <string.h>

#include "base/file.h"
#include "eval/csv.h"

static char path[] = "/tmp/bonafide-csv-XXXXXX";

static int make_file(void **state)
{
    int fd = mkstemp(path);

    (void)state;
    return fd < 0 ? -1 : close(fd);
}

static int remove_file(void **state)
{
    (void)state;
    return unlink(path);
}

static bona_err read_text(bona_csv **csv, const char *text, bona_note *note)
{
    assert_int_equal(bona_file_write(path, text, strlen(text), NULL), BONA_OK);
    return bona_csv_read(csv, path, note);
}

static void quotes_commas_and_line_ends_survive(void **state)
{
    bona_csv *csv;

    (void)state;
    assert_int_equal(read_text(&csv, "a,b,c\r\n1,\"x, \"\"y\"\"\nz\",\r\n2,,0.5", NULL), BONA_OK);
    assert_int_equal(bona_csv_rows(csv), 2);
    assert_string_equal(bona_csv_field(csv, 0, 1), "x, \"y\"\nz");
    assert_string_equal(bona_csv_field(csv, 0, 2), "");
    assert_true(bona_csv_number(csv, 1, 2) == 0.5);
    assert_true(isnan(bona_csv_number(csv, 0, 2)));
    assert_int_equal(bona_csv_column(csv, "c"), 2);
    assert_int_equal(bona_csv_column(csv, "d"), -1);
    assert_string_equal(bona_csv_field(csv, 0, -1), "");
    bona_csv_free(csv);
}

static void a_row_of_another_length_is_named(void **state)
{
    bona_csv *csv;
    bona_note note;

    (void)state;
    assert_int_equal(read_text(&csv, "a,b\n1,2\n1,2,3\n", &note), BONA_BAD_CONFIG);
    assert_non_null(strstr(note.text, "row 3: 3 fields, the header has 2"));
    assert_int_equal(read_text(&csv, "a,b\n\"1,2\n", &note), BONA_BAD_CONFIG);
    assert_non_null(strstr(note.text, "never closed"));
    assert_int_equal(read_text(&csv, "", &note), BONA_BAD_CONFIG);
}

static void what_is_written_reads_back(void **state)
{
    bona_buf out;
    bona_csv *csv;

    (void)state;
    bona_buf_init(&out, 1000);
    assert_int_equal(bona_buf_text(&out, "p,q\n"), BONA_OK);
    assert_int_equal(bona_csv_put(&out, "say \"hi\", twice", true), BONA_OK);
    assert_int_equal(bona_csv_put(&out, "plain", false), BONA_OK);
    assert_int_equal(read_text(&csv, (const char *)out.data, NULL), BONA_OK);
    assert_string_equal(bona_csv_field(csv, 0, 0), "say \"hi\", twice");
    assert_string_equal(bona_csv_field(csv, 0, 1), "plain");
    bona_csv_free(csv);
    bona_buf_deinit(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quotes_commas_and_line_ends_survive),
        cmocka_unit_test(a_row_of_another_length_is_named),
        cmocka_unit_test(what_is_written_reads_back),
    };

    return cmocka_run_group_tests_name("eval_csv", tests, make_file, remove_file);
}
