/* SPDX-License-Identifier: Apache-2.0 */
/* What one core of this machine can do at most, to measure networks against. */
#ifndef BONA_NN_PEAK_H
#define BONA_NN_PEAK_H

#include "nn/net.h"

/*
 * Measures the fused multiply-add peak of the calling thread for an instruction set, in 10^9
 * multiply-accumulates of float32 per second of its CPU time: sums in registers only, no memory,
 * best of several short runs (about 5 ms in all). Clocks change with load and heat, so measure it
 * again beside whatever is compared with it. For the reference kernels (and other CPUs) it is the
 * same loop in plain C, as the compiler vectorises it.
 */
double bona_peak_gmacs(bona_isa isa);

#endif
