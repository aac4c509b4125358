/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tiles of a convolution in AVX-512 registers, two blocks of output channels in each: 8 pixels x 48
 * channels, 12 x 32 or 12 x 16, and every smaller number of pixels for the ends of lines. At most
 * 24 sums, three weights and one broadcast input live at once. A last block without a partner is
 * left to the AVX2 tiles.
 */
#include "nn/kernels.h"

#include <immintrin.h>

enum { SUMS_MAX = 24, PAIRS_MAX = 3, PAIR = 2 * BONA_LANES };

#ifdef BONA_SANITIZED /* as in tiles_avx2.c */
#define INLINE static __attribute__((noinline))
#define UNROLL
#else
#define INLINE static inline __attribute__((always_inline))
#define UNROLL BONA_UNROLL
#endif

/* One input of every pixel times its weights; loads stay loads, see tiles_avx2.c. */
INLINE void multiply(__m512 sum[SUMS_MAX], const float *x, const ptrdiff_t step,
                     const float *weight, const int pixels, const int pairs)
{
    __m512 w[PAIRS_MAX];

    UNROLL
    for (int n = 0; n < pairs; n++) {
        w[n] = _mm512_load_ps(weight + n * PAIR);
        __asm__ volatile("" : "+v"(w[n]));
    }
    UNROLL
    for (int i = 0; i < pixels; i++) {
        __m512 value = _mm512_set1_ps(x[i * step]);

        __asm__ volatile("" : "+v"(value));
        UNROLL
        for (int n = 0; n < pairs; n++)
            sum[i * pairs + n] = _mm512_fmadd_ps(value, w[n], sum[i * pairs + n]);
    }
}

INLINE void sum_up(__m512 sum[SUMS_MAX], const bona_tiles *t, const float *x, const ptrdiff_t step,
                   const int pixels, const int pairs)
{
    const float *weight = t->weight;
    int32_t s = 0;

    UNROLL
    for (int n = 0; n < pairs; n++) {
        UNROLL
        for (int i = 0; i < pixels; i++)
            sum[i * pairs + n] = _mm512_load_ps(t->bias + n * PAIR);
    }
    for (; s < t->full; s++) {
        const float *run = x + t->segment[s];

        UNROLL
        for (int j = 0; j < BONA_LANES; j++)
            multiply(sum, run + j, step, weight + j * pairs * PAIR, pixels, pairs);
        weight += BONA_LANES * pairs * PAIR;
    }
    for (; s < t->full + t->tails; s++) {
        const float *run = x + t->segment[s];

        for (int j = 0; j < t->tail; j++, weight += pairs * PAIR)
            multiply(sum, run + j, step, weight, pixels, pairs);
    }
}

/* The next pixel of a line that may end, see tiles_avx2.c. */
INLINE ptrdiff_t next_pixel(int32_t *column, int32_t width, ptrdiff_t gap)
{
    if (++*column < width)
        return BONA_LANES;
    *column = 0;
    return BONA_LANES + gap;
}

/* The two blocks of a register lie in two planes. */
INLINE __m512 load_pair(const float *from, ptrdiff_t block)
{
    __m512 low = _mm512_castps256_ps512(_mm256_loadu_ps(from));

    return _mm512_castpd_ps(_mm512_insertf64x4(_mm512_castps_pd(low),
                                               _mm256_castps_pd(_mm256_loadu_ps(from + block)), 1));
}

INLINE void store_pair(float *to, ptrdiff_t block, __m512 pair)
{
    _mm256_storeu_ps(to, _mm512_castps512_ps256(pair));
    _mm256_storeu_ps(to + block,
                     _mm256_castpd_ps(_mm512_extractf64x4_pd(_mm512_castps_pd(pair), 1)));
}

INLINE void add_residual(__m512 sum[SUMS_MAX], const bona_tiles *t, const float *r, int32_t column,
                         const int pixels, const int pairs)
{
    UNROLL
    for (int i = 0; i < pixels; i++) {
        UNROLL
        for (int n = 0; n < pairs; n++)
            sum[i * pairs + n] =
                _mm512_add_ps(sum[i * pairs + n], load_pair(r + 2 * n * t->r_block, t->r_block));
        r += next_pixel(&column, t->width, t->r_gap);
    }
}

INLINE void activate(__m512 sum[SUMS_MAX], const bona_finish *finish, const int pixels,
                     const int pairs)
{
    if (finish->activation == BONA_ACT_CLIP) {
        __m512 low = _mm512_set1_ps(finish->low), high = _mm512_set1_ps(finish->high);

        UNROLL
        for (int i = 0; i < pixels * pairs; i++)
            sum[i] = _mm512_min_ps(_mm512_max_ps(sum[i], low), high);
    } else if (finish->activation == BONA_ACT_PRELU) {
        UNROLL
        for (int n = 0; n < pairs; n++) {
            __m512 slope = _mm512_load_ps(finish->slope + n * PAIR);

            UNROLL
            for (int i = 0; i < pixels; i++) {
                __m512 x = sum[i * pairs + n];

                sum[i * pairs + n] = _mm512_mask_mul_ps(
                    x, _mm512_cmp_ps_mask(x, _mm512_setzero_ps(), _CMP_LT_OQ), x, slope);
            }
        }
    }
}

