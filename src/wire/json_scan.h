/* SPDX-License-Identifier: Apache-2.0 */
/* The words of JSON: strings, numbers, literals and white space, read from a cursor. Used by json.c
 * only. */
#ifndef BONA_WIRE_JSON_SCAN_H
#define BONA_WIRE_JSON_SCAN_H

#include "wire/json.h"

typedef struct bona_json_cursor {
    char *start, *at, *end; /* the text; start <= at <= end */
    bona_note *note;
} bona_json_cursor;

/* Each moves the cursor behind what it read. Returns BONA_OK or BONA_BAD_JSON. */
bona_err bona_json_scan_string(bona_json_cursor *c, bona_text *text); /* at the opening quote */
bona_err bona_json_scan_number(bona_json_cursor *c, bona_json *value);
bona_err bona_json_scan_word(bona_json_cursor *c); /* true, false, null */
void bona_json_scan_space(bona_json_cursor *c);

/* Writes the note with the byte position. Returns BONA_BAD_JSON. */
bona_err bona_json_complain(const bona_json_cursor *c, const char *what);

#endif
