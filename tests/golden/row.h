/* SPDX-License-Identifier: Apache-2.0 */
/* A row of the golden table: what the engine says of one picture, by step, in numbers. */
#ifndef BONA_TESTS_GOLDEN_ROW_H
#define BONA_TESTS_GOLDEN_ROW_H

#include "eval/csv.h"
#include "pictures.h"

enum { GOLDEN_NUMBERS = 44, GOLDEN_WORD_MAX = 72 /* bytes */ };

typedef struct golden_row {
    char picture[128];
    char error[GOLDEN_WORD_MAX];   /* name of the picture's error */
    double number[GOLDEN_NUMBERS]; /* NAN = none */
} golden_row;

/* Runs the engine. `before` (may be NULL) is compared with the picture for the column `similarity`.
 */
bona_err golden_measure(golden_row *row, bona_engine *engine, const golden_picture *picture,
                        const golden_picture *before);

/* A row that names a loaded network and its hash instead of a picture. */
void golden_name_network(golden_row *row, const char *role, const char *file, const char *sha256);

/* The CSV: header line, a row, and a row read back. */
bona_err golden_put_header(bona_buf *out);
bona_err golden_put(bona_buf *out, const golden_row *row);
void golden_get(golden_row *row, const bona_csv *csv, int64_t at);

/* Prints every number that is further away than its column allows, with the step it belongs to;
 * returns how many there are. */
int32_t golden_compare(const golden_row *is, const golden_row *was);

#endif