INLINE void store(const __m512 sum[SUMS_MAX], float *y, const bona_tiles *t, const int pixels,
                  const int pairs)
{
    UNROLL
    for (int n = 0; n < pairs; n++) {
        UNROLL
        for (int i = 0; i < pixels; i++)
            store_pair(y + 2 * n * t->y_block + i * BONA_LANES, t->y_block, sum[i * pairs + n]);
    }
}

/* The same over the end of a row; returns the pixel after the tile. */
INLINE float *store_over(const __m512 sum[SUMS_MAX], float *y, const bona_tiles *t, int32_t column,
                         const int pixels, const int pairs)
{
    UNROLL
    for (int i = 0; i < pixels; i++) {
        UNROLL
        for (int n = 0; n < pairs; n++)
            store_pair(y + 2 * n * t->y_block, t->y_block, sum[i * pairs + n]);
        y += next_pixel(&column, t->width, t->y_gap);
    }
    return y;
}

INLINE void run_tiles(const bona_tiles *t, const ptrdiff_t step, const int pixels, const int pairs)
{
    const float *x = t->x, *r = t->r;
    float *y = t->y;
    int32_t column = t->column;

    for (int32_t k = 0; k < t->count; k++, x += pixels * step) {
        __m512 sum[SUMS_MAX];

        sum_up(sum, t, x, step, pixels, pairs);
        if (r != NULL) {
            add_residual(sum, t, r, column, pixels, pairs);
            r += pixels * BONA_LANES + (column + pixels) / t->width * t->r_gap;
        }
        activate(sum, &t->finish, pixels, pairs);
        if (column + pixels < t->width) {
            store(sum, y, t, pixels, pairs);
            y += pixels * BONA_LANES;
            column += pixels;
        } else {
            y = store_over(sum, y, t, column, pixels, pairs);
            column = (column + pixels) % t->width;
        }
    }
}

/* clang-format off */
#define TILE(pairs, pixels)                                      \
    static void tile_##pairs##_##pixels(const bona_tiles *t)     \
    {                                                            \
        run_tiles(t, BONA_LANES, pixels, pairs);                 \
    }                                                            \
    static void tile_any_##pairs##_##pixels(const bona_tiles *t) \
    {                                                            \
        run_tiles(t, t->step, pixels, pairs);                    \
    }                                                            \
    struct bona_tiles /* so that a semicolon may follow */
TILE(1, 1); TILE(1, 2); TILE(1, 3); TILE(1, 4); TILE(1, 5); TILE(1, 6);
TILE(1, 7); TILE(1, 8); TILE(1, 9); TILE(1, 10); TILE(1, 11); TILE(1, 12);
TILE(2, 1); TILE(2, 2); TILE(2, 3); TILE(2, 4); TILE(2, 5); TILE(2, 6);
TILE(2, 7); TILE(2, 8); TILE(2, 9); TILE(2, 10); TILE(2, 11); TILE(2, 12);
TILE(3, 1); TILE(3, 2); TILE(3, 3); TILE(3, 4); TILE(3, 5); TILE(3, 6);
TILE(3, 7); TILE(3, 8);

#define EIGHT(tile) tile##1, tile##2, tile##3, tile##4, tile##5, tile##6, tile##7, tile##8
#define TWELVE(tile) EIGHT(tile), tile##9, tile##10, tile##11, tile##12
#define TABLE(tile) { { TWELVE(tile##1_) }, { TWELVE(tile##2_) }, { EIGHT(tile##3_) } }
/* clang-format on */

/* Three pairs, but never a 1 where two 2s do. */
bona_panel bona_panel_avx512(int32_t left)
{
    int32_t pairs = left / 2;

    if (pairs == 0)
        return (bona_panel){ 1, BONA_TILE_MAX };
    pairs = pairs == 4 ? 2 : pairs < PAIRS_MAX ? pairs : PAIRS_MAX;
    return (bona_panel){ 2 * pairs, pairs == 3 ? SUMS_MAX / 3 : BONA_TILE_MAX };
}

bona_tiles_kernel *bona_tiles_avx512(bool any_step, int32_t blocks, int32_t pixels)
{
    static bona_tiles_kernel *const table[2][PAIRS_MAX][BONA_TILE_MAX] = { TABLE(tile_),
                                                                           TABLE(tile_any_) };

    if (blocks == 1)
        return bona_tiles_avx2(any_step, 1, pixels);
    return table[any_step][blocks / 2 - 1][pixels - 1];
}
