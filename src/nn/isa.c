/* SPDX-License-Identifier: Apache-2.0 */
/* Which kernels this CPU can run. */
#include "base/cpu.h"
#include "nn/net.h"

bona_isa bona_isa_best(void)
{
    return bona_cpu_has_avx512() ? BONA_ISA_AVX512
           : bona_cpu_has_avx2() ? BONA_ISA_AVX2
                                 : BONA_ISA_REFERENCE;
}

const char *bona_isa_name(bona_isa isa)
{
    switch (isa) {
    case BONA_ISA_REFERENCE:
        return "reference";
    case BONA_ISA_AVX2:
        return "avx2";
    case BONA_ISA_AVX512:
        return "avx512";
    }
    return "unknown";
}
