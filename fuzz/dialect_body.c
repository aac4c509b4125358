/* SPDX-License-Identifier: Apache-2.0 */
/* See dialect_body.h. Every region of the picture memory is a block of its own, so that the
 * sanitizer sees its end. */
#include "dialect_body.h"

#include <string.h>

#include "base/mem.h"
#include "wire/json.h"

enum { BLOCKS_MAX = 8, ANSWER_MAX = 1 << 16 /* bytes */ };

typedef struct blocks {
    uint8_t *block[BLOCKS_MAX];
    size_t start[BLOCKS_MAX], size[BLOCKS_MAX]; /* bytes of the picture memory */
    int32_t count;
} blocks;

static void must(bool holds)
{
    if (!holds)
        __builtin_trap();
}

static uint8_t *reserve(void *slab, size_t size, size_t *offset)
{
    blocks *b = slab;
    int32_t n = b->count++;

    must(n < BLOCKS_MAX);
    b->start[n] = n > 0 ? b->start[n - 1] + b->size[n - 1] : 0;
    b->size[n] = size;
    b->block[n] = bona_alloc(size, 1);
    *offset = b->start[n];
    return b->block[n];
}

static void keep(void *slab, size_t offset, size_t size)
{
    blocks *b = slab;

    must(b->count > 0 && b->start[b->count - 1] == offset && size <= b->size[b->count - 1]);
    b->size[b->count - 1] = size;
}

static void inside(const blocks *b, bona_span span)
{
    bool found = false;

    for (int32_t i = 0; i < b->count; i++)
        found |= span.offset >= b->start[i] && span.size <= b->size[i] &&
                 span.offset - b->start[i] <= b->size[i] - span.size;
    must(found);
}

/* A refusal is an error status and well-formed JSON in the dialect's shape. */
static void look_at_refusal(const bona_dialect *dialect, const bona_refusal *refusal)
{
    bona_json_doc doc;
    bona_buf out;

    must(refusal->status >= 400 && refusal->status < 600);
    must(memchr(refusal->text, 0, sizeof refusal->text) != NULL);
    bona_buf_init(&out, ANSWER_MAX);
    must(dialect->refuse(&out, refusal, "0123456789abcdef0123456789abcdef") == BONA_OK);
    must(bona_json_parse(&doc, (char *)out.data, out.size, 0, NULL) == BONA_OK);
    bona_json_deinit(&doc);
    bona_buf_deinit(&out);
}

int fuzz_dialect_body(const bona_dialect *dialect, const char *content_type, bona_bytes body)
{
    blocks b = { 0 };
    const bona_tray tray = { &b, reserve, keep };
    const bona_head head = { content_type, NULL };
    bona_refusal refusal = { 0 };
    bona_rules rules;
    bona_ask ask = { 0 };
    bona_buf copy;

    bona_rules_defaults(&rules);
    must(bona_seal_keys_read(&rules.keys, NULL) == BONA_OK);
    bona_buf_init(&copy, body.size + 1);
    must(bona_buf_add(&copy, body.data, body.size) == BONA_OK &&
         bona_buf_text(&copy, "") == BONA_OK);
    if (!dialect->read(&ask, &head, &copy, &tray, &rules, &refusal)) {
        look_at_refusal(dialect, &refusal);
    } else {
        must(ask.picture_count >= 1 && ask.picture_count <= 2 && ask.frame_count >= 0);
        must(ask.frame_count <= BONA_FRAMES_MAX && ask.match == (ask.frame_count > 0));
        for (int32_t i = 0; i < ask.picture_count; i++)
            inside(&b, ask.pictures[i]);
        for (int32_t i = 0; i < ask.frame_count; i++)
            inside(&b, ask.frames[i]);
    }
    for (int32_t i = 0; i < b.count; i++)
        bona_free(b.block[i]);
    bona_buf_deinit(&copy);
    return 0;
}
