/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tokens: what the vendor's clients send passes (BWS specification, section 3), and the known
 * attacks fail. The signed example is that of RFC 7515, appendix A.1; our own tokens are signed
 * with OpenSSL, not with libjwt.
 */
#include "check.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <string.h>

#include "base/mem.h"
#include "wire/base64.h"
#include "wire/jwt.h"

enum { NOW = 1800000000 };

static const uint8_t key[64] = { 1, 2, 3, 4, 5 };

static void sign(char *out, size_t room, const char *head, const char *claims)
{
    char a[512], b[1024], mac_text[128];
    uint8_t mac[64];
    unsigned size = 0;
    const EVP_MD *hash = strstr(head, "512")   ? EVP_sha512()
                         : strstr(head, "384") ? EVP_sha384()
                                               : EVP_sha256();

    bona_base64_encode(a, head, strlen(head), BONA_BASE64_URL);
    bona_base64_encode(b, claims, strlen(claims), BONA_BASE64_URL);
    snprintf(out, room, "%s.%s", a, b);
    assert_non_null(HMAC(hash, key, sizeof key, (uint8_t *)out, strlen(out), mac, &size));
    bona_base64_encode(mac_text, mac, size, BONA_BASE64_URL);
    snprintf(out, room, "%s.%s.%s", a, b, mac_text);
}

static bool passes_as(const char *token, const char *subject)
{
    bona_jwt jwt;
    bona_note note;

    if (bona_jwt_read(&jwt, token, strlen(token), "BWS", NOW, 0, &note) != BONA_OK)
        return false;
    return strcmp(jwt.subject, subject) == 0 &&
           bona_jwt_verify(&jwt, token, strlen(token), key, sizeof key);
}

static bool passes(const char *head, const char *claims)
{
    char token[2048];

    sign(token, sizeof token, head, claims);
    return passes_as(token, "app");
}

#define HS256 "{\"alg\":\"HS256\",\"typ\":\"JWT\"}"
#define TIMES ",\"nbf\":1799999990,\"iat\":1799999990,\"exp\":1800000300}"

static void tokens_of_all_vendor_clients_pass(void **state)
{
    (void)state;
    assert_true(passes("{\"alg\":\"HS512\",\"typ\":\"JWT\"}",
                       "{\"iss\":\"app\",\"aud\":\"BWS\",\"sub\":\"app\"" TIMES));
    assert_true(passes(HS256, "{\"iss\":\"app\",\"aud\":\"BWS\",\"sub\":\"app\"" TIMES));
    assert_true(passes("{\"alg\":\"HS384\"}", "{\"aud\":\"BWS\",\"sub\":\"app\"" TIMES));
    assert_true(passes("{\"alg\":\"HS512\"}", "{\"iss\":\"app\",\"sub\":\"app\",\"aud\":[\"BWS\"],"
                                              "\"iat\":1799999990,\"exp\":1800000300}"));
    assert_true(passes(HS256, "{\"iss\":\"demoWeApp\",\"aud\":\"bws\",\"sub\":\"app\"" TIMES));
    assert_true(passes(HS256, "{\"aud\":[\"x\",\"bWs\"],\"sub\":\"app\",\"exp\":1800000000.5}"));
}

static void times_hold_within_the_skew(void **state)
{
    (void)state;
    assert_true(passes(HS256, "{\"aud\":\"BWS\",\"sub\":\"app\",\"exp\":1799999701}"));
    assert_false(passes(HS256, "{\"aud\":\"BWS\",\"sub\":\"app\",\"exp\":1799999700}"));
    assert_true(
        passes(HS256, "{\"aud\":\"BWS\",\"sub\":\"app\",\"exp\":1800009999,\"nbf\":1800000300}"));
    assert_false(
        passes(HS256, "{\"aud\":\"BWS\",\"sub\":\"app\",\"exp\":1800009999,\"nbf\":1800000301}"));
}

