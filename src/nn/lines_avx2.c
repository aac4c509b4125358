/* SPDX-License-Identifier: Apache-2.0 */
/* Element by element in AVX2, lines of blocked pixels. */
#include "nn/kernels.h"

#include <immintrin.h>

#define INLINE static inline __attribute__((always_inline))

/*
 * e^x: x = n ln 2 + r with |r| <= ln 2 / 2, then the Taylor series of e^r up to r^7 (its rest is
 * below 2^-26) times 2^n. ln 2 in two parts, so that n times the first is exact (Cody and Waite,
 * Software Manual for the Elementary Functions).
 */
INLINE __m256 power_of_e(__m256 x)
{
    const __m256 high = _mm256_set1_ps(0.693359375f), low = _mm256_set1_ps(-2.12194440e-4f);
    const float factor[] = { 1.0f / 5040, 1.0f / 720, 1.0f / 120, 1.0f / 24, 1.0f / 6, 0.5f, 1, 1 };
    __m256 n, r, sum;

    x = _mm256_min_ps(_mm256_max_ps(x, _mm256_set1_ps(-87.0f)), _mm256_set1_ps(88.0f));
    n = _mm256_round_ps(_mm256_mul_ps(x, _mm256_set1_ps(1.44269504f)),
                        _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
    r = _mm256_fnmadd_ps(n, low, _mm256_fnmadd_ps(n, high, x));
    sum = _mm256_set1_ps(factor[0]);
    for (int i = 1; i < 8; i++)
        sum = _mm256_fmadd_ps(sum, r, _mm256_set1_ps(factor[i]));
    return _mm256_mul_ps(sum,
                         _mm256_castsi256_ps(_mm256_slli_epi32(
                             _mm256_add_epi32(_mm256_cvtps_epi32(n), _mm256_set1_epi32(127)), 23)));
}

INLINE __m256 sigmoid(__m256 x)
{
    const __m256 one = _mm256_set1_ps(1.0f);

    return _mm256_div_ps(one,
                         _mm256_add_ps(one, power_of_e(_mm256_sub_ps(_mm256_setzero_ps(), x))));
}

INLINE __m256 clip(__m256 x, __m256 low, __m256 high)
{
    return _mm256_min_ps(_mm256_max_ps(x, low), high);
}

INLINE __m256 activate(__m256 x, bona_activation activation, __m256 low, __m256 high, __m256 slope)
{
    const __m256 zero = _mm256_setzero_ps(), one = _mm256_set1_ps(1.0f);

    switch (activation) {
    case BONA_ACT_NONE:
        break;
    case BONA_ACT_CLIP:
        return clip(x, low, high);
    case BONA_ACT_PRELU:
        return _mm256_blendv_ps(x, _mm256_mul_ps(x, slope), x);
    case BONA_ACT_SIGMOID:
        return sigmoid(x);
    case BONA_ACT_HARD_SIGMOID:
        return clip(_mm256_fmadd_ps(x, low, high), zero, one);
    case BONA_ACT_HARD_SWISH:
        return _mm256_mul_ps(
            x, clip(_mm256_fmadd_ps(x, _mm256_set1_ps(1.0f / 6), _mm256_set1_ps(0.5f)), zero, one));
    }
    return x;
}

INLINE __m256 combine(bona_op_kind kind, __m256 a, __m256 b, __m256 c)
{
    switch (kind) {
    case BONA_OP_ADD:
        return _mm256_add_ps(a, b);
    case BONA_OP_SUB:
        return _mm256_sub_ps(a, b);
    case BONA_OP_MUL:
        return _mm256_mul_ps(a, b);
    case BONA_OP_DIV:
        return _mm256_div_ps(a, b);
    case BONA_OP_AFFINE:
        return _mm256_fmadd_ps(a, b, c);
    default:
        return a;
    }
}

void bona_line_avx2(const bona_line *l)
{
    __m256 low = _mm256_set1_ps(l->finish.low), high = _mm256_set1_ps(l->finish.high), b, c, slope;
    const float *from = l->b;

    b = c = slope = _mm256_setzero_ps();
    if (l->c != NULL)
        c = _mm256_loadu_ps(l->c);
    if (l->finish.slope != NULL)
        slope = _mm256_loadu_ps(l->finish.slope);
    for (int32_t i = 0; i < l->pixels; i++) {
        __m256 y = _mm256_loadu_ps(l->a + (ptrdiff_t)i * BONA_LANES);

        if (from != NULL) {
            b = _mm256_loadu_ps(from);
            from += l->b_step;
        }
        y = combine(l->kind, y, b, c);
        if (l->r != NULL)
            y = _mm256_add_ps(y, _mm256_loadu_ps(l->r + (ptrdiff_t)i * BONA_LANES));
        y = activate(y, l->finish.activation, low, high, slope);
        _mm256_storeu_ps(l->y + (ptrdiff_t)i * BONA_LANES, y);
    }
}

/* The usual window, four loads a pixel. */
static void peaks_2x2(const bona_peaks *p)
{
    const float *x = p->x, *below = x + p->row;
    float *y = p->y;
    ptrdiff_t step = p->step;

    for (int32_t k = p->count; k > 0; k--, x += step, below += step, y += BONA_LANES) {
        __m256 upper = _mm256_max_ps(_mm256_loadu_ps(x), _mm256_loadu_ps(x + BONA_LANES));
        __m256 lower = _mm256_max_ps(_mm256_loadu_ps(below), _mm256_loadu_ps(below + BONA_LANES));

        _mm256_storeu_ps(y, _mm256_max_ps(upper, lower));
    }
}

void bona_peaks_avx2(const bona_peaks *p)
{
    if (p->height == 2 && p->width == 2) {
        peaks_2x2(p);
        return;
    }
    for (int32_t k = 0; k < p->count; k++) {
        const float *x = p->x + k * p->step;
        __m256 most = _mm256_loadu_ps(x);

        for (int32_t i = 0; i < p->height; i++, x += p->row)
            for (int32_t j = 0; j < p->width; j++)
                most = _mm256_max_ps(most, _mm256_loadu_ps(x + (ptrdiff_t)j * BONA_LANES));
        _mm256_storeu_ps(p->y + (ptrdiff_t)k * BONA_LANES, most);
    }
}

void bona_sum_avx2(const float *x, int32_t pixels, float *sums)
{
    __m256 total = _mm256_loadu_ps(sums);

    for (int32_t i = 0; i < pixels; i++)
        total = _mm256_add_ps(total, _mm256_loadu_ps(x + (ptrdiff_t)i * BONA_LANES));
    _mm256_storeu_ps(sums, total);
}

void bona_sigmoid_avx2(const float *x, int32_t count, float *y)
{
    float rest[BONA_LANES] = { 0 };
    int32_t i = 0;

    for (; i + BONA_LANES <= count; i += BONA_LANES)
        _mm256_storeu_ps(y + i, sigmoid(_mm256_loadu_ps(x + i)));
    for (int32_t j = i; j < count; j++)
        rest[j - i] = x[j];
    _mm256_storeu_ps(rest, sigmoid(_mm256_loadu_ps(rest)));
    for (int32_t j = i; j < count; j++)
        y[j] = rest[j - i];
}
