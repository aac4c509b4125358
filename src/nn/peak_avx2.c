/* SPDX-License-Identifier: Apache-2.0 */
/* The loop behind the AVX2/FMA peak: twelve independent sums cover four cycles of latency on two
 * units with room. */
#include "nn/kernels.h"

#include <immintrin.h>

#define UNROLL BONA_UNROLL

float bona_peak_avx2(int32_t loops)
{
    __m256 sum[BONA_PEAK_SUMS], x = _mm256_set1_ps(0.999f), y = _mm256_set1_ps(0.5f);
    float lanes[BONA_LANES], all = 0;

    UNROLL
    for (int i = 0; i < BONA_PEAK_SUMS; i++)
        sum[i] = _mm256_set1_ps((float)i);
    for (int32_t k = 0; k < loops; k++) {
        UNROLL
        for (int i = 0; i < BONA_PEAK_SUMS; i++)
            sum[i] = _mm256_fmadd_ps(sum[i], x, y);
    }
    for (int i = 1; i < BONA_PEAK_SUMS; i++)
        sum[0] = _mm256_add_ps(sum[0], sum[i]);
    _mm256_storeu_ps(lanes, sum[0]);
    for (int i = 0; i < BONA_LANES; i++)
        all += lanes[i];
    return all;
}
