/* SPDX-License-Identifier: Apache-2.0 */
/* Depthwise convolution of one block of 8 channels: each channel with its own weights, borders read
 * as zeros. */
#include "nn/kernels.h"

#include <immintrin.h>

#define INLINE static inline __attribute__((always_inline))
#define UNROLL BONA_UNROLL

/* What activations need, loaded once per plane. */
typedef struct finish {
    __m256 a, b; /* low and high, or slope */
    bona_activation activation;
} finish;

INLINE finish load_finish(const bona_finish *from)
{
    finish f = { .activation = from->activation };

    f.a = from->activation == BONA_ACT_PRELU ? _mm256_loadu_ps(from->slope)
                                             : _mm256_set1_ps(from->low);
    f.b = _mm256_set1_ps(from->high);
    return f;
}

INLINE __m256 activate(__m256 x, finish f, const bona_activation activation)
{
    if (activation == BONA_ACT_CLIP)
        return _mm256_min_ps(_mm256_max_ps(x, f.a), f.b);
    if (activation == BONA_ACT_PRELU)
        return _mm256_blendv_ps(x, _mm256_mul_ps(x, f.a), x);
    return x;
}

void bona_depthwise_avx2(const bona_plane *p)
{
    finish f = load_finish(&p->finish);
    __m256 bias = _mm256_loadu_ps(p->bias);

    for (int32_t row = 0; row < p->height; row++)
        for (int32_t column = 0; column < p->width; column++) {
            const float *x =
                p->x + row * p->stride[0] * p->x_row + column * p->stride[1] * BONA_LANES;
            const float *weight = p->weight;
            __m256 sum = bias, other = _mm256_setzero_ps();

            for (int32_t i = 0; i < p->kernel[0]; i++, x += p->dilation[0]) {
                int32_t j = 0;

                for (; j + 1 < p->kernel[1]; j += 2, weight += 2 * BONA_LANES) {
                    sum = _mm256_fmadd_ps(_mm256_loadu_ps(x + j * p->dilation[1]),
                                          _mm256_loadu_ps(weight), sum);
                    other = _mm256_fmadd_ps(_mm256_loadu_ps(x + (j + 1) * p->dilation[1]),
                                            _mm256_loadu_ps(weight + BONA_LANES), other);
                }
                if (j < p->kernel[1]) {
                    sum = _mm256_fmadd_ps(_mm256_loadu_ps(x + j * p->dilation[1]),
                                          _mm256_loadu_ps(weight), sum);
                    weight += BONA_LANES;
                }
            }
            sum = activate(_mm256_add_ps(sum, other), f, f.activation);
            _mm256_storeu_ps(p->y + row * p->y_row + column * BONA_LANES, sum);
        }
}

/* Two pixels side by side; that they read the same at stride 1 is left to the cache, which is no
 * slower than registers. */
INLINE void pair(const float *x, ptrdiff_t row, const __m256 w[9], __m256 bias, const int stride,
                 __m256 sum[2])
{
    sum[0] = sum[1] = bias;
    UNROLL
    for (int i = 0; i < 3; i++) {
        UNROLL
        for (int j = 0; j < 3 + stride; j++) {
            __m256 value = _mm256_loadu_ps(x + i * row + j * BONA_LANES);

            if (j < 3)
                sum[0] = _mm256_fmadd_ps(value, w[i * 3 + j], sum[0]);
            if (j >= stride)
                sum[1] = _mm256_fmadd_ps(value, w[i * 3 + j - stride], sum[1]);
        }
    }
}

INLINE __m256 single(const float *x, ptrdiff_t row, const __m256 w[9], __m256 bias)
{
    __m256 sum = bias;

    UNROLL
    for (int i = 0; i < 3; i++) {
        UNROLL
        for (int j = 0; j < 3; j++)
            sum = _mm256_fmadd_ps(_mm256_loadu_ps(x + i * row + j * BONA_LANES), w[i * 3 + j], sum);
    }
    return sum;
}

INLINE void plane(const bona_plane *p, const int stride, const bona_activation activation)
{
    __m256 w[9], bias = _mm256_loadu_ps(p->bias);
    finish f = load_finish(&p->finish);
    ptrdiff_t x_row = p->x_row;
    int32_t height = p->height, width = p->width;

    UNROLL
    for (int i = 0; i < 9; i++)
        w[i] = _mm256_loadu_ps(p->weight + i * BONA_LANES);
    for (int32_t row = 0; row < height; row++) {
        const float *x = p->x + row * p->stride[0] * x_row;
        float *y = p->y + row * p->y_row;
        int32_t left = width;

        for (; left > 1; left -= 2) {
            __m256 sum[2];

            pair(x, x_row, w, bias, stride, sum);
            _mm256_storeu_ps(y, activate(sum[0], f, activation));
            _mm256_storeu_ps(y + BONA_LANES, activate(sum[1], f, activation));
            x += 2 * stride * BONA_LANES;
            y += 2 * BONA_LANES;
        }
        if (left > 0)
            _mm256_storeu_ps(y, activate(single(x, x_row, w, bias), f, activation));
    }
}

#define PLANE(name, stride, activation)           \
    static void plane_##name(const bona_plane *p) \
    {                                             \
        plane(p, stride, activation);             \
    }
PLANE(1_none, 1, BONA_ACT_NONE)
PLANE(1_clip, 1, BONA_ACT_CLIP)
PLANE(1_prelu, 1, BONA_ACT_PRELU)
PLANE(2_none, 2, BONA_ACT_NONE)
PLANE(2_clip, 2, BONA_ACT_CLIP)
PLANE(2_prelu, 2, BONA_ACT_PRELU)

void bona_depthwise_3x3_avx2(const bona_plane *p)
{
    static bona_plane_kernel *const kernels[2][3] = {
        { plane_1_none, plane_1_clip, plane_1_prelu }, { plane_2_none, plane_2_clip, plane_2_prelu }
    };

    if (p->stride[1] > 2)
        bona_depthwise_avx2(p);
    else
        kernels[p->stride[1] - 1][p->finish.activation](p);
}
