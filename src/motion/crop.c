/* SPDX-License-Identifier: Apache-2.0 */
/* Grey face crops; see crop.h. */
#include "motion/crop.h"

#include <math.h>
#include <string.h>

/* Deviation of the Gaussians, px: of the three grades and of the neighbourhood that evens out the
 * light. */
static const float grade_px[CROP_GRADES] = { 3, 2, 1 };
static const float light_px = 4;
static const float noise_floor = 9; /* squared 8-bit steps: flat skin must not become pure noise */
enum { RADIUS_MAX = 16, SAMPLES_MAX = 2, HALF = CROP_SIDE / 2 };

bona_point bona_crop_point(bona_crop_map map, float x, float y)
{
    float c = cosf(map.angle) * map.scale, s = sinf(map.angle) * map.scale;
    float dx = x - map.centre.x, dy = y - map.centre.y;

    return (bona_point){ c * dx - s * dy, s * dx + c * dy };
}

/* The pixel that holds a place; outside the picture, or for no number, the nearest one. */
static int32_t pixel_of(float at, int32_t size)
{
    return at > 0 ? at < (float)size ? (int32_t)at : size - 1 : 0;
}

/* ITU-R BT.601 in 256ths, 0..255 * 256. */
static int32_t grey_of(const uint8_t *p)
{
    return 77 * p[0] + 150 * p[1] + 29 * p[2];
}

static float grey_at(const bona_image_view *image, float x, float y)
{
    const uint8_t *p = image->rgb + (ptrdiff_t)pixel_of(y, image->height) * image->stride +
                       3 * (ptrdiff_t)pixel_of(x, image->width);

    return (float)grey_of(p) / 256;
}

/* Four neighbours, for crops that enlarge. */
static float grey_between(const bona_image_view *image, float x, float y)
{
    float u = x - 0.5f - floorf(x - 0.5f), v = y - 0.5f - floorf(y - 0.5f);
    float top =
        grey_at(image, x - 0.5f, y - 0.5f) * (1 - u) + grey_at(image, x + 0.5f, y - 0.5f) * u;
    float low =
        grey_at(image, x - 0.5f, y + 0.5f) * (1 - u) + grey_at(image, x + 0.5f, y + 0.5f) * u;

    return top * (1 - v) + low * v;
}

/* n samples per crop pixel, on the diagonal of a square of n x n, so that shrinking aliases less.
 */
typedef struct grid {
    int32_t n;
    float x0, y0; /* place of the very first sample, px of the picture */
    float ax, ay; /* one crop pixel to the right */
    float bx, by; /* one crop pixel down */
} grid;

static grid grid_of(bona_crop_map map)
{
    float step = 1 / map.scale, c = cosf(map.angle) * step, s = sinf(map.angle) * step, first;
    int32_t n = step > 1 ? step < SAMPLES_MAX ? (int32_t)ceilf(step) : SAMPLES_MAX : 1;

    first = 0.5f / (float)n - 0.5f * CROP_SIDE;
    return (grid){ n, map.centre.x + (c + s) * first, map.centre.y + (c - s) * first, c, -s, s, c };
}

static bool holds(const bona_image_view *image, float x, float y)
{
    return x > 1 && y > 1 && x < (float)image->width - 1 && y < (float)image->height - 1;
}

/* One sample for each pixel of a row; every sample lies inside, so whole steps of 1/65536 px will
 * do. */
static void add_row_inside(float *out, const bona_image_view *image, const grid *g, float x,
                           float y)
{
    int64_t px = (int64_t)(x * 65536), py = (int64_t)(y * 65536);
    const int64_t ax = (int64_t)(g->ax * 65536), ay = (int64_t)(g->ay * 65536);

    for (int32_t i = 0; i < CROP_SIDE; i++) {
        const uint8_t *at = image->rgb + (py >> 16) * image->stride + 3 * (px >> 16);

        out[i] += (float)grey_of(at);
        __builtin_prefetch((const void *)((uintptr_t)at + 2 * (uintptr_t)image->stride));
        px += ax;
        py += ay;
    }
}

static void add_row_anywhere(float *out, const bona_image_view *image, const grid *g, float x,
                             float y)
{
    for (int32_t i = 0; i < CROP_SIDE; i++)
        out[i] += 256 * grey_at(image, x + g->ax * (float)i, y + g->ay * (float)i);
}

static void add_row_between(float *out, const bona_image_view *image, const grid *g, float x,
                            float y)
{
    for (int32_t i = 0; i < CROP_SIDE; i++)
        out[i] += 256 * grey_between(image, x + g->ax * (float)i, y + g->ay * (float)i);
}

static void draw(float *out, const bona_image_view *image, bona_crop_map map)
{
    grid g = grid_of(map);
    const float part = 1 / (float)(256 * g.n);

    memset(out, 0, CROP_PIXELS * sizeof *out);
    for (int32_t j = 0; j < CROP_SIDE * g.n; j++) {
        float down = (float)j / (float)g.n, right = (float)(j % g.n) / (float)g.n;
        float *row = out + j / g.n * CROP_SIDE, x = g.x0 + g.bx * down + g.ax * right,
              y = g.y0 + g.by * down + g.ay * right;

        if (g.n == 1)
            add_row_between(row, image, &g, x, y);
        else if (holds(image, x, y) && holds(image, x + g.ax * CROP_SIDE, y + g.ay * CROP_SIDE))
            add_row_inside(row, image, &g, x, y);
        else
            add_row_anywhere(row, image, &g, x, y);
    }
    for (int32_t k = 0; k < CROP_PIXELS; k++)
        out[k] *= part;
}

