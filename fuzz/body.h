/* SPDX-License-Identifier: Apache-2.0 */
/* Request bodies of a dialect from anybody, read into picture memory of exactly the promised size.
 */
#ifndef BONA_FUZZ_BODY_H
#define BONA_FUZZ_BODY_H

#include <string.h>

#include "base/mem.h"
#include "dialect/dialect.h"

typedef struct tray_memory {
    uint8_t *bytes;
    size_t room, used;
} tray_memory;

static uint8_t *tray_reserve(void *slab, size_t size, size_t *offset)
{
    tray_memory *memory = slab;
    size_t start = (memory->used + 63) / 64 * 64;

    if (start > memory->room || size > memory->room - start)
        return NULL;
    *offset = start;
    memory->used = start + size;
    return memory->bytes + start;
}

static void tray_keep(void *slab, size_t offset, size_t size)
{
    ((tray_memory *)slab)->used = offset + size;
}

static inline void fuzz_body(const bona_dialect *dialect, const char *type, const uint8_t *data,
                             size_t size)
{
    tray_memory memory = { bona_alloc(size + 8192, 1), size + 8192, 0 };
    bona_tray tray = { &memory, tray_reserve, tray_keep };
    bona_head head = { type, NULL };
    bona_refusal refusal;
    bona_rules rules;
    bona_buf body;
    bona_ask ask;

    bona_rules_defaults(&rules);
    memset(&rules.keys, 'k', sizeof rules.keys);
    bona_buf_init(&body, size + 1);
    if (bona_buf_add(&body, data, size) == BONA_OK &&
        dialect->read(&ask, &head, &body, &tray, &rules, &refusal) &&
        ask.pictures[0].offset + ask.pictures[0].size > memory.room)
        __builtin_trap();
    bona_buf_deinit(&body);
    bona_free(memory.bytes);
}

#endif
