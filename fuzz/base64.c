/* SPDX-License-Identifier: Apache-2.0 */
/* Base64 from anywhere: every byte string has exactly one text, so what decodes encodes back to it.
 */
#include <string.h>

#include "base/mem.h"
#include "wire/base64.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    for (int mode = BONA_BASE64_STRICT; mode <= BONA_BASE64_URL; mode++) {
        size_t room = bona_base64_room(size), bytes = 0;
        uint8_t *out = bona_alloc(room, 1);
        char *text = bona_alloc(bona_base64_size(room) + 1, 1);

        if (bona_base64_decode(out, room, &bytes, (const char *)data, size, mode) == BONA_OK) {
            bona_base64_encode(text, out, bytes, mode);
            if (bytes > room || (mode != BONA_BASE64_SPACED &&
                                 (strlen(text) != size || memcmp(text, data, size) != 0)))
                __builtin_trap();
        }
        bona_free(text);
        bona_free(out);
    }
    return 0;
}
