/* SPDX-License-Identifier: Apache-2.0 */
/* The only way to heap memory outside the libraries: zeroed, aligned, counted, and able to fail on
 * demand in tests. */
#ifndef BONA_BASE_MEM_H
#define BONA_BASE_MEM_H

#include <stddef.h>

enum { BONA_ALIGN = 64 }; /* bytes: a cache line and a 512-bit vector */

/* Zeroed memory for `count` items of `size` bytes, or NULL (also on overflow). Owned by the caller.
 */
void *bona_alloc(size_t count, size_t size);

/* Zeroed memory aligned to BONA_ALIGN bytes, for vector kernels. Freed with bona_free as well. */
void *bona_alloc_aligned(size_t bytes);

/* Grows or shrinks what bona_alloc gave, as realloc does (new bytes are not zeroed); NULL leaves
 * `p` as it was. */
void *bona_realloc(void *p, size_t count, size_t size);

/* A copy of a string, or NULL. */
char *bona_strdup(const char *text);

void bona_free(void *p); /* NULL is fine */

/* Overwrites secrets in a way the compiler keeps. */
void bona_wipe(void *p, size_t bytes);

#ifdef BONA_FAIL_ALLOC
/* The n-th allocation from now on (1 = the next) fails, once; 0 switches this off. */
void bona_alloc_fail_at(long n);
/* Whether the failing one was reached since the last call of bona_alloc_fail_at. */
int bona_alloc_failed(void);
#endif

#endif
