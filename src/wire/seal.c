/* SPDX-License-Identifier: Apache-2.0 */
/* AES-256-GCM (NIST SP 800-38D) through OpenSSL's EVP; see seal.h. */
#include "wire/seal.h"

#include <assert.h>
#include <limits.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* The service's manual prints these two; the third is ours. All are public and protect nothing. */
static const char photo_key_public[] = "dcbbad6765e14139a07d34b92292a672";
static const char photo_iv_public[] = "df25d188a061";
static const char liveness_key_public[] = "6f1d0c5ab0c84e1f9a3377e2c4d85b90";

static bona_err read_key(const char *variable, const char *fallback, size_t size, char *out,
                         bool *is_default, bona_note *note)
{
    const char *text = getenv(variable);

    *is_default = text == NULL;
    if (text == NULL)
        text = fallback;
    if (strlen(text) != size)
        return bona_fail(note, BONA_BAD_CONFIG, "%s has %zu bytes: exactly %zu would be right",
                         variable, strlen(text), size);
    *is_default = *is_default || strcmp(text, fallback) == 0;
    memcpy(out, text, size + 1);
    return BONA_OK;
}

bona_err bona_seal_keys_read(bona_seal_keys *keys, bona_note *note)
{
    bona_err err = read_key("PARAM_DECRYPT_KEY", photo_key_public, BONA_SEAL_KEY, keys->photo_key,
                            &keys->photo_key_default, note);

    if (err == BONA_OK)
        err = read_key("PARAM_DECRYPT_IV", photo_iv_public, BONA_SEAL_NONCE, keys->photo_iv,
                       &keys->photo_iv_default, note);
    if (err == BONA_OK)
        err = read_key("BONAFIDE_LIVENESS_KEY", liveness_key_public, BONA_SEAL_KEY,
                       keys->liveness_key, &keys->liveness_key_default, note);
    if (err != BONA_OK)
        bona_seal_keys_wipe(keys);
    return err;
}

void bona_seal_keys_wipe(bona_seal_keys *keys)
{
    bona_wipe(keys, sizeof *keys);
}

/* A context with key, nonce and what is authenticated only; NULL on failure. `mode` as in
 * EVP_CipherInit_ex: 1 encrypts. */
static EVP_CIPHER_CTX *begin(const uint8_t key[BONA_SEAL_KEY], bona_bytes nonce, bona_bytes extra,
                             int mode)
{
    EVP_CIPHER_CTX *context;
    int size;

    if (nonce.size < 1 || nonce.size > BONA_SEAL_NONCE_MAX || extra.size > INT_MAX)
        return NULL;
    context = EVP_CIPHER_CTX_new();
    if (context == NULL)
        return NULL;
    if (EVP_CipherInit_ex(context, EVP_aes_256_gcm(), NULL, NULL, NULL, mode) == 1 &&
        EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_IVLEN, (int)nonce.size, NULL) == 1 &&
        EVP_CipherInit_ex(context, NULL, NULL, key, nonce.data, mode) == 1 &&
        (extra.size == 0 ||
         EVP_CipherUpdate(context, NULL, &size, extra.data, (int)extra.size) == 1))
        return context;
    EVP_CIPHER_CTX_free(context);
    return NULL;
}

bona_err bona_seal(const uint8_t key[BONA_SEAL_KEY], bona_bytes nonce, bona_bytes extra,
                   bona_bytes plain, uint8_t *out)
{
    EVP_CIPHER_CTX *context = plain.size <= INT_MAX ? begin(key, nonce, extra, 1) : NULL;
    bona_err err = BONA_INTERNAL;
    int size = 0;

    if (context == NULL)
        return BONA_INTERNAL;
    if ((plain.size == 0 ||
         EVP_CipherUpdate(context, out, &size, plain.data, (int)plain.size) == 1) &&
        EVP_CipherFinal_ex(context, out + plain.size, &size) == 1 &&
        EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, BONA_SEAL_TAG, out + plain.size) == 1)
        err = BONA_OK;
    EVP_CIPHER_CTX_free(context);
    return err;
}

bona_err bona_unseal(const uint8_t key[BONA_SEAL_KEY], bona_bytes nonce, bona_bytes extra,
                     bona_bytes sealed, uint8_t *out)
{
    uint8_t tag[BONA_SEAL_TAG];
    uint8_t rest[BONA_SEAL_TAG];
    EVP_CIPHER_CTX *context;
    bona_err err = BONA_BAD_CIPHER;
    size_t plain_size;
    int size = 0;

    if (sealed.size < BONA_SEAL_TAG || sealed.size > INT_MAX)
        return BONA_BAD_CIPHER;
    plain_size = sealed.size - BONA_SEAL_TAG;
    memcpy(tag, sealed.data + plain_size, sizeof tag);
    context = begin(key, nonce, extra, 0);
    if (context != NULL &&
        (plain_size == 0 ||
         EVP_CipherUpdate(context, out, &size, sealed.data, (int)plain_size) == 1) &&
        EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, sizeof tag, tag) == 1 &&
        EVP_CipherFinal_ex(context, rest, &size) == 1)
        err = BONA_OK;
    if (err != BONA_OK)
        bona_wipe(out, plain_size);
    EVP_CIPHER_CTX_free(context);
    return err;
}

bona_err bona_photo_unseal(const bona_seal_keys *keys, bona_bytes sealed, uint8_t *out)
{
    const bona_bytes nonce = { (const uint8_t *)keys->photo_iv, BONA_SEAL_NONCE };

    if (sealed.size <= BONA_SEAL_TAG)
        return BONA_BAD_CIPHER;
    return bona_unseal((const uint8_t *)keys->photo_key, nonce, (bona_bytes){ NULL, 0 }, sealed,
                       out);
}

bona_err bona_photo_seal(const bona_seal_keys *keys, bona_bytes photo, uint8_t *out)
{
    const bona_bytes nonce = { (const uint8_t *)keys->photo_iv, BONA_SEAL_NONCE };

    return bona_seal((const uint8_t *)keys->photo_key, nonce, (bona_bytes){ NULL, 0 }, photo, out);
}
