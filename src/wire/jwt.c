/* SPDX-License-Identifier: Apache-2.0 */
/* JSON Web Tokens; see jwt.h. Relies on OpenSSL for HMAC, on libjwt 1.10 to make tokens. */
#include "wire/jwt.h"

#include <jwt.h>
#include <limits.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <string.h>

#include "base/mem.h"
#include "wire/base64.h"
#include "wire/json.h"

static const struct {
    const char *name;
    bona_jwt_alg ours;
    jwt_alg_t theirs;
    size_t hash_bytes;
    const EVP_MD *(*hash)(void);
} algs[] = { { "HS256", BONA_JWT_HS256, JWT_ALG_HS256, 32, EVP_sha256 },
             { "HS384", BONA_JWT_HS384, JWT_ALG_HS384, 48, EVP_sha384 },
             { "HS512", BONA_JWT_HS512, JWT_ALG_HS512, 64, EVP_sha512 } };

enum { ALG_COUNT = sizeof algs / sizeof *algs };

/* The three parts between the dots. */
typedef struct parts {
    bona_text head, claims, signature;
} parts;

bona_jwt_alg bona_jwt_alg_named(const char *name)
{
    for (int i = 0; i < ALG_COUNT; i++)
        if (strcmp(algs[i].name, name) == 0)
            return algs[i].ours;
    return 0;
}

static bool split(parts *p, const char *token, size_t size)
{
    const char *end = token + size, *first, *second;

    first = memchr(token, '.', size);
    if (first == NULL)
        return false;
    second = memchr(first + 1, '.', (size_t)(end - first - 1));
    if (second == NULL || memchr(second + 1, '.', (size_t)(end - second - 1)) != NULL)
        return false;
    p->head = (bona_text){ token, (size_t)(first - token) };
    p->claims = (bona_text){ first + 1, (size_t)(second - first - 1) };
    p->signature = (bona_text){ second + 1, (size_t)(end - second - 1) };
    return true;
}

/* Decodes one part and parses it as an object without duplicate members; *memory holds the text of
 * `doc`. */
static bona_err read_object(bona_json_doc *doc, uint8_t **memory, bona_text part, bona_note *note)
{
    size_t room = bona_base64_room(part.size), size = 0;
    bona_err err;

    *memory = bona_alloc(room, 1);
    if (*memory == NULL)
        return BONA_NO_MEMORY;
    err = bona_base64_decode(*memory, room, &size, part.data, part.size, BONA_BASE64_URL);
    if (err != BONA_OK)
        return bona_fail(note, BONA_BAD_TOKEN, "token: not base64url without padding");
    err = bona_json_parse(doc, (char *)*memory, size, 0, note);
    if (err == BONA_NO_MEMORY)
        return err;
    if (err != BONA_OK || doc->nodes->type != BONA_JSON_OBJECT)
        return bona_fail(note, BONA_BAD_TOKEN, "token: a part is no JSON object");
    if (doc->duplicate_keys)
        return bona_fail(note, BONA_BAD_TOKEN, "token: a member is there twice");
    return BONA_OK;
}

static bona_err check_head(bona_jwt *jwt, const bona_json *head, bona_text signature,
                           bona_note *note)
{
    const bona_json *alg = bona_json_member(head, "alg");
    uint8_t bytes[128];
    size_t size = 0;

    if (bona_json_member(head, "crit") != NULL)
        return bona_fail(note, BONA_BAD_TOKEN, "token: crit is not understood here");
    for (int i = 0; alg != NULL && alg->type == BONA_JSON_STRING && i < ALG_COUNT; i++) {
        if (!bona_text_is(alg->text, algs[i].name))
            continue;
        if (signature.size > 100 ||
            bona_base64_decode(bytes, sizeof bytes, &size, signature.data, signature.size,
                               BONA_BASE64_URL) != BONA_OK ||
            size != algs[i].hash_bytes)
            return bona_fail(note, BONA_BAD_TOKEN, "token: signature is not %zu bytes of base64url",
                             algs[i].hash_bytes);
        jwt->alg = algs[i].ours;
        memcpy(jwt->mac, bytes, size);
        return BONA_OK;
    }
    return bona_fail(note, BONA_BAD_TOKEN, "token: alg is none of HS256, HS384, HS512");
}

static bool holds_audience(const bona_json *aud, const char *audience)
{
    bool found = false;

    if (aud == NULL)
        return false;
    if (aud->type == BONA_JSON_STRING)
        return bona_text_is_caseless(aud->text, audience);
    if (aud->type != BONA_JSON_ARRAY)
        return false;
    for (const bona_json *item = aud->first; item != NULL; item = item->next) {
        if (item->type != BONA_JSON_STRING)
            return false;
        found |= bona_text_is_caseless(item->text, audience);
    }
    return found;
}

