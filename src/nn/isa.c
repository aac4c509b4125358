/* SPDX-License-Identifier: Apache-2.0 */
/* Which kernels this CPU can run. */
#include "nn/net.h"

bona_isa bona_isa_best(void)
{
    return BONA_ISA_REFERENCE;
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