static void claims_of_a_wrong_kind_are_refused(void **state)
{
    static const char *const claims[] = {
        "{\"sub\":\"app\",\"exp\":1800000300}",
        "{\"aud\":\"other\",\"sub\":\"app\",\"exp\":1800000300}",
        "{\"aud\":[],\"sub\":\"app\",\"exp\":1800000300}",
        "{\"aud\":[\"BWS\",7],\"sub\":\"app\",\"exp\":1800000300}",
        "{\"aud\":{\"BWS\":1},\"sub\":\"app\",\"exp\":1800000300}",
        "{\"aud\":\"BWS\",\"exp\":1800000300}",
        "{\"aud\":\"BWS\",\"sub\":\"\",\"exp\":1800000300}",
        "{\"aud\":\"BWS\",\"sub\":7,\"exp\":1800000300}",
        "{\"aud\":\"BWS\",\"sub\":\"app\\u0000\",\"exp\":1800000300}",
        "{\"aud\":\"BWS\",\"sub\":\"app\"}",
        "{\"aud\":\"BWS\",\"sub\":\"app\",\"exp\":\"1800000300\"}",
        "{\"aud\":\"BWS\",\"sub\":\"app\",\"exp\":1800000300,\"nbf\":\"soon\"}",
        "{\"aud\":\"BWS\",\"sub\":\"app\",\"sub\":\"app\",\"exp\":1800000300}",
        "{\"aud\":\"BWS\",\"sub\":\"app\",\"exp\":1700000000,\"exp\":1800000300}",
        "[\"app\"]",
        "{\"aud\":\"BWS\",\"sub\":\"app\",\"exp\":1800000300",
    };

    (void)state;
    for (size_t i = 0; i < sizeof claims / sizeof *claims; i++)
        if (passes(HS256, claims[i]))
            fail_msg("passed: %s", claims[i]);
}

static void other_algorithms_and_crit_are_refused(void **state)
{
    static const char *const heads[] = {
        "{\"alg\":\"none\"}",  "{\"alg\":\"RS256\"}",
        "{\"alg\":\"ES256\"}", "{\"alg\":\"hs256\"}",
        "{\"alg\":\"PS512\"}", "{}",
        "{\"alg\":7}",         "{\"alg\":\"HS256\",\"alg\":\"none\"}",
        "{\"alg\":null}",      "{\"alg\":\"HS256\",\"crit\":[\"exp\"]}"
    };

    (void)state;
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
        if (passes(heads[i], "{\"aud\":\"BWS\",\"sub\":\"app\"" TIMES))
            fail_msg("passed: %s", heads[i]);
}

/* The signature fits one text only: nothing may be cut, added, padded or written in another way. */
static void a_changed_token_is_refused(void **state)
{
    char good[2048], bad[2100];
    size_t size;

    (void)state;
    sign(good, sizeof good, HS256, "{\"aud\":\"BWS\",\"sub\":\"app\"" TIMES);
    assert_true(passes_as(good, "app"));
    size = strlen(good);
    for (size_t i = 0; i < size; i++) {
        memcpy(bad, good, size + 1);
        bad[i] = bad[i] == 'A' ? 'B' : 'A';
        assert_false(passes_as(bad, "app"));
        memcpy(bad, good, i);
        bad[i] = 0;
        assert_false(passes_as(bad, "app"));
        memcpy(bad, good, i);
        bad[i] = '=';
        memcpy(bad + i + 1, good + i, size - i + 1);
        assert_false(passes_as(bad, "app"));
    }
    snprintf(bad, sizeof bad, "%s=", good);
    assert_false(passes_as(bad, "app"));
    snprintf(bad, sizeof bad, "%s.", good);
    assert_false(passes_as(bad, "app"));
    /* 43 characters hold 258 bits; the last two belong to no byte. */
    memcpy(bad, good, size + 1);
    bad[size - 1]++;
    assert_false(passes_as(bad, "app"));
}

