/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is JSON and what is not. The classes of cases are those that the public nst/JSONTestSuite
 * names (array, number, object, string, structure, incomplete); the texts are our own, expected
 * values follow the grammar of RFC 8259.
 */
#include "check.h"

#include <math.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "wire/json.h"
#include "wire/json_write.h"

#define TEXT(s)          \
    {                    \
        s, sizeof(s) - 1 \
    }

static const struct {
    const char *text;
    size_t size;
} refused[] = {
    /* arrays */
    TEXT("[1 true]"),
    TEXT("[x"),
    TEXT("[\"\": 1]"),
    TEXT("[\"\"],"),
    TEXT("[,1]"),
    TEXT("[1,,2]"),
    TEXT("[\"x\",,]"),
    TEXT("[\"x\"]]"),
    TEXT("[\"\",]"),
    TEXT("[\"x\""),
    TEXT("[3[4]]"),
    TEXT("[\xFF]"),
    TEXT("[1:2]"),
    TEXT("[,]"),
    TEXT("[-]"),
    TEXT("[   , \"\"]"),
    TEXT("[\"a\",\n4\n,1,"),
    TEXT("[1,]"),
    TEXT("[1,,]"),
    TEXT("[\"\x0B"
         "a\"\\f]"),
    TEXT("[*]"),
    TEXT("[\"\""),
    TEXT("[1,"),
    TEXT("[{}"),
    TEXT("[fals]"),
    TEXT("[nul]"),
    TEXT("[tru]"),
    TEXT("[True]"),
    TEXT("[NULL]"),
    /* numbers */
    TEXT("123\0"),
    TEXT("[++1234]"),
    TEXT("[+1]"),
    TEXT("[+Inf]"),
    TEXT("[-01]"),
    TEXT("[-1.0.]"),
    TEXT("[-2.]"),
    TEXT("[-NaN]"),
    TEXT("[.-1]"),
    TEXT("[.2e-3]"),
    TEXT("[0.1.2]"),
    TEXT("[0.3e+]"),
    TEXT("[0.3e]"),
    TEXT("[0.e1]"),
    TEXT("[0E]"),
    TEXT("[0E+]"),
    TEXT("[0e]"),
    TEXT("[0e+]"),
    TEXT("[1.0e+]"),
    TEXT("[1.0e-]"),
    TEXT("[1.0e]"),
    TEXT("[1 000.0]"),
    TEXT("[1eE2]"),
    TEXT("[2.e+3]"),
    TEXT("[2.e-3]"),
    TEXT("[2.e3]"),
    TEXT("[9.e+]"),
    TEXT("[Inf]"),
    TEXT("[NaN]"),
    TEXT("[\xEF\xBC\x91]"),
    TEXT("[1+2]"),
    TEXT("[0x1]"),
    TEXT("[0x42]"),
    TEXT("[Infinity]"),
    TEXT("[0e+-1]"),
    TEXT("[-123.123foo]"),
    TEXT("[123\xE5]"),
    TEXT("[1e1\xE5]"),
    TEXT("[0\xE5]\n"),
    TEXT("[-Infinity]"),
    TEXT("[-foo]"),
    TEXT("[- 1]"),
    TEXT("[-012]"),
    TEXT("[-.123]"),
    TEXT("[-1x]"),
    TEXT("[1ea]"),
    TEXT("[1.]"),
    TEXT("[.123]"),
    TEXT("[1.2a-3]"),
    TEXT("[1.8011670033376514H-308]"),
    TEXT("[012]"),
    TEXT("[0xA]"),
    TEXT("[1e]"),
    TEXT("[00]"),
    TEXT("[-00]"),
    TEXT("[1_000]"),
    /* objects */
    TEXT("[\"x\", truth]"),
    TEXT("{[: \"x\"}\n"),
    TEXT("{\"x\", null}"),
    TEXT("{\"x\"::\"b\"}"),
    TEXT("{\xF0\x9F\x87\xA8\xF0\x9F\x87\xAD}"),
    TEXT("{\"a\":\"a\" 123}"),
    TEXT("{key: 'value'}"),
    TEXT("{\"\xB9\":\"0\",}"),
    TEXT("{\"a\" b}"),
    TEXT("{:\"b\"}"),
    TEXT("{\"a\" \"b\"}"),
    TEXT("{\"a\":"),
    TEXT("{\"a\""),
    TEXT("{1:1}"),
    TEXT("{9999E9999:1}"),
    TEXT("{null:null,null:null}"),
    TEXT("{\"id\":0,,,,,}"),
    TEXT("{'a':0}"),
    TEXT("{\"id\":0,}"),
    TEXT("{\"a\":\"b\"}/**/"),
    TEXT("{\"a\":\"b\"}/**//"),
    TEXT("{\"a\":\"b\"}//"),
    TEXT("{\"a\":\"b\"}/"),
    TEXT("{\"a\":\"b\",,\"c\":\"d\"}"),
    TEXT("{a: \"b\"}"),
    TEXT("{\"a\":\"a"),
    TEXT("{ \"foo\" : \"bar\", \"a\" }"),
    TEXT("{\"a\":\"b\"}#"),
    TEXT("{\"a\":\"b\" \"c\":1}"),
    TEXT("{\"a\":1,\"b\"}"),
    TEXT("{\"a\"}"),
    TEXT("{\"a\":}"),
    TEXT("{:}"),
    /* strings */
    TEXT(" "),
    TEXT("[\"\\uD800\\\"]"),
    TEXT("[\"\\uD800\\u\"]"),
    TEXT("[\"\\uD800\\u1\"]"),
    TEXT("[\"\\uD800\\u1x\"]"),
    TEXT("[\xC3\xA9]"),
    TEXT("[\\n]"),
    TEXT("[\"\\\x00\"]"),
    TEXT("[\"\\x00\"]"),
    TEXT("[\"\\\\\\\"]"),
    TEXT("[\"\\\t\"]"),
    TEXT("[\"\\\xF0\x9F\x8C\x80\"]"),
    TEXT("[\"\\\"]"),
    TEXT("[\"\\u00A\"]"),
    TEXT("[\"\\uD834\\uDd\"]"),
    TEXT("[\"\\uD800\\uD800\\x\"]"),
    TEXT("[\"\\u\xE5\"]"),
    TEXT("[\"\\a\"]"),
    TEXT("[\"\\uqqqq\"]"),
    TEXT("[\"\\\xE5\"]"),
    TEXT("[\\u0020\"asd\"]"),
    TEXT("[\"\\"),
    TEXT("\""),
    TEXT("['single quote']"),
    TEXT("abc"),
    TEXT("[\"a\x00"
         "a\"]"),
    TEXT("[\"new\nline\"]"),
    TEXT("[\"\t\"]"),
    TEXT("\"\\UA66D\""),
    TEXT("\"\"x"),
    TEXT("[\"\\u12\"]"),
    TEXT("[\"\x1F\"]"),
    /* structure */
    TEXT("<.>"),
    TEXT("[<null>]"),
    TEXT("[1]x"),
    TEXT("[1]]"),
    TEXT("[\"asd]"),
    TEXT("a\xC3\xA5"),
    TEXT("[True]"),
    TEXT("1]"),
    TEXT("{\"x\": true,"),
    TEXT("[][]"),
    TEXT("]"),
    TEXT("\xEF\xBB\xBF{}"),
    TEXT("\xEF\xBB\xBF"),
    TEXT("\xE5"),
    TEXT("["),
    TEXT(""),
    TEXT("[\x00]"),
    TEXT("2@"),
    TEXT("{}}"),
    TEXT("{\"\":"),
    TEXT("{\"a\":/*comment*/\"b\"}"),
    TEXT("{\"a\": true} \"x\""),
    TEXT("['"),
    TEXT("[,"),
    TEXT("[{"),
    TEXT("[\"a"),
    TEXT("[\"a\""),
    TEXT("{"),
    TEXT("{]"),
    TEXT("{,"),
    TEXT("{["),
    TEXT("{\"a"),
    TEXT("{'a'"),
    TEXT("[\"\\{[\"\\{[\"\\{[\"\\{"),
    TEXT("\xC3\xA9"),
    TEXT("*"),
    TEXT("{\"a\":\"b\"}#{}"),
    TEXT("[\\u000A\"\"]"),
    TEXT("[1"),
    TEXT("[ false, nul"),
    TEXT("[ true, fals"),
    TEXT("[ false, tru"),
    TEXT("{\"asd\":\"asd\""),
    TEXT("\xC2\xA0[]"),
    TEXT("[\x0C]"),
    TEXT("\xE2\x81\xA0[]"),
    TEXT("[}"),
    /* where the RFC leaves room, we are strict */
    TEXT("[\"\\uD800\"]"),
    TEXT("[\"\\uDFAA\"]"),
    TEXT("[\"\\uDd1e\\uD834\"]"),
    TEXT("[\"\xC0\xAF\"]"),
    TEXT("[\"\xED\xA0\x80\"]"),
    TEXT("[\"\xF4\xBF\xBF\xBF\"]"),
    TEXT("[\"\xFF\"]"),
    TEXT("[\"\xE2\x80\"]"),
    TEXT("[\"\x81\"]"),
};

