/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON Web Tokens (RFC 7519) in JWS compact form (RFC 7515) with a symmetric key: HS256, HS384,
 * HS512 and nothing else. The token is read strictly by our own JSON; nobody else's parser sees it
 * before its signature holds. libjwt makes the tokens of the command. The rules on claims are those
 * of the BWS specification, section 3.
 */
#ifndef BONA_WIRE_JWT_H
#define BONA_WIRE_JWT_H

#include "base/err.h"

enum {
    BONA_JWT_SIZE_MAX = 8192,  /* characters of a token */
    BONA_JWT_SUBJECT_MAX = 64, /* bytes of `sub` */
    BONA_JWT_SKEW_S = 300,     /* seconds that clocks may differ; project decision B9 */
    BONA_JWT_KEY_MIN = 32,     /* bytes; RFC 7518, section 3.2 wants the length of the hash */
    BONA_JWT_MAC_MAX = 64      /* bytes of a signature */
};

typedef enum bona_jwt_alg { BONA_JWT_HS256 = 1, BONA_JWT_HS384, BONA_JWT_HS512 } bona_jwt_alg;

/* What an unverified token says. Believe none of it before bona_jwt_verify. */
typedef struct bona_jwt {
    bona_jwt_alg alg;
    char subject[BONA_JWT_SUBJECT_MAX + 1];
    uint8_t mac[BONA_JWT_MAC_MAX]; /* the signature, as long as the hash of `alg` */
} bona_jwt;

/*
 * Reads a token and checks everything but the signature: form, algorithm, no `crit`, no duplicate
 * members, `sub`, `aud` (text or list) holding `audience` in any letter case, `exp` and `nbf`
 * against `now_s` (Unix time, seconds) with BONA_JWT_SKEW_S, and a lifetime from now of at most
 * `lifetime_max_s` (0 = any). Returns BONA_OK, BONA_BAD_TOKEN (the note says why; it is not for the
 * caller's eyes) or BONA_NO_MEMORY.
 */
bona_err bona_jwt_read(bona_jwt *jwt, const char *token, size_t size, const char *audience,
                       int64_t now_s, int64_t lifetime_max_s, bona_note *note);

/* Whether this key made the token's signature; compared in constant time. */
bool bona_jwt_verify(const bona_jwt *jwt, const char *token, size_t size, const uint8_t *key,
                     size_t key_size);

/*
 * Makes a token with iss and sub = `subject`, aud = `audience`, iat = nbf = now, exp = now +
 * lifetime_s. The caller frees *token with bona_free. Returns BONA_OK, BONA_BAD_ARGUMENT or
 * BONA_NO_MEMORY.
 */
bona_err bona_jwt_make(char **token, bona_jwt_alg alg, const char *subject, const char *audience,
                       int64_t now_s, int64_t lifetime_s, const uint8_t *key, size_t key_size);

/* The algorithm of that name ("HS256"), or 0. */
bona_jwt_alg bona_jwt_alg_named(const char *name);

#endif
