/* SPDX-License-Identifier: Apache-2.0 */
/* Multiply-add peak of one core; see peak.h. */
#include "nn/peak.h"

#include "base/clock.h"
#include "nn/kernels.h"

enum {
    ROUNDS = 8,     /* the best counts: others share the machine */
    LOOPS = 100000, /* about 0.5 ms at 2.5 GHz and two 8-lane multiply-adds per cycle */
    PLAIN_SUMS = 32 /* independent sums of the loop in plain C */
};

/* Returns a number that depends on every sum, so that the compiler keeps them. */
static float plain_loop(int32_t loops)
{
    float sum[PLAIN_SUMS] = { 0 }, all = 0;

    for (int32_t i = 0; i < loops; i++)
        for (int32_t j = 0; j < PLAIN_SUMS; j++)
            sum[j] = sum[j] * 0.999f + 0.5f;
    for (int32_t j = 0; j < PLAIN_SUMS; j++)
        all += sum[j];
    return all;
}

double bona_peak_gmacs(bona_isa isa)
{
    float (*loop)(int32_t) = plain_loop;
    int64_t sums = PLAIN_SUMS;
    double best = 0;

#if defined(__x86_64__)
    if (isa >= BONA_ISA_AVX2 && isa <= bona_isa_best()) {
        loop = isa == BONA_ISA_AVX512 ? bona_peak_avx512 : bona_peak_avx2;
        sums = (int64_t)BONA_PEAK_SUMS * BONA_LANES * (isa == BONA_ISA_AVX512 ? 2 : 1);
    }
#else
    (void)isa;
#endif
    for (int32_t round = 0; round < ROUNDS; round++) {
        int64_t start = bona_clock_thread_ns(), took;
        volatile float keep = loop(LOOPS);
        double gmacs;

        (void)keep;
        took = bona_clock_thread_ns() - start;
        gmacs = took > 0 ? (double)(sums * LOOPS) / (double)took : 0;
        best = gmacs > best ? gmacs : best;
    }
    return best;
}