static int32_t inside(int32_t i, int32_t side)
{
    return i < 0 ? 0 : i >= side ? side - 1 : i;
}

static int32_t kernel_of(float *kernel, float sigma)
{
    int32_t radius = (int32_t)ceilf(2.5f * sigma);
    float sum = 0;

    radius = radius > RADIUS_MAX ? RADIUS_MAX : radius;
    for (int32_t k = -radius; k <= radius; k++)
        sum += kernel[k + radius] = expf(-0.5f * (float)(k * k) / (sigma * sigma));
    for (int32_t k = 0; k <= 2 * radius; k++)
        kernel[k] /= sum;
    return radius;
}

/* Separable Gaussian of a picture of `side` x `side` from `in` to `out`; `half` holds the rows'
 * pass. All differ. */
static void smooth(float *out, const float *in, float *half, int32_t side, float sigma)
{
    float kernel[2 * RADIUS_MAX + 1], line[CROP_SIDE + 2 * RADIUS_MAX];
    int32_t radius = kernel_of(kernel, sigma);

    for (int32_t y = 0; y < side; y++) {
        for (int32_t x = -radius; x < side + radius; x++)
            line[x + radius] = in[y * side + inside(x, side)];
        memset(half + y * side, 0, (size_t)side * sizeof *half);
        for (int32_t k = 0; k <= 2 * radius; k++)
            for (int32_t x = 0; x < side; x++)
                half[y * side + x] += kernel[k] * line[x + k];
    }
    memset(out, 0, (size_t)(side * side) * sizeof *out);
    for (int32_t y = 0; y < side; y++) {
        for (int32_t k = -radius; k <= radius; k++) {
            const float *row = half + inside(y + k, side) * side;
            float weight = kernel[k + radius];

            for (int32_t x = 0; x < side; x++)
                out[y * side + x] += weight * row[x];
        }
    }
}

/* Mean of every 2 x 2 pixels, of the values or of their squares. */
static void halve(float *out, const float *in, bool squares)
{
    for (int32_t y = 0; y < HALF; y++) {
        const float *a = in + 2 * y * CROP_SIDE, *b = a + CROP_SIDE;

        for (int32_t x = 0; x < HALF; x++) {
            float p = a[2 * x], q = a[2 * x + 1], r = b[2 * x], s = b[2 * x + 1];

            out[y * HALF + x] = 0.25f * (squares ? p * p + q * q + r * r + s * s : p + q + r + s);
        }
    }
}

/* One row between the rows of a halved picture; pixels lie a quarter off the halved ones. */
static void row_between(float *out, const float *in, int32_t y)
{
    int32_t near = y / 2, far = y % 2 == 0 ? near - 1 : near + 1;
    const float *p = in + near * HALF, *q = in + inside(far, HALF) * HALF;
    float row[HALF];

    for (int32_t x = 0; x < HALF; x++)
        row[x] = 0.75f * p[x] + 0.25f * q[x];
    for (int32_t x = 0; x < HALF; x++) {
        out[2 * x] = 0.75f * row[x] + 0.25f * row[inside(x - 1, HALF)];
        out[2 * x + 1] = 0.75f * row[x] + 0.25f * row[inside(x + 1, HALF)];
    }
}

/* Subtracts the local mean, divides by the local deviation. Both are smooth: half the pixels tell
 * them as well. */
static void even_out(float *grey, float *small, float *local, float *half)
{
    float row[CROP_SIDE];

    halve(small, grey, false);
    smooth(local, small, half, HALF, 0.5f * light_px);
    for (int32_t y = 0; y < CROP_SIDE; y++) {
        row_between(row, local, y);
        for (int32_t x = 0; x < CROP_SIDE; x++)
            grey[y * CROP_SIDE + x] -= row[x];
    }
    halve(small, grey, true);
    smooth(local, small, half, HALF, 0.5f * light_px);
    for (int32_t y = 0; y < CROP_SIDE; y++) {
        row_between(row, local, y);
        for (int32_t x = 0; x < CROP_SIDE; x++)
            grey[y * CROP_SIDE + x] /= sqrtf(row[x] + noise_floor);
    }
}

void bona_ground_fill(bona_ground *ground, const float *grade)
{
    for (int32_t y = 0; y < CROP_SIDE; y++) {
        const float *row = grade + y * CROP_SIDE;
        const float *above = grade + inside(y - 1, CROP_SIDE) * CROP_SIDE;
        const float *below = grade + inside(y + 1, CROP_SIDE) * CROP_SIDE;
        bona_slope *out = ground->at + y * CROP_SIDE;

        for (int32_t x = 0; x < CROP_SIDE; x++) {
            float before = row[inside(x - 1, CROP_SIDE)], after = row[inside(x + 1, CROP_SIDE)];

            out[x] =
                (bona_slope){ row[x], 0.5f * (after - before), 0.5f * (below[x] - above[x]), 0 };
        }
    }
}

void bona_crop_fill(bona_crop *crop, bona_image_view image, bona_crop_map map, float *work)
{
    float *grey = work, *a = work + CROP_PIXELS, *b = a + CROP_PIXELS, *half = b + CROP_PIXELS;
    float before = 0;

    draw(grey, &image, map);
    even_out(grey, a, b, half);
    for (int32_t g = CROP_GRADES - 1; g >= 0; g--) { /* each from the finer one */
        smooth(crop->grade[g], g < CROP_GRADES - 1 ? crop->grade[g + 1] : grey, half, CROP_SIDE,
               sqrtf(grade_px[g] * grade_px[g] - before));
        before = grade_px[g] * grade_px[g];
    }
}
