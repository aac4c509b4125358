/* SPDX-License-Identifier: Apache-2.0 */
/* Random small networks for tests. */
#ifndef BONA_TESTS_NN_GROW_H
#define BONA_TESTS_NN_GROW_H

#include "nn/write.h"

/* A network of about `nodes` operators on odd sizes; the same seed grows the same one. Freed with
 * bona_free. */
uint8_t *grow_network(uint32_t seed, int nodes, size_t *size);

#endif
