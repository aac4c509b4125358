/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Strict JSON after RFC 8259, read by yajl where it lies: a string without escapes is borrowed from
 * the text and never copied, so a body with one base64 string of 4 MB costs one pass over it, and
 * the number of values is bounded, so a body of commas cannot eat memory. yajl was chosen for that
 * figure and because its events show duplicate names.
 *
 * Stricter than the RFC where it leaves room: no byte order mark, no invalid UTF-8. A lone
 * surrogate reads as "?".
 */
#ifndef BONA_WIRE_JSON_H
#define BONA_WIRE_JSON_H

#include "base/err.h"

enum {
    BONA_JSON_DEPTH_MAX = 64,   /* nested arrays and objects */
    BONA_JSON_NODES_MAX = 4096, /* values in one request body */
    BONA_JSON_NUMBER_MAX = 256  /* characters of one number */
};

typedef enum bona_json_type {
    BONA_JSON_NULL,
    BONA_JSON_FALSE,
    BONA_JSON_TRUE,
    BONA_JSON_NUMBER,
    BONA_JSON_STRING,
    BONA_JSON_ARRAY,
    BONA_JSON_OBJECT
} bona_json_type;

/* Borrowed bytes of UTF-8, not terminated; may hold zero bytes. */
typedef struct bona_text {
    const char *data;
    size_t size; /* bytes */
} bona_text;

/* One value. Members and items hang together through `next`; `first` is the first child. NULL ends
 * a list. */
typedef struct bona_json {
    bona_json_type type;
    bool integer;   /* a number without fraction and exponent that fits int64_t */
    uint32_t hash;  /* of the key */
    int32_t count;  /* children */
    bona_text key;  /* of a member of an object, unescaped */
    bona_text text; /* of a string, unescaped; of a number, its literal */
    double number;
    int64_t whole; /* with `integer` */
    struct bona_json *first, *next;
} bona_json;

/* A string that had escapes. */
typedef struct bona_json_copy {
    struct bona_json_copy *next;
    size_t size; /* bytes */
    char data[];
} bona_json_copy;

typedef struct bona_json_doc {
    bona_json *nodes; /* nodes[0] is the root; owned */
    int32_t count, room, nodes_max;
    bona_json_copy *copies; /* owned */
    bool duplicate_keys;    /* legal JSON, but no two readers agree on what it means */
} bona_json_doc;

/*
 * Parses `size` bytes at `text`, which are borrowed and must outlive the document. `nodes_max` 0
 * means BONA_JSON_NODES_MAX. Returns BONA_OK, BONA_BAD_JSON (malformed, too deep, too many values;
 * the note says at which byte) or BONA_NO_MEMORY. Deinit is right after either.
 */
bona_err bona_json_parse(bona_json_doc *doc, char *text, size_t size, int32_t nodes_max,
                         bona_note *note);
void bona_json_deinit(bona_json_doc *doc); /* wipes what was copied; twice is fine */

/* The member of that name, the first if there are several; NULL when absent or `object` is no
 * object or NULL. */
const bona_json *bona_json_member(const bona_json *object, const char *name);

bool bona_text_is(bona_text text, const char *word); /* equal bytes */
bool bona_text_is_caseless(bona_text text,
                           const char *word); /* ASCII letters compared without case */

#endif
