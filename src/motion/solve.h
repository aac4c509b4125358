/* SPDX-License-Identifier: Apache-2.0 */
/* Small symmetric systems of equations. */
#ifndef BONA_MOTION_SOLVE_H
#define BONA_MOTION_SOLVE_H

#include <stdint.h>

enum { SYSTEM_MAX = 14 };

typedef struct bona_system {
    double left[SYSTEM_MAX]
               [SYSTEM_MAX]; /* symmetric, not negative; only the lower half is read, and used up */
    double right[SYSTEM_MAX];
} bona_system;

/* Cholesky; `right` becomes the solution. A little is added to the diagonal, so that it always
 * exists. */
void bona_system_solve(bona_system *system, int32_t size);

#endif
