/* SPDX-License-Identifier: Apache-2.0 */
/* What is JSON and what is not; the texts are in json_cases.h. */
#include "check.h"

#include <fcntl.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "wire/json.h"
#include "wire/json_write.h"
#include "json_cases.h"

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
            fail_msg("taken, but is not JSON: %s: %s", refused[i].name, refused[i].text);
}

static void what_is_json_is_taken(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof taken / sizeof *taken; i++)
        if (outcome(taken[i].text, taken[i].size, NULL) != BONA_OK)
            fail_msg("refused, but is JSON: %s: %s", taken[i].name, taken[i].text);
}

static int named(const json_case *cases, size_t count)
{
    int found = 0;

    for (size_t i = 0; i < count; i++) {
        found += strcmp(cases[i].name, "besides") != 0;
        for (size_t k = 0; k < i; k++)
            if (strcmp(cases[i].name, "besides") != 0 && strcmp(cases[i].name, cases[k].name) == 0)
                fail_msg("twice: %s", cases[i].name);
    }
    return found;
}

static void every_case_of_the_suite_has_one_here(void **state)
{
    (void)state;
    assert_int_equal(named(refused, sizeof refused / sizeof *refused), REFUSED_IN_SUITE);
    assert_int_equal(named(taken, sizeof taken / sizeof *taken), TAKEN_IN_SUITE);
}

/* structure_100000_opening_arrays and structure_open_array_object. */
static void a_hundred_thousand_levels_are_refused(void **state)
{
    enum { LEVELS = 100000 };
    static char text[6 * LEVELS];

    (void)state;
    memset(text, '[', LEVELS);
    assert_int_equal(outcome(text, LEVELS, NULL), BONA_BAD_JSON);
    for (size_t i = 0; i < LEVELS; i++)
        memcpy(text + 5 * i, "[{\"\":", 5);
    assert_int_equal(outcome(text, 5 * (size_t)LEVELS, NULL), BONA_BAD_JSON);
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

enum { NEEDLE = 24, REGION_MAX = 64 << 20 };

/* How often the needle, held turned over so that it does not find itself, is in one region. */
static int count_in(int memory, size_t from, size_t to, const uint8_t turned[NEEDLE])
{
    static uint8_t piece[65536];
    int found = 0;

    for (size_t at = from; at < to; at += sizeof piece - NEEDLE) {
        size_t wanted = to - at < sizeof piece ? to - at : sizeof piece;
        ssize_t got = pread(memory, piece, wanted, (off_t)at);

        if (at >= (size_t)piece - sizeof piece && at < (size_t)piece + sizeof piece)
            continue; /* our own copy */
        for (ssize_t i = 0; i + NEEDLE <= got; i++) {
            int k = 0;

            while (k < NEEDLE && (piece[i + k] ^ 0x55) == turned[k])
                k++;
            found += k == NEEDLE;
        }
    }
    memset(piece, 0, sizeof piece);
    return found;
}

/* The same over all memory of this process that can be written (proc(5), maps). */
static int count_in_memory(const uint8_t turned[NEEDLE])
{
    FILE *maps = fopen("/proc/self/maps", "r");
    int memory = open("/proc/self/mem", O_RDONLY | O_CLOEXEC), found = 0;
    char line[512], rights[8];
    size_t from, to;

    assert_true(maps != NULL && memory >= 0);
    while (fgets(line, sizeof line, maps) != NULL)
        if (sscanf(line, "%zx-%zx %7s", &from, &to, rights) == 3 && rights[1] == 'w' &&
            to - from <= REGION_MAX)
            found += count_in(memory, from, to, turned);
    close(memory);
    fclose(maps);
    return found;
}

/* Clients written in C# send base64 with \u002B for a plus, so whole pictures are unescaped. */
static void nothing_of_an_unescaped_text_stays_in_memory(void **state)
{
    enum { CHARS = 20000 };
    char *text = malloc(CHARS + 64);
    uint8_t turned[NEEDLE];
    bona_json_doc doc;
    size_t size;

    (void)state;
    assert_non_null(text);
    size = (size_t)sprintf(text, "[\"\\u002B");
    for (size_t i = 0, seed = 1; i < CHARS; i++) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        text[size++] = (char)('a' + (seed >> 33) % 26);
    }
    for (size_t i = 0; i < NEEDLE; i++)
        turned[i] = (uint8_t)text[size - NEEDLE + i] ^ 0x55;
    size += (size_t)sprintf(text + size, "\"]");
    assert_int_equal(bona_json_parse(&doc, text, size, 0, NULL), BONA_OK);
    assert_int_equal(doc.nodes->first->text.size, CHARS + 1);
    assert_int_equal(count_in_memory(turned), 2); /* the text and the unescaped copy */
    bona_json_deinit(&doc);
    assert_int_equal(count_in_memory(turned), 1);
    bona_wipe(text, size);
    free(text);
}

/* A reader gets UTF-8 whatever the escapes say: half a pair stands for no character. */
static void a_lone_surrogate_reads_as_a_question_mark(void **state)
{
    static const char *const lone[] = { "[\"a\\udE00b\"]", "[\"a\\uD800b\"]", "{\"a\\uDFFFb\":0}" };
    bona_json_doc doc;
    bona_buf copy;

    (void)state;
    for (size_t i = 0; i < sizeof lone / sizeof *lone; i++) {
        const bona_json *first;

        assert_int_equal(parse(&doc, &copy, lone[i], strlen(lone[i])), BONA_OK);
        first = doc.nodes->first;
        assert_true(bona_text_is(i < 2 ? first->text : first->key, "a?b"));
        bona_json_deinit(&doc);
        bona_buf_deinit(&copy);
    }
    assert_int_equal(parse(&doc, &copy, "[\"\\udE00\\udE00x\\udE00\"]", 23), BONA_OK);
    assert_true(bona_text_is(doc.nodes->first->text, "??x?"));
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
        cmocka_unit_test(every_case_of_the_suite_has_one_here),
        cmocka_unit_test(a_hundred_thousand_levels_are_refused),
        cmocka_unit_test(nesting_ends_at_64_levels),
        cmocka_unit_test(a_flood_of_values_is_refused),
        cmocka_unit_test(duplicate_keys_are_flagged_at_any_depth),
        cmocka_unit_test(values_are_found_and_unescaped),
        cmocka_unit_test(nothing_of_an_unescaped_text_stays_in_memory),
        cmocka_unit_test(a_lone_surrogate_reads_as_a_question_mark),
        cmocka_unit_test(what_is_written_reads_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
