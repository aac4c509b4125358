/* SPDX-License-Identifier: Apache-2.0 */
/* Which kernels each instruction set uses. */
#include "nn/kernels.h"

#if defined(__x86_64__)
static const bona_kernels avx2 = {
    .panel = bona_panel_avx2,
    .tiles = bona_tiles_avx2,
    .depthwise = bona_depthwise_avx2,
    .depthwise_3x3 = bona_depthwise_3x3_avx2,
    .line = bona_line_avx2,
    .peaks = bona_peaks_avx2,
    .sum = bona_sum_avx2,
    .sigmoid = bona_sigmoid_avx2,
};

/* What waits for memory gains nothing from wider registers. */
static const bona_kernels avx512 = {
    .panel = bona_panel_avx512,
    .tiles = bona_tiles_avx512,
    .depthwise = bona_depthwise_avx2,
    .depthwise_3x3 = bona_depthwise_3x3_avx512,
    .line = bona_line_avx2,
    .peaks = bona_peaks_avx2,
    .sum = bona_sum_avx2,
    .sigmoid = bona_sigmoid_avx2,
};

const bona_kernels *bona_kernels_of(bona_isa isa)
{
    switch (isa) {
    case BONA_ISA_REFERENCE:
        break;
    case BONA_ISA_AVX2:
        return &avx2;
    case BONA_ISA_AVX512:
        return &avx512;
    }
    return NULL;
}
#else
const bona_kernels *bona_kernels_of(bona_isa isa)
{
    (void)isa;
    return NULL;
}
#endif
