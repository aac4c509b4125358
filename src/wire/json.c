/* SPDX-License-Identifier: Apache-2.0 */
/* Reading of JSON; see json.h. yajl reads the text and calls back; the values are kept here. */
#include "wire/json.h"

#include <errno.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <yajl/yajl_parse.h>

#include "base/mem.h"
#include "wire/blocks.h"
#include "wire/utf8.h"

enum { ROOM_FIRST = 32 }; /* values of the first allocation */

/* Where the parser stands. Links are indices until the end, since the array of nodes moves as it
 * grows. */
typedef struct parser {
    bona_json_doc *doc;
    const char *text, *end;
    bona_note *note;
    bona_err err;                      /* the first complaint of a callback */
    bona_text key;                     /* of the next value, inside an object */
    int32_t open[BONA_JSON_DEPTH_MAX]; /* the arrays and objects around here */
    int32_t last[BONA_JSON_DEPTH_MAX]; /* their last child, -1 = none yet */
    int32_t depth;
    bona_blocks blocks; /* what yajl has from us */
    jmp_buf no_memory;  /* yajl does not look at what an allocation returns */
} parser;

static int complain(parser *p, bona_err err, const char *what)
{
    if (p->err == BONA_OK)
        p->err = bona_fail(p->note, err, "%s", what);
    return 0;
}

/* A string with escapes passes through yajl's own memory, and it may be a picture. */
static void *grow_block(void *context, void *data, size_t size)
{
    parser *p = context;
    void *grown = bona_blocks_grow(&p->blocks, data, size);

    if (grown == NULL)
        longjmp(p->no_memory, 1);
    return grown;
}

static void *take_block(void *context, size_t size)
{
    return grow_block(context, NULL, size);
}

static void drop_block(void *context, void *data)
{
    bona_blocks_drop(&((parser *)context)->blocks, data);
}

static int32_t add_node(parser *p, bona_json_type type)
{
    bona_json_doc *doc = p->doc;

    if (doc->count == doc->nodes_max) {
        p->err = bona_fail(p->note, BONA_BAD_JSON, "more than %d JSON values", doc->nodes_max);
        return -1;
    }
    if (doc->count == doc->room) {
        int32_t room = doc->room ? doc->room * 2 : ROOM_FIRST;
        bona_json *nodes = bona_realloc(doc->nodes, (size_t)room, sizeof *nodes);

        if (nodes == NULL) {
            p->err = bona_fail(p->note, BONA_NO_MEMORY, "no memory for %d JSON values", room);
            return -1;
        }
        doc->nodes = nodes;
        doc->room = room;
    }
    doc->nodes[doc->count] = (bona_json){ .type = type };
    return doc->count++;
}

static uint32_t hash_of(bona_text key)
{
    uint32_t hash = 2166136261u; /* FNV-1a, 32 bits */

    for (size_t i = 0; i < key.size; i++)
        hash = (hash ^ (uint8_t)key.data[i]) * 16777619u;
    return hash;
}

/* Until link() runs, `first` and `next` of a node hold index + 1 instead of addresses. */
static void hang_in(parser *p, int32_t node)
{
    int32_t parent, before;

    if (p->depth == 0)
        return;
    parent = p->open[p->depth - 1];
    before = p->last[p->depth - 1];
    if (before < 0)
        p->doc->nodes[parent].first = (bona_json *)(uintptr_t)(node + 1);
    else
        p->doc->nodes[before].next = (bona_json *)(uintptr_t)(node + 1);
    p->last[p->depth - 1] = node;
    p->doc->nodes[parent].count++;
}

static void link_nodes(bona_json_doc *doc)
{
    for (int32_t i = 0; i < doc->count; i++) {
        bona_json *node = &doc->nodes[i];
        uintptr_t first = (uintptr_t)node->first, next = (uintptr_t)node->next;

        node->first = first ? &doc->nodes[first - 1] : NULL;
        node->next = next ? &doc->nodes[next - 1] : NULL;
    }
}

static bool same_key(const bona_json *a, const bona_json *b)
{
    return a->hash == b->hash && a->key.size == b->key.size &&
           memcmp(a->key.data, b->key.data, a->key.size) == 0;
}

