/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Area averages for shrinking: every output pixel is the mean of the source pixels under it, those
 * at its border weighted by the part that is covered (as OpenCV's INTER_AREA).
 */
#include <math.h>

#include "image/resize.h"
#include "image/warp.h"

enum { BLOCK = 256 }; /* output columns at a time */

/* A border part below this counts as nothing, so that rounding of positions never adds a pixel
 * (OpenCV uses the same). */
static const double BORDER_MIN = 1e-3;

/* The source pixels under one output pixel along one axis. */
typedef struct span {
    int32_t first, last; /* inclusive */
    float weight_first, weight_mid, weight_last;
} span;

static span cover(int32_t i, double scale, int32_t size)
{
    double from = i * scale, to = from + scale;
    double length = scale < size - from ? scale : size - from;
    int32_t inner_first = (int32_t)ceil(from), inner_end = (int32_t)floor(to);
    span s;

    if (inner_end > size - 1)
        inner_end = size - 1;
    if (inner_first > inner_end)
        inner_first = inner_end;
    s.first = inner_first;
    s.last = inner_end - 1;
    s.weight_first = s.weight_mid = s.weight_last = (float)(1 / length);
    if (inner_first - from > BORDER_MIN) {
        s.first = inner_first - 1;
        s.weight_first = (float)((inner_first - from) / length);
    }
    if (to - inner_end > BORDER_MIN) {
        double rest = to - inner_end < 1 ? to - inner_end : 1;

        s.last = inner_end;
        s.weight_last = (float)((rest < length ? rest : length) / length);
    }
    return s;
}

static float weight_at(const span *s, int32_t at)
{
    return at == s->first ? s->weight_first : at == s->last ? s->weight_last : s->weight_mid;
}

static void add_row(float *sums, const uint8_t *row, const span *spans, int32_t count, float weight)
{
    for (int32_t i = 0; i < count; i++, sums += 3) {
        const span *s = &spans[i];
        const uint8_t *p = row + 3 * (ptrdiff_t)s->first;
        float first = weight * s->weight_first, last = weight * s->weight_last;
        unsigned r = 0, g = 0, b = 0;

        sums[0] += first * p[0];
        sums[1] += first * p[1];
        sums[2] += first * p[2];
        if (s->last == s->first)
            continue;
        for (int32_t at = s->first + 1; at < s->last; at++) {
            p += 3;
            r += p[0];
            g += p[1];
            b += p[2];
        }
        p += 3;
        sums[0] += last * p[0] + weight * s->weight_mid * (float)r;
        sums[1] += last * p[1] + weight * s->weight_mid * (float)g;
        sums[2] += last * p[2] + weight * s->weight_mid * (float)b;
    }
}

/* Halving rounds up at the half, everything else to even: OpenCV has a path of its own for
 * factor 2. */
static void write_row(const bona_resize_job *job, ptrdiff_t at, const float *sums, int32_t count)
{
    bool halved = job->w == 2 * job->width && job->h == 2 * job->height;

    for (int32_t i = 0; i < count; i++) {
        if (job->exact)
            job->floats[at + i] = sums[i];
        else if (job->floats != NULL)
            job->floats[at + i] = halved ? floorf(sums[i] + 0.5F) : rintf(sums[i]);
        else
            job->bytes[at + i] = (uint8_t)(halved ? floorf(sums[i] + 0.5F) : rintf(sums[i]));
    }
}

static void area_block(const bona_resize_job *job, int32_t first, int32_t count)
{
    span spans[BLOCK];

    for (int32_t i = 0; i < count; i++)
        spans[i] = cover(first + i, (double)job->w / job->width, job->w);
    for (int32_t v = 0; v < job->height; v++) {
        span rows = cover(v, (double)job->h / job->height, job->h);
        float sums[3 * BLOCK] = { 0 };

        for (int32_t y = rows.first; y <= rows.last; y++)
            add_row(sums, job->source + y * job->source_stride, spans, count, weight_at(&rows, y));
        write_row(job, v * job->out_stride + 3 * (ptrdiff_t)first, sums, 3 * count);
    }
}

void bona_resize_run_area(const bona_resize_job *job)
{
    if (job->width > job->w || job->height > job->h) {
        bona_resize_run(job);
        return;
    }
    for (int32_t first = 0; first < job->width; first += BLOCK) {
        int32_t left = job->width - first;

        area_block(job, first, left < BLOCK ? left : BLOCK);
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
