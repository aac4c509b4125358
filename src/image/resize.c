/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bilinear resizing. Output columns are worked on in blocks whose tables fit on the stack: first
 * source rows are interpolated across, then two of them are mixed for every output row. The 8-bit
 * form keeps to the arithmetic of OpenCV 4.6 (modules/imgproc/src/resize.cpp, HResizeLinear and
 * VResizeLinear): weights of 11 bits, sums cut to 16 bits between the passes.
 */
#include "image/resize.h"

#include <assert.h>
#include <math.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "image/warp.h"

enum {
    BLOCK = 256,         /* output columns at a time */
    WEIGHT_ONE = 1 << 11 /* INTER_RESIZE_COEF_SCALE of OpenCV */
};

/* Where output columns of one block read. */
typedef struct columns {
    int32_t count;
    int32_t wide;         /* columns before this one may read 8 bytes beyond their second pixel */
    int32_t left[BLOCK];  /* byte offset of the left pixel in the source row */
    int32_t right[BLOCK]; /* of the right one */
    int16_t weight[BLOCK][2];
    float part[BLOCK]; /* of the right pixel, 0..1 */
} columns;

/* Two source rows, interpolated across. */
typedef struct mixed_rows {
    int32_t row[2]; /* which source rows they are; -1 = none */
    _Alignas(32) int16_t whole[2][3 * BLOCK];
    _Alignas(32) float exact[2][3 * BLOCK];
} mixed_rows;

/* Source position of output index i: the first of two pixels and the part of the second. */
static int32_t sample(int32_t i, double scale, float *part)
{
    float at = (float)((i + 0.5) * scale - 0.5);
    int32_t first = (int32_t)floorf(at);

    *part = at - (float)first;
    return first;
}

static int16_t to_weight(float part)
{
    return (int16_t)lrintf(part * WEIGHT_ONE); /* to even at the half, as cvRound does */
}

static void plan_columns(columns *c, int32_t first, int32_t count, int32_t width, int32_t w)
{
    double scale = 1 / ((double)width / w); /* rounded as OpenCV does */

    c->count = count;
    c->wide = 0;
    for (int32_t i = 0; i < count; i++) {
        float part;
        int32_t x = sample(first + i, scale, &part);

        if (x < 0 || x >= w - 1) {
            x = x < 0 ? 0 : w - 1;
            part = 0;
        }
        c->left[i] = 3 * x;
        c->right[i] = x + 1 < w ? 3 * x + 3 : 3 * x;
        c->weight[i][0] = to_weight(1 - part);
        c->weight[i][1] = to_weight(part);
        c->part[i] = part;
        if (c->wide == i && x + 4 <= w) /* left + 3 + 8 bytes stay inside the row */
            c->wide = i + 1;
    }
}

/* One source row across, in fixed point, cut to 16 bits (at most 255 * 2048 / 16). */
static void across_whole(int16_t *out, const uint8_t *row, const columns *c)
{
    int32_t i = 0;

#ifdef __SSE2__
    const __m128i zero = _mm_setzero_si128();

    /* Left and right pixel side by side as 16-bit pairs, times their two weights: R, G and B at
     * once. The fourth value is overwritten by the next column. */
    for (; i + 1 < c->wide; i++) {
        __m128i left = _mm_loadl_epi64((const __m128i *)(row + c->left[i]));
        __m128i right = _mm_loadl_epi64((const __m128i *)(row + c->left[i] + 3));
        __m128i pairs = _mm_unpacklo_epi8(_mm_unpacklo_epi8(left, right), zero);
        __m128i weights =
            _mm_set1_epi32((uint16_t)c->weight[i][0] | (int32_t)c->weight[i][1] << 16);
        __m128i sums = _mm_srai_epi32(_mm_madd_epi16(pairs, weights), 4);

        _mm_storel_epi64((__m128i *)(out + 3 * i), _mm_packs_epi32(sums, sums));
    }
#endif
    for (; i < c->count; i++)
        for (int k = 0; k < 3; k++)
            out[3 * i + k] = (int16_t)((row[c->left[i] + k] * c->weight[i][0] +
                                        row[c->right[i] + k] * c->weight[i][1]) >>
                                       4);
}

static void across_exact(float *out, const uint8_t *row, const columns *c)
{
    for (int32_t i = 0; i < c->count; i++)
        for (int k = 0; k < 3; k++) {
            float left = row[c->left[i] + k], right = row[c->right[i] + k];

            out[3 * i + k] = left + (right - left) * c->part[i];
        }
}

