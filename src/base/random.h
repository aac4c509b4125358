/* SPDX-License-Identifier: Apache-2.0 */
/* Random bytes from the kernel. */
#ifndef BONA_BASE_RANDOM_H
#define BONA_BASE_RANDOM_H

#include <stddef.h>

/* Fills `bytes` with secure random bytes; ends the process if the kernel has none (it never lacks
 * them after boot). */
void bona_random(void *bytes, size_t size);

#endif
