/* SPDX-License-Identifier: Apache-2.0 */
/* Forms in pieces of every size; check 18 of the identity API's list, and RFC 2046 section 5.1. */
#include "check.h"

#include <string.h>

#include "wire/multipart.h"

#define FORM "multipart/form-data; boundary=b1"

/* What came out, as text: name=content| for each part. */
typedef struct seen {
    char text[8192];
    size_t size;
    bona_err answer; /* of every call */
} seen;

static bona_err begin(void *arg, const char *name)
{
    seen *self = arg;

    self->size +=
        (size_t)snprintf(self->text + self->size, sizeof self->text - self->size, "%s=", name);
    return self->answer;
}

static bona_err add(void *arg, const uint8_t *bytes, size_t size)
{
    seen *self = arg;

    assert_true(size > 0 && self->size + size < sizeof self->text - 200);
    memcpy(self->text + self->size, bytes, size);
    self->size += size;
    return self->answer;
}

static bona_err finish(void *arg)
{
    seen *self = arg;

    self->text[self->size++] = '|';
    return self->answer;
}

static const bona_multipart_calls calls = { begin, add, finish };

/* Parses a body in pieces of `piece` bytes. */
static bona_err parse(seen *out, const char *content_type, const char *body, size_t size,
                      size_t piece)
{
    bona_multipart *parser;
    bona_err err;

    *out = (seen){ .answer = BONA_OK };
    err = bona_multipart_new(&parser, content_type, &calls, out, NULL);
    if (err != BONA_OK)
        return err;
    for (size_t at = 0; at < size && err == BONA_OK; at += piece)
        err = bona_multipart_push(parser, (const uint8_t *)body + at,
                                  size - at < piece ? size - at : piece);
    if (err == BONA_OK)
        err = bona_multipart_finish(parser, NULL);
    bona_multipart_free(parser);
    out->text[out->size] = 0;
    return err;
}

static void assert_form(const char *content_type, const char *body, size_t size, const char *wanted,
                        size_t wanted_size)
{
    static seen out;

    for (size_t piece = 1; piece <= size + 1; piece += piece < 40 ? 1 : 97) {
        assert_int_equal(parse(&out, content_type, body, size, piece), BONA_OK);
        assert_int_equal(out.size, wanted_size);
        assert_memory_equal(out.text, wanted, wanted_size);
    }
}

#define ASSERT_FORM(type, body, wanted) \
    assert_form(type, body, sizeof body - 1, wanted, sizeof wanted - 1)

#define PART(name) "Content-Disposition: form-data; name=\"" name "\"\r\n\r\n"

static void parts_come_out_whole_in_any_pieces(void **state)
{
    (void)state;
    ASSERT_FORM(FORM, "--b1\r\n" PART("a") "one\r\n--b1\r\n" PART("b") "\r\n--b1--\r\n",
                "a=one|b=|");
    ASSERT_FORM(FORM,
                "--b1\r\nContent-Type: image/jpeg\r\nContent-Disposition: form-data; name=\"f\"; "
                "filename=\"x.bin\"\r\n\r\n"
                "\xff\xd8\0\r\n\r\n--b\r\n--b0\r\n--\r\r\n\r\n--b1--",
                "f=\xff\xd8\0\r\n\r\n--b\r\n--b0\r\n--\r\r\n|");
}

static void preamble_epilogue_and_padding_are_ignored(void **state)
{
    (void)state;
    ASSERT_FORM(FORM,
                "This is a form.\r\n --b1 is not yet it\r\n--b1 \t\r\n" PART(
                    "a") "1\r\n--b1--\r\nafter\r\n--b1\r\nnothing",
                "a=1|");
    ASSERT_FORM(FORM, "\r\n--b1\r\n" PART("a") "1\r\n--b1--", "a=1|");
}

static void boundaries_may_be_quoted_and_the_type_in_any_case(void **state)
{
    static const char body[] = "--x:y z\r\n" PART("a") "1\r\n--x:y z--\r\n";
    static const char curl[] = "--------------------------d74496d66958873e\r\n" PART(
        "a") "1\r\n--------------------------d74496d66958873e--\r\n";

    (void)state;
    ASSERT_FORM("Multipart/Form-Data; charset=utf-8; Boundary=\"x:y z\"", body, "a=1|");
    ASSERT_FORM("multipart/form-data;boundary=------------------------d74496d66958873e", curl,
                "a=1|");
    ASSERT_FORM("multipart/form-data; boundary=b1; charset=UTF-8;",
                "--b1\r\n" PART("a") "1\r\n--b1--", "a=1|");
}

static void names_are_read_quoted_escaped_bare_and_folded(void **state)
{
    (void)state;
    ASSERT_FORM(FORM,
                "--b1\r\ncontent-disposition:form-data;filename=\"; "
                "name=\\\"no\\\"\";name=a\r\n\r\n1\r\n--b1--",
                "a=1|");
    ASSERT_FORM(FORM,
                "--b1\r\nContent-Disposition: form-data;\r\n name=\"a\\\"b\"\r\n\r\n1\r\n--b1--",
                "a\"b=1|");
    ASSERT_FORM(FORM,
                "--b1\r\nContent-Disposition: form-data; name=\"\"\r\nContent-Transfer-Encoding: "
                "8bit\r\n\r\n1\r\n--b1--",
                "=1|");
}

