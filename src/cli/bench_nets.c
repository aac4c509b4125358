/* SPDX-License-Identifier: Apache-2.0 */
/* Time of each network against the peak of one core, interleaved so that a slow moment hits all of
 * them; see bench.h. */
#include <stdio.h>

#include "base/clock.h"
#include "base/mem.h"
#include "cli/bench.h"
#include "cli/command.h"
#include "cli/vision.h"
#include "engine/pack.h"
#include "nn/peak.h"
#include "wire/json_write.h"

typedef struct meter {
    bona_pack_row row;
    bona_run *run;
    double *ms; /* one per run */
} meter;

typedef struct meters {
    meter items[BONA_PACK_MODELS_MAX];
    int32_t count;
    double peak_gmacs;
} meters;

static bona_err open_meters(meters *all, const bona_pack *pack, int32_t runs)
{
    bona_pack_row rows[BONA_PACK_MODELS_MAX];
    bona_err err = BONA_OK;

    all->count = bona_pack_rows(pack, rows);
    for (int32_t i = 0; i < all->count && err == BONA_OK; i++) {
        meter *m = &all->items[i];

        m->row = rows[i];
        m->ms = bona_alloc((size_t)runs, sizeof *m->ms);
        err = m->ms != NULL ? bona_run_new(&m->run, rows[i].model->net) : BONA_NO_MEMORY;
    }
    return err;
}

static void close_meters(meters *all)
{
    for (int32_t i = 0; i < all->count; i++) {
        bona_run_free(all->items[i].run);
        bona_free(all->items[i].ms);
    }
}

/* CPU time of this thread, so that other processes on the machine do not count. */
static double time_once(bona_run *run)
{
    int64_t start = bona_clock_thread_ns();

    bona_run_go(run);
    return (double)(bona_clock_thread_ns() - start) / 1e6;
}

static void measure(meters *all, int32_t runs)
{
    bona_isa isa = bona_isa_best();

    for (int32_t i = 0; i < all->count; i++)
        time_once(all->items[i].run); /* warm-up: touches weights and memory */
    for (int32_t round = 0; round < runs; round++) {
        double peak = bona_peak_gmacs(isa);

        all->peak_gmacs = peak > all->peak_gmacs ? peak : all->peak_gmacs;
        for (int32_t i = 0; i < all->count; i++)
            all->items[i].ms[round] = time_once(all->items[i].run);
    }
}

static void print_text(const meters *all, const double *ms, const double *share)
{
    printf("peak of one core, %s: %.2f GMAC/s\n", bona_isa_name(bona_isa_best()), all->peak_gmacs);
    printf("%-13s %9s %9s %6s  %s\n", "role", "ms", "MMAC", "share", "file");
    for (int32_t i = 0; i < all->count; i++) {
        const bona_model *model = all->items[i].row.model;

        printf("%-13s %9.3f %9.1f %5.1f%%  %s\n", all->items[i].row.role, ms[i],
               (double)bona_net_macs(model->net) / 1e6, 100 * share[i], model->file);
    }
}

static bona_err print_json(const meters *all, const double *ms, const double *share)
{
    bona_buf buf;
    bona_err err;

    bona_buf_init(&buf, BONA_CLI_JSON_BYTES_MAX);
    err = bona_buf_printf(&buf, "{\"peak_gmacs\":%.3f,\"isa\":\"%s\",\"nets\":[", all->peak_gmacs,
                          bona_isa_name(bona_isa_best()));
    for (int32_t i = 0; i < all->count && err == BONA_OK; i++) {
        const bona_model *model = all->items[i].row.model;

        err = bona_buf_printf(&buf, "%s{\"role\":\"%s\",\"file\":", i > 0 ? "," : "",
                              all->items[i].row.role);
        if (err == BONA_OK)
            err = bona_json_put_string(&buf, model->file);
        if (err == BONA_OK)
            err = bona_buf_printf(&buf, ",\"ms\":%.4f,\"mmacs\":%.3f,\"share\":%.4f}", ms[i],
                                  (double)bona_net_macs(model->net) / 1e6, share[i]);
    }
    if (err == BONA_OK)
        err = bona_buf_text(&buf, "]}");
    if (err == BONA_OK)
        bona_json_print(&buf);
    bona_buf_deinit(&buf);
    return err;
}

static bona_err report(meters *all, const bona_bench_ask *ask)
{
    double ms[BONA_PACK_MODELS_MAX], share[BONA_PACK_MODELS_MAX];

    for (int32_t i = 0; i < all->count; i++) {
        ms[i] = bona_bench_median(all->items[i].ms, ask->runs);
        share[i] =
            (double)bona_net_macs(all->items[i].row.model->net) / 1e6 / ms[i] / all->peak_gmacs;
    }
    if (ask->json)
        return print_json(all, ms, share);
    print_text(all, ms, share);
    return BONA_OK;
}

int bona_bench_nets(const bona_bench_ask *ask)
{
    meters *all = bona_alloc(1, sizeof *all);
    bona_pack *pack = NULL;
    bona_note note = { "" };
    bona_err err = all != NULL ? bona_pack_load(&pack, ask->models, &note) : BONA_NO_MEMORY;

    if (err == BONA_OK)
        err = open_meters(all, pack, ask->runs);
    if (err == BONA_OK) {
        measure(all, ask->runs);
        err = report(all, ask);
    }
    if (all != NULL)
        close_meters(all);
    bona_pack_free(pack);
    bona_free(all);
    return err == BONA_OK ? BONA_EXIT_OK : bona_command_failed("bench", err, &note);
}
