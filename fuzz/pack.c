/* SPDX-License-Identifier: Apache-2.0 */
/* Pack files from anywhere. The network "200" that they may name is a tiny one that fits every
 * role. */
#include "engine/pack.h"
#include "memory_file.h"
#include "tiny_net.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    bona_pack_row rows[BONA_PACK_MODELS_MAX];
    bona_pack *pack = NULL;
    bona_engine *engine = NULL;
    bona_note note;
    bona_buf net;

    fuzz_tiny_net(&net);
    fuzz_memory_file(200, net.data, net.size);
    fuzz_memory_file(201, data, size);
    if (bona_pack_load(&pack, "/proc/self/fd/201", &note) == BONA_OK) {
        if (bona_pack_rows(pack, rows) < 2 || bona_engine_new(&engine, pack) != BONA_OK)
            __builtin_trap(); /* a detector and an anti-spoofing network at least */
        bona_engine_free(engine);
    }
    bona_pack_free(pack);
    bona_buf_deinit(&net);
    close(200);
    close(201);
    return 0;
}
