/* SPDX-License-Identifier: Apache-2.0 */
/* Running out of memory, at every allocation of our own in turn: a clean error, nothing leaked (the
 * build has the address sanitizer, which looks at the end). Needs a build with BONA_FAIL_ALLOC. */
#include "check.h"

#include <math.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "wire/container.h"
#include "wire/json.h"
#include "wire/json_write.h"
#include "wire/jwt.h"
#include "wire/multipart.h"

#ifdef BONA_FAIL_ALLOC

enum { TRIES_MAX = 200 };

static const uint8_t key[64] = { 1, 2, 3 };
static const char seal_key[BONA_SEAL_KEY + 1] = "0123456789abcdef0123456789abcdef";

/* Runs `work` with its 1st, 2nd, ... allocation failing until it gets through; returns how many
 * there are. */
static long allocations_of(bona_err (*work)(void))
{
    long n = 0;
    bona_err err;

    do {
        bona_alloc_fail_at(++n);
        err = work();
        assert_int_equal(err, bona_alloc_failed() ? BONA_NO_MEMORY : BONA_OK);
    } while (err != BONA_OK && n < TRIES_MAX);
    bona_alloc_fail_at(0);
    assert_int_equal(err, BONA_OK);
    return n - 1;
}

/* Escaped keys and texts are copied, and 60 values need a second block of nodes. */
static bona_err read_json(void)
{
    char text[600] = "{\"\\u0061\":\"\\n\",\"b\":[[\"x\\\"y\"],1.5,true,null";
    bona_json_doc doc;
    bona_err err;

    for (int i = 0; i < 60; i++)
        strcat(text, ",1");
    strcat(text, "]}");
    err = bona_json_parse(&doc, text, strlen(text), 0, NULL);
    if (err == BONA_OK)
        assert_true(bona_text_is(bona_json_member(doc.nodes, "a")->text, "\n"));
    else
        assert_null(doc.nodes);
    bona_json_deinit(&doc);
    return err;
}

static void json_is_read_or_given_back_whole(void **state)
{
    (void)state;
    assert_true(allocations_of(read_json) >= 6); /* yajl's three, two of nodes, three copies */
}

/* The error is found while yajl holds memory: both ways out of it have to free that. */
static bona_err read_wrong_json(void)
{
    char text[] = "[\"a\\tb\", \"c\\td\" }";
    bona_json_doc doc;
    bona_err err = bona_json_parse(&doc, text, strlen(text), 0, NULL);

    assert_null(doc.nodes);
    bona_json_deinit(&doc);
    return err == BONA_BAD_JSON ? BONA_OK : err;
}

static void malformed_json_leaks_nothing_either(void **state)
{
    (void)state;
    assert_true(allocations_of(read_wrong_json) >= 5);
}

static bona_err write_json(void)
{
    bona_buf out;
    bona_err err;

    bona_buf_init(&out, 1 << 16);
    err = bona_json_put_string(&out, "a \"quoted\" text that is longer than the first block of a "
                                     "buffer, so that it has to grow once more on its way");
    for (int i = 0; err == BONA_OK && i < 40; i++)
        err = bona_json_put_number(&out, 0.1 + i);
    bona_buf_deinit(&out);
    return err;
}

static void json_writing_stops_at_the_first_lack(void **state)
{
    (void)state;
    assert_true(allocations_of(write_json) >= 2);
}

static char *token;

static bona_err make_token(void)
{
    char *made = NULL;
    bona_err err = bona_jwt_make(&made, BONA_JWT_HS256, "app", "BWS", 1800000000, 300, key, 64);

    if (err == BONA_OK) {
        bona_free(token);
        token = made;
    } else {
        assert_null(made);
    }
    return err;
}

static bona_err read_token(void)
{
    bona_jwt jwt;

    return bona_jwt_read(&jwt, token, strlen(token), "BWS", 1800000000, 0, NULL);
}

static void tokens_are_made_and_read_or_refused_for_memory(void **state)
{
    (void)state;
    assert_true(allocations_of(make_token) >= 1);
    assert_true(allocations_of(read_token) >= 6); /* two texts, two documents */
    bona_free(token);
    token = NULL;
}

static uint8_t *sealed;
static size_t sealed_size;

static bona_err seal_file(void)
{
    bona_container c = { .created_ms = 1, .mode = BONA_CAPTURE_SILENT, .frame_count = 1 };
    uint8_t *file = NULL;
    bona_err err;

    c.frames[0] = (bona_bytes){ (const uint8_t *)"JPEG", 4 };
    c.live[0] = NAN;
    err = bona_container_seal(&c, seal_key, &file, &sealed_size, NULL);
    if (err == BONA_OK)
        sealed = file;
    else
        assert_null(file);
    return err;
}

static bona_err open_file(void)
{
    uint8_t plain[256];
    bona_container c;
    bona_err err =
        bona_container_open(&c, (bona_bytes){ sealed, sealed_size }, seal_key, plain, NULL);

    if (err == BONA_OK)
        assert_memory_equal(c.frames[0].data, "JPEG", 4);
    return err;
}

static void liveness_files_are_sealed_and_opened_or_refused_for_memory(void **state)
{
    (void)state;
    assert_true(allocations_of(seal_file) >= 1);
    assert_true(sealed_size < 256);
    assert_true(allocations_of(open_file) >= 1);
    bona_free(sealed);
}

static bona_err part(void *arg, const char *name)
{
    return bona_buf_text(arg, name);
}

static bona_err data_of(void *arg, const uint8_t *bytes, size_t size)
{
    return bona_buf_add(arg, bytes, size);
}

static bona_err end(void *arg)
{
    (void)arg;
    return BONA_OK;
}

static bona_err read_form(void)
{
    static const char form[] =
        "--b\r\nContent-Disposition: form-data; name=x\r\n\r\n1\r\n--b--\r\n";
    static const bona_multipart_calls calls = { part, data_of, end };
    bona_multipart *parser = NULL;
    bona_buf out;
    bona_err err;

    bona_buf_init(&out, 4096);
    err = bona_multipart_new(&parser, "multipart/form-data; boundary=b", &calls, &out, NULL);
    if (err == BONA_OK)
        err = bona_multipart_push(parser, (const uint8_t *)form, sizeof form - 1);
    if (err == BONA_OK)
        err = bona_multipart_finish(parser, NULL);
    bona_multipart_free(parser);
    bona_buf_deinit(&out);
    return err;
}

static void forms_pass_on_what_their_receiver_lacks(void **state)
{
    (void)state;
    assert_true(allocations_of(read_form) >= 2); /* the parser, the receiver's buffer */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(json_is_read_or_given_back_whole),
        cmocka_unit_test(malformed_json_leaks_nothing_either),
        cmocka_unit_test(json_writing_stops_at_the_first_lack),
        cmocka_unit_test(tokens_are_made_and_read_or_refused_for_memory),
        cmocka_unit_test(liveness_files_are_sealed_and_opened_or_refused_for_memory),
        cmocka_unit_test(forms_pass_on_what_their_receiver_lacks),
    };

    return cmocka_run_group_tests_name("wire_no_memory", tests, NULL, NULL);
}

#else

int main(void)
{
    puts("left out: needs a build with BONA_FAIL_ALLOC (make failalloc)");
    return 77;
}

#endif
