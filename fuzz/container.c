/* SPDX-License-Identifier: Apache-2.0 */
/* Liveness files: the input as a file, and as content that somebody with the key has sealed. */
#include <string.h>

#include "base/mem.h"
#include "wire/container.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void open_it(const uint8_t *bytes, size_t size, const char *key)
{
    uint8_t *plain = bona_alloc(size, 1);
    bona_container container;

    if (bona_container_open(&container, (bona_bytes){ bytes, size }, key, plain, NULL) == BONA_OK)
        for (int32_t i = 0; i < container.frame_count; i++)
            if (container.frames[i].size == 0 ||
                container.frames[i].data + container.frames[i].size > plain + size)
                __builtin_trap();
    bona_free(plain);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char key[] = "01234567890123456789012345678901";
    uint8_t *file = bona_alloc(size + BONA_CONTAINER_HEAD + BONA_SEAL_TAG, 1);

    open_it(data, size, key);
    memcpy(file, "BFLV\x01nonce nonce!", BONA_CONTAINER_HEAD);
    if (bona_seal((const uint8_t *)key, (bona_bytes){ file + 5, BONA_SEAL_NONCE },
                  (bona_bytes){ file, 5 }, (bona_bytes){ data, size },
                  file + BONA_CONTAINER_HEAD) == BONA_OK)
        open_it(file, size + BONA_CONTAINER_HEAD + BONA_SEAL_TAG, key);
    bona_free(file);
    return 0;
}