static void an_empty_signature_is_refused(void **state)
{
    char token[2048];

    (void)state;
    sign(token, sizeof token, HS256, "{\"aud\":\"BWS\",\"sub\":\"app\"" TIMES);
    *(strrchr(token, '.') + 1) = 0;
    assert_false(passes_as(token, "app"));
    assert_false(passes_as("", "app"));
    assert_false(passes_as("..", "app"));
    assert_false(passes_as("a.b", "app"));
}

static void another_key_is_refused(void **state)
{
    uint8_t other[64] = { 1, 2, 3, 4, 6 };
    char token[2048];
    bona_jwt jwt;

    (void)state;
    sign(token, sizeof token, HS256, "{\"aud\":\"BWS\",\"sub\":\"app\"" TIMES);
    assert_int_equal(bona_jwt_read(&jwt, token, strlen(token), "BWS", NOW, 0, NULL), BONA_OK);
    assert_false(bona_jwt_verify(&jwt, token, strlen(token), other, sizeof other));
    assert_false(bona_jwt_verify(&jwt, token, strlen(token), key, 8));
}

static void the_operators_lifetime_limit_holds(void **state)
{
    char token[2048];
    bona_jwt jwt;

    (void)state;
    sign(token, sizeof token, HS256, "{\"aud\":\"BWS\",\"sub\":\"app\",\"exp\":1800086400}");
    assert_int_equal(bona_jwt_read(&jwt, token, strlen(token), "BWS", NOW, 86400, NULL), BONA_OK);
    assert_int_equal(bona_jwt_read(&jwt, token, strlen(token), "BWS", NOW, 3600, NULL),
                     BONA_BAD_TOKEN);
}

static void the_example_of_the_rfc_verifies(void **state)
{
    static const char token[] = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9."
                                "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcG"
                                "xlLmNvbS9pc19yb290Ijp0cnVlfQ."
                                "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    static const char k[] =
        "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow";
    /* The octets of the signature, as the appendix lists them. */
    static const uint8_t mac[] = { 116, 24,  223, 180, 151, 153, 224, 37,  79,  250, 96,
                                   125, 216, 173, 187, 186, 22,  212, 37,  77,  105, 214,
                                   191, 240, 91,  88,  5,   88,  83,  132, 141, 121 };
    uint8_t bytes[128];
    size_t size;
    bona_jwt jwt = { .alg = BONA_JWT_HS256 };

    (void)state;
    assert_int_equal(bona_base64_decode(bytes, sizeof bytes, &size, k, strlen(k), BONA_BASE64_URL),
                     BONA_OK);
    assert_int_equal(size, 64);
    memcpy(jwt.mac, mac, sizeof mac);
    assert_true(bona_jwt_verify(&jwt, token, sizeof token - 1, bytes, size));
}

static void a_token_we_make_passes(void **state)
{
    static const char *const names[] = { "HS256", "HS384", "HS512" };

    (void)state;
    for (int i = 0; i < 3; i++) {
        char *token;

        assert_int_equal(bona_jwt_make(&token, bona_jwt_alg_named(names[i]), "app", "BWS", NOW, 300,
                                       key, sizeof key),
                         BONA_OK);
        assert_true(passes_as(token, "app"));
        bona_free(token);
    }
    assert_int_equal(bona_jwt_alg_named("none"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tokens_of_all_vendor_clients_pass),
        cmocka_unit_test(times_hold_within_the_skew),
        cmocka_unit_test(claims_of_a_wrong_kind_are_refused),
        cmocka_unit_test(other_algorithms_and_crit_are_refused),
        cmocka_unit_test(a_changed_token_is_refused),
        cmocka_unit_test(an_empty_signature_is_refused),
        cmocka_unit_test(another_key_is_refused),
        cmocka_unit_test(the_operators_lifetime_limit_holds),
        cmocka_unit_test(the_example_of_the_rfc_verifies),
        cmocka_unit_test(a_token_we_make_passes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
