/* SPDX-License-Identifier: Apache-2.0 */
/* Comma separated values after RFC 4180: a header line, quoted fields, LF or CRLF. */
#ifndef BONA_EVAL_CSV_H
#define BONA_EVAL_CSV_H

#include "base/buf.h"

typedef struct bona_csv bona_csv;

/*
 * Reads a whole file; the first line names the columns. Limits: 64 MiB, 256 columns, 4 million
 * rows. Returns BONA_OK, BONA_IO, BONA_BAD_CONFIG (with the line that is wrong: number of fields,
 * open quote) or BONA_NO_MEMORY.
 */
bona_err bona_csv_read(bona_csv **csv, const char *path, bona_note *note);
void bona_csv_free(bona_csv *csv);

int64_t bona_csv_rows(const bona_csv *csv);
int32_t bona_csv_columns(const bona_csv *csv);
const char *bona_csv_name(const bona_csv *csv, int32_t column);
int32_t bona_csv_column(const bona_csv *csv, const char *name); /* -1 = none */

/* The text of a field; "" where `column` is -1. Borrowed from the csv. */
const char *bona_csv_field(const bona_csv *csv, int64_t row, int32_t column);

/* The field as a number; NAN where it is empty or no number. */
double bona_csv_number(const bona_csv *csv, int64_t row, int32_t column);

/* Adds a field to a line being written, quoted where needed; `first` starts a line. */
bona_err bona_csv_put(bona_buf *out, const char *field, bool first);

#endif
