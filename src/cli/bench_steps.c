/* SPDX-License-Identifier: Apache-2.0 */
/* Where the time of each network goes, step by step; see bench.h. */
#include <stdio.h>

#include "base/clock.h"
#include "base/mem.h"
#include "cli/bench.h"
#include "cli/command.h"
#include "engine/pack.h"
#include "nn/peak.h"

/*
 * `runs` times of each of `steps` steps; those of one step lie together. By the clock on the wall,
 * since the thread's own costs a system call: others on the machine can only add, so the least
 * counts.
 */
static void measure(bona_run *run, int32_t steps, int32_t runs, double *ms)
{
    for (int32_t round = -1; round < runs; round++) /* the first touches weights and memory */
        for (int32_t i = 0; i < steps; i++) {
            int64_t start = bona_clock_ns();

            bona_run_step(run, i);
            if (round >= 0)
                ms[(size_t)i * runs + round] = bona_clock_ms_since(start);
        }
}

static double least(const double *values, int32_t count)
{
    double found = values[0];

    for (int32_t i = 1; i < count; i++)
        found = values[i] < found ? values[i] : found;
    return found;
}

static void print_step(const bona_step_facts *f, double ms, double all_ms, double peak)
{
    char window[24] = "";

    if (f->kernel[0] > 0)
        snprintf(window, sizeof window, "%dx%d/%d", f->kernel[0], f->kernel[1], f->stride[0]);
    printf("  %-9s %-7s %c%c %5d x%4d x%4d -> %5d x%4d x%4d %8.4f ms %5.1f%%", f->kind, window,
           f->residual ? '+' : ' ', f->activation ? 'a' : ' ', f->from[0], f->from[1], f->from[2],
           f->to[0], f->to[1], f->to[2], ms, 100 * ms / all_ms);
    if (f->macs > 0)
        printf(" %8.3f MMAC %5.1f%%", (double)f->macs / 1e6, (double)f->macs / 1e4 / ms / peak);
    printf("\n");
}

static bona_err print_net(const bona_pack_row *row, int32_t runs)
{
    const bona_net *net = row->model->net;
    int32_t steps = bona_net_step_count(net);
    double *ms = bona_alloc((size_t)steps * (size_t)runs + 1, sizeof *ms), all_ms = 0, peak;
    bona_run *run = NULL;
    bona_err err = ms != NULL ? bona_run_new(&run, net) : BONA_NO_MEMORY;

    if (err == BONA_OK) {
        measure(run, steps, runs, ms);
        peak = bona_peak_gmacs(bona_net_isa(net));
        for (int32_t i = 0; i < steps; i++)
            all_ms += least(ms + (size_t)i * runs, runs);
        printf("%s: %d steps, %.4f ms, %.1f%% of %.2f GMAC/s (%s)\n", row->model->file, steps,
               all_ms, (double)bona_net_macs(net) / 1e4 / all_ms / peak, peak,
               bona_isa_name(bona_net_isa(net)));
        for (int32_t i = 0; i < steps; i++) {
            bona_step_facts facts = bona_net_step(net, i);

            print_step(&facts, least(ms + (size_t)i * runs, runs), all_ms, peak);
        }
    }
    bona_run_free(run);
    bona_free(ms);
    return err;
}

int bona_bench_steps(const bona_bench_ask *ask)
{
    bona_pack_row rows[BONA_PACK_MODELS_MAX];
    bona_pack *pack = NULL;
    bona_note note = { "" };
    bona_err err = bona_pack_load_for(&pack, ask->models, ask->isa, &note);
    int32_t count = err == BONA_OK ? bona_pack_rows(pack, rows) : 0;

    for (int32_t i = 0; i < count && err == BONA_OK; i++)
        err = print_net(&rows[i], ask->runs);
    bona_pack_free(pack);
    return err == BONA_OK ? BONA_EXIT_OK : bona_command_failed("bench", err, &note);
}
