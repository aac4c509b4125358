/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Depthwise 3x3 convolution of one block at stride 1, two pixels of 8 channels in a register. Two
 * rows at a time: a row of the input is loaded for both.
 */
#include "nn/kernels.h"

#include <immintrin.h>

#define INLINE static inline __attribute__((always_inline))
#define UNROLL BONA_UNROLL

enum { ROWS = 2, PAIRS = 2 }; /* of the output in one go; a pair of pixels is a register */

/* What stays in registers: the same 8 channels in both halves. */
typedef struct fixed {
    __m512 weight[9], bias, a, b; /* a, b: low and high, or slope */
} fixed;

INLINE __m512 twice(const float *from)
{
    return _mm512_castpd_ps(_mm512_broadcast_f64x4(_mm256_castps_pd(_mm256_loadu_ps(from))));
}

INLINE __m512 activate(__m512 x, const fixed *f, const bona_activation activation)
{
    if (activation == BONA_ACT_CLIP)
        return _mm512_min_ps(_mm512_max_ps(x, f->a), f->b);
    if (activation == BONA_ACT_PRELU)
        return _mm512_mask_mul_ps(x, _mm512_cmp_ps_mask(x, _mm512_setzero_ps(), _CMP_LT_OQ), x,
                                  f->a);
    return x;
}

/* `pairs` pairs of pixels in each of `rows` rows. */
INLINE void patch(const bona_plane *p, const float *x, float *y, const fixed *f, const int rows,
                  const int pairs, const bona_activation activation)
{
    __m512 sum[ROWS][PAIRS];

    UNROLL
    for (int k = 0; k < rows * pairs; k++)
        sum[k / pairs][k % pairs] = f->bias;
    UNROLL
    for (int i = 0; i < rows + 2; i++) {
        UNROLL
        for (int j = 0; j < 2 * pairs + 1; j++) {
            __m512 value = _mm512_loadu_ps(x + i * p->x_row + j * BONA_LANES);

            __asm__ volatile("" : "+v"(value)); /* stays a load, see tiles_avx2.c */
            UNROLL
            for (int k = 0; k < rows * pairs; k++) {
                int row = i - k / pairs, column = j - k % pairs * 2;

                if (row >= 0 && row < 3 && column >= 0 && column < 3)
                    sum[k / pairs][k % pairs] = _mm512_fmadd_ps(value, f->weight[row * 3 + column],
                                                                sum[k / pairs][k % pairs]);
            }
        }
    }
    UNROLL
    for (int k = 0; k < rows * pairs; k++)
        _mm512_storeu_ps(y + k / pairs * p->y_row + k % pairs * 2 * BONA_LANES,
                         activate(sum[k / pairs][k % pairs], f, activation));
}

/* The last pixel of an odd row, in half registers. */
INLINE void single(const bona_plane *p, const float *x, float *y, const fixed *f,
                   const bona_activation activation)
{
    __m256 sum = _mm512_castps512_ps256(f->bias);

    UNROLL
    for (int k = 0; k < 9; k++)
        sum = _mm256_fmadd_ps(_mm256_loadu_ps(x + k / 3 * p->x_row + k % 3 * BONA_LANES),
                              _mm512_castps512_ps256(f->weight[k]), sum);
    _mm256_storeu_ps(y,
                     _mm512_castps512_ps256(activate(_mm512_castps256_ps512(sum), f, activation)));
}

INLINE void lines(const bona_plane *p, const float *x, float *y, const fixed *f, const int rows,
                  const bona_activation activation)
{
    int32_t left = p->width;

    for (; left >= 2 * PAIRS; left -= 2 * PAIRS) {
        patch(p, x, y, f, rows, PAIRS, activation);
        x += 2 * PAIRS * BONA_LANES;
        y += 2 * PAIRS * BONA_LANES;
    }
    for (; left >= 2; left -= 2) {
        patch(p, x, y, f, rows, 1, activation);
        x += 2 * BONA_LANES;
        y += 2 * BONA_LANES;
    }
    for (int row = 0; left > 0 && row < rows; row++)
        single(p, x + row * p->x_row, y + row * p->y_row, f, activation);
}

INLINE void plane(const bona_plane *p, const bona_activation activation)
{
    const float *x = p->x;
    float *y = p->y;
    int32_t left = p->height;
    fixed f = { .bias = twice(p->bias) };

    f.a = activation == BONA_ACT_PRELU ? twice(p->finish.slope) : _mm512_set1_ps(p->finish.low);
    f.b = _mm512_set1_ps(p->finish.high);
    UNROLL
    for (int i = 0; i < 9; i++)
        f.weight[i] = twice(p->weight + i * BONA_LANES);
    for (; left >= ROWS; left -= ROWS) {
        lines(p, x, y, &f, ROWS, activation);
        x += ROWS * p->x_row;
        y += ROWS * p->y_row;
    }
    if (left > 0)
        lines(p, x, y, &f, 1, activation);
}

void bona_depthwise_3x3_avx512(const bona_plane *p)
{
    if (p->stride[0] != 1 || p->stride[1] != 1)
        bona_depthwise_3x3_avx2(p);
    else if (p->finish.activation == BONA_ACT_NONE)
        plane(p, BONA_ACT_NONE);
    else if (p->finish.activation == BONA_ACT_CLIP)
        plane(p, BONA_ACT_CLIP);
    else
        plane(p, BONA_ACT_PRELU);
}
