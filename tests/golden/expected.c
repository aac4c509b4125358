/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The golden table: what the engine says of known pictures, kept as CSV, so that an accidental
 * change of any step shows up (the idea of OFIQ's expected results).
 *   golden_expected PACK|- TABLE.csv SHARED [--write]
 * Ends with 0, with 1 where a number moved, with 77 where the pack's networks are not there.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "engine/pack.h"
#include "row.h"

enum { SKIPPED = 77, ROWS_MAX = 128, TABLE_MAX = 1 << 20 /* bytes */ };

typedef struct table {
    golden_row rows[ROWS_MAX];
    int32_t count, networks;
} table;

static void add_networks(table *t, const bona_pack *pack)
{
    bona_pack_row rows[BONA_PACK_MODELS_MAX];
    int32_t count = bona_pack_rows(pack, rows);

    for (int32_t i = 0; i < count; i++)
        golden_name_network(&t->rows[t->count++], rows[i].role, rows[i].model->file,
                            rows[i].model->sha256);
    t->networks = count;
}

/* Adds the rows of one kind of picture; each is compared with the one before. */
static bool add_pictures(table *t, bona_engine *engine, const char *folder)
{
    int32_t count = folder != NULL ? golden_shared_count : golden_drawn_count;
    golden_picture pictures[2] = { 0 };
    bool good = true;

    for (int32_t i = 0; i < count && good; i++) {
        golden_picture *now = &pictures[i % 2], *before = &pictures[(i + 1) % 2];

        golden_picture_deinit(now);
        good = (folder != NULL ? golden_read(now, i, folder) : golden_draw(now, i)) &&
               golden_measure(&t->rows[t->count++], engine, now, i > 0 ? before : NULL) == BONA_OK;
    }
    golden_picture_deinit(&pictures[0]);
    golden_picture_deinit(&pictures[1]);
    return good;
}

static int write_table(const table *t, const char *path)
{
    bona_note note;
    bona_buf out;
    bona_err err;

    bona_buf_init(&out, TABLE_MAX);
    err = golden_put_header(&out);
    for (int32_t i = 0; i < t->count && err == BONA_OK; i++)
        err = golden_put(&out, &t->rows[i]);
    if (err == BONA_OK)
        err = bona_file_write(path, out.data, out.size, &note);
    bona_buf_deinit(&out);
    printf("%s: %d rows%s\n", path, (int)t->count, err == BONA_OK ? " written" : " NOT written");
    return err == BONA_OK ? 0 : 1;
}

/* The row of that name in the table; false when there is none. */
static bool find(golden_row *was, const bona_csv *csv, const char *picture)
{
    for (int64_t i = 0; i < bona_csv_rows(csv); i++) {
        golden_get(was, csv, i);
        if (strcmp(was->picture, picture) == 0)
            return true;
    }
    return false;
}

static int compare_table(const table *t, const char *path)
{
    int32_t wrong = 0, networks_wrong = 0;
    bona_csv *csv = NULL;
    bona_note note;

    if (bona_csv_read(&csv, path, &note) != BONA_OK) {
        printf("%s\n", note.text);
        return 1;
    }
    for (int32_t i = 0; i < t->count; i++) {
        golden_row was;

        if (find(&was, csv, t->rows[i].picture)) {
            wrong += golden_compare(&t->rows[i], &was);
        } else {
            printf("%s: not in the table\n", t->rows[i].picture);
            wrong++;
        }
        networks_wrong = i < t->networks ? wrong : networks_wrong;
    }
    bona_csv_free(csv);
    if (networks_wrong > 0)
        printf("The pack has other networks than when the table was made. If they were meant to "
               "change, run tests/golden/update.sh and look at its diff.\n");
    else if (wrong > 0)
        printf("Same networks, other results: %d numbers moved. If that was meant, run "
               "tests/golden/update.sh and look at its diff.\n",
               (int)wrong);
    else
        printf("%s: %d rows, all as they were\n", path, (int)t->count);
    return wrong > 0;
}

static int run(bona_engine *engine, const bona_pack *pack, char **argv, bool write)
{
    static table t;
    char folder[4096];
    bool good;

    add_networks(&t, pack);
    good = add_pictures(&t, engine, NULL);
    snprintf(folder, sizeof folder, "%s/data", argv[3]);
    if (access(folder, R_OK) == 0)
        good = good && add_pictures(&t, engine, folder);
    else
        printf("left out: %d pictures of %s\n", (int)golden_shared_count, folder);
    if (!good)
        return 1;
    return write ? write_table(&t, argv[2]) : compare_table(&t, argv[2]);
}

int main(int argc, char **argv)
{
    bool write = argc == 5 && strcmp(argv[4], "--write") == 0;
    bona_pack *pack = NULL;
    bona_engine *engine = NULL;
    bona_note note = { "" };
    bona_err err;
    int status = 1;

    if (argc < 4 || argc > 5 || (argc == 5 && !write)) {
        fprintf(stderr, "usage: golden_expected PACK|- TABLE.csv SHARED [--write]\n");
        return 64;
    }
    err = bona_pack_load(&pack, argv[1], &note);
    if (err == BONA_IO) {
        printf("left out: %s\n", note.text);
        return SKIPPED;
    }
    if (err == BONA_OK)
        err = bona_engine_new(&engine, pack);
    if (err == BONA_OK)
        status = run(engine, pack, argv, write);
    else
        printf("%s\n", note.text);
    bona_engine_free(engine);
    bona_pack_free(pack);
    return status;
}