static const struct {
    const char *text;
    size_t size;
} taken[] = {
    TEXT("[[]   ]"),
    TEXT("[]"),
    TEXT("[\"\"]"),
    TEXT("[\"a\"]"),
    TEXT("[false]"),
    TEXT("[null, 1, \"1\", {}]"),
    TEXT("[null]"),
    TEXT("[1\n]"),
    TEXT(" [1]"),
    TEXT("[1,null,null,null,2]"),
    TEXT("[2] "),
    TEXT("[0e+1]"),
    TEXT("[0e1]"),
    TEXT("[ 4]"),
    TEXT("[-0.000000000000000000000000000000000000000000000000000000000000000000000000000001]\n"),
    TEXT("[20e1]"),
    TEXT("[-0]"),
    TEXT("[-123]"),
    TEXT("[-1]"),
    TEXT("[1E22]"),
    TEXT("[1E-2]"),
    TEXT("[1E+2]"),
    TEXT("[123e45]"),
    TEXT("[123.456e78]"),
    TEXT("[1e-2]"),
    TEXT("[1e+2]"),
    TEXT("[123]"),
    TEXT("[123.456789]"),
    TEXT("{\"asd\":\"sdf\", \"dfg\":\"fgh\"}"),
    TEXT("{\"asd\":\"sdf\"}"),
    TEXT("{\"a\":\"b\",\"a\":\"c\"}"),
    TEXT("{\"a\":\"b\",\"a\":\"b\"}"),
    TEXT("{}"),
    TEXT("{\"\":0}"),
    TEXT("{\"foo\\u0000bar\": 42}"),
    TEXT("{ \"min\": -1.0e+28, \"max\": 1.0e+28 }"),
    TEXT("{\"a\":[]}"),
    TEXT("{\n\"a\": \"b\"\n}"),
    TEXT("[\"\\u0060\\u012a\\u12AB\"]"),
    TEXT("[\"\\uD801\\udc37\"]"),
    TEXT("[\"\\ud83d\\ude39\\ud83d\\udc8d\"]"),
    TEXT("[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"]"),
    TEXT("[\"\\\\u0000\"]"),
    TEXT("[\"\\\"\"]"),
    TEXT("[\"a/*b*/c/*d//e\"]"),
    TEXT("[\"\\\\a\"]"),
    TEXT("[\"\\\\n\"]"),
    TEXT("[\"\\u0012\"]"),
    TEXT("[\"\\uFFFF\"]"),
    TEXT("[\"asd\"]"),
    TEXT("[ \"asd\"]"),
    TEXT("[\"\\uDBFF\\uDFFF\"]"),
    TEXT("[\"new\\u00A0line\"]"),
    TEXT("[\"\xF4\x8F\xBF\xBF\"]"),
    TEXT("[\"\xEF\xBF\xBF\"]"),
    TEXT("[\"\\u0000\"]"),
    TEXT("[\"\\u002c\"]"),
    TEXT("[\"\xCF\x80\"]"),
    TEXT("[\"\xF0\x9B\xBF\xBF\"]"),
    TEXT("\" \""),
    TEXT("[\"\\u0821\"]"),
    TEXT("[\"\xE2\x82\xAC\xF0\x9D\x84\x9E\"]"),
    TEXT("[\"\x7F\"]"),
    TEXT("[\"\\uA66D\"]"),
    TEXT("[\"\xE2\x80\xA8\"]"),
    TEXT("false"),
    TEXT("42"),
    TEXT("-0.1"),
    TEXT("null"),
    TEXT("\"asd\""),
    TEXT("true"),
    TEXT("\"\""),
    TEXT("[\"a\"]\n"),
    TEXT("[true]"),
    TEXT(" [] "),
    TEXT("[[[[[[]]]]]]"),
    TEXT("[1.5E+9999]"),
};

