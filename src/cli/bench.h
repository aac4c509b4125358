/* SPDX-License-Identifier: Apache-2.0 */
/* What the three forms of `bonafide bench` share. */
#ifndef BONA_CLI_BENCH_H
#define BONA_CLI_BENCH_H

#include "nn/net.h"

enum {
    BONA_BENCH_RUNS = 41
}; /* odd, so that the median is one of them; the first is left out as warm-up */

typedef struct bona_bench_ask {
    bool json;
    bool steps;         /* nets: each step of each network */
    bona_isa isa;       /* nets: of the kernels */
    int32_t runs;       /* repetitions, median of them is shown */
    const char *models; /* NULL = the built-in pack */
    const char *image;  /* NULL = none was given */
} bona_bench_ask;

/* Each prints its result and returns an exit status of command.h. */
int bona_bench_nets(const bona_bench_ask *ask);
int bona_bench_steps(const bona_bench_ask *ask);
int bona_bench_check(const bona_bench_ask *ask);
int bona_bench_decode(const bona_bench_ask *ask);

/* The median of `count` numbers, which are sorted in place. */
double bona_bench_median(double *values, int32_t count);

#endif
