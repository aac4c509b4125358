/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Area averages for shrinking: every output pixel is the mean of the source pixels under it, those
 * at its border weighted by the part that is covered (as OpenCV's INTER_AREA). The rows under an
 * output row are added up first, the whole ones among them as 16-bit integers; then each output
 * pixel adds up its columns, red, green and blue in one vector.
 */
#include <math.h>
#include <string.h>

#include "image/resize.h"
#include "image/warp.h"

enum {
    BLOCK = 256,    /* output columns at a time */
    CHUNK = 2048,   /* source columns at a time */
    ROWS_MAX = 257, /* rows of 8 bits whose sum fits 16 bits */
    LANES = 4
};

/* A border part below this counts as nothing, so that rounding of positions never adds a pixel
 * (OpenCV uses the same). */
static const double BORDER_MIN = 1e-3;

typedef float lanes __attribute__((vector_size(LANES * sizeof(float))));

/* The source pixels under one output pixel along one axis; those between first and last count in
 * full. */
typedef struct span {
    int32_t first, last;             /* inclusive */
    float weight_first, weight_last; /* parts of a pixel, 0..1 */
    double part;                     /* of the whole that one pixel is */
} span;

static span cover(int32_t i, double scale, int32_t size)
{
    double from = i * scale, to = from + scale;
    int32_t inner_first = (int32_t)ceil(from), inner_end = (int32_t)floor(to);
    double length = scale < size - from ? scale : size - from;
    span s = { .weight_first = 1, .weight_last = 1, .part = 1 / length };

    if (inner_end > size - 1)
        inner_end = size - 1;
    if (inner_first > inner_end)
        inner_first = inner_end;
    s.first = inner_first;
    s.last = inner_end - 1;
    if (inner_first - from > BORDER_MIN) {
        s.first = inner_first - 1;
        s.weight_first = (float)(inner_first - from);
    }
    if (to - inner_end > BORDER_MIN) {
        double rest = to - inner_end < 1 ? to - inner_end : 1;

        s.last = inner_end;
        s.weight_last = (float)(rest < length ? rest : length);
    }
    return s;
}

static void add_weighted(float *restrict sums, const uint8_t *restrict row, float weight,
                         int32_t count)
{
    for (int32_t i = 0; i < count; i++)
        sums[i] += weight * row[i];
}

/* Adds up whole rows, at most ROWS_MAX of them; four at a time, so that the sums are touched less
 * often. */
static void add_whole(float *restrict sums, const uint8_t *restrict rows, ptrdiff_t stride,
                      int32_t height, int32_t count)
{
    uint16_t whole[3 * CHUNK];
    int32_t y = 0;

    memset(whole, 0, (size_t)count * sizeof *whole);
    for (; y + 3 < height; y += 4) {
        const uint8_t *restrict a = rows + y * stride, *restrict b = a + stride;
        const uint8_t *restrict c = b + stride, *restrict d = c + stride;

        for (int32_t i = 0; i < count; i++)
            whole[i] = (uint16_t)(whole[i] + a[i] + b[i] + c[i] + d[i]);
    }
    for (; y < height; y++) {
        const uint8_t *restrict row = rows + y * stride;

        for (int32_t i = 0; i < count; i++)
            whole[i] = (uint16_t)(whole[i] + row[i]);
    }
    for (int32_t i = 0; i < count; i++)
        sums[i] += whole[i];
}

/* The sum over the rows of a span, for `count` values from `source` on. */
static void add_rows(float *sums, const uint8_t *source, ptrdiff_t stride, const span *rows,
                     int32_t count)
{
    int32_t y = rows->first, end = rows->last + 1;

    memset(sums, 0, (size_t)count * sizeof *sums);
    if (rows->weight_first < 1)
        add_weighted(sums, source + y++ * stride, rows->weight_first, count);
    if (rows->weight_last < 1 && end > y)
        add_weighted(sums, source + --end * stride, rows->weight_last, count);
    for (; y < end; y += ROWS_MAX)
        add_whole(sums, source + y * stride, stride, end - y < ROWS_MAX ? end - y : ROWS_MAX,
                  count);
}

static lanes pixel_at(const float *at)
{
    lanes pixel;

    memcpy(&pixel, at, sizeof pixel); /* the fourth value is the next pixel's and never used */
    return pixel;
}

/* Adds the columns of one span that lie in the chunk, which starts at source column x0 and ends
 * before x1. */
static lanes add_columns(lanes sum, const float *rows, const span *s, int32_t x0, int32_t x1)
{
    int32_t from = s->first > x0 ? s->first : x0, end = s->last + 1 < x1 ? s->last + 1 : x1;
    const float *at = rows + 3 * (ptrdiff_t)(from - x0), *stop = rows + 3 * (ptrdiff_t)(end - x0);

    if (from == s->first && at < stop) {
        sum += pixel_at(at) * s->weight_first;
        at += 3;
    }
    if (end == s->last + 1 && at < stop) {
        stop -= 3;
        sum += pixel_at(stop) * s->weight_last;
    }
    for (; at < stop; at += 3)
        sum += pixel_at(at);
    return sum;
}

/* To the nearest whole number. Halving rounds up at the half, everything else to even: OpenCV has a
 * path of its own for factor 2. Adding and taking away 1.5 * 2^23 leaves a float no room for a
 * fraction. */
static void round_values(float *values, int32_t count, bool halved)
{
    const float no_fraction = 12582912;

    for (int32_t i = 0; i < count; i++)
        values[i] =
            halved ? (float)(int32_t)(values[i] + 0.5F) : (values[i] + no_fraction) - no_fraction;
}

static void write_row(const bona_resize_job *job, ptrdiff_t at, float *values, int32_t count)
{
    if (!job->exact)
        round_values(values, count, job->w == 2 * job->width && job->h == 2 * job->height);
    if (job->floats != NULL)
        memcpy(job->floats + at, values, (size_t)count * sizeof *values);
    else
        for (int32_t i = 0; i < count; i++)
            job->bytes[at + i] = (uint8_t)(int32_t)values[i];
}

static void area_row(const bona_resize_job *job, int32_t v, int32_t first, const span *spans,
                     int32_t count)
{
    span rows = cover(v, (double)job->h / job->height, job->h);
    int32_t end = spans[count - 1].last + 1;
    float sums[3 * CHUNK + 1], values[3 * BLOCK];
    lanes columns[BLOCK];

    memset(columns, 0, (size_t)count * sizeof *columns);
    for (int32_t x0 = spans[0].first; x0 < end; x0 += CHUNK) {
        int32_t x1 = end - x0 < CHUNK ? end : x0 + CHUNK;

        sums[3 * (x1 - x0)] = 0; /* read with the last pixel */
        add_rows(sums, job->source + 3 * (ptrdiff_t)x0, job->source_stride, &rows, 3 * (x1 - x0));
        for (int32_t i = 0; i < count; i++)
            columns[i] = add_columns(columns[i], sums, &spans[i], x0, x1);
    }
    for (int32_t i = 0; i < count; i++) {
        float scale = (float)(rows.part * spans[i].part);

        for (int k = 0; k < 3; k++)
            values[3 * i + k] = columns[i][k] * scale;
    }
    write_row(job, v * job->out_stride + 3 * (ptrdiff_t)first, values, 3 * count);
}

void bona_resize_run_area(const bona_resize_job *job)
{
    double scale = (double)job->w / job->width;

    if (job->width > job->w || job->height > job->h) {
        bona_resize_run(job);
        return;
    }
    for (int32_t first = 0; first < job->width; first += BLOCK) {
        int32_t left = job->width - first, count = left < BLOCK ? left : BLOCK;
        span spans[BLOCK];

        for (int32_t i = 0; i < count; i++)
            spans[i] = cover(first + i, scale, job->w);
        for (int32_t v = 0; v < job->height; v++)
            area_row(job, v, first, spans, count);
    }
}

void bona_resize_area(float *out, int32_t width, int32_t height, bona_image_view image, int32_t x,
                      int32_t y, int32_t w, int32_t h, bool round8)
{
    bona_resize_job job = bona_resize_plan(image, x, y, w, h, width, height);

    job.floats = out;
    job.exact = !round8;
    bona_resize_run_area(&job);
}

bona_err bona_image_resize(bona_image *out, int32_t width, int32_t height, bona_image_view image)
{
    bona_err err = bona_image_init(out, width, height);
    bona_resize_job job;

    if (err != BONA_OK)
        return err;
    job = bona_resize_plan(image, 0, 0, image.width, image.height, width, height);
    job.bytes = out->rgb;
    bona_resize_run_area(&job);
    return BONA_OK;
}
