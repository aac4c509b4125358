/* SPDX-License-Identifier: Apache-2.0 */
/* AES-256-GCM, and the photo encryption of the identity API (its specification, section 3). */
#ifndef BONA_WIRE_SEAL_H
#define BONA_WIRE_SEAL_H

#include "base/err.h"

enum {
    BONA_SEAL_KEY = 32,        /* bytes */
    BONA_SEAL_NONCE = 12,      /* bytes the APIs use */
    BONA_SEAL_NONCE_MAX = 128, /* bytes OpenSSL takes */
    BONA_SEAL_TAG = 16         /* bytes */
};

/* The keys of a deployment, as text that is used byte for byte (it looks like hex but is not
 * decoded). */
typedef struct bona_seal_keys {
    char photo_key[BONA_SEAL_KEY + 1];    /* PARAM_DECRYPT_KEY */
    char photo_iv[BONA_SEAL_NONCE + 1];   /* PARAM_DECRYPT_IV */
    char liveness_key[BONA_SEAL_KEY + 1]; /* BONAFIDE_LIVENESS_KEY */
    bool photo_key_default, photo_iv_default,
        liveness_key_default; /* a public value is in use: warn */
} bona_seal_keys;

/*
 * Reads the keys from the environment; what is not set gets its public default. Returns BONA_OK or,
 * for a length other than 32 or 12 bytes, BONA_BAD_CONFIG with the variable's name in the note.
 */
bona_err bona_seal_keys_read(bona_seal_keys *keys, bona_note *note);
void bona_seal_keys_wipe(bona_seal_keys *keys);

/*
 * Encrypts `size` bytes to `out` (room for size + BONA_SEAL_TAG): ciphertext, then tag. The nonce
 * may be 1 to 64 bytes, `extra` is authenticated and not encrypted. Returns BONA_OK or
 * BONA_INTERNAL (the library failed).
 */
bona_err bona_seal(const uint8_t key[BONA_SEAL_KEY], bona_bytes nonce, bona_bytes extra,
                   bona_bytes plain, uint8_t *out);

/*
 * Decrypts ciphertext and tag to `out` (room for sealed.size - BONA_SEAL_TAG). `out` may be
 * sealed.data itself. Returns BONA_OK, or BONA_BAD_CIPHER for every way to fail; `out` holds zeros
 * then, so nothing unauthenticated is seen.
 */
bona_err bona_unseal(const uint8_t key[BONA_SEAL_KEY], bona_bytes nonce, bona_bytes extra,
                     bona_bytes sealed, uint8_t *out);

/* The photo of the identity API, after base64: ciphertext and tag under photo_key and photo_iv, at
 * least one byte of photo. */
bona_err bona_photo_unseal(const bona_seal_keys *keys, bona_bytes sealed, uint8_t *out);
bona_err bona_photo_seal(const bona_seal_keys *keys, bona_bytes photo, uint8_t *out);

#endif
