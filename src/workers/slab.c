/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Picture memory; see slab.h. A fresh memfd per job, rather than a pool, so that a worker which was
 * broken into and kept an old descriptor never sees the picture of a later client through it.
 */
#include "workers/slab.h"

#include <assert.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/mem.h"

struct bona_slab {
    uint8_t *data;
    size_t capacity; /* bytes that may be reserved */
    size_t mapped;   /* bytes, whole pages */
    size_t used;     /* bytes reserved and kept */
    size_t touched;  /* bytes ever reserved: what has to be wiped */
    int fd;
};

static size_t round_up(size_t size, size_t step)
{
    return (size + step - 1) / step * step;
}

size_t bona_slab_room(size_t size)
{
    return round_up(size, BONA_SLAB_ALIGN);
}

/*
 * The memfd of a slab, of fixed size for ever: a worker that shrank it could crash the front with
 * SIGBUS. The front's mapping is made before the seal on future writing, so it stays the only one
 * that can write.
 */
static bona_err open_memory(bona_slab *slab)
{
    slab->fd = memfd_create("bonafide-slab", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (slab->fd < 0)
        return BONA_IO;
    if (ftruncate(slab->fd, (off_t)slab->mapped) != 0)
        return BONA_NO_MEMORY;
    slab->data = mmap(NULL, slab->mapped, PROT_READ | PROT_WRITE, MAP_SHARED, slab->fd, 0);
    if (slab->data == MAP_FAILED)
        return BONA_NO_MEMORY;
    if (fcntl(slab->fd, F_ADD_SEALS,
              F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_FUTURE_WRITE | F_SEAL_SEAL) != 0) {
        munmap(slab->data, slab->mapped);
        return BONA_IO;
    }
    return BONA_OK;
}

bona_err bona_slab_new(bona_slab **slab_out, size_t capacity)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    bona_slab *slab;
    bona_err err;

    assert(capacity > 0);
    if (capacity > SIZE_MAX / 4)
        return BONA_NO_MEMORY;
    slab = bona_alloc(1, sizeof *slab);
    if (slab == NULL)
        return BONA_NO_MEMORY;
    slab->capacity = capacity;
    slab->mapped = round_up(capacity, page);
    err = open_memory(slab);
    if (err != BONA_OK) {
        if (slab->fd >= 0)
            close(slab->fd);
        bona_free(slab);
        return err;
    }
    *slab_out = slab;
    return BONA_OK;
}

void bona_slab_free(bona_slab *slab)
{
    if (slab == NULL)
        return;
    bona_wipe(slab->data, slab->touched);
    munmap(slab->data, slab->mapped);
    close(slab->fd);
    bona_free(slab);
}

uint8_t *bona_slab_reserve(bona_slab *slab, size_t size, size_t *offset)
{
    size_t start = bona_slab_room(slab->used);

    if (start > slab->capacity || size > slab->capacity - start)
        return NULL;
    *offset = start;
    slab->used = start + size;
    if (slab->used > slab->touched)
        slab->touched = slab->used;
    return slab->data + start;
}

void bona_slab_keep(bona_slab *slab, size_t offset, size_t size)
{
    assert(offset <= slab->used && size <= slab->used - offset);
    slab->used = offset + size;
}

uint8_t *bona_slab_data(bona_slab *slab)
{
    return slab->data;
}

size_t bona_slab_used(const bona_slab *slab)
{
    return slab->used;
}

int bona_slab_fd(const bona_slab *slab)
{
    return slab->fd;
}