static void find_duplicates(bona_json_doc *doc)
{
    for (int32_t i = 0; i < doc->count && !doc->duplicate_keys; i++) {
        if (doc->nodes[i].type != BONA_JSON_OBJECT)
            continue;
        for (const bona_json *a = doc->nodes[i].first; a != NULL; a = a->next)
            for (const bona_json *b = a->next; b != NULL; b = b->next)
                doc->duplicate_keys |= same_key(a, b);
    }
}

/*
 * A lone low surrogate leaves yajl as three bytes that are no UTF-8; "?" stands for it, as yajl has
 * it for a high one. Returns the new size.
 */
static size_t mend(char *text, size_t size)
{
    size_t to = 0;

    for (size_t from = 0; from < size;) {
        size_t good = bona_utf8_good(text + from, size - from);

        memmove(text + to, text + from, good);
        to += good;
        from += good;
        if (from < size) {
            text[to++] = '?';
            from += size - from < 3 ? size - from : 3;
        }
    }
    return to;
}

/*
 * Borrows a string that stands in the text as it is; one that had escapes comes from yajl's own
 * memory and is copied into a block of the document.
 */
static bool keep_text(parser *p, bona_text *kept, const unsigned char *data, size_t size)
{
    const char *text = (const char *)data;
    bona_json_copy *copy;

    *kept = (bona_text){ text, size };
    if (size == 0 || (text >= p->text && text < p->end))
        return true;
    copy = bona_alloc(sizeof *copy + size, 1);
    if (copy == NULL)
        return complain(p, BONA_NO_MEMORY, "no memory for a JSON string");
    copy->size = size;
    copy->next = p->doc->copies;
    p->doc->copies = copy;
    memcpy(copy->data, text, size);
    *kept = (bona_text){ copy->data, mend(copy->data, size) };
    return true;
}

/* A value of that type under the key that came before; NULL after a complaint. */
static bona_json *put_value(parser *p, bona_json_type type)
{
    int32_t node = add_node(p, type);

    if (node < 0)
        return NULL;
    p->doc->nodes[node].key = p->key;
    p->doc->nodes[node].hash = hash_of(p->key);
    p->key = (bona_text){ "", 0 };
    hang_in(p, node);
    return &p->doc->nodes[node];
}

static int put_open(parser *p, bona_json_type type)
{
    if (p->depth == BONA_JSON_DEPTH_MAX)
        return complain(p, BONA_BAD_JSON, "nested deeper than 64 levels");
    if (put_value(p, type) == NULL)
        return 0;
    p->open[p->depth] = p->doc->count - 1;
    p->last[p->depth] = -1;
    p->depth++;
    return 1;
}

static int on_null(void *context)
{
    return put_value(context, BONA_JSON_NULL) != NULL;
}

static int on_boolean(void *context, int value)
{
    return put_value(context, value ? BONA_JSON_TRUE : BONA_JSON_FALSE) != NULL;
}

static int on_number(void *context, const char *literal, size_t size)
{
    parser *p = context;
    char copy[BONA_JSON_NUMBER_MAX + 1];
    bona_json *value;

    if (size > BONA_JSON_NUMBER_MAX)
        return complain(p, BONA_BAD_JSON, "a number of more than 256 characters");
    value = put_value(p, BONA_JSON_NUMBER);
    if (value == NULL || !keep_text(p, &value->text, (const unsigned char *)literal, size))
        return 0;
    memcpy(copy, literal, size);
    copy[size] = 0;
    value->number = strtod(copy, NULL);
    errno = 0;
    value->whole = strtoll(copy, NULL, 10);
    value->integer = errno == 0 && strpbrk(copy, ".eE") == NULL;
    if (!value->integer)
        value->whole = 0;
    return 1;
}

static int on_string(void *context, const unsigned char *text, size_t size)
{
    bona_json *value = put_value(context, BONA_JSON_STRING);

    return value != NULL && keep_text(context, &value->text, text, size);
}

static int on_key(void *context, const unsigned char *text, size_t size)
{
    parser *p = context;

    return keep_text(p, &p->key, text, size);
}

