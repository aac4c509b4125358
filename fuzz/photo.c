/* SPDX-License-Identifier: Apache-2.0 */
/* Sealed photos: what was sealed opens again, and with one bit changed it does not and leaves
 * zeros. */
#include <string.h>

#include "base/mem.h"
#include "wire/seal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t *sealed = bona_alloc(size + BONA_SEAL_TAG, 1),
            *out = bona_alloc(size + BONA_SEAL_TAG, 1);
    const bona_bytes whole = { sealed, size + BONA_SEAL_TAG };
    bona_seal_keys keys;
    bool good = bona_seal_keys_read(&keys, NULL) == BONA_OK;

    if (bona_photo_unseal(&keys, (bona_bytes){ data, size }, out) == BONA_OK &&
        size <= BONA_SEAL_TAG)
        __builtin_trap();
    if (size > 0 && bona_photo_seal(&keys, (bona_bytes){ data, size }, sealed) == BONA_OK) {
        good &= bona_photo_unseal(&keys, whole, out) == BONA_OK && memcmp(out, data, size) == 0;
        sealed[data[0] % whole.size] ^= 1;
        good &= bona_photo_unseal(&keys, whole, out) == BONA_BAD_CIPHER && out[0] == 0;
        good &= memcmp(out, out + 1, size - 1) == 0;
    }
    if (!good)
        __builtin_trap();
    bona_free(sealed);
    bona_free(out);
    return 0;
}
