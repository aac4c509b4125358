/* SPDX-License-Identifier: Apache-2.0 */
/* Base64. Expected values: the test vectors of RFC 4648, section 10, and its rules in sections 3.2
 * to 3.5. */
#include "check.h"

#include <string.h>

#include "base/mem.h"
#include "base/random.h"
#include "wire/base64.h"

static bona_err decode(const char *text, bona_base64_mode mode, char *out, size_t *size)
{
    uint8_t bytes[512];
    bona_err err;

    *size = 0;
    assert_true(bona_base64_room(strlen(text)) <= sizeof bytes);
    err = bona_base64_decode(bytes, sizeof bytes, size, text, strlen(text), mode);
    memcpy(out, bytes, *size);
    out[*size] = 0;
    return err;
}

static void the_vectors_of_the_rfc_hold(void **state)
{
    static const char *const pairs[][2] = { { "", "" },
                                            { "f", "Zg==" },
                                            { "fo", "Zm8=" },
                                            { "foo", "Zm9v" },
                                            { "foob", "Zm9vYg==" },
                                            { "fooba", "Zm9vYmE=" },
                                            { "foobar", "Zm9vYmFy" } };
    char out[512];
    size_t size;

    (void)state;
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        assert_int_equal(decode(pairs[i][1], BONA_BASE64_STRICT, out, &size), BONA_OK);
        assert_string_equal(out, pairs[i][0]);
        bona_base64_encode(out, pairs[i][0], strlen(pairs[i][0]), BONA_BASE64_STRICT);
        assert_string_equal(out, pairs[i][1]);
    }
}

static void what_is_not_canonical_is_refused(void **state)
{
    static const char *const bad[] = { "Zg=",  "Zg",         "Z",      "Zg===",    "=",
                                       "====", "Zh==",       "Zm9=",   "Zm9v=",    "Zg==Zg==",
                                       "Z=g=", "Zm9v\n",     " Zm9v",  "Zm9v!A==", "Zm-v",
                                       "Zm_v", "data:,Zg==", "Zm9\x80" };
    static const char *const bad_url[] = { "Zg==", "Zm+v", "Zm/v", "Zh", "Zm9", "Z", "Zm9v=" };
    char out[512];
    size_t size;

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(decode(bad[i], BONA_BASE64_STRICT, out, &size), BONA_BAD_BASE64);
    for (size_t i = 0; i < sizeof bad_url / sizeof *bad_url; i++)
        assert_int_equal(decode(bad_url[i], BONA_BASE64_URL, out, &size), BONA_BAD_BASE64);
}

static void white_space_is_skipped_only_when_asked(void **state)
{
    char out[512];
    size_t size;

    (void)state;
    assert_int_equal(decode(" Zm\r\n9v\tYg =\n=\n", BONA_BASE64_SPACED, out, &size), BONA_OK);
    assert_string_equal(out, "foob");
    assert_int_equal(decode("Zm 9v", BONA_BASE64_STRICT, out, &size), BONA_BAD_BASE64);
    assert_int_equal(decode("Zm9v Yg", BONA_BASE64_SPACED, out, &size), BONA_BAD_BASE64);
}

/* Every length around the block size of the vector code, also in place. */
static void random_bytes_come_back(void **state)
{
    uint8_t bytes[200], back[304];
    char text[300];
    size_t size;

    (void)state;
    for (size_t n = 0; n <= sizeof bytes; n++) {
        bona_random(bytes, sizeof bytes);
        bona_base64_encode(text, bytes, n, BONA_BASE64_STRICT);
        assert_int_equal(
            bona_base64_decode(back, sizeof back, &size, text, strlen(text), BONA_BASE64_STRICT),
            BONA_OK);
        assert_int_equal(size, n);
        assert_memory_equal(back, bytes, n);
        assert_int_equal(bona_base64_decode((uint8_t *)text, sizeof text + 8, &size, text,
                                            strlen(text), BONA_BASE64_STRICT),
                         BONA_OK);
        assert_memory_equal(text, bytes, n);
        bona_base64_encode(text, bytes, n, BONA_BASE64_URL);
        assert_int_equal(
            bona_base64_decode(back, sizeof back, &size, text, strlen(text), BONA_BASE64_URL),
            BONA_OK);
        assert_memory_equal(back, bytes, n);
    }
}

/* Each of the 256 characters in each place of a vector block is judged as the table of the RFC
 * says. */
static void every_character_is_judged_in_every_place(void **state)
{
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    char text[96];
    uint8_t out[128];
    size_t size;

    (void)state;
    for (int c = 0; c < 256; c++)
        for (int place = 0; place < 64; place++) {
            bool good = c != 0 && strchr(letters, c) != NULL;

            memset(text, 'A', sizeof text);
            text[place] = (char)c;
            assert_int_equal(
                bona_base64_decode(out, sizeof out, &size, text, sizeof text, BONA_BASE64_STRICT),
                good ? BONA_OK : BONA_BAD_BASE64);
            if (good) {
                int value = (int)(strchr(letters, c) - letters);
                int bit = 18 - 6 * (place % 4);
                const uint8_t *three = out + place / 4 * 3;

                assert_int_equal((three[0] << 16 | three[1] << 8 | three[2]) >> bit & 63, value);
            }
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_vectors_of_the_rfc_hold),
        cmocka_unit_test(what_is_not_canonical_is_refused),
        cmocka_unit_test(white_space_is_skipped_only_when_asked),
        cmocka_unit_test(random_bytes_come_back),
        cmocka_unit_test(every_character_is_judged_in_every_place),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