static void malformed_forms_are_refused(void **state)
{
    static const char *const bodies[] = {
        "",
        "--b1",
        "--b1\r\n",
        "--b1\r\n" PART("a") "1",
        "--b1\r\n" PART("a") "1\r\n--b1",
        "--b1\r\n" PART("a") "1\r\n--b1-",
        "--b1\r\n" PART("a") "1\r\n--b1-x",
        "--b1x\r\n" PART("a") "1\r\n--b1--",
        "--b1\r\n\r\n1\r\n--b1--",
        "--b1\r\nContent-Type: text/plain\r\n\r\n1\r\n--b1--",
        "--b1\r\nno colon here\r\n" PART("a") "1\r\n--b1--",
        "--b1\r\nContent-Disposition: attachment; name=\"a\"\r\n\r\n1\r\n--b1--",
        "--b1\r\nContent-Disposition: form-data\r\n\r\n1\r\n--b1--",
        "--b1\r\nContent-Disposition: form-data; name=\"a\r\n\r\n1\r\n--b1--",
        "--b1\r\nContent-Disposition: form-data; name=\"a\"; name=\"b\"\r\n\r\n1\r\n--b1--",
        "--b1\r\nContent-Disposition: form-data; name=\"a\"\r\n" PART("b") "1\r\n--b1--",
        "--b1\r\nContent-Transfer-Encoding: base64\r\n" PART("a") "1\r\n--b1--",
        "--b2\r\n" PART("a") "1\r\n--b2--",
    };
    static seen out;

    (void)state;
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++)
        for (size_t piece = 1; piece < 200; piece *= 3)
            if (parse(&out, FORM, bodies[i], strlen(bodies[i]), piece) != BONA_BAD_ARGUMENT)
                fail_msg("accepted: %s", bodies[i]);
}

static void other_content_types_are_refused(void **state)
{
    static const char *const types[] = {
        "",
        "multipart/form-data",
        "multipart/form-data; boundary=",
        "multipart/form-data; boundary=\"\"",
        "multipart/form-data; boundary=\"a\\",
        "multipart/form-data; boundary=a; boundary=b",
        "multipart/form-data; boundary=\"ends with space \"",
        "multipart/form-data; boundary=\"a\r\nb\"",
        "multipart/form-dataX; boundary=a",
        "application/x-www-form-urlencoded",
        ("multipart/form-data; boundary="
         "12345678901234567890123456789012345678901234567890123456789012345678901")
    };
    static seen out;

    (void)state;
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (parse(&out, types[i], "", 0, 1) != BONA_BAD_ARGUMENT)
            fail_msg("accepted: %s", types[i]);
}

static void heads_and_parts_have_caps(void **state)
{
    static char body[20000];
    static seen out;
    size_t size = (size_t)snprintf(body, sizeof body, "--b1\r\nX: ");

    (void)state;
    memset(body + size, 'x', BONA_PART_HEAD_MAX);
    size += BONA_PART_HEAD_MAX;
    size += (size_t)snprintf(body + size, sizeof body - size, "\r\n" PART("a") "1\r\n--b1--");
    assert_int_equal(parse(&out, FORM, body, size, 100), BONA_BAD_ARGUMENT);
    size = 0;
    for (int i = 0; i <= BONA_PARTS_MAX; i++)
        size += (size_t)snprintf(body + size, sizeof body - size, "--b1\r\n" PART("a") "1\r\n");
    size += (size_t)snprintf(body + size, sizeof body - size, "--b1--");
    assert_int_equal(parse(&out, FORM, body, size, 100), BONA_BAD_ARGUMENT);
}

static void an_error_of_a_call_ends_the_parsing(void **state)
{
    static const char body[] = "--b1\r\n" PART("a") "1\r\n--b1--";
    seen out = { .answer = BONA_NO_MEMORY };
    bona_multipart *parser;

    (void)state;
    assert_int_equal(bona_multipart_new(&parser, FORM, &calls, &out, NULL), BONA_OK);
    assert_int_equal(bona_multipart_push(parser, (const uint8_t *)body, sizeof body - 1),
                     BONA_NO_MEMORY);
    assert_int_equal(bona_multipart_push(parser, (const uint8_t *)body, 1), BONA_NO_MEMORY);
    assert_int_equal(bona_multipart_finish(parser, NULL), BONA_NO_MEMORY);
    assert_string_equal(out.text, "a=");
    bona_multipart_free(parser);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts_come_out_whole_in_any_pieces),
        cmocka_unit_test(preamble_epilogue_and_padding_are_ignored),
        cmocka_unit_test(boundaries_may_be_quoted_and_the_type_in_any_case),
        cmocka_unit_test(names_are_read_quoted_escaped_bare_and_folded),
        cmocka_unit_test(malformed_forms_are_refused),
        cmocka_unit_test(other_content_types_are_refused),
        cmocka_unit_test(heads_and_parts_have_caps),
        cmocka_unit_test(an_error_of_a_call_ends_the_parsing),
    };

    return cmocka_run_group_tests_name("wire_multipart", tests, NULL, NULL);
}