static int on_object(void *context)
{
    return put_open(context, BONA_JSON_OBJECT);
}

static int on_array(void *context)
{
    return put_open(context, BONA_JSON_ARRAY);
}

static int on_close(void *context)
{
    parser *p = context;

    p->depth--;
    return 1;
}

static const yajl_callbacks callbacks = {
    .yajl_null = on_null,
    .yajl_boolean = on_boolean,
    .yajl_number = on_number,
    .yajl_string = on_string,
    .yajl_start_map = on_object,
    .yajl_map_key = on_key,
    .yajl_end_map = on_close,
    .yajl_start_array = on_array,
    .yajl_end_array = on_close,
};

/*
 * What yajl would let pass: a byte order mark, form feeds and vertical tabs as white space, loose
 * UTF-8. None of these bytes can stand in JSON, inside a string or outside.
 */
static bool is_clean(parser *p)
{
    size_t size = (size_t)(p->end - p->text), good = bona_utf8_good(p->text, size);

    if (size >= 3 && memcmp(p->text, "\xEF\xBB\xBF", 3) == 0)
        return complain(p, BONA_BAD_JSON, "a byte order mark at byte 0");
    if (memchr(p->text, '\f', size) != NULL || memchr(p->text, '\v', size) != NULL)
        return complain(p, BONA_BAD_JSON, "a form feed or vertical tab");
    if (good < size)
        p->err = bona_fail(p->note, BONA_BAD_JSON, "not UTF-8 at byte %zu", good);
    return good == size;
}

/* Runs yajl over the whole text; p->err says how it went. */
static void read_all(parser *p)
{
    yajl_alloc_funcs memory = { take_block, grow_block, drop_block, p };
    size_t size = (size_t)(p->end - p->text);
    yajl_handle handle;
    yajl_status status;

    if (setjmp(p->no_memory) != 0) { /* the handle's own memory is in p->blocks */
        complain(p, BONA_NO_MEMORY, "no memory to read JSON");
        return;
    }
    handle = yajl_alloc(&callbacks, &memory, p);
    status = yajl_parse(handle, (const unsigned char *)p->text, size);
    if (status == yajl_status_ok)
        status = yajl_complete_parse(handle);
    if (status != yajl_status_ok && p->err == BONA_OK)
        p->err = bona_fail(p->note, BONA_BAD_JSON, "not JSON at byte %zu",
                           yajl_get_bytes_consumed(handle));
    yajl_free(handle);
}

bona_err bona_json_parse(bona_json_doc *doc, char *text, size_t size, int32_t nodes_max,
                         bona_note *note)
{
    parser p = { .doc = doc, .text = text, .end = text + size, .note = note, .key = { "", 0 } };

    *doc = (bona_json_doc){ .nodes_max = nodes_max > 0 ? nodes_max : BONA_JSON_NODES_MAX };
    if (is_clean(&p))
        read_all(&p);
    bona_blocks_deinit(&p.blocks);
    if (p.err != BONA_OK) {
        bona_json_deinit(doc);
        return p.err;
    }
    link_nodes(doc);
    find_duplicates(doc);
    return BONA_OK;
}

void bona_json_deinit(bona_json_doc *doc)
{
    while (doc->copies != NULL) {
        bona_json_copy *next = doc->copies->next;

        bona_wipe(doc->copies->data, doc->copies->size);
        bona_free(doc->copies);
        doc->copies = next;
    }
    bona_free(doc->nodes);
    *doc = (bona_json_doc){ 0 };
}

const bona_json *bona_json_member(const bona_json *object, const char *name)
{
    if (object == NULL || object->type != BONA_JSON_OBJECT)
        return NULL;
    for (const bona_json *member = object->first; member != NULL; member = member->next)
        if (bona_text_is(member->key, name))
            return member;
    return NULL;
}

bool bona_text_is(bona_text text, const char *word)
{
    return text.size == strlen(word) && memcmp(text.data, word, text.size) == 0;
}

bool bona_text_is_caseless(bona_text text, const char *word)
{
    return text.size == strlen(word) && strncasecmp(text.data, word, text.size) == 0;
}
