/* SPDX-License-Identifier: Apache-2.0 */
/* Makes a process load now whatever it would load with its first picture. */
#ifndef BONA_WORKERS_WARMUP_H
#define BONA_WORKERS_WARMUP_H

#include "base/err.h"

/*
 * Checks one tiny picture of each format, so that decoders find their plug-ins and tables while
 * files may still be opened. What the pictures show does not matter. Returns BONA_OK or
 * BONA_NO_MEMORY.
 */
bona_err bona_warm_up(bona_engine *engine);

#endif
