/* SPDX-License-Identifier: Apache-2.0 */
/* What the processor at hand can do, beyond what the program is built for. */
#ifndef BONA_BASE_CPU_H
#define BONA_BASE_CPU_H

#include <stdbool.h>

/* Whether code built for AVX2 with FMA can run: the processor has both, and the operating system
 * keeps their registers. */
bool bona_cpu_has_avx2(void);

/* The same for AVX-512 F and VL; implies bona_cpu_has_avx2(). */
bool bona_cpu_has_avx512(void);

#endif
