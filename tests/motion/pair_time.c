/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pair_time PACK A B [ROUNDS]: CPU milliseconds of one picture and of two, medians of interleaved
 * rounds, and the stages of the pair. Two pictures may cost at most 2.6 times one.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "bonafide.h"

enum { ROUNDS_MAX = 101, FILE_BYTES_MAX = 64 << 20 };

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static double once(bona_engine *engine, const bona_check_ask *ask, bona_check_report *report)
{
    int64_t start = bona_clock_thread_ns();

    if (bona_check(engine, ask, report) != BONA_OK)
        return -1;
    return (double)(bona_clock_thread_ns() - start) / 1e6;
}

static void keep_least(bona_times *least, const bona_times *now)
{
    float *a = (float *)least;
    const float *b = (const float *)now;

    for (size_t n = 0; n < sizeof *least / sizeof *a; n++)
        a[n] = b[n] < a[n] ? b[n] : a[n];
}

static void show(const char *what, const bona_times *t)
{
    printf("%s, least wall ms: decode %.2f detect %.2f spoof %.2f landmark %.2f embed %.2f motion "
           "%.2f quality %.2f\n",
           what, (double)t->decode, (double)t->detect, (double)t->spoof, (double)t->landmark,
           (double)t->embed, (double)t->motion, (double)t->quality);
}

/* Returns whether every check was made. */
static bool measure(bona_engine *engine, const bona_bytes pictures[2], int32_t rounds)
{
    static double one[ROUNDS_MAX], two[ROUNDS_MAX], ratio[ROUNDS_MAX];
    bona_check_ask a = { .pictures = { pictures[0] }, .picture_count = 1 };
    bona_check_ask b = { .pictures = { pictures[0], pictures[1] }, .picture_count = 2 };
    bona_check_report single, report;
    bona_times least_one = { 1e9f, 1e9f, 1e9f, 1e9f, 1e9f, 1e9f, 1e9f, 1e9f },
               least_two = least_one;

    for (int32_t n = 0; n < rounds; n++) {
        one[n] = once(engine, &a, &single);
        two[n] = once(engine, &b, &report);
        if (one[n] < 0 || two[n] < 0) {
            fprintf(stderr, "pair_time: a check failed\n");
            return false;
        }
        ratio[n] = two[n] / one[n];
        keep_least(&least_one, &single.ms);
        keep_least(&least_two, &report.ms);
    }
    qsort(one, (size_t)rounds, sizeof *one, by_size);
    qsort(two, (size_t)rounds, sizeof *two, by_size);
    qsort(ratio, (size_t)rounds, sizeof *ratio, by_size);
    printf("one %.2f ms, two %.2f ms CPU, median ratio %.2f (%d rounds)\n", one[rounds / 2],
           two[rounds / 2], ratio[rounds / 2], (int)rounds);
    show("one", &least_one);
    show("two", &least_two);
    return true;
}

int main(int argc, char **argv)
{
    bona_pack *pack = NULL;
    bona_engine *engine = NULL;
    uint8_t *data[2] = { NULL, NULL };
    size_t size[2] = { 0, 0 };
    int32_t rounds = argc > 4 ? (int32_t)strtol(argv[4], NULL, 10) : 21;
    bool ok = argc > 3 && rounds > 0 && rounds <= ROUNDS_MAX;

    ok = ok && bona_pack_load(&pack, argv[1], NULL) == BONA_OK &&
         bona_engine_new(&engine, pack) == BONA_OK;
    for (int32_t n = 0; n < 2 && ok; n++)
        ok = bona_file_read(argv[2 + n], FILE_BYTES_MAX, &data[n], &size[n], NULL) == BONA_OK;
    if (!ok)
        fprintf(stderr, "usage: pair_time PACK A B [ROUNDS 1..101]\n");
    else
        ok = measure(engine, (bona_bytes[2]){ { data[0], size[0] }, { data[1], size[1] } }, rounds);
    bona_free(data[0]);
    bona_free(data[1]);
    bona_engine_free(engine);
    bona_pack_free(pack);
    return ok ? 0 : 64;
}
