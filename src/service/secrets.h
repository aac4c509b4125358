/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keys stand in the environment, and a forked worker inherits a copy of all memory. So before the
 * fork they are moved into a pipe, which is memory of the kernel, and erased here; the front takes
 * them back afterwards.
 */
#ifndef BONA_SERVICE_SECRETS_H
#define BONA_SERVICE_SECRETS_H

#include "wire/seal.h"

typedef struct bona_secrets {
    int pipe[2];
} bona_secrets;

/*
 * Reads the keys, erases them here and in the environment, and hides them.
 * Returns BONA_OK, BONA_BAD_CONFIG (a length is wrong) or BONA_IO.
 */
bona_err bona_secrets_hide(bona_secrets *secrets, bona_note *note);

/* Gives them back, once. Returns BONA_OK or BONA_IO. */
bona_err bona_secrets_take(bona_secrets *secrets, bona_seal_keys *keys, bona_note *note);

#endif
