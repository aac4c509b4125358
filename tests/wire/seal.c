/* SPDX-License-Identifier: Apache-2.0 */
/* AES-256-GCM against published vectors, and the photo encryption of the identity API. */
#include "wire/hex.h"

#include "base/file.h"
#include "base/mem.h"
#include "wire/base64.h"
#include "wire/json.h"
#include "wire/seal.h"

enum { BYTES_MAX = 4096, FILE_BYTES_MAX = 16 << 20 };

/* D. McGrew, J. Viega, "The Galois/Counter Mode of Operation", appendix B, test cases 13 to 17
 * (AES-256). */
static const struct {
    const char *key, *nonce, *extra, *plain, *cipher, *tag;
} published[] = {
    { "0000000000000000000000000000000000000000000000000000000000000000",
      "000000000000000000000000", "", "", "", "530f8afbc74536b9a963b4f1c4cb738b" },
    { "0000000000000000000000000000000000000000000000000000000000000000",
      "000000000000000000000000", "", "00000000000000000000000000000000",
      "cea7403d4d606b6e074ec5d3baf39d18", "d0d1c8a799996bf0265b98b5d48ab919" },
    { "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308",
      "cafebabefacedbaddecaf888", "",
      "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
      "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b391aafd255",
      "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
      "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662898015ad",
      "b094dac5d93471bdec1a502270e3cc6c" },
    { "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308",
      "cafebabefacedbaddecaf888", "feedfacedeadbeeffeedfacedeadbeefabaddad2",
      "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
      "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
      "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
      "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662",
      "76fc6ece0f4e1768cddf8853bb2d551b" },
    { "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308", "cafebabefacedbad",
      "feedfacedeadbeeffeedfacedeadbeefabaddad2",
      "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
      "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
      "c3762df1ca787d32ae47c13bf19844cbaf1ae14d0b976afac52ff7d79bba9de0"
      "feb582d33934a4f0954cc2363bc73f7862ac430e64abe499f47c9b1f",
      "3a337dbf46a792c45e454913fe2ea8f2" },
};

/* One case of a vector file or table, decoded. */
typedef struct vector {
    uint8_t key[BONA_SEAL_KEY], nonce[BYTES_MAX], extra[BYTES_MAX], plain[BYTES_MAX],
        sealed[BYTES_MAX];
    size_t nonce_size, extra_size, plain_size, sealed_size;
} vector;

static size_t read_text(uint8_t *out, size_t room, const char *text)
{
    return hex_read(out, room, text, strlen(text));
}

static bona_err open_vector(const vector *v, uint8_t *out)
{
    return bona_unseal(v->key, (bona_bytes){ v->nonce, v->nonce_size },
                       (bona_bytes){ v->extra, v->extra_size },
                       (bona_bytes){ v->sealed, v->sealed_size }, out);
}

static void assert_both_ways(const vector *v)
{
    uint8_t out[BYTES_MAX + BONA_SEAL_TAG];

    assert_int_equal(open_vector(v, out), BONA_OK);
    assert_memory_equal(out, v->plain, v->plain_size);
    assert_int_equal(bona_seal(v->key, (bona_bytes){ v->nonce, v->nonce_size },
                               (bona_bytes){ v->extra, v->extra_size },
                               (bona_bytes){ v->plain, v->plain_size }, out),
                     BONA_OK);
    assert_memory_equal(out, v->sealed, v->sealed_size);
}

static void published_vectors_hold_both_ways(void **state)
{
    static vector v;

    (void)state;
    for (size_t i = 0; i < sizeof published / sizeof published[0]; i++) {
        assert_int_equal(read_text(v.key, sizeof v.key, published[i].key), BONA_SEAL_KEY);
        v.nonce_size = read_text(v.nonce, BYTES_MAX, published[i].nonce);
        v.extra_size = read_text(v.extra, BYTES_MAX, published[i].extra);
        v.plain_size = read_text(v.plain, BYTES_MAX, published[i].plain);
        v.sealed_size = read_text(v.sealed, BYTES_MAX, published[i].cipher);
        v.sealed_size += read_text(v.sealed + v.sealed_size, BONA_SEAL_TAG, published[i].tag);
        assert_both_ways(&v);
    }
}

