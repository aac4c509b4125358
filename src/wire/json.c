/* SPDX-License-Identifier: Apache-2.0 */
/* Reading of JSON; see json.h. The text of strings and numbers is the work of json_scan.c. */
#include "wire/json.h"

#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "wire/json_scan.h"

enum { ROOM_FIRST = 32 }; /* values of the first allocation */

/* Where the parser stands. Links are indices until the end, since the array of nodes moves as it
 * grows. */
typedef struct parser {
    bona_json_doc *doc;
    bona_json_cursor cursor;
    int32_t open[BONA_JSON_DEPTH_MAX]; /* the arrays and objects around here */
    int32_t last[BONA_JSON_DEPTH_MAX]; /* their last child, -1 = none yet */
    int32_t depth;
} parser;

static int32_t add_node(parser *p, bona_json_type type, bona_err *err)
{
    bona_json_doc *doc = p->doc;

    if (doc->count == doc->nodes_max) {
        *err = bona_fail(p->cursor.note, BONA_BAD_JSON, "more than %d JSON values", doc->nodes_max);
        return -1;
    }
    if (doc->count == doc->room) {
        int32_t room = doc->room ? doc->room * 2 : ROOM_FIRST;
        bona_json *nodes = bona_realloc(doc->nodes, (size_t)room, sizeof *nodes);

        if (nodes == NULL) {
            *err = bona_fail(p->cursor.note, BONA_NO_MEMORY, "no memory for %d JSON values", room);
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

static bona_json_type word_type(const char *at)
{
    return *at == 't' ? BONA_JSON_TRUE : *at == 'f' ? BONA_JSON_FALSE : BONA_JSON_NULL;
}

/* One value; an array or object is only opened. `*node` is the new node. */
static bona_err read_value(parser *p, bona_text key, int32_t *node)
{
    bona_json_cursor *c = &p->cursor;
    bona_err err = BONA_OK;
    char kind = c->at < c->end ? *c->at : 0;
    bona_json value = { 0 };

    if (kind == '"') {
        value.type = BONA_JSON_STRING;
        err = bona_json_scan_string(c, &value.text);
    } else if (kind == '-' || (kind >= '0' && kind <= '9')) {
        value.type = BONA_JSON_NUMBER;
        err = bona_json_scan_number(c, &value);
    } else if (kind == '{' || kind == '[') {
        value.type = kind == '{' ? BONA_JSON_OBJECT : BONA_JSON_ARRAY;
        c->at++;
    } else {
        value.type = word_type(c->at < c->end ? c->at : "");
        err = bona_json_scan_word(c);
    }
    if (err != BONA_OK)
        return err;
    *node = add_node(p, value.type, &err);
    if (*node < 0)
        return err;
    value.key = key;
    value.hash = hash_of(key);
    p->doc->nodes[*node] = value;
    hang_in(p, *node);
    return BONA_OK;
}

static bona_err open_node(parser *p, int32_t node)
{
    if (p->depth == BONA_JSON_DEPTH_MAX)
        return bona_json_complain(&p->cursor, "nested deeper than 64 levels");
    p->open[p->depth] = node;
    p->last[p->depth] = -1;
    p->depth++;
    return BONA_OK;
}

static bool top_is_object(const parser *p)
{
    return p->doc->nodes[p->open[p->depth - 1]].type == BONA_JSON_OBJECT;
}

/* After a value: a comma goes on in the same place, a closing bracket closes; `*more` says that a
 * value must follow. */
static bona_err after_value(parser *p, bool *more)
{
    bona_json_cursor *c = &p->cursor;

    *more = false;
    while (p->depth > 0) {
        char close = top_is_object(p) ? '}' : ']';

        bona_json_scan_space(c);
        if (c->at < c->end && *c->at == ',') {
            c->at++;
            *more = true;
            return BONA_OK;
        }
        if (c->at == c->end || *c->at != close)
            return bona_json_complain(c, "expected a comma or a closing bracket");
        c->at++;
        p->depth--;
    }
    return BONA_OK;
}

static bona_err read_key(parser *p, bona_text *key)
{
    bona_json_cursor *c = &p->cursor;
    bona_err err;

    *key = (bona_text){ "", 0 };
    if (p->depth == 0 || !top_is_object(p))
        return BONA_OK;
    bona_json_scan_space(c);
    if (c->at == c->end || *c->at != '"')
        return bona_json_complain(c, "expected a member name");
    err = bona_json_scan_string(c, key);
    if (err != BONA_OK)
        return err;
    bona_json_scan_space(c);
    if (c->at == c->end || *c->at != ':')
        return bona_json_complain(c, "expected a colon");
    c->at++;
    return BONA_OK;
}

/* An array or object that was just opened: true (and closed again) if nothing is in it. */
static bool close_if_empty(parser *p, bona_json_type type)
{
    bona_json_cursor *c = &p->cursor;

    bona_json_scan_space(c);
    if (c->at == c->end || *c->at != (type == BONA_JSON_OBJECT ? '}' : ']'))
        return false;
    c->at++;
    p->depth--;
    return true;
}

static bona_err read_all(parser *p)
{
    bool more = true;

    while (more) {
        int32_t node = -1;
        bona_text key;
        bona_json_type type;
        bona_err err = read_key(p, &key);

        bona_json_scan_space(&p->cursor);
        if (err == BONA_OK)
            err = read_value(p, key, &node);
        if (err != BONA_OK)
            return err;
        type = p->doc->nodes[node].type;
        if (type == BONA_JSON_ARRAY || type == BONA_JSON_OBJECT) {
            err = open_node(p, node);
            if (err != BONA_OK)
                return err;
            if (!close_if_empty(p, type))
                continue;
        }
        err = after_value(p, &more);
        if (err != BONA_OK)
            return err;
    }
    bona_json_scan_space(&p->cursor);
    if (p->cursor.at != p->cursor.end)
        return bona_json_complain(&p->cursor, "something follows the value");
    return BONA_OK;
}

bona_err bona_json_parse(bona_json_doc *doc, char *text, size_t size, int32_t nodes_max,
                         bona_note *note)
{
    parser p = { .doc = doc,
                 .cursor = { .start = text, .at = text, .end = text + size, .note = note } };
    bona_err err;

    *doc = (bona_json_doc){ .nodes_max = nodes_max > 0 ? nodes_max : BONA_JSON_NODES_MAX };
    err = read_all(&p);
    if (err != BONA_OK) {
        bona_json_deinit(doc);
        return err;
    }
    link_nodes(doc);
    find_duplicates(doc);
    return BONA_OK;
}

void bona_json_deinit(bona_json_doc *doc)
{
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
