/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Time of each network against the peak of one core, interleaved so that a slow moment hits all of
 * them; see bench.h.
 *
 * Each round runs a network several times. Before the first all others ran, so its weights come
 * from memory, as in a check: the cold time. The others follow at once, as benchmarks of networks
 * repeat them: the time that is compared with the peak.
 */
#include <stdio.h>

#include "base/clock.h"
#include "base/mem.h"
#include "cli/bench.h"
#include "cli/command.h"
#include "cli/vision.h"
#include "engine/pack.h"
#include "nn/peak.h"
#include "wire/json_write.h"

enum { WARM_RUNS = 3 }; /* in a round, after the cold one */

typedef struct meter {
    bona_pack_row row;
    bona_run *run;
    double *ms, *cold_ms; /* WARM_RUNS and one per round */
} meter;

typedef struct meters {
    meter items[BONA_PACK_MODELS_MAX];
    int32_t count;
    bona_isa isa, base_isa;        /* of the kernels; AVX2/FMA, or what is below it */
    double peak_gmacs, base_gmacs; /* the best of all rounds */
} meters;

static bona_err open_meters(meters *all, const bona_pack *pack, int32_t runs)
{
    bona_pack_row rows[BONA_PACK_MODELS_MAX];
    bona_err err = BONA_OK;

    all->count = bona_pack_rows(pack, rows);
    for (int32_t i = 0; i < all->count && err == BONA_OK; i++) {
        meter *m = &all->items[i];

        m->row = rows[i];
        m->ms = bona_alloc((size_t)runs * WARM_RUNS, sizeof *m->ms);
        m->cold_ms = bona_alloc((size_t)runs, sizeof *m->cold_ms);
        err = m->ms != NULL && m->cold_ms != NULL ? bona_run_new(&m->run, rows[i].model->net)
                                                  : BONA_NO_MEMORY;
    }
    return err;
}

static void close_meters(meters *all)
{
    for (int32_t i = 0; i < all->count; i++) {
        bona_run_free(all->items[i].run);
        bona_free(all->items[i].ms);
        bona_free(all->items[i].cold_ms);
    }
}

/* CPU time of this thread, so that other processes on the machine do not count. */
static double time_once(bona_run *run)
{
    int64_t start = bona_clock_thread_ns();

    bona_run_go(run);
    return (double)(bona_clock_thread_ns() - start) / 1e6;
}

static double higher(double a, double b)
{
    return a > b ? a : b;
}

static void measure(meters *all, int32_t runs)
{
    for (int32_t i = 0; i < all->count; i++)
        time_once(all->items[i].run); /* warm-up: touches weights and memory */
    for (int32_t round = 0; round < runs; round++) {
        all->peak_gmacs = higher(all->peak_gmacs, bona_peak_gmacs(all->isa));
        all->base_gmacs = higher(all->base_gmacs, bona_peak_gmacs(all->base_isa));
        for (int32_t i = 0; i < all->count; i++) {
            meter *m = &all->items[i];

            m->cold_ms[round] = time_once(m->run);
            for (int32_t k = 0; k < WARM_RUNS; k++)
                m->ms[round * WARM_RUNS + k] = time_once(m->run);
        }
    }
}

/* What is shown of a network: medians; the share of the AVX2/FMA peak, and of the kernels' own. */
typedef struct figures {
    double ms, cold_ms, mmacs, share, own_share;
} figures;

static void print_text(const meters *all, const figures *shown)
{
    bool wide = all->isa != all->base_isa;
    const char *own = bona_isa_name(all->isa);

    printf("peak of one core, %s: %.2f GMAC/s", bona_isa_name(all->base_isa), all->base_gmacs);
    if (wide)
        printf(", %s: %.2f", own, all->peak_gmacs);
    printf("; kernels: %s\n%-13s %9s %6s", own, "role", "ms", "share");
    if (wide)
        printf(" %9s", own);
    printf(" %9s %9s  %s\n", "cold ms", "MMAC", "file");
    for (int32_t i = 0; i < all->count; i++) {
        printf("%-13s %9.3f %5.1f%%", all->items[i].row.role, shown[i].ms, 100 * shown[i].share);
        if (wide)
            printf(" %8.1f%%", 100 * shown[i].own_share);
        printf(" %9.3f %9.1f  %s\n", shown[i].cold_ms, shown[i].mmacs,
               all->items[i].row.model->file);
    }
}

static bona_err put_net(bona_buf *buf, const bona_pack_row *row, const figures *shown)
{
    bona_err err = bona_buf_printf(buf, "{\"role\":\"%s\",\"file\":", row->role);

    if (err == BONA_OK)
        err = bona_json_put_string(buf, row->model->file);
    if (err == BONA_OK)
        err = bona_buf_printf(buf,
                              ",\"ms\":%.4f,\"cold_ms\":%.4f,\"mmacs\":%.3f,\"share\":%.4f,"
                              "\"isa_share\":%.4f}",
                              shown->ms, shown->cold_ms, shown->mmacs, shown->share,
                              shown->own_share);
    return err;
}

static bona_err print_json(const meters *all, const figures *shown)
{
    bona_buf buf;
    bona_err err;

    bona_buf_init(&buf, BONA_CLI_JSON_BYTES_MAX);
    err = bona_buf_printf(&buf,
                          "{\"peak_gmacs\":%.3f,\"isa\":\"%s\",\"isa_peak_gmacs\":%.3f,\"nets\":[",
                          all->base_gmacs, bona_isa_name(all->isa), all->peak_gmacs);
    for (int32_t i = 0; i < all->count && err == BONA_OK; i++) {
        if (i > 0)
            err = bona_buf_text(&buf, ",");
        if (err == BONA_OK)
            err = put_net(&buf, &all->items[i].row, &shown[i]);
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
    figures shown[BONA_PACK_MODELS_MAX];

    for (int32_t i = 0; i < all->count; i++) {
        meter *m = &all->items[i];
        figures *f = &shown[i];

        f->ms = bona_bench_median(m->ms, ask->runs * WARM_RUNS);
        f->cold_ms = bona_bench_median(m->cold_ms, ask->runs);
        f->mmacs = (double)bona_net_macs(m->row.model->net) / 1e6;
        f->share = f->mmacs / f->ms / all->base_gmacs;
        f->own_share = f->mmacs / f->ms / all->peak_gmacs;
    }
    if (ask->json)
        return print_json(all, shown);
    print_text(all, shown);
    return BONA_OK;
}

int bona_bench_nets(const bona_bench_ask *ask)
{
    meters *all = bona_alloc(1, sizeof *all);
    bona_pack *pack = NULL;
    bona_note note = { "" };
    bona_err err =
        all != NULL ? bona_pack_load_for(&pack, ask->models, ask->isa, &note) : BONA_NO_MEMORY;

    if (err == BONA_OK) {
        all->isa = ask->isa;
        all->base_isa = ask->isa < BONA_ISA_AVX2 ? ask->isa : BONA_ISA_AVX2;
        err = open_meters(all, pack, ask->runs);
    }
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