static size_t member_bytes(uint8_t *out, const bona_json *object, const char *name)
{
    const bona_json *member = bona_json_member(object, name);

    assert_non_null(member);
    return hex_read(out, BYTES_MAX, member->text.data, member->text.size);
}

/* One case of the file; false when its nonce is longer than OpenSSL takes. */
static bool try_case(const bona_json *test)
{
    static vector v;
    uint8_t key[BYTES_MAX], out[BYTES_MAX];

    v.nonce_size = member_bytes(v.nonce, test, "iv");
    if (v.nonce_size > BONA_SEAL_NONCE_MAX)
        return false;
    assert_int_equal(member_bytes(key, test, "key"), BONA_SEAL_KEY);
    memcpy(v.key, key, BONA_SEAL_KEY);
    v.extra_size = member_bytes(v.extra, test, "aad");
    v.plain_size = member_bytes(v.plain, test, "msg");
    v.sealed_size = member_bytes(v.sealed, test, "ct");
    v.sealed_size += member_bytes(v.sealed + v.sealed_size, test, "tag");
    if (bona_text_is(bona_json_member(test, "result")->text, "invalid"))
        assert_int_equal(open_vector(&v, out), BONA_BAD_CIPHER);
    else
        assert_both_ways(&v);
    return true;
}

/* testvectors_v1/aes_gcm_test.json of C2SP/wycheproof, which is not part of this repository. */
static const char *wycheproof_path(char path[1024])
{
    const char *own = getenv("BONAFIDE_WYCHEPROOF");

    if (own == NULL)
        snprintf(path, 1024, "%s/wycheproof/aes_gcm_test.json",
                 check_shared() != NULL ? check_shared() : ".");
    else
        snprintf(path, 1024, "%s", own);
    return access(path, R_OK) == 0 ? path : NULL;
}

static void wycheproof_cases_hold(void **state)
{
    char path[1024];
    uint8_t *text;
    size_t size;
    bona_json_doc doc;
    bona_note note = { "" };
    int checked = 0, left_out = 0;

    (void)state;
    if (wycheproof_path(path) == NULL) {
        print_message("left out: BONAFIDE_WYCHEPROOF names no aes_gcm_test.json\n");
        skip();
    }
    assert_int_equal(bona_file_read(path, FILE_BYTES_MAX, &text, &size, &note), BONA_OK);
    if (bona_json_parse(&doc, (char *)text, size, 1 << 20, &note) != BONA_OK)
        fail_msg("%s", note.text);
    for (const bona_json *group = bona_json_member(doc.nodes, "testGroups")->first; group != NULL;
         group = group->next) {
        if (bona_json_member(group, "keySize")->whole != 256)
            continue; /* the API has keys of 256 bits only */
        for (const bona_json *test = bona_json_member(group, "tests")->first; test != NULL;
             test = test->next)
            *(try_case(test) ? &checked : &left_out) += 1;
    }
    print_message("%d cases of 256 bits hold, %d with longer nonces left out\n", checked, left_out);
    assert_true(checked >= 100);
    bona_json_deinit(&doc);
    bona_free(text);
}

static bona_seal_keys default_keys(void)
{
    bona_seal_keys keys;

    unsetenv("PARAM_DECRYPT_KEY");
    unsetenv("PARAM_DECRYPT_IV");
    unsetenv("BONAFIDE_LIVENESS_KEY");
    assert_int_equal(bona_seal_keys_read(&keys, NULL), BONA_OK);
    return keys;
}

/* The check value of the specification, checklist item 4. */
static void abc_becomes_the_check_value_and_back(void **state)
{
    const bona_seal_keys keys = default_keys();
    uint8_t sealed[64], plain[3];
    char text[64];
    size_t size;

    (void)state;
    assert_true(keys.photo_key_default && keys.photo_iv_default && keys.liveness_key_default);
    assert_int_equal(bona_photo_seal(&keys, (bona_bytes){ (const uint8_t *)"abc", 3 }, sealed),
                     BONA_OK);
    bona_base64_encode(text, sealed, 3 + BONA_SEAL_TAG, BONA_BASE64_STRICT);
    assert_string_equal(text, "5UKWy8SA6+5HoJKWxW23bxYegw==");
    assert_int_equal(
        bona_base64_decode(sealed, sizeof sealed, &size, text, strlen(text), BONA_BASE64_STRICT),
        BONA_OK);
    assert_int_equal(bona_photo_unseal(&keys, (bona_bytes){ sealed, size }, plain), BONA_OK);
    assert_memory_equal(plain, "abc", 3);
    assert_int_equal(bona_photo_unseal(&keys, (bona_bytes){ sealed, size }, sealed),
                     BONA_OK); /* in place */
    assert_memory_equal(sealed, "abc", 3);
}

