/* SPDX-License-Identifier: Apache-2.0 */
/* The scores file of a run; see pad_scores.h. */
#include "eval/pad_scores.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define LINES_BYTES_MAX ((size_t)64 << 20)

bool bona_pad_is_net(const bona_csv *csv, int32_t column)
{
    int32_t error = bona_csv_column(csv, "error"), source = bona_csv_column(csv, "source");

    return error >= 0 && source >= 0 && column > error && column < source;
}

static bona_err put_number(bona_buf *out, double value, const char *format)
{
    char text[40] = "";

    if (isfinite(value))
        snprintf(text, sizeof text, format, value);
    return bona_csv_put(out, text, false);
}

static bona_err put_header(bona_buf *out, const bona_pad_set *set)
{
    bona_err err = bona_buf_text(out, "path,label,live,faces,error");

    for (int32_t i = 0; err == BONA_OK && i < set->net_count; i++)
        err = bona_csv_put(out, set->net_names[i], false);
    if (err == BONA_OK)
        err = bona_csv_put(out, "source", false);
    for (int32_t i = 0; err == BONA_OK && i < set->slice_count; i++)
        err = bona_csv_put(out, set->slice_names[i], false);
    return err == BONA_OK ? bona_buf_text(out, ",ms,pack\n") : err;
}

static bona_err put_item(bona_buf *out, const bona_pad_set *set, const bona_pad_item *item)
{
    bona_err err = bona_csv_put(out, item->path, true);

    if (err == BONA_OK)
        err = bona_csv_put(out, item->label, false);
    if (err == BONA_OK)
        err = put_number(out, item->live, "%.9g");
    if (err == BONA_OK)
        err = bona_buf_printf(out, ",%d", item->faces);
    if (err == BONA_OK)
        err = bona_csv_put(out, item->error, false);
    for (int32_t i = 0; err == BONA_OK && i < set->net_count; i++)
        err = put_number(out, item->raw[i], "%.9g");
    if (err == BONA_OK)
        err = bona_csv_put(out, item->source, false);
    for (int32_t i = 0; err == BONA_OK && i < set->slice_count; i++)
        err = bona_csv_put(out, item->slices[i], false);
    if (err == BONA_OK)
        err = put_number(out, item->ms, "%.3f");
    if (err == BONA_OK)
        err = bona_csv_put(out, set->pack, false);
    return err == BONA_OK ? bona_buf_add(out, "\n", 1) : err;
}

static bona_err write_lines(const bona_buf *lines, const char *path, const char *mode,
                            bona_note *note)
{
    FILE *file = fopen(path, mode);
    bool good;

    if (file == NULL)
        return bona_fail(note, BONA_IO, "%s: %s", path, strerror(errno));
    good = fwrite(lines->data, 1, lines->size, file) == lines->size;
    good = fclose(file) == 0 && good;
    return good ? BONA_OK : bona_fail(note, BONA_IO, "%s: %s", path, strerror(errno));
}

static bool is_new(const char *path)
{
    FILE *file = fopen(path, "re");
    bool empty = file == NULL || fgetc(file) == EOF;

    if (file != NULL)
        fclose(file);
    return empty;
}

bona_err bona_pad_append(const bona_pad_set *set, const bona_pad_item *item, const char *scores,
                         bona_note *note)
{
    bona_buf lines;
    bona_err err = BONA_OK;

    bona_buf_init(&lines, LINES_BYTES_MAX);
    if (is_new(scores))
        err = put_header(&lines, set);
    if (err == BONA_OK)
        err = put_item(&lines, set, item);
    if (err == BONA_OK)
        err = write_lines(&lines, scores, "ae", note);
    bona_buf_deinit(&lines);
    return err;
}

bona_err bona_pad_write(const bona_pad_set *set, const char *scores, bona_note *note)
{
    bona_buf lines;
    bona_err err;

    bona_buf_init(&lines, LINES_BYTES_MAX);
    err = put_header(&lines, set);
    for (int64_t i = 0; err == BONA_OK && i < set->count; i++)
        if (set->items[i].done)
            err = put_item(&lines, set, &set->items[i]);
    if (err == BONA_OK)
        err = write_lines(&lines, scores, "we", note);
    bona_buf_deinit(&lines);
    return err;
}

/* A row of the scores file as sorting key: path, then label. */
typedef struct row_key {
    const char *path, *label;
    int64_t row;
} row_key;

static int compare_keys(const void *a, const void *b)
{
    const row_key *x = a, *y = b;
    int order = strcmp(x->path, y->path);

    return order != 0 ? order : strcmp(x->label, y->label);
}

static void take_row(bona_pad_set *set, bona_pad_item *item, int64_t row)
{
    const bona_csv *c = set->scores;
    int32_t error = bona_csv_column(c, "error");

    item->live = bona_csv_number(c, row, bona_csv_column(c, "live"));
    item->faces = (int32_t)strtol(bona_csv_field(c, row, bona_csv_column(c, "faces")), NULL, 10);
    item->error = bona_csv_field(c, row, error);
    item->ms = bona_csv_number(c, row, bona_csv_column(c, "ms"));
    for (int32_t i = 0; i < set->net_count; i++)
        item->raw[i] = bona_csv_number(c, row, error + 1 + i);
    item->done = isfinite(item->live) || item->error[0] != 0;
}

static bool same_pack(const bona_pad_set *set, int64_t row, const char *pack)
{
    int32_t column = bona_csv_column(set->scores, "pack");

    return pack == NULL || strcmp(bona_csv_field(set->scores, row, column), pack) == 0;
}

static void take_net_names(bona_pad_set *set)
{
    set->net_count = 0;
    for (int32_t c = 0; c < bona_csv_columns(set->scores); c++)
        if (bona_pad_is_net(set->scores, c) && set->net_count < BONA_SPOOF_NETS_MAX)
            snprintf(set->net_names[set->net_count++], sizeof set->net_names[0], "%s",
                     bona_csv_name(set->scores, c));
}

bona_err bona_pad_resume(bona_pad_set *set, const char *scores, const char *pack, bona_note *note)
{
    row_key *keys;
    int64_t rows;
    bona_err err;

    if (is_new(scores))
        return BONA_OK;
    err = bona_csv_read(&set->scores, scores, note);
    if (err != BONA_OK)
        return err;
    if (bona_csv_column(set->scores, "path") < 0 || bona_csv_column(set->scores, "live") < 0 ||
        bona_csv_column(set->scores, "error") < 0)
        return bona_fail(note, BONA_BAD_CONFIG, "%s: needs the columns path, live and error",
                         scores);
    take_net_names(set);
    rows = bona_csv_rows(set->scores);
    keys = bona_alloc((size_t)rows, sizeof *keys);
    if (keys == NULL)
        return BONA_NO_MEMORY;
    for (int64_t i = 0; i < rows; i++)
        keys[i] =
            (row_key){ bona_csv_field(set->scores, i, bona_csv_column(set->scores, "path")),
                       bona_csv_field(set->scores, i, bona_csv_column(set->scores, "label")), i };
    qsort(keys, (size_t)rows, sizeof *keys, compare_keys);
    for (int64_t i = 0; i < set->count; i++) {
        row_key wanted = { set->items[i].path, set->items[i].label, 0 };
        row_key *found = bsearch(&wanted, keys, (size_t)rows, sizeof *keys, compare_keys);

        if (found != NULL && same_pack(set, found->row, pack))
            take_row(set, &set->items[i], found->row);
    }
    bona_free(keys);
    return BONA_OK;
}
