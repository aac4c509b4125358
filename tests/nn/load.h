/* SPDX-License-Identifier: Apache-2.0 */
/* From a network written by hand to one that runs. */
#ifndef BONA_TESTS_NN_LOAD_H
#define BONA_TESTS_NN_LOAD_H

#include "check.h"

#include "base/mem.h"
#include "nn/net.h"
#include "nn/write.h"

/* Finishes the model and loads it; fails the test when that is refused. The caller frees the net.
 */
static inline bona_net *onnx_load(onnx_writer *w, bona_isa isa)
{
    size_t size;
    uint8_t *bytes = onnx_finish(w, &size);
    bona_note note = { "" };
    bona_net *net = NULL;

    if (bona_net_load(&net, (bona_bytes){ bytes, size }, isa, &note) != BONA_OK)
        fail_msg("%s", note.text);
    bona_free(bytes);
    return net;
}

#endif