static void any_change_is_refused_and_leaves_zeros(void **state)
{
    static const uint8_t zeros[50];
    bona_seal_keys keys = default_keys();
    uint8_t sealed[50 + BONA_SEAL_TAG], plain[50], photo[50];

    (void)state;
    memset(photo, 7, sizeof photo);
    assert_int_equal(bona_photo_seal(&keys, (bona_bytes){ photo, sizeof photo }, sealed), BONA_OK);
    for (size_t bit = 0; bit < 8 * sizeof sealed; bit++) {
        sealed[bit / 8] ^= (uint8_t)(1 << bit % 8);
        memset(plain, 1, sizeof plain);
        assert_int_equal(bona_photo_unseal(&keys, (bona_bytes){ sealed, sizeof sealed }, plain),
                         BONA_BAD_CIPHER);
        assert_memory_equal(plain, zeros, sizeof plain);
        sealed[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    for (size_t size = 0; size < sizeof sealed; size++)
        assert_int_equal(bona_photo_unseal(&keys, (bona_bytes){ sealed, size }, plain),
                         BONA_BAD_CIPHER);
    keys.photo_key[31] ^= 1;
    assert_int_equal(bona_photo_unseal(&keys, (bona_bytes){ sealed, sizeof sealed }, plain),
                     BONA_BAD_CIPHER);
}

/* Checklist item 6: the key looks like hex, and a client that decodes it has another key. */
static void a_client_that_decodes_the_key_as_hex_is_refused(void **state)
{
    const bona_seal_keys keys = default_keys();
    uint8_t decoded[BONA_SEAL_KEY] = { 0 }, sealed[3 + BONA_SEAL_TAG], plain[3];
    const bona_bytes nonce = { (const uint8_t *)keys.photo_iv, BONA_SEAL_NONCE };

    (void)state;
    assert_int_equal(hex_read(decoded, sizeof decoded, keys.photo_key, 32), 16);
    assert_int_equal(bona_seal(decoded, nonce, (bona_bytes){ NULL, 0 },
                               (bona_bytes){ (const uint8_t *)"abc", 3 }, sealed),
                     BONA_OK);
    assert_int_equal(bona_photo_unseal(&keys, (bona_bytes){ sealed, sizeof sealed }, plain),
                     BONA_BAD_CIPHER);
}

static void keys_of_another_length_are_refused_by_name(void **state)
{
    static const char *const names[] = { "PARAM_DECRYPT_KEY", "PARAM_DECRYPT_IV",
                                         "BONAFIDE_LIVENESS_KEY" };
    bona_seal_keys keys = default_keys();
    bona_note note;

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        setenv(names[i], "0123456789012345678901234567890", 1);
        assert_int_equal(bona_seal_keys_read(&keys, &note), BONA_BAD_CONFIG);
        assert_non_null(strstr(note.text, names[i]));
        assert_non_null(strstr(note.text, i == 1 ? "exactly 12" : "exactly 32"));
        setenv(names[i], "", 1);
        assert_int_equal(bona_seal_keys_read(&keys, &note), BONA_BAD_CONFIG);
        unsetenv(names[i]);
    }
    setenv(names[0], "01234567890123456789012345678901", 1);
    assert_int_equal(bona_seal_keys_read(&keys, &note), BONA_OK);
    assert_false(keys.photo_key_default);
    assert_true(keys.photo_iv_default);
    assert_string_equal(keys.photo_key, "01234567890123456789012345678901");
    unsetenv(names[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(published_vectors_hold_both_ways),
        cmocka_unit_test(wycheproof_cases_hold),
        cmocka_unit_test(abc_becomes_the_check_value_and_back),
        cmocka_unit_test(any_change_is_refused_and_leaves_zeros),
        cmocka_unit_test(a_client_that_decodes_the_key_as_hex_is_refused),
        cmocka_unit_test(keys_of_another_length_are_refused_by_name),
    };

    return cmocka_run_group_tests_name("wire_seal", tests, NULL, NULL);
}
