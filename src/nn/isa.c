/* SPDX-License-Identifier: Apache-2.0 */
/* Which kernels this CPU can run. */
#include "nn/net.h"

#if defined(__x86_64__)
bona_isa bona_isa_best(void)
{
    __builtin_cpu_init(); /* asks the operating system as well, through XGETBV */
    if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma"))
        return BONA_ISA_REFERENCE;
    if (!__builtin_cpu_supports("avx512f") || !__builtin_cpu_supports("avx512vl"))
        return BONA_ISA_AVX2;
    return BONA_ISA_AVX512;
}
#else
bona_isa bona_isa_best(void)
{
    return BONA_ISA_REFERENCE;
}
#endif

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