static bona_err check_times(const bona_json *claims, int64_t now_s, int64_t lifetime_max_s,
                            bona_note *note)
{
    const bona_json *exp = bona_json_member(claims, "exp");
    const bona_json *nbf = bona_json_member(claims, "nbf");
    double now = (double)now_s;

    if (exp == NULL || exp->type != BONA_JSON_NUMBER)
        return bona_fail(note, BONA_BAD_TOKEN, "token: exp is missing or no number");
    if (!(now < exp->number + BONA_JWT_SKEW_S))
        return bona_fail(note, BONA_BAD_TOKEN, "token: expired %.0f s ago", now - exp->number);
    if (lifetime_max_s > 0 && exp->number > now + (double)lifetime_max_s + BONA_JWT_SKEW_S)
        return bona_fail(note, BONA_BAD_TOKEN, "token: lives longer than %lld s",
                         (long long)lifetime_max_s);
    if (nbf != NULL && nbf->type != BONA_JSON_NUMBER)
        return bona_fail(note, BONA_BAD_TOKEN, "token: nbf is no number");
    if (nbf != NULL && !(now >= nbf->number - BONA_JWT_SKEW_S))
        return bona_fail(note, BONA_BAD_TOKEN, "token: not valid for another %.0f s",
                         nbf->number - now);
    return BONA_OK;
}

static bona_err check_claims(bona_jwt *jwt, const bona_json *claims, const char *audience,
                             bona_note *note)
{
    const bona_json *sub = bona_json_member(claims, "sub");

    if (sub == NULL || sub->type != BONA_JSON_STRING || sub->text.size == 0 ||
        sub->text.size > BONA_JWT_SUBJECT_MAX || memchr(sub->text.data, 0, sub->text.size) != NULL)
        return bona_fail(note, BONA_BAD_TOKEN, "token: sub is no text of 1 to 64 bytes");
    memcpy(jwt->subject, sub->text.data, sub->text.size);
    if (!holds_audience(bona_json_member(claims, "aud"), audience))
        return bona_fail(note, BONA_BAD_TOKEN, "token: aud does not hold %s", audience);
    return BONA_OK;
}

bona_err bona_jwt_read(bona_jwt *jwt, const char *token, size_t size, const char *audience,
                       int64_t now_s, int64_t lifetime_max_s, bona_note *note)
{
    bona_json_doc head = { 0 }, claims = { 0 };
    uint8_t *head_text = NULL, *claims_text = NULL;
    parts p;
    bona_err err;

    *jwt = (bona_jwt){ 0 };
    if (size > BONA_JWT_SIZE_MAX || !split(&p, token, size))
        return bona_fail(note, BONA_BAD_TOKEN, "token: not three parts of at most %d characters",
                         BONA_JWT_SIZE_MAX);
    err = read_object(&head, &head_text, p.head, note);
    if (err == BONA_OK)
        err = check_head(jwt, head.nodes, p.signature, note);
    if (err == BONA_OK)
        err = read_object(&claims, &claims_text, p.claims, note);
    if (err == BONA_OK)
        err = check_claims(jwt, claims.nodes, audience, note);
    if (err == BONA_OK)
        err = check_times(claims.nodes, now_s, lifetime_max_s, note);
    bona_json_deinit(&head);
    bona_json_deinit(&claims);
    bona_free(head_text);
    bona_free(claims_text);
    return err;
}

bool bona_jwt_verify(const bona_jwt *jwt, const char *token, size_t size, const uint8_t *key,
                     size_t key_size)
{
    const char *dot = memrchr(token, '.', size);
    uint8_t mac[BONA_JWT_MAC_MAX];
    unsigned mac_size = 0;
    bool good = false;

    if (dot == NULL || key_size < BONA_JWT_KEY_MIN || key_size > INT_MAX)
        return false;
    for (int i = 0; i < ALG_COUNT; i++)
        if (algs[i].ours == jwt->alg)
            good = HMAC(algs[i].hash(), key, (int)key_size, (const uint8_t *)token,
                        (size_t)(dot - token), mac, &mac_size) != NULL &&
                   mac_size == algs[i].hash_bytes && CRYPTO_memcmp(mac, jwt->mac, mac_size) == 0;
    bona_wipe(mac, sizeof mac);
    return good;
}

static int fill(jwt_t *jwt, const char *subject, const char *audience, int64_t now_s,
                int64_t lifetime_s)
{
    int failed = jwt_add_grant(jwt, "iss", subject);

    failed |= jwt_add_grant(jwt, "sub", subject);
    failed |= jwt_add_grant(jwt, "aud", audience);
    failed |= jwt_add_grant_int(jwt, "iat", (long)now_s);
    failed |= jwt_add_grant_int(jwt, "nbf", (long)now_s);
    failed |= jwt_add_grant_int(jwt, "exp", (long)(now_s + lifetime_s));
    return failed;
}

bona_err bona_jwt_make(char **token, bona_jwt_alg alg, const char *subject, const char *audience,
                       int64_t now_s, int64_t lifetime_s, const uint8_t *key, size_t key_size)
{
    jwt_t *jwt = NULL;
    char *text = NULL;
    bona_err err = BONA_BAD_ARGUMENT;

    if (alg < BONA_JWT_HS256 || alg > BONA_JWT_HS512 || key_size < BONA_JWT_KEY_MIN)
        return BONA_BAD_ARGUMENT;
    if (jwt_new(&jwt) != 0)
        return BONA_NO_MEMORY;
    if (fill(jwt, subject, audience, now_s, lifetime_s) == 0 &&
        jwt_set_alg(jwt, algs[alg - BONA_JWT_HS256].theirs, key, (int)key_size) == 0)
        text = jwt_encode_str(jwt);
    if (text != NULL) {
        *token = bona_strdup(text);
        err = *token != NULL ? BONA_OK : BONA_NO_MEMORY;
    }
    bona_free(text); /* libjwt has it from the plain allocator */
    jwt_free(jwt);
    return err;
}
