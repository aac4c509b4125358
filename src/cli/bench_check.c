/* SPDX-License-Identifier: Apache-2.0 */
/* The stages of one check, and decoding alone; see bench.h. */
#include <stdio.h>

#include "base/clock.h"
#include "base/mem.h"
#include "cli/bench.h"
#include "cli/command.h"
#include "cli/vision.h"
#include "image/decode.h"
#include "wire/json_write.h"

enum { STAGES = 8 };

static const char *const stages[STAGES] = { "decode", "detect", "spoof",   "landmark",
                                            "motion", "embed",  "quality", "total" };

/* Samples by stage, one per run. */
typedef struct samples {
    double *ms[STAGES];
} samples;

static void keep(samples *s, int32_t run, const bona_times *t)
{
    const float ms[STAGES] = { t->decode, t->detect, t->spoof,   t->landmark,
                               t->motion, t->embed,  t->quality, t->total };

    for (int32_t i = 0; i < STAGES; i++)
        s->ms[i][run] = ms[i];
}

static bona_err init_samples(samples *s, int32_t runs)
{
    for (int32_t i = 0; i < STAGES; i++) {
        s->ms[i] = bona_alloc((size_t)runs, sizeof **s->ms);
        if (s->ms[i] == NULL)
            return BONA_NO_MEMORY;
    }
    return BONA_OK;
}

static void deinit_samples(samples *s)
{
    for (int32_t i = 0; i < STAGES; i++)
        bona_free(s->ms[i]);
}

static bona_err put_head(bona_buf *buf, const bona_bench_ask *ask, int32_t width, int32_t height,
                         size_t bytes)
{
    bona_err err = bona_buf_text(buf, "{\"image\":");

    if (err == BONA_OK)
        err = bona_json_put_string(buf, ask->image);
    if (err == BONA_OK)
        err = bona_buf_printf(buf, ",\"width\":%d,\"height\":%d,\"bytes\":%zu,\"ms\":{", width,
                              height, bytes);
    return err;
}

static bona_err print_check(const bona_bench_ask *ask, const bona_check_report *report,
                            size_t bytes, samples *s)
{
    const char *lead = "";
    bona_buf buf;
    bona_err err = BONA_OK;

    bona_buf_init(&buf, BONA_CLI_JSON_BYTES_MAX);
    if (ask->json)
        err = put_head(&buf, ask, report->pictures[0].width, report->pictures[0].height, bytes);
    else
        printf("%s: %d x %d, %zu bytes, median of %d runs\n", ask->image, report->pictures[0].width,
               report->pictures[0].height, bytes, ask->runs);
    for (int32_t i = 0; i < STAGES && err == BONA_OK; i++) {
        double ms = bona_bench_median(s->ms[i], ask->runs);

        if (ms <= 0)
            continue;
        if (ask->json)
            err = bona_buf_printf(&buf, "%s\"%s\":%.4f", lead, stages[i], ms);
        else
            printf("%-9s %8.3f ms\n", stages[i], ms);
        lead = ",";
    }
    if (err == BONA_OK && ask->json)
        err = bona_buf_text(&buf, "}}");
    if (err == BONA_OK && ask->json)
        bona_json_print(&buf);
    bona_buf_deinit(&buf);
    return err;
}

/* One check outside the count, then the runs. */
static bona_err run_checks(samples *s, bona_check_report *report, bona_engine *engine,
                           bona_bytes bytes, int32_t runs)
{
    bona_check_ask check = { .pictures = { bytes }, .picture_count = 1 };
    bona_err err = bona_check(engine, &check, report);

    for (int32_t run = 0; run < runs && err == BONA_OK; run++) {
        err = bona_check(engine, &check, report);
        keep(s, run, &report->ms);
    }
    return err;
}

int bona_bench_check(const bona_bench_ask *ask)
{
    bona_check_report *report = bona_alloc(1, sizeof *report);
    bona_vision_kit kit = { 0 };
    bona_note note = { "" };
    bona_bytes bytes = { 0 };
    uint8_t *owned = NULL;
    samples s = { { NULL } };
    bona_err err = report != NULL ? init_samples(&s, ask->runs) : BONA_NO_MEMORY;

    if (err == BONA_OK)
        err = bona_kit_read(&bytes, &owned, ask->image, &note);
    if (err == BONA_OK)
        err = bona_kit_open(&kit, ask->models, &note);
    if (err == BONA_OK)
        err = run_checks(&s, report, kit.engine, bytes, ask->runs);
    if (err == BONA_OK)
        err = report->pictures[0].err;
    if (err == BONA_OK)
        err = print_check(ask, report, bytes.size, &s);
    bona_kit_close(&kit);
    deinit_samples(&s);
    bona_free(owned);
    bona_free(report);
    return err == BONA_OK ? BONA_EXIT_OK : bona_command_failed("bench", err, &note);
}

/* Median time of decoding; `info` and `scale` say what came out. */
static bona_err time_decode(double *median, bona_image_info *info, float *scale, bona_bytes bytes,
                            bool reduce, double *ms, int32_t runs, bona_note *note)
{
    bona_err err = BONA_OK;

    for (int32_t run = -1; run < runs && err == BONA_OK; run++) {
        bona_image image = { 0 };
        int64_t start = bona_clock_thread_ns();

        err = bona_image_decode(&image, bytes, 0, NULL, reduce, info, scale, note);
        if (run >= 0)
            ms[run] = bona_clock_thread_ms_since(start);
        bona_image_deinit(&image);
    }
    if (err == BONA_OK)
        *median = bona_bench_median(ms, runs);
    return err;
}

static bona_err print_decode(const bona_bench_ask *ask, const bona_image_info *info, size_t bytes,
                             double full, double reduced, float scale)
{
    bona_buf buf;
    bona_err err;

    if (!ask->json) {
        printf("%s: %d x %d, %zu bytes, median of %d runs\n", ask->image, info->width, info->height,
               bytes, ask->runs);
        printf("in full   %8.3f ms\nas check  %8.3f ms at scale %.3f\n", full, reduced,
               (double)scale);
        return BONA_OK;
    }
    bona_buf_init(&buf, BONA_CLI_JSON_BYTES_MAX);
    err = put_head(&buf, ask, info->width, info->height, bytes);
    if (err == BONA_OK)
        err = bona_buf_printf(&buf, "\"full\":%.4f,\"decode\":%.4f},\"scale\":%.4f}", full, reduced,
                              (double)scale);
    if (err == BONA_OK)
        bona_json_print(&buf);
    bona_buf_deinit(&buf);
    return err;
}

int bona_bench_decode(const bona_bench_ask *ask)
{
    double *ms = bona_alloc((size_t)ask->runs, sizeof *ms), full = 0, reduced = 0;
    bona_image_info info = { 0 };
    bona_note note = { "" };
    bona_bytes bytes = { 0 };
    uint8_t *owned = NULL;
    float scale = 1;
    bona_err err = ms != NULL ? bona_kit_read(&bytes, &owned, ask->image, &note) : BONA_NO_MEMORY;

    if (err == BONA_OK)
        err = time_decode(&full, &info, &scale, bytes, false, ms, ask->runs, &note);
    if (err == BONA_OK)
        err = time_decode(&reduced, &info, &scale, bytes, true, ms, ask->runs, &note);
    if (err == BONA_OK)
        err = print_decode(ask, &info, bytes.size, full, reduced, scale);
    bona_free(owned);
    bona_free(ms);
    return err == BONA_OK ? BONA_EXIT_OK : bona_command_failed("bench", err, &note);
}
