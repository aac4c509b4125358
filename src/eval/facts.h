/* SPDX-License-Identifier: Apache-2.0 */
/* What a report says beside its numbers: when, on what, with which networks. */
#ifndef BONA_EVAL_FACTS_H
#define BONA_EVAL_FACTS_H

#include "base/err.h"

typedef struct bona_facts {
    char manifest[256];     /* file name as given */
    char manifest_hash[65]; /* SHA-256, hex */
    char pack[64], pack_hash[65];
    char when[32];    /* UTC, RFC 3339 */
    char cpu[96];     /* model name as the kernel gives it */
    char kernels[16]; /* instruction set in use */
    int32_t cores;
    double seconds; /* wall time of the run; 0 = scores were read back */
} bona_facts;

/* Fills everything but `seconds`. `pack` may be NULL (scores read back). Returns BONA_OK or BONA_IO
 * (manifest). */
bona_err bona_facts_gather(bona_facts *facts, const char *manifest, const bona_pack *pack,
                           bona_note *note);

#endif