static bona_err parse(bona_json_doc *doc, bona_buf *copy, const char *text, size_t size)
{
    bona_note note;

    bona_buf_init(copy, 1 << 20);
    assert_int_equal(bona_buf_add(copy, text, size), BONA_OK);
    return bona_json_parse(doc, (char *)copy->data, size, 0, &note);
}

static bona_err outcome(const char *text, size_t size, bool *duplicates)
{
    bona_json_doc doc;
    bona_buf copy;
    bona_err err = parse(&doc, &copy, text, size);

    if (duplicates != NULL)
        *duplicates = doc.duplicate_keys;
    bona_json_deinit(&doc);
    bona_buf_deinit(&copy);
    return err;
}

static void what_is_not_json_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        if (outcome(refused[i].text, refused[i].size, NULL) != BONA_BAD_JSON)
            fail_msg("taken, but is not JSON: %s", refused[i].text);
}

static void what_is_json_is_taken(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof taken / sizeof *taken; i++)
        if (outcome(taken[i].text, taken[i].size, NULL) != BONA_OK)
            fail_msg("refused, but is JSON: %s", taken[i].text);
}

static void nesting_ends_at_64_levels(void **state)
{
    char text[2 * 65 + 1];

    (void)state;
    memset(text, '[', 65);
    memset(text + 65, ']', 65);
    assert_int_equal(outcome(text + 1, 128, NULL), BONA_OK);
    assert_int_equal(outcome(text, 130, NULL), BONA_BAD_JSON);
    memset(text, '[', sizeof text);
    assert_int_equal(outcome(text, 130, NULL), BONA_BAD_JSON);
}

