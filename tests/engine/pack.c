/* SPDX-License-Identifier: Apache-2.0 */
/* Packs that are wrong in one place: each must be refused with a note that names the place. The
 * places are those of docs/packs.md. */
#include "check.h"

#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "engine/pack.h"

static char path[4096];

/* Writes a pack beside nothing and loads it; the note must hold `place`. */
static void assert_refused(const char *text, bona_err expected, const char *place)
{
    bona_pack *pack = NULL;
    bona_note note = { "" };

    assert_int_equal(bona_file_write(path, text, strlen(text), NULL), BONA_OK);
    assert_int_equal(bona_pack_load(&pack, path, &note), expected);
    assert_null(pack);
    if (strstr(note.text, place) == NULL)
        fail_msg("\"%s\" does not name \"%s\"", note.text, place);
}

#define NET_WITH(file, sha, input, crop, decode)                               \
    "{\"file\":\"" file "\",\"sha256\":\"" sha                                 \
    "\",\"licence\":\"x\",\"source\":\"x\",\"input\":" input ",\"crop\":" crop \
    ",\"decode\":" decode "}"
#define SHA         "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define INPUT       "{\"width\":80,\"height\":80,\"colour\":\"BGR\"}"
#define CROP        "{\"kind\":\"inside\",\"factor\":2.7}"
#define SOFT        "{\"kind\":\"softmax\",\"live\":1}"
#define PACK(spoof) "{\"format\":1,\"name\":\"t\",\"roles\":{\"spoof\":[" spoof "]}}"

static void what_is_no_json_or_no_pack_is_refused(void **state)
{
    (void)state;
    assert_refused("", BONA_BAD_PACK, "");
    assert_refused("[]", BONA_BAD_PACK, "is an array, must be an object");
    assert_refused("{\"format\":2,\"name\":\"t\",\"roles\":{}}", BONA_BAD_PACK, "format: is 2");
    assert_refused("{\"format\":1,\"roles\":{}}", BONA_BAD_PACK, "name: is missing");
    assert_refused("{\"format\":1,\"name\":\"t\",\"roles\":{},\"extra\":1}", BONA_BAD_PACK,
                   "unknown key \"extra\"");
    assert_refused("{\"format\":1,\"format\":1,\"name\":\"t\",\"roles\":{}}", BONA_BAD_PACK,
                   "twice");
}

static void missing_roles_are_named(void **state)
{
    (void)state;
    assert_refused("{\"format\":1,\"name\":\"t\",\"roles\":{}}", BONA_BAD_PACK,
                   "roles.spoof: is missing");
    assert_refused(PACK(""), BONA_BAD_PACK, "roles.spoof: has 0 items, must have 1 to 4");
}

static void wrong_numbers_and_words_are_named_with_their_place(void **state)
{
    (void)state;
    assert_refused(PACK(NET_WITH("a.onnx", "12", INPUT, CROP, SOFT)), BONA_BAD_PACK,
                   "roles.spoof[0].sha256: must be 64");
    assert_refused(
        PACK(NET_WITH("a.onnx", SHA, "{\"width\":80,\"height\":\"80\",\"colour\":\"BGR\"}", CROP,
                      SOFT)),
        BONA_BAD_PACK, "roles.spoof[0].input.height: is a text, must be a number");
    assert_refused(PACK(NET_WITH("a.onnx", SHA, "{\"width\":80,\"height\":80,\"colour\":\"CMYK\"}",
                                 CROP, SOFT)),
                   BONA_BAD_PACK, "roles.spoof[0].input.colour: \"CMYK\" is not known");
    assert_refused(
        PACK(NET_WITH("a.onnx", SHA, INPUT, "{\"kind\":\"inside\",\"factor\":99}", SOFT)),
        BONA_BAD_PACK, "roles.spoof[0].crop.factor: is 99, must be 0.1 to 20");
    assert_refused(PACK(NET_WITH("a.onnx", SHA, INPUT,
                                 "{\"kind\":\"inside\",\"factor\":2,\"edge\":\"zero\"}", SOFT)),
                   BONA_BAD_PACK, "roles.spoof[0].crop: unknown key \"edge\"");
    assert_refused(PACK(NET_WITH("a.onnx", SHA, INPUT, CROP, "{\"kind\":\"vector\"}")),
                   BONA_BAD_PACK, "does not fit this role");
}

static void a_missing_network_file_is_named(void **state)
{
    (void)state;
    assert_refused(PACK(NET_WITH("absent.onnx", SHA, INPUT, CROP, SOFT)), BONA_IO, "absent.onnx");
    assert_refused(PACK(NET_WITH("/dev/null", SHA, INPUT, CROP, SOFT)), BONA_BAD_HASH, "/dev/null");
}

static void a_missing_pack_is_an_io_error(void **state)
{
    bona_pack *pack = NULL;
    bona_note note = { "" };

    (void)state;
    assert_int_equal(bona_pack_load(&pack, "/nowhere/pack.json", &note), BONA_IO);
    assert_non_null(strstr(note.text, "/nowhere/pack.json"));
}

