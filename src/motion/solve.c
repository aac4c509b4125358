/* SPDX-License-Identifier: Apache-2.0 */
/* Cholesky decomposition; see solve.h. */
#include "motion/solve.h"

#include <math.h>

static const double ridge = 1e-6, pivot_min = 1e-12;

void bona_system_solve(bona_system *system, int32_t size)
{
    double(*m)[SYSTEM_MAX] = system->left, *v = system->right;

    for (int32_t j = 0; j < size; j++) {
        m[j][j] += ridge;
        for (int32_t k = 0; k < j; k++)
            m[j][j] -= m[j][k] * m[j][k];
        m[j][j] = sqrt(fmax(m[j][j], pivot_min));
        for (int32_t i = j + 1; i < size; i++) {
            for (int32_t k = 0; k < j; k++)
                m[i][j] -= m[i][k] * m[j][k];
            m[i][j] /= m[j][j];
        }
    }
    for (int32_t i = 0; i < size; i++) {
        for (int32_t k = 0; k < i; k++)
            v[i] -= m[i][k] * v[k];
        v[i] /= m[i][i];
    }
    for (int32_t i = size - 1; i >= 0; i--) {
        for (int32_t k = i + 1; k < size; k++)
            v[i] -= m[k][i] * v[k];
        v[i] /= m[i][i];
    }
}