static void a_flood_of_values_is_refused(void **state)
{
    static char text[2 * 5000 + 2];

    (void)state;
    for (size_t i = 0; i < 5000; i++)
        memcpy(text + 1 + 2 * i, "1,", 2);
    text[0] = '[';
    text[2 * 5000] = ']';
    assert_int_equal(outcome(text, 2 * 5000 + 1, NULL), BONA_BAD_JSON);
}

static void duplicate_keys_are_flagged_at_any_depth(void **state)
{
    static const char *const twice[] = { "{\"a\":1,\"b\":2,\"a\":3}",
                                         "[{\"x\":{\"k\":1,\"\\u006b\":1}}]" };
    static const char once[] = "{\"a\":{\"a\":1},\"b\":{\"a\":1}}";
    bool duplicates;

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(outcome(twice[i], strlen(twice[i]), &duplicates), BONA_OK);
        assert_true(duplicates);
    }
    assert_int_equal(outcome(once, strlen(once), &duplicates), BONA_OK);
    assert_false(duplicates);
}

static void values_are_found_and_unescaped(void **state)
{
    static const char text[] =
        "{\"s\":\"a\\u002Bb\\/"
        "c\\uD83D\\uDE39\",\"n\":-12,\"f\":0.5,\"l\":[true,null,{\"x\":\"\"}]}";
    bona_json_doc doc;
    bona_buf copy;
    const bona_json *root, *list;

    (void)state;
    assert_int_equal(parse(&doc, &copy, text, sizeof text - 1), BONA_OK);
    root = doc.nodes;
    assert_int_equal(root->count, 4);
    assert_true(bona_text_is(bona_json_member(root, "s")->text, "a+b/c\xF0\x9F\x98\xB9"));
    assert_true(bona_json_member(root, "n")->integer);
    assert_int_equal(bona_json_member(root, "n")->whole, -12);
    assert_false(bona_json_member(root, "f")->integer);
    assert_true(bona_json_member(root, "f")->number == 0.5);
    list = bona_json_member(root, "l");
    assert_int_equal(list->count, 3);
    assert_int_equal(list->first->type, BONA_JSON_TRUE);
    assert_int_equal(list->first->next->type, BONA_JSON_NULL);
    assert_int_equal(bona_json_member(list->first->next->next, "x")->text.size, 0);
    assert_null(bona_json_member(root, "absent"));
    bona_json_deinit(&doc);
    bona_buf_deinit(&copy);
}

static void what_is_written_reads_back(void **state)
{
    static const char odd[] = "quote\" back\\ tab\t zero\0 bell\a \xC3\xA9 bad\xFF end";
    bona_buf out;
    bona_json_doc doc;
    bona_note note;

    (void)state;
    bona_buf_init(&out, 4096);
    assert_int_equal(bona_buf_text(&out, "["), BONA_OK);
    assert_int_equal(bona_json_put_text(&out, odd, sizeof odd - 1), BONA_OK);
    assert_int_equal(bona_buf_text(&out, ","), BONA_OK);
    assert_int_equal(bona_json_put_float(&out, 0.1f), BONA_OK);
    assert_int_equal(bona_buf_text(&out, ","), BONA_OK);
    assert_int_equal(bona_json_put_number(&out, (double)NAN), BONA_OK);
    assert_int_equal(bona_buf_text(&out, "]"), BONA_OK);
    assert_non_null(strstr((char *)out.data + 60, ",0.1,0]"));
    assert_int_equal(bona_json_parse(&doc, (char *)out.data, out.size, 0, &note), BONA_OK);
    assert_memory_equal(doc.nodes->first->text.data, odd, 35);
    bona_json_deinit(&doc);
    bona_buf_deinit(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_not_json_is_refused),
        cmocka_unit_test(what_is_json_is_taken),
        cmocka_unit_test(nesting_ends_at_64_levels),
        cmocka_unit_test(a_flood_of_values_is_refused),
        cmocka_unit_test(duplicate_keys_are_flagged_at_any_depth),
        cmocka_unit_test(values_are_found_and_unescaped),
        cmocka_unit_test(what_is_written_reads_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
