/* SPDX-License-Identifier: Apache-2.0 */
/* Labelled sequences through the 3-D test; see motion.h. */
#include "eval/motion.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "eval/run.h"

#define PICTURE_BYTES_MAX ((size_t)50 << 20)
#define SCORES_BYTES_MAX  ((size_t)64 << 20)
enum { FRAMES_MAX = 64, PATH_BYTES_MAX = 4096 };

typedef struct frame_row {
    const char *sequence;
    double frame;
    int64_t row;
} frame_row;

static int compare_frames(const void *a, const void *b)
{
    const frame_row *x = a, *y = b;
    int order = strcmp(x->sequence, y->sequence);

    return order != 0 ? order : (x->frame > y->frame) - (x->frame < y->frame);
}

/* Whether a name stands in a list separated by commas. */
static bool is_listed(const char *list, const char *name)
{
    size_t size = strlen(name);

    for (const char *at = list; at != NULL; at = strchr(at, ',')) {
        at += *at == ',';
        if (strncmp(at, name, size) == 0 && (at[size] == ',' || at[size] == 0))
            return true;
    }
    return false;
}

static bona_motion_pair make_pair(const bona_csv *m, int64_t first, int64_t second, bool ends)
{
    int32_t path = bona_csv_column(m, "path");

    return (bona_motion_pair){
        .sequence = bona_csv_field(m, first, bona_csv_column(m, "pair_or_sequence")),
        .first = bona_csv_field(m, first, path),
        .second = bona_csv_field(m, second, path),
        .label = bona_csv_field(m, first, bona_csv_column(m, "label")),
        .expected = bona_csv_field(m, second, bona_csv_column(m, "expected")),
        .source = bona_csv_field(m, first, bona_csv_column(m, "set")),
        .error = "",
        .ends = ends,
        .yaw = NAN,
        .pitch = NAN,
    };
}

/* Adds all pairs of one sequence of `count` sorted frames. */
static bona_err add_sequence(bona_motion_set *set, const frame_row *frames, int64_t count)
{
    int64_t more = count * (count - 1) / 2;
    bona_motion_pair *pairs;

    if (more == 0)
        return BONA_OK;
    pairs = bona_realloc(set->pairs, (size_t)(set->count + more), sizeof *pairs);
    if (pairs == NULL)
        return BONA_NO_MEMORY;
    set->pairs = pairs;
    set->sequences++;
    for (int64_t i = 0; i < count; i++)
        for (int64_t k = i + 1; k < count; k++)
            set->pairs[set->count++] =
                make_pair(set->manifest, frames[i].row, frames[k].row, i == 0 && k == count - 1);
    return BONA_OK;
}

static bona_err cut_sequences(bona_motion_set *set, frame_row *frames, int64_t count,
                              bona_note *note)
{
    bona_err err = BONA_OK;

    qsort(frames, (size_t)count, sizeof *frames, compare_frames);
    for (int64_t start = 0, end; err == BONA_OK && start < count; start = end) {
        for (end = start + 1;
             end < count && strcmp(frames[end].sequence, frames[start].sequence) == 0;)
            end++;
        if (end - start > FRAMES_MAX)
            return bona_fail(note, BONA_BAD_CONFIG, "sequence %s: %lld frames, at most %d",
                             frames[start].sequence, (long long)(end - start), FRAMES_MAX);
        err = add_sequence(set, frames + start, end - start);
    }
    return err;
}

bona_err bona_motion_load(bona_motion_set *set, const char *manifest, const char *leave_out,
                          bona_note *note)
{
    frame_row *frames = NULL;
    int64_t count = 0;
    int32_t role, sequence, frame;
    bona_err err;

    *set = (bona_motion_set){ 0 };
    err = bona_csv_read(&set->manifest, manifest, note);
    if (err != BONA_OK)
        return err;
    role = bona_csv_column(set->manifest, "role");
    sequence = bona_csv_column(set->manifest, "pair_or_sequence");
    frame = bona_csv_column(set->manifest, "frame");
    if (bona_csv_column(set->manifest, "path") < 0 || sequence < 0 || frame < 0)
        err = bona_fail(note, BONA_BAD_CONFIG,
                        "%s: needs the columns path, pair_or_sequence and frame", manifest);
    frames = bona_alloc((size_t)bona_csv_rows(set->manifest) + 1, sizeof *frames);
    if (err == BONA_OK && frames == NULL)
        err = BONA_NO_MEMORY;
    for (int64_t row = 0; err == BONA_OK && row < bona_csv_rows(set->manifest); row++) {
        const char *name = bona_csv_field(set->manifest, row, sequence);

        if ((role < 0 || strcmp(bona_csv_field(set->manifest, row, role), "motion") == 0) &&
            name[0] != 0 && !is_listed(leave_out, name))
            frames[count++] = (frame_row){ name, bona_csv_number(set->manifest, row, frame), row };
    }
    if (err == BONA_OK)
        err = cut_sequences(set, frames, count, note);
    if (err == BONA_OK && set->count == 0)
        err = bona_fail(note, BONA_BAD_CONFIG, "%s: no sequence of two frames or more", manifest);
    bona_free(frames);
    if (err != BONA_OK)
        bona_motion_deinit(set);
    return err;
}

