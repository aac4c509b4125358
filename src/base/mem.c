/* SPDX-License-Identifier: Apache-2.0 */
/* Heap memory; see mem.h. */
#include "base/mem.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#ifdef BONA_FAIL_ALLOC
#include <stdatomic.h>

static atomic_long fail_countdown;
static atomic_int fail_reached;

void bona_alloc_fail_at(long n)
{
    atomic_store(&fail_reached, 0);
    atomic_store(&fail_countdown, n);
}

int bona_alloc_failed(void)
{
    return atomic_load(&fail_reached);
}

static int must_fail(void)
{
    if (atomic_load(&fail_countdown) <= 0 || atomic_fetch_sub(&fail_countdown, 1) != 1)
        return 0;
    atomic_store(&fail_reached, 1);
    return 1;
}
#else
static int must_fail(void)
{
    return 0;
}
#endif

void *bona_alloc(size_t count, size_t size)
{
    return must_fail() ? NULL : calloc(count ? count : 1, size ? size : 1);
}

void *bona_alloc_aligned(size_t bytes)
{
    size_t rounded = (bytes + BONA_ALIGN - 1) / BONA_ALIGN * BONA_ALIGN;
    void *p;

    if (rounded < bytes || must_fail())
        return NULL;
    if (rounded == 0)
        rounded = BONA_ALIGN;
    p = aligned_alloc(BONA_ALIGN, rounded);
    if (p != NULL)
        memset(p, 0, rounded);
    return p;
}

void *bona_realloc(void *p, size_t count, size_t size)
{
    size_t bytes;

    if (size != 0 && count > SIZE_MAX / size)
        return NULL;
    bytes = count * size;
    return must_fail() ? NULL : realloc(p, bytes > 0 ? bytes : 1);
}

char *bona_strdup(const char *text)
{
    size_t bytes = strlen(text) + 1;
    char *copy = bona_alloc(bytes, 1);

    if (copy != NULL)
        memcpy(copy, text, bytes);
    return copy;
}

void bona_free(void *p)
{
    free(p);
}

void bona_wipe(void *p, size_t bytes)
{
    if (p != NULL)
        explicit_bzero(p, bytes);
}
