/* SPDX-License-Identifier: Apache-2.0 */
/* Tokens from anywhere: as they are, and with a line end, as head and claims under an empty
 * signature of full length. */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "wire/base64.h"
#include "wire/jwt.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint8_t key[64] = "a key that no seed was signed with";
    const uint8_t *line = memchr(data, '\n', size);
    size_t head = line != NULL ? (size_t)(line - data) : size, room = 2 * size + 256;
    char *token = bona_alloc(room, 1);
    bona_jwt jwt;

    memcpy(token, data, size);
    if (line != NULL) {
        bona_base64_encode(token, data, head, BONA_BASE64_URL);
        strcat(token, ".");
        bona_base64_encode(token + strlen(token), line + 1, size - head - 1, BONA_BASE64_URL);
        snprintf(token + strlen(token), 88, ".%086d", 0);
        token[strlen(token) - (memmem(data, head, "256", 3) != NULL ? 43 : 0)] = 0;
    }
    if (bona_jwt_read(&jwt, token, strlen(token), "BWS", 1800000000, 0, NULL) == BONA_OK &&
        bona_jwt_verify(&jwt, token, strlen(token), key, sizeof key))
        __builtin_trap();
    bona_free(token);
    return 0;
}
