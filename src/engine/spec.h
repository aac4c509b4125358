/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Strict reading of a pack's JSON. A value knows its place ("roles.spoof[1].crop"), so that every
 * complaint names it. The first complaint sticks: later reads return harmless values, and one look
 * at `err` at the end is enough.
 */
#ifndef BONA_ENGINE_SPEC_H
#define BONA_ENGINE_SPEC_H

#include "wire/json.h"

typedef struct bona_spec_state {
    bona_err err;    /* BONA_OK or BONA_BAD_PACK */
    bona_note *note; /* may be NULL */
} bona_spec_state;

enum { BONA_SPEC_WHERE_MAX = 96 }; /* bytes of a place's name, with the final zero */

typedef struct bona_spec {
    const bona_json *json; /* NULL = absent */
    bona_spec_state *state;
    char where[BONA_SPEC_WHERE_MAX];
} bona_spec;

bona_spec bona_spec_root(const bona_json *json, bona_spec_state *state);

/* Complains about a place, unless something was complained about before. */
__attribute__((format(printf, 2, 3))) void bona_spec_fail(const bona_spec *spec, const char *format,
                                                          ...);

/* A member that must be there, and one that may be absent. */
bona_spec bona_spec_get(const bona_spec *object, const char *key);
bona_spec bona_spec_maybe(const bona_spec *object, const char *key);
bool bona_spec_there(const bona_spec *spec);

/* Complains unless `spec` is an object with no other keys than the space-separated ones and
 * "about". */
void bona_spec_keys(const bona_spec *spec, const char *allowed);

/* Items of an array: the count, complaining unless it is within min..max (0 then), and the item at
 * an index. */
int32_t bona_spec_count(const bona_spec *array, int32_t min, int32_t max);
bona_spec bona_spec_item(const bona_spec *array, int32_t index);

/* Numbers within min..max (`min` when complained about or absent). */
double bona_spec_number(const bona_spec *spec, double min, double max);
int32_t bona_spec_int(const bona_spec *spec, int32_t min, int32_t max);

/* true or false; `fallback` when absent. */
bool bona_spec_flag(const bona_spec *spec, bool fallback);

/* Text of 1 to size - 1 bytes without control characters. */
void bona_spec_text(const bona_spec *spec, char *out, size_t size);

/* Index of the text among `words`, a list that ends with NULL; 0 when complained about. */
int32_t bona_spec_word(const bona_spec *spec, const char *const *words);

#endif