void bona_motion_deinit(bona_motion_set *set)
{
    bona_csv_free(set->manifest);
    bona_free(set->pairs);
    *set = (bona_motion_set){ 0 };
}

typedef struct motion_run {
    bona_motion_set *set;
    const char *root;
} motion_run;

static void take_report(bona_motion_pair *pair, const bona_check_report *report)
{
    const bona_face *faces[2];

    for (int i = 0; i < 2; i++) {
        const bona_picture *picture = &report->pictures[i];

        if (picture->err != BONA_OK || picture->judged < 0) {
            pair->error = bona_err_name(picture->err != BONA_OK ? picture->err : BONA_NO_FACE);
            return;
        }
        faces[i] = &picture->faces[picture->judged];
    }
    pair->motion = faces[1]->motion;
    pair->direction = faces[1]->direction;
    pair->yaw = faces[1]->yaw - faces[0]->yaw;
    pair->pitch = faces[1]->pitch - faces[0]->pitch;
    pair->live = fminf(faces[0]->live, faces[1]->live);
}

static bona_err read_picture(bona_bytes *bytes, const char *root, const char *name)
{
    char path[PATH_BYTES_MAX];
    uint8_t *data = NULL;
    bona_err err;

    snprintf(path, sizeof path, "%s/%s", root, name);
    err = bona_file_read(path, PICTURE_BYTES_MAX, &data, &bytes->size, NULL);
    bytes->data = data;
    return err;
}

static bona_err check_pair(void *state, bona_engine *engine, int64_t index, bona_note *note)
{
    motion_run *run = state;
    bona_motion_pair *pair = &run->set->pairs[index];
    bona_check_ask ask = { .picture_count = 2, .flags = BONA_FIND_TURN | BONA_WANT_QUALITY };
    bona_check_report *report = bona_alloc(1, sizeof *report);
    bona_err err;

    (void)note;
    if (report == NULL)
        return BONA_NO_MEMORY;
    err = read_picture(&ask.pictures[0], run->root, pair->first);
    if (err == BONA_OK)
        err = read_picture(&ask.pictures[1], run->root, pair->second);
    if (err == BONA_IO || err == BONA_IMAGE_TOO_LONG) {
        pair->error = bona_err_name(err);
        err = BONA_OK;
    } else if (err == BONA_OK) {
        err = bona_check(engine, &ask, report);
        if (err == BONA_OK)
            take_report(pair, report);
    }
    for (int i = 0; i < 2; i++)
        bona_free((void *)(uintptr_t)ask.pictures[i].data);
    bona_free(report);
    pair->done = err == BONA_OK;
    return err;
}

bona_err bona_motion_run(bona_motion_set *set, const bona_pack *pack, const char *root,
                         bona_note *note)
{
    motion_run run = { set, root };

    return bona_eval_run(pack, 0, set->count, check_pair, &run, "comparing frames", note);
}

static bona_err put_pair(bona_buf *out, const bona_motion_pair *p)
{
    const char *const texts[] = { p->sequence, p->first, p->second, p->label, p->expected };
    bona_err err = BONA_OK;

    for (int i = 0; err == BONA_OK && i < 5; i++)
        err = bona_csv_put(out, texts[i], i == 0);
    if (err == BONA_OK && p->error[0] != 0)
        err = bona_buf_printf(out, ",,,%s,%d,,,,", p->error, p->ends);
    else if (err == BONA_OK)
        err = bona_buf_printf(out, ",%.6g,%.6g,,%d,%.4g,%.4g,%.6g,", (double)p->motion,
                              (double)p->direction, p->ends, (double)p->yaw, (double)p->pitch,
                              (double)p->live);
    if (err == BONA_OK)
        err = bona_csv_put(out, p->source, true);
    return err == BONA_OK ? bona_buf_text(out, "\n") : err;
}

bona_err bona_motion_write(const bona_motion_set *set, const char *scores, bona_note *note)
{
    bona_buf out;
    bona_err err;

    bona_buf_init(&out, SCORES_BYTES_MAX);
    err = bona_buf_text(
        &out,
        "sequence,first,second,label,expected,motion,direction,error,ends,yaw,pitch,live,source\n");
    for (int64_t i = 0; err == BONA_OK && i < set->count; i++)
        err = put_pair(&out, &set->pairs[i]);
    if (err == BONA_OK)
        err = bona_file_write(scores, out.data, out.size, note);
    bona_buf_deinit(&out);
    return err;
}
