/* SPDX-License-Identifier: Apache-2.0 */
/* Asked of the compiler's runtime, which asks the operating system as well (XGETBV). */
#include "base/cpu.h"

#if defined(__x86_64__)
bool bona_cpu_has_avx2(void)
{
    __builtin_cpu_init();
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}

bool bona_cpu_has_avx512(void)
{
    return bona_cpu_has_avx2() && __builtin_cpu_supports("avx512f") &&
           __builtin_cpu_supports("avx512vl");
}
#else
bool bona_cpu_has_avx2(void)
{
    return false;
}

bool bona_cpu_has_avx512(void)
{
    return false;
}
#endif
