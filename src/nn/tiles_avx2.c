/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tiles of a convolution in AVX2/FMA registers: 4 pixels x 24 channels, 6 x 16 or 12 x 8, and every
 * smaller number of pixels for the ends of lines. Twelve sums, up to three weights and one
 * broadcast input fill the sixteen registers.
 */
#include "nn/kernels.h"

#include <immintrin.h>

enum { BLOCKS_MAX = 3 };

#ifdef BONA_SANITIZED /* one function for all sizes: 44 unrolled ones with their checks take the \
                         compiler minutes */
#define INLINE static __attribute__((noinline))
#define UNROLL
#else
#define INLINE static inline __attribute__((always_inline))
#define UNROLL BONA_UNROLL
#endif

/* Loads that stay loads: GCC would fold them into each multiplication and read the same weight four
 * times. */
INLINE void load_weights(__m256 w[BLOCKS_MAX], const float *weight, const int blocks)
{
    UNROLL
    for (int n = 0; n < blocks; n++) {
        w[n] = _mm256_load_ps(weight + n * BONA_LANES);
        __asm__ volatile("" : "+x"(w[n]));
    }
}

/* One input of every pixel times its weights. */
INLINE void multiply(__m256 sum[12], const float *x, const ptrdiff_t step, const float *weight,
                     const int pixels, const int blocks)
{
    __m256 w[BLOCKS_MAX];

    load_weights(w, weight, blocks);
    UNROLL
    for (int i = 0; i < pixels; i++) {
        __m256 value = _mm256_broadcast_ss(x + i * step);

        __asm__ volatile("" : "+x"(value));

        UNROLL
        for (int n = 0; n < blocks; n++)
            sum[i * blocks + n] = _mm256_fmadd_ps(value, w[n], sum[i * blocks + n]);
    }
}

/* The next pixel of a line that may end: rows of bordered tensors do not follow each other
 * directly. */
INLINE ptrdiff_t next_pixel(int32_t *column, int32_t width, ptrdiff_t gap)
{
    if (++*column < width)
        return BONA_LANES;
    *column = 0;
    return BONA_LANES + gap;
}

INLINE void add_residual(__m256 sum[12], const bona_tiles *t, const float *r, int32_t column,
                         const int pixels, const int blocks)
{
    UNROLL
    for (int i = 0; i < pixels; i++) {
        UNROLL
        for (int n = 0; n < blocks; n++)
            sum[i * blocks + n] =
                _mm256_add_ps(sum[i * blocks + n], _mm256_loadu_ps(r + n * t->r_block));
        r += next_pixel(&column, t->width, t->r_gap);
    }
}

INLINE void activate(__m256 sum[12], const bona_finish *finish, const int pixels, const int blocks)
{
    if (finish->activation == BONA_ACT_CLIP) {
        __m256 low = _mm256_set1_ps(finish->low), high = _mm256_set1_ps(finish->high);

        UNROLL
        for (int i = 0; i < pixels * blocks; i++)
            sum[i] = _mm256_min_ps(_mm256_max_ps(sum[i], low), high);
    } else if (finish->activation == BONA_ACT_PRELU) {
        UNROLL
        for (int n = 0; n < blocks; n++) {
            __m256 slope = _mm256_load_ps(finish->slope + n * BONA_LANES);

            UNROLL
            for (int i = 0; i < pixels; i++)
                sum[i * blocks + n] =
                    _mm256_blendv_ps(sum[i * blocks + n], _mm256_mul_ps(sum[i * blocks + n], slope),
                                     sum[i * blocks + n]);
        }
    }
}

INLINE void store(const __m256 sum[12], float *y, const bona_tiles *t, const int pixels,
                  const int blocks, const ptrdiff_t step)
{
    UNROLL
    for (int n = 0; n < blocks; n++) {
        UNROLL
        for (int i = 0; i < pixels; i++)
            _mm256_storeu_ps(y + n * t->y_block + i * step, sum[i * blocks + n]);
    }
}

/* The same over the end of a row; returns the pixel after the tile. */
INLINE float *store_over(const __m256 sum[12], float *y, const bona_tiles *t, int32_t column,
                         const int pixels, const int blocks)
{
    UNROLL
    for (int i = 0; i < pixels; i++) {
        UNROLL
        for (int n = 0; n < blocks; n++)
            _mm256_storeu_ps(y + n * t->y_block, sum[i * blocks + n]);
        y += next_pixel(&column, t->width, t->y_gap);
    }
    return y;
}

