/* SPDX-License-Identifier: Apache-2.0 */
/* See row.h. The tolerances cover other kernels and other compilers, not another result. */
#include "row.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Columns in the order of the steps, so that the first one printed is where to look. */
static const struct {
    const char *name, *step;
    double tolerance;
} columns[GOLDEN_NUMBERS] = {
    { "width", "decode", 0 },
    { "height", "decode", 0 },
    { "rotated", "turn", 0 },
    { "faces", "detect", 0 },
    { "x", "detect", 1 }, /* px */
    { "y", "detect", 1 },
    { "w", "detect", 1 },
    { "h", "detect", 1 },
    { "confidence", "detect", 0.01 },
    { "x0", "detect", 1 },
    { "y0", "detect", 1 },
    { "x1", "detect", 1 },
    { "y1", "detect", 1 },
    { "x2", "detect", 1 },
    { "y2", "detect", 1 },
    { "x3", "detect", 1 },
    { "y3", "detect", 1 },
    { "x4", "detect", 1 },
    { "y4", "detect", 1 },
    { "raw0", "spoof", 0.01 },
    { "raw1", "spoof", 0.01 },
    { "raw2", "spoof", 0.01 },
    { "raw3", "spoof", 0.01 },
    { "live", "fusion", 0.01 },
    { "yaw", "mesh", 1 }, /* degrees */
    { "pitch", "mesh", 1 },
    { "roll", "mesh", 1 },
    { "unified", "quality", 1 }, /* of 100 */
    { "exposure", "quality", 1 },
    { "contrast", "quality", 1 },
    { "sharpness", "quality", 1 },
    { "face_size", "quality", 1 },
    { "pose", "quality", 1 },
    { "eyes_open", "quality", 2 },
    { "mouth_closed", "quality", 2 },
    { "eyes_visible", "occlusion", 1 },
    { "nose_visible", "occlusion", 1 },
    { "mouth_visible", "occlusion", 1 },
    { "motion", "motion", 0.02 },
    { "direction", "motion", 5 }, /* degrees */
    { "similarity", "embed", 0.01 },
    { "score", "match map", 0.01 },
    { "all_live", "verdict", 0.01 },
    { "decision", "verdict", 0 },
};

/* Numbers are written one after the other, in the order of the columns. */
typedef struct pen {
    golden_row *row;
    int32_t at;
} pen;

static void put(pen *p, double value)
{
    p->row->number[p->at++] = value;
}

static void put_face(pen *p, const bona_face *f)
{
    const float *quality = &f->quality.unified; /* eleven floats, see bonafide.h */

    put(p, (double)f->box.x);
    put(p, (double)f->box.y);
    put(p, (double)f->box.w);
    put(p, (double)f->box.h);
    put(p, (double)f->confidence);
    for (int32_t i = 0; i < BONA_POINTS; i++) {
        put(p, (double)f->points[i].x);
        put(p, (double)f->points[i].y);
    }
    for (int32_t i = 0; i < BONA_SPOOF_NETS_MAX; i++)
        put(p, (double)f->raw_live[i]);
    put(p, (double)f->live);
    put(p, (double)f->yaw);
    put(p, (double)f->pitch);
    put(p, (double)f->roll);
    for (size_t i = 0; i < sizeof f->quality / sizeof *quality; i++)
        put(p, (double)quality[i]);
    put(p, (double)f->motion);
    put(p, (double)f->direction);
}

static bona_bytes bytes_of(const golden_picture *picture, int32_t file)
{
    return (bona_bytes){ picture->files[file].data, picture->files[file].size };
}

/* How alike a picture and the one before it are; NAN where there is no such pair or no network. */
static void put_similarity(pen *p, bona_engine *engine, const golden_picture *picture,
                           const golden_picture *before)
{
    bona_match_ask ask = { .photo = bytes_of(picture, 0), .frame_count = 1 };
    static bona_match_report report;
    bool compared = false;

    if (before != NULL) {
        ask.frames[0] = bytes_of(before, 0);
        compared = bona_match(engine, &ask, &report) == BONA_OK && report.compared;
    }
    put(p, compared ? (double)report.similarity : (double)NAN);
    put(p, compared ? (double)report.score : (double)NAN);
}

