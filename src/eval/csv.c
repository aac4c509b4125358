/* SPDX-License-Identifier: Apache-2.0 */
/* Comma separated values; see csv.h. The text is cut in place: every field becomes a string inside
 * the one buffer. */
#include "eval/csv.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"

enum { COLUMNS_MAX = 256, ROWS_MAX = 4000000 };
#define CSV_BYTES_MAX ((size_t)64 << 20)

struct bona_csv {
    char *text;
    char **fields; /* rows + 1 times columns, the header first */
    int64_t rows;
    int32_t columns;
};

/* Cuts one field at *at, undoing quotes in place; *at moves behind its separator. Returns the
 * separator: , \n or 0. */
static int cut_field(char **at, char **field)
{
    char *read = *at, *write = *at;
    bool quoted = *read == '"';
    int separator;

    *field = write;
    if (quoted)
        read++;
    while (*read != 0 && (quoted || (*read != ',' && *read != '\n'))) {
        if (quoted && *read == '"') {
            if (read[1] != '"') {
                quoted = false;
                read++;
                continue;
            }
            read++;
        }
        *write++ = *read++;
    }
    separator = quoted ? -1 : *read;
    if (separator == '\n' && write > *field && write[-1] == '\r')
        write--;
    *at = *read != 0 ? read + 1 : read;
    *write = 0;
    return separator;
}

static bona_err add_field(bona_csv *csv, int64_t *room, int64_t count, char *field)
{
    char **fields;

    if (count >= *room) {
        *room = *room ? *room * 2 : 4096;
        fields = bona_realloc(csv->fields, (size_t)*room, sizeof *fields);
        if (fields == NULL)
            return BONA_NO_MEMORY;
        csv->fields = fields;
    }
    csv->fields[count] = field;
    return BONA_OK;
}

static bona_err cut_text(bona_csv *csv, const char *path, bona_note *note)
{
    char *at = csv->text;
    int64_t count = 0, room = 0, line = 1;

    while (*at != 0) {
        int32_t columns = 0;
        int separator;

        do {
            char *field;
            bona_err err;

            separator = cut_field(&at, &field);
            err = add_field(csv, &room, count++, field);
            if (err != BONA_OK)
                return err;
            columns++;
        } while (separator == ',' && columns < COLUMNS_MAX);
        if (separator == -1)
            return bona_fail(note, BONA_BAD_CONFIG, "%s, row %lld: a quote is never closed", path,
                             (long long)line);
        if (csv->columns == 0)
            csv->columns = columns;
        if (columns != csv->columns || separator == ',')
            return bona_fail(note, BONA_BAD_CONFIG, "%s, row %lld: %d fields, the header has %d",
                             path, (long long)line, columns, csv->columns);
        if (line++ > ROWS_MAX)
            return bona_fail(note, BONA_BAD_CONFIG, "%s: more than %d rows", path, ROWS_MAX);
    }
    if (csv->columns == 0)
        return bona_fail(note, BONA_BAD_CONFIG, "%s: empty, a header line is needed", path);
    csv->rows = count / csv->columns - 1;
    return BONA_OK;
}

bona_err bona_csv_read(bona_csv **csv, const char *path, bona_note *note)
{
    bona_csv *c = bona_alloc(1, sizeof *c);
    size_t size;
    bona_err err;

    if (c == NULL)
        return BONA_NO_MEMORY;
    err = bona_file_read(path, CSV_BYTES_MAX, (uint8_t **)&c->text, &size, note);
    if (err == BONA_OK && memchr(c->text, 0, size) != NULL)
        err = bona_fail(note, BONA_BAD_CONFIG, "%s: has a zero byte, not a text file", path);
    if (err == BONA_OK)
        err = cut_text(c, path, note);
    if (err != BONA_OK) {
        bona_csv_free(c);
        return err;
    }
    *csv = c;
    return BONA_OK;
}

void bona_csv_free(bona_csv *csv)
{
    if (csv == NULL)
        return;
    bona_free(csv->text);
    bona_free(csv->fields);
    bona_free(csv);
}

int64_t bona_csv_rows(const bona_csv *csv)
{
    return csv->rows;
}

int32_t bona_csv_columns(const bona_csv *csv)
{
    return csv->columns;
}

const char *bona_csv_name(const bona_csv *csv, int32_t column)
{
    return csv->fields[column];
}

int32_t bona_csv_column(const bona_csv *csv, const char *name)
{
    for (int32_t i = 0; i < csv->columns; i++)
        if (strcmp(csv->fields[i], name) == 0)
            return i;
    return -1;
}

const char *bona_csv_field(const bona_csv *csv, int64_t row, int32_t column)
{
    return column < 0 ? "" : csv->fields[(row + 1) * csv->columns + column];
}

double bona_csv_number(const bona_csv *csv, int64_t row, int32_t column)
{
    const char *text = bona_csv_field(csv, row, column);
    char *end;
    double value = strtod(text, &end);

    return end == text || *end != 0 ? NAN : value;
}

bona_err bona_csv_put(bona_buf *out, const char *field, bool first)
{
    bona_err err = first ? BONA_OK : bona_buf_add(out, ",", 1);

    if (err == BONA_OK && strpbrk(field, ",\"\r\n") == NULL)
        return bona_buf_text(out, field);
    if (err == BONA_OK)
        err = bona_buf_add(out, "\"", 1);
    for (; err == BONA_OK && *field != 0; field++) {
        if (*field == '"')
            err = bona_buf_add(out, "\"", 1);
        if (err == BONA_OK)
            err = bona_buf_add(out, field, 1);
    }
    return err == BONA_OK ? bona_buf_add(out, "\"", 1) : err;
}