INLINE void sum_up(__m256 sum[12], const bona_tiles *t, const float *x, const ptrdiff_t step,
                   const int pixels, const int blocks)
{
    const float *weight = t->weight;
    int32_t s = 0;

    UNROLL
    for (int n = 0; n < blocks; n++) {
        UNROLL
        for (int i = 0; i < pixels; i++)
            sum[i * blocks + n] = _mm256_load_ps(t->bias + n * BONA_LANES);
    }
    for (; s < t->full; s++) {
        const float *run = x + t->segment[s];

        UNROLL
        for (int j = 0; j < BONA_LANES; j++)
            multiply(sum, run + j, step, weight + j * blocks * BONA_LANES, pixels, blocks);
        weight += BONA_LANES * blocks * BONA_LANES;
    }
    for (; s < t->full + t->tails; s++) {
        const float *run = x + t->segment[s];

        for (int j = 0; j < t->tail; j++, weight += blocks * BONA_LANES)
            multiply(sum, run + j, step, weight, pixels, blocks);
    }
}

INLINE void run_tiles(const bona_tiles *t, const ptrdiff_t step, const int pixels, const int blocks)
{
    const float *x = t->x, *r = t->r;
    float *y = t->y;
    int32_t column = t->column;

    for (int32_t k = 0; k < t->count; k++, x += pixels * step) {
        bool whole = column + pixels < t->width;
        __m256 sum[12];

        sum_up(sum, t, x, step, pixels, blocks);
        if (r != NULL)
            add_residual(sum, t, r, column, pixels, blocks);
        activate(sum, &t->finish, pixels, blocks);
        if (whole) {
            store(sum, y, t, pixels, blocks, BONA_LANES);
            y += pixels * BONA_LANES;
        } else {
            y = store_over(sum, y, t, column, pixels, blocks);
        }
        if (r != NULL && whole)
            r += pixels * BONA_LANES;
        else if (r != NULL)
            r += pixels * BONA_LANES + (column + pixels) / t->width * t->r_gap;
        column = whole ? column + pixels : (column + pixels) % t->width;
    }
}

/* clang-format off */
#define ROW(any, blocks) any##blocks##_1, any##blocks##_2, any##blocks##_3, any##blocks##_4
#define ONE(any)                                                                             \
    {                                                                                        \
        ROW(any, 1), any##1_5, any##1_6, any##1_7, any##1_8, any##1_9, any##1_10, any##1_11, \
            any##1_12                                                                        \
    }
#define TWO(any)                        \
    {                                   \
        ROW(any, 2), any##2_5, any##2_6 \
    }
#define THREE(any)  \
    {               \
        ROW(any, 3) \
    }

#define TILE(blocks, pixels)                                      \
    static void tile_##blocks##_##pixels(const bona_tiles *t)     \
    {                                                             \
        run_tiles(t, BONA_LANES, pixels, blocks);                 \
    }                                                             \
    static void tile_any_##blocks##_##pixels(const bona_tiles *t) \
    {                                                             \
        run_tiles(t, t->step, pixels, blocks);                    \
    }                                                             \
    struct bona_tiles /* so that a semicolon may follow */
TILE(1, 1); TILE(1, 2); TILE(1, 3); TILE(1, 4); TILE(1, 5); TILE(1, 6);
TILE(1, 7); TILE(1, 8); TILE(1, 9); TILE(1, 10); TILE(1, 11); TILE(1, 12);
TILE(2, 1); TILE(2, 2); TILE(2, 3); TILE(2, 4); TILE(2, 5); TILE(2, 6);
TILE(3, 1); TILE(3, 2); TILE(3, 3); TILE(3, 4);
/* clang-format on */

/* Twelve sums in all; three blocks, but never a 1 where two 2s do. */
bona_panel bona_panel_avx2(int32_t left)
{
    int32_t blocks = left == 4 ? 2 : left < BLOCKS_MAX ? left : BLOCKS_MAX;

    return (bona_panel){ blocks, BONA_TILE_MAX / blocks };
}

bona_tiles_kernel *bona_tiles_avx2(bool any_step, int32_t blocks, int32_t pixels)
{
    static bona_tiles_kernel *const table[2][BLOCKS_MAX][BONA_TILE_MAX] = {
        { ONE(tile_), TWO(tile_), THREE(tile_) },
        { ONE(tile_any_), TWO(tile_any_), THREE(tile_any_) }
    };

    return table[any_step][blocks - 1][pixels - 1];
}
