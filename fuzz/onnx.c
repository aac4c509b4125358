/* SPDX-License-Identifier: Apache-2.0 */
/* Model files: what loads must also run, with the reference kernels and with the fastest ones. */
#include "nn/net.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
    MACS_MAX = 2000000,
    BYTES_MAX = 4 << 20
}; /* of networks that are run: a second is for many of them */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    for (bona_isa isa = BONA_ISA_REFERENCE; isa <= bona_isa_best(); isa++) {
        bona_net *net = NULL;
        bona_run *run = NULL;
        bona_note note;

        if (bona_net_load(&net, (bona_bytes){ data, size }, isa, &note) != BONA_OK)
            continue;
        if (bona_net_macs(net) < MACS_MAX && bona_run_new(&run, net) == BONA_OK &&
            bona_run_bytes(run) < BYTES_MAX)
            bona_run_go(run);
        bona_run_free(run);
        bona_net_free(net);
    }
    return 0;
}
