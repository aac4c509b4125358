/* SPDX-License-Identifier: Apache-2.0 */
/* The loop behind the AVX-512 peak: as peak_avx2.c with registers twice as wide. */
#include "nn/kernels.h"

#include <immintrin.h>

float bona_peak_avx512(int32_t loops)
{
    __m512 sum[BONA_PEAK_SUMS], x = _mm512_set1_ps(0.999f), y = _mm512_set1_ps(0.5f);

    BONA_UNROLL
    for (int i = 0; i < BONA_PEAK_SUMS; i++)
        sum[i] = _mm512_set1_ps((float)i);
    for (int32_t k = 0; k < loops; k++) {
        BONA_UNROLL
        for (int i = 0; i < BONA_PEAK_SUMS; i++)
            sum[i] = _mm512_fmadd_ps(sum[i], x, y);
    }
    for (int i = 1; i < BONA_PEAK_SUMS; i++)
        sum[0] = _mm512_add_ps(sum[0], sum[i]);
    return _mm512_reduce_add_ps(sum[0]);
}
