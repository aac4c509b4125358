/* SPDX-License-Identifier: Apache-2.0 */
/* One body through a dialect, as the server would do it, with what has to hold whatever the bytes
 * are. */
#ifndef BONA_FUZZ_DIALECT_BODY_H
#define BONA_FUZZ_DIALECT_BODY_H

#include "dialect/dialect.h"

/* Traps when a promise of dialect.h is broken. Returns 0, as a fuzz target does. */
int fuzz_dialect_body(const bona_dialect *dialect, const char *content_type, bona_bytes body);

#endif