/* The reference pack with one piece of text replaced, its files looked up in the shared folder. */
static void assert_reference_refused(const char *from, const char *to, bona_err expected,
                                     const char *place)
{
    static char text[65536];
    char *at, *start = text;
    uint8_t *bytes = NULL;
    size_t size = 0, used = 0;
    bona_pack *pack = NULL;
    bona_note note = { "" };

    assert_int_equal(bona_file_read(BONA_TEST_SOURCE "/packs/reference.json", sizeof text / 2,
                                    &bytes, &size, NULL),
                     BONA_OK);
    at = strstr((char *)bytes, from);
    assert_non_null(at);
    used = (size_t)(at - (char *)bytes);
    memcpy(start, bytes, used);
    snprintf(start + used, sizeof text - used, "%s%s", to, at + strlen(from));
    bona_free(bytes);
    snprintf(path, sizeof path, "%s/packs/engine_pack_test.%d.json", BONA_TEST_SOURCE,
             (int)getpid());
    assert_int_equal(bona_file_write(path, text, strlen(text), NULL), BONA_OK);
    assert_int_equal(bona_pack_load(&pack, path, &note), expected);
    unlink(path);
    if (strstr(note.text, place) == NULL)
        fail_msg("\"%s\" does not name \"%s\"", note.text, place);
}

static void shapes_that_do_not_fit_are_named_with_both_sides(void **state)
{
    (void)state;
    NEED_SHARED();
    assert_reference_refused(
        "\"width\": 80, \"height\": 80", "\"width\": 64, \"height\": 80", BONA_BAD_PACK,
        "roles.spoof[0].input: is 1 x 3 x 80 x 64 (N C H W), the network takes 1 x 3 x 80 x 80");
    assert_reference_refused("\"live\": 1", "\"live\": 3", BONA_BAD_PACK,
                             "has 3 numbers, the pack needs 4");
    assert_reference_refused("\"strides\": [8, 16, 32]", "\"strides\": [8, 16, 64]", BONA_BAD_PACK,
                             "no output \"cls_64\"");
    assert_reference_refused("\"points\": 468", "\"points\": 467", BONA_BAD_PACK,
                             "has 1404 numbers");
    assert_reference_refused("bbec6d40", "bbec6d41", BONA_BAD_HASH, "sha256 is bbec6d4042ef");
    assert_reference_refused("\"nets\": [2]", "\"nets\": [3]", BONA_BAD_PACK,
                             "fusion.terms[1].nets[0]");
}

static void without_a_name_the_built_in_pack_is_loaded(void **state)
{
    char texts[2][512];

    (void)state;
#ifdef BONA_DEFAULT_PACK
    skip();
#endif
    for (int i = 0; i < 2; i++) {
        bona_pack *pack = NULL;

        assert_int_equal(bona_pack_load(&pack, i == 0 ? NULL : "builtin", NULL), BONA_OK);
        bona_pack_describe(pack, texts[i], sizeof texts[i]);
        bona_pack_free(pack);
    }
    assert_string_equal(texts[0], texts[1]);
}

/* The built-in pack without the role embed, but with embed_pair. */
static void a_role_that_needs_another_says_so(void **state)
{
    char text[32768];
    uint8_t *bytes = NULL;
    size_t size = 0;
    char *from, *to;
    bona_pack *pack = NULL;
    bona_note note = { "" };
    bona_err err;

    (void)state;
    assert_int_equal(
        bona_file_read(BONA_TEST_SOURCE "/models/pack.json", sizeof text - 1, &bytes, &size, NULL),
        BONA_OK);
    memcpy(text, bytes, size);
    text[size] = '\0';
    bona_free(bytes);
    from = strstr(text, "\"embed\": {");
    to = strstr(text, "\"embed_pair\": {");
    assert_true(from != NULL && to > from);
    memmove(from, to, strlen(to) + 1);
    snprintf(path, sizeof path, "%s/models/engine_pack_test.%d.json", BONA_TEST_SOURCE,
             (int)getpid());
    assert_int_equal(bona_file_write(path, text, strlen(text), NULL), BONA_OK);
    err = bona_pack_load(&pack, path, &note);
    unlink(path);
    assert_int_equal(err, BONA_BAD_PACK);
    assert_non_null(strstr(note.text, "the role embed_pair needs the role embed"));
}

static int set_up(void **state)
{
    (void)state;
    snprintf(path, sizeof path, "%s/engine_pack_test.%d.json", BONA_TEST_BUILD, (int)getpid());
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    unlink(path);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_no_json_or_no_pack_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(missing_roles_are_named, set_up, tear_down),
        cmocka_unit_test_setup_teardown(wrong_numbers_and_words_are_named_with_their_place, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_missing_network_file_is_named, set_up, tear_down),
        cmocka_unit_test(a_missing_pack_is_an_io_error),
        cmocka_unit_test(without_a_name_the_built_in_pack_is_loaded),
        cmocka_unit_test(a_role_that_needs_another_says_so),
        cmocka_unit_test(shapes_that_do_not_fit_are_named_with_both_sides),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