bona_err golden_measure(golden_row *row, bona_engine *engine, const golden_picture *picture,
                        const golden_picture *before)
{
    bona_check_ask ask = { .picture_count = picture->file_count,
                           .flags = BONA_FIND_TURN | BONA_WANT_QUALITY };
    static bona_check_report report;
    const bona_picture *seen;
    pen p = { .row = row };
    bona_err err;

    for (int32_t i = 0; i < picture->file_count; i++)
        ask.pictures[i] = bytes_of(picture, i);
    err = bona_check(engine, &ask, &report);
    if (err != BONA_OK)
        return err;
    seen = &report.pictures[picture->file_count - 1];
    snprintf(row->picture, sizeof row->picture, "%s", picture->name);
    snprintf(row->error, sizeof row->error, "%s", bona_err_name(seen->err));
    for (int32_t i = 0; i < GOLDEN_NUMBERS; i++)
        row->number[i] = (double)NAN;
    put(&p, seen->width);
    put(&p, seen->height);
    put(&p, seen->rotated);
    put(&p, seen->face_count);
    if (seen->err == BONA_OK && seen->judged >= 0)
        put_face(&p, &seen->faces[seen->judged]);
    p.at = GOLDEN_NUMBERS - 4;
    put_similarity(&p, engine, picture, before);
    put(&p, (double)report.live);
    put(&p, report.decision);
    return BONA_OK;
}

void golden_name_network(golden_row *row, const char *role, const char *file, const char *sha256)
{
    const char *name = strrchr(file, '/') != NULL ? strrchr(file, '/') + 1 : file;

    snprintf(row->picture, sizeof row->picture, "network %s %s", role, name);
    snprintf(row->error, sizeof row->error, "%.64s", sha256);
    for (int32_t i = 0; i < GOLDEN_NUMBERS; i++)
        row->number[i] = (double)NAN;
}

bona_err golden_put_header(bona_buf *out)
{
    bona_err err = bona_buf_text(out, "picture,error");

    for (int32_t i = 0; i < GOLDEN_NUMBERS && err == BONA_OK; i++)
        err = bona_csv_put(out, columns[i].name, false);
    return err == BONA_OK ? bona_buf_text(out, "\n") : err;
}

bona_err golden_put(bona_buf *out, const golden_row *row)
{
    bona_err err = bona_csv_put(out, row->picture, true);

    if (err == BONA_OK)
        err = bona_csv_put(out, row->error, false);
    for (int32_t i = 0; i < GOLDEN_NUMBERS && err == BONA_OK; i++)
        err = isnan(row->number[i]) ? bona_buf_text(out, ",")
                                    : bona_buf_printf(out, ",%.5g", row->number[i]);
    return err == BONA_OK ? bona_buf_text(out, "\n") : err;
}

void golden_get(golden_row *row, const bona_csv *csv, int64_t at)
{
    int32_t picture = bona_csv_column(csv, "picture"), error = bona_csv_column(csv, "error");

    snprintf(row->picture, sizeof row->picture, "%s", bona_csv_field(csv, at, picture));
    snprintf(row->error, sizeof row->error, "%s", bona_csv_field(csv, at, error));
    for (int32_t i = 0; i < GOLDEN_NUMBERS; i++)
        row->number[i] = bona_csv_number(csv, at, bona_csv_column(csv, columns[i].name));
}

/* 359 and 1 degrees are two degrees apart. */
static double distance(int32_t column, double a, double b)
{
    double apart = fabs(a - b);

    return strcmp(columns[column].name, "direction") == 0 && apart > 180 ? 360 - apart : apart;
}

int32_t golden_compare(const golden_row *is, const golden_row *was)
{
    int32_t wrong = 0;

    if (strcmp(is->error, was->error) != 0) {
        printf("%s: error is %s, was %s\n", is->picture, is->error, was->error);
        wrong++;
    }
    for (int32_t i = 0; i < GOLDEN_NUMBERS; i++) {
        double a = is->number[i], b = was->number[i];

        if ((isnan(a) && isnan(b)) || distance(i, a, b) <= columns[i].tolerance + 1e-4 * fabs(b))
            continue;
        printf("%s: step %s, %s is %.5g, was %.5g (%g apart at most)\n", is->picture,
               columns[i].step, columns[i].name, a, b, columns[i].tolerance);
        wrong++;
    }
    return wrong;
}
