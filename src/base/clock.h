/* SPDX-License-Identifier: Apache-2.0 */
/* Monotonic and wall time. */
#ifndef BONA_BASE_CLOCK_H
#define BONA_BASE_CLOCK_H

#include <stdint.h>

int64_t bona_clock_ns(void);        /* monotonic, nanoseconds since an arbitrary start */
int64_t bona_clock_thread_ns(void); /* CPU time of the calling thread, nanoseconds */
int64_t bona_clock_wall_ms(void);   /* Unix time, milliseconds */
double bona_clock_thread_ms_since(
    int64_t start_ns);                        /* CPU milliseconds since a bona_clock_thread_ns */
double bona_clock_ms_since(int64_t start_ns); /* milliseconds since a bona_clock_ns */

#endif
