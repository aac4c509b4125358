/* SPDX-License-Identifier: Apache-2.0 */
/* Time; see clock.h. */
#include "base/clock.h"

#include <time.h>

static int64_t read_ns(clockid_t id)
{
    struct timespec t;

    clock_gettime(id, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

int64_t bona_clock_ns(void)
{
    return read_ns(CLOCK_MONOTONIC);
}

int64_t bona_clock_thread_ns(void)
{
    return read_ns(CLOCK_THREAD_CPUTIME_ID);
}

int64_t bona_clock_wall_ms(void)
{
    return read_ns(CLOCK_REALTIME) / 1000000;
}

double bona_clock_ms_since(int64_t start_ns)
{
    return (double)(bona_clock_ns() - start_ns) / 1e6;
}

double bona_clock_thread_ms_since(int64_t start_ns)
{
    return (double)(bona_clock_thread_ns() - start_ns) / 1e6;
}
