/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Picture memory that crosses the process wall: one memfd per job, sealed against resizing,
 * writable in the front and mapped read-only in the worker. Pages cost nothing until they are
 * written, so a generous capacity is free.
 */
#ifndef BONA_WORKERS_SLAB_H
#define BONA_WORKERS_SLAB_H

#include "base/err.h"

enum { BONA_SLAB_ALIGN = 64 }; /* bytes; every reserved region starts on such an offset */

typedef struct bona_slab bona_slab;

/* A slab of `capacity` bytes (at least 1). Returns BONA_OK, BONA_NO_MEMORY or BONA_IO (no file
 * descriptor left). */
bona_err bona_slab_new(bona_slab **slab, size_t capacity);

/* Overwrites the used bytes with zeros and gives the memory back. NULL is fine. */
void bona_slab_free(bona_slab *slab);

/*
 * The next `size` bytes of the slab, to be written in place (decode base64 or decrypt straight into
 * it); *offset is where they start, as a worker is told. NULL when the capacity would be passed.
 * Used by one thread at a time.
 */
uint8_t *bona_slab_reserve(bona_slab *slab, size_t size, size_t *offset);

/* Gives back the tail of the region reserved last: `size` of its bytes are kept (never more than
 * were reserved). */
void bona_slab_keep(bona_slab *slab, size_t offset, size_t size);

uint8_t *bona_slab_data(bona_slab *slab);
size_t bona_slab_used(const bona_slab *slab); /* bytes from the start that were reserved and kept */
int bona_slab_fd(const bona_slab *slab);      /* borrowed */

/* The bytes that bona_slab_reserve of this size uses up, so that capacities can be summed. */
size_t bona_slab_room(size_t size);

#endif
