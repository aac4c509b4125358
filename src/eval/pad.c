/* SPDX-License-Identifier: Apache-2.0 */
/* Reading a labelled list and running the engine over it; see pad.h. The scores file is
 * pad_scores.c. */
#include "eval/pad.h"

#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "engine/pack.h"
#include "eval/pack_facts.h"
#include "eval/pad_scores.h"
#include "eval/run.h"

#define PICTURE_BYTES_MAX ((size_t)50 << 20)
enum { PATH_BYTES_MAX = 4096 };

/* Columns that are neither labels nor slices: what is known of a file, not of how it was taken. */
static const char *const known_columns[] = { "path",
                                             "label",
                                             "role",
                                             "set",
                                             "source",
                                             "subject",
                                             "pair_or_sequence",
                                             "frame",
                                             "yaw",
                                             "pitch",
                                             "notes",
                                             "width",
                                             "height",
                                             "expected",
                                             "source_repo",
                                             "source_path",
                                             "source_commit",
                                             "licence",
                                             "face_box",
                                             "live",
                                             "faces",
                                             "error",
                                             "ms",
                                             "pack" };

static bool is_known(const char *name)
{
    for (size_t i = 0; i < sizeof known_columns / sizeof *known_columns; i++)
        if (strcmp(name, known_columns[i]) == 0)
            return true;
    return false;
}

/* The first folder of a path stands for the source where no column names it. */
static void folder_of(char *folder, size_t room, const char *path)
{
    size_t size = strcspn(path, "/");

    snprintf(folder, room, "%.*s", path[size] == 0 ? 3 : (int)size, path[size] == 0 ? "all" : path);
}

static void find_slices(bona_pad_set *set)
{
    for (int32_t c = 0; c < bona_csv_columns(set->manifest); c++) {
        const char *name = bona_csv_name(set->manifest, c);

        if (!is_known(name) && set->slice_count < BONA_SLICES_MAX &&
            !bona_pad_is_net(set->manifest, c))
            set->slice_names[set->slice_count++] = name;
    }
}

static void fill_item(bona_pad_set *set, bona_pad_item *item, int64_t row)
{
    const bona_csv *m = set->manifest;
    int32_t source = bona_csv_column(m, "set");

    if (source < 0)
        source = bona_csv_column(m, "source");
    item->path = bona_csv_field(m, row, bona_csv_column(m, "path"));
    item->label = bona_csv_field(m, row, bona_csv_column(m, "label"));
    if (source >= 0)
        snprintf(item->source, sizeof item->source, "%s", bona_csv_field(m, row, source));
    else
        folder_of(item->source, sizeof item->source, item->path);
    item->error = "";
    item->live = NAN;
    for (int32_t i = 0; i < BONA_SPOOF_NETS_MAX; i++)
        item->raw[i] = NAN;
    for (int32_t i = 0; i < set->slice_count; i++)
        item->slices[i] = bona_csv_field(m, row, bona_csv_column(m, set->slice_names[i]));
}

bona_err bona_pad_load(bona_pad_set *set, const char *manifest, bona_note *note)
{
    bona_err err;
    int32_t role;

    *set = (bona_pad_set){ 0 };
    err = bona_csv_read(&set->manifest, manifest, note);
    if (err != BONA_OK)
        return err;
    if (bona_csv_column(set->manifest, "path") < 0 || bona_csv_column(set->manifest, "label") < 0)
        err = bona_fail(note, BONA_BAD_CONFIG, "%s: needs the columns path and label", manifest);
    set->items = bona_alloc((size_t)bona_csv_rows(set->manifest) + 1, sizeof *set->items);
    if (err == BONA_OK && set->items == NULL)
        err = BONA_NO_MEMORY;
    if (err != BONA_OK) {
        bona_pad_deinit(set);
        return err;
    }
    find_slices(set);
    role = bona_csv_column(set->manifest, "role");
    for (int64_t row = 0; row < bona_csv_rows(set->manifest); row++)
        if (role < 0 || strcmp(bona_csv_field(set->manifest, row, role), "pad") == 0)
            fill_item(set, &set->items[set->count++], row);
    if (set->count > 0)
        return BONA_OK;
    bona_pad_deinit(set);
    return bona_fail(note, BONA_BAD_CONFIG, "%s: no row%s", manifest,
                     role < 0 ? "" : " of role pad");
}

void bona_pad_deinit(bona_pad_set *set)
{
    bona_csv_free(set->manifest);
    bona_csv_free(set->scores);
    bona_free(set->items);
    *set = (bona_pad_set){ 0 };
}

typedef struct pad_run {
    bona_pad_set *set;
    const char *root, *scores;
    bona_limits limits;
    pthread_mutex_t lock; /* of the scores file */
} pad_run;

static void take_report(bona_pad_item *item, const bona_check_report *report, int32_t nets)
{
    const bona_picture *picture = &report->pictures[0];

    item->ms = report->ms.total;
    item->faces = picture->face_count;
    if (picture->err != BONA_OK || picture->judged < 0) {
        item->error = bona_err_name(picture->err != BONA_OK ? picture->err : BONA_NO_FACE);
        return;
    }
    item->live = picture->faces[picture->judged].live;
    for (int32_t i = 0; i < nets; i++)
        item->raw[i] = picture->faces[picture->judged].raw_live[i];
}

static bona_err check_item(void *state, bona_engine *engine, int64_t index, bona_note *note)
{
    pad_run *run = state;
    bona_pad_item *item = &run->set->items[index];
    bona_check_ask ask = { .picture_count = 1, .flags = BONA_FIND_TURN, .limits = run->limits };
    bona_check_report *report;
    char path[PATH_BYTES_MAX];
    uint8_t *data = NULL;
    bona_err err;

    if (item->done)
        return BONA_OK;
    report = bona_alloc(1, sizeof *report);
    if (report == NULL)
        return BONA_NO_MEMORY;
    snprintf(path, sizeof path, "%s/%s", run->root, item->path);
    err = bona_file_read(path, PICTURE_BYTES_MAX, &data, &ask.pictures[0].size, note);
    ask.pictures[0].data = data;
    if (err == BONA_IO || err == BONA_IMAGE_TOO_LONG) {
        item->error = bona_err_name(err);
        err = BONA_OK;
    } else if (err == BONA_OK) {
        err = bona_check(engine, &ask, report);
        if (err == BONA_OK)
            take_report(item, report, run->set->net_count);
    }
    bona_free(data);
    bona_free(report);
    item->done = err == BONA_OK;
    if (err != BONA_OK || run->scores == NULL)
        return err;
    pthread_mutex_lock(&run->lock);
    err = bona_pad_append(run->set, item, run->scores, note);
    pthread_mutex_unlock(&run->lock);
    return err;
}

bona_err bona_pad_run(bona_pad_set *set, const bona_pack *pack, const char *root,
                      const char *scores, bona_note *note)
{
    pad_run run = { .set = set, .root = root, .scores = scores };
    bona_err err;

    set->net_count = pack->spoof_count;
    for (int32_t i = 0; i < set->net_count; i++)
        bona_pack_net_name(set->net_names[i], sizeof set->net_names[i], pack, i);
    pthread_mutex_init(&run.lock, NULL);
    err = bona_eval_run(pack, 0, set->count, check_item, &run, "checking", note);
    pthread_mutex_destroy(&run.lock);
    return err;
}
