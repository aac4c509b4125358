/* SPDX-License-Identifier: Apache-2.0 */
/* Tokens from anybody: no token made up without the key may verify. */
#include "wire/jwt.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint8_t key[64] = { 0x5A, 0xC3, 0x11, 0x97 };
    bona_jwt jwt;

    if (bona_jwt_read(&jwt, (const char *)data, size, "BWS", 1800000000, 0, NULL) == BONA_OK &&
        bona_jwt_verify(&jwt, (const char *)data, size, key, sizeof key))
        __builtin_trap();
    return 0;
}