/* Makes slot 0 and 1 hold source rows y0 and y1; what is there already is kept. */
static void fetch_rows(mixed_rows *m, const bona_resize_job *job, const columns *c,
                       const int32_t y[2], int slot_of[2])
{
    for (int k = 0; k < 2; k++) {
        int slot = m->row[0] == y[k] ? 0 : m->row[1] == y[k] ? 1 : -1;

        if (slot < 0) {
            const uint8_t *row = job->source + y[k] * job->source_stride;

            slot = k == 0 ? (m->row[0] == y[1] ? 1 : 0) : 1 - slot_of[0];
            if (job->exact)
                across_exact(m->exact[slot], row, c);
            else
                across_whole(m->whole[slot], row, c);
            m->row[slot] = y[k];
        }
        slot_of[k] = slot;
    }
}

static void down_floats(float *restrict out, const int16_t *restrict upper,
                        const int16_t *restrict lower, int16_t b0, int16_t b1, int32_t count)
{
    for (int32_t i = 0; i < count; i++) {
        int16_t sum =
            (int16_t)((int16_t)((upper[i] * b0) >> 16) + (int16_t)((lower[i] * b1) >> 16));

        out[i] = (float)((sum + 2) >> 2);
    }
}

static void down_bytes(uint8_t *restrict out, const int16_t *restrict upper,
                       const int16_t *restrict lower, int16_t b0, int16_t b1, int32_t count)
{
    for (int32_t i = 0; i < count; i++) {
        int16_t sum =
            (int16_t)((int16_t)((upper[i] * b0) >> 16) + (int16_t)((lower[i] * b1) >> 16));

        out[i] = (uint8_t)((sum + 2) >> 2);
    }
}

static void down_exact(float *restrict out, const float *restrict upper,
                       const float *restrict lower, float part, int32_t count)
{
    for (int32_t i = 0; i < count; i++)
        out[i] = upper[i] + (lower[i] - upper[i]) * part;
}

static int32_t clamp(int32_t value, int32_t most)
{
    return value < 0 ? 0 : value > most ? most : value;
}

static void resize_block(const bona_resize_job *job, int32_t first, const columns *c)
{
    double scale = 1 / ((double)job->height / job->h);
    mixed_rows m;

    m.row[0] = m.row[1] = -1;
    for (int32_t v = 0; v < job->height; v++) {
        ptrdiff_t at = v * job->out_stride + 3 * (ptrdiff_t)first;
        float part;
        int32_t y0 = sample(v, scale, &part);
        int32_t y[2] = { clamp(y0, job->h - 1), clamp(y0 + 1, job->h - 1) };
        int16_t b0 = to_weight(1 - part), b1 = to_weight(part);
        int slot[2];

        fetch_rows(&m, job, c, y, slot);
        if (job->exact)
            down_exact(job->floats + at, m.exact[slot[0]], m.exact[slot[1]], part, 3 * c->count);
        else if (job->floats != NULL)
            down_floats(job->floats + at, m.whole[slot[0]], m.whole[slot[1]], b0, b1, 3 * c->count);
        else
            down_bytes(job->bytes + at, m.whole[slot[0]], m.whole[slot[1]], b0, b1, 3 * c->count);
    }
}

void bona_resize_run(const bona_resize_job *job)
{
    for (int32_t first = 0; first < job->width; first += BLOCK) {
        int32_t left = job->width - first;
        columns c;

        plan_columns(&c, first, left < BLOCK ? left : BLOCK, job->width, job->w);
        resize_block(job, first, &c);
    }
}

bona_resize_job bona_resize_plan(bona_image_view image, int32_t x, int32_t y, int32_t w, int32_t h,
                                 int32_t width, int32_t height)
{
    assert(width > 0 && height > 0 && w > 0 && h > 0);
    assert(x >= 0 && y >= 0 && x <= image.width - w && y <= image.height - h);
    return (bona_resize_job){
        .source = image.rgb + y * image.stride + 3 * (ptrdiff_t)x,
        .source_stride = image.stride,
        .w = w,
        .h = h,
        .width = width,
        .height = height,
        .out_stride = 3 * (ptrdiff_t)width,
    };
}

void bona_resize_bilinear(float *out, int32_t width, int32_t height, bona_image_view image,
                          int32_t x, int32_t y, int32_t w, int32_t h, bool round8)
{
    bona_resize_bilinear_into(out, 3 * (ptrdiff_t)width, width, height, image, x, y, w, h, round8);
}

void bona_resize_bilinear_into(float *out, ptrdiff_t out_stride, int32_t width, int32_t height,
                               bona_image_view image, int32_t x, int32_t y, int32_t w, int32_t h,
                               bool round8)
{
    bona_resize_job job = bona_resize_plan(image, x, y, w, h, width, height);

    assert(out_stride >= 3 * (ptrdiff_t)width);
    job.floats = out;
    job.out_stride = out_stride;
    job.exact = !round8;
    bona_resize_run(&job);
}
