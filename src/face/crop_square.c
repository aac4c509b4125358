/* SPDX-License-Identifier: Apache-2.0 */
/* Square crops; see crop_square.h. */
#include "face/crop_square.h"

#include <math.h>
#include <string.h>

#include "base/mem.h"

enum { TAPS = 8, SQUARE_PX_MAX = 32768 };

static const double pi = 3.14159265358979323846;

static int32_t clamp_index(int32_t i, int32_t count)
{
    return i < 0 ? 0 : i >= count ? count - 1 : i;
}

/* The pixel that stands at position i of a line of `count` pixels; -1 = none (zero). */
static int32_t edge_index(int32_t i, int32_t count, bona_edge edge)
{
    int32_t period = 2 * (count - 1);

    if (i >= 0 && i < count)
        return i;
    if (edge == BONA_EDGE_ZERO)
        return -1;
    if (edge == BONA_EDGE_CLAMP || period == 0)
        return clamp_index(i, count);
    i = (i % period + period) % period;
    return i < count ? i : period - i;
}

/* A copy of the square at (x, y), with the outside filled in by the rule of the edge. */
static bona_err copy_square(bona_image *out, bona_image_view image, int32_t x, int32_t y,
                            int32_t side, bona_edge edge)
{
    bona_err err = bona_image_init(out, side, side);

    if (err != BONA_OK)
        return BONA_NO_MEMORY;
    for (int32_t v = 0; v < side; v++) {
        int32_t row = edge_index(y + v, image.height, edge);
        uint8_t *to = out->rgb + v * out->stride;

        for (int32_t u = 0; u < side && row >= 0; u++, to += 3) {
            int32_t column = edge_index(x + u, image.width, edge);

            if (column >= 0)
                memcpy(to, image.rgb + row * image.stride + 3 * (ptrdiff_t)column, 3);
        }
    }
    return BONA_OK;
}

static double sinc(double x)
{
    return fabs(x) < 1e-9 ? 1.0 : sin(pi * x) / (pi * x);
}

/* Eight weights around the position, sum 1; returns the first pixel's index. */
static int32_t lanczos_weights(float weights[TAPS], int32_t i, double step)
{
    double at = (i + 0.5) * step - 0.5, sum = 0, w[TAPS];
    int32_t first = (int32_t)floor(at) - (TAPS / 2 - 1);

    for (int32_t k = 0; k < TAPS; k++) {
        double x = at - (first + k);

        w[k] = fabs(x) < TAPS / 2.0 ? sinc(x) * sinc(x / (TAPS / 2.0)) : 0.0;
        sum += w[k];
    }
    for (int32_t k = 0; k < TAPS; k++)
        weights[k] = (float)(w[k] / sum);
    return first;
}

/* Widens every row of the picture: rows x width x 3 floats. */
static void lanczos_rows(float *wide, int32_t width, bona_image_view image)
{
    for (int32_t u = 0; u < width; u++) {
        float weights[TAPS];
        int32_t first = lanczos_weights(weights, u, (double)image.width / width);

        for (int32_t y = 0; y < image.height; y++) {
            const uint8_t *row = image.rgb + y * image.stride;
            float *out = wide + ((size_t)y * (size_t)width + (size_t)u) * 3;

            out[0] = out[1] = out[2] = 0;
            for (int32_t k = 0; k < TAPS; k++) {
                const uint8_t *p = row + 3 * (ptrdiff_t)clamp_index(first + k, image.width);

                out[0] += weights[k] * (float)p[0];
                out[1] += weights[k] * (float)p[1];
                out[2] += weights[k] * (float)p[2];
            }
        }
    }
}

bona_err bona_resize_lanczos(float *out, int32_t width, int32_t height, bona_image_view image)
{
    size_t line = (size_t)width * 3;
    float *wide = bona_alloc((size_t)image.height * line, sizeof *wide);

    if (wide == NULL)
        return BONA_NO_MEMORY;
    lanczos_rows(wide, width, image);
    for (int32_t v = 0; v < height; v++) {
        float weights[TAPS];
        int32_t first = lanczos_weights(weights, v, (double)image.height / height);

        for (size_t i = 0; i < line; i++) {
            float sum = 0;

            for (int32_t k = 0; k < TAPS; k++)
                sum += weights[k] * wide[(size_t)clamp_index(first + k, image.height) * line + i];
            out[(size_t)v * line + i] = fminf(fmaxf(sum, 0.0f), 255.0f);
        }
    }
    bona_free(wide);
    return BONA_OK;
}

static bona_err resample(bona_viewer *viewer, bona_image_view square)
{
    const bona_model *model = viewer->model;
    int32_t width = model->input.width, height = model->input.height;
    float *pixels = bona_viewer_pixels(viewer);
    bool shrinks = square.width > width;

    if (model->crop.resample == BONA_RESAMPLE_RULE && !shrinks)
        return bona_resize_lanczos(pixels, width, height, square);
    if (model->crop.resample != BONA_RESAMPLE_BILINEAR && shrinks)
        bona_resize_area(pixels, width, height, square, 0, 0, square.width, square.height, true);
    else
        bona_resize_bilinear(pixels, width, height, square, 0, 0, square.width, square.height,
                             true);
    return BONA_OK;
}

bona_err bona_crop_square(bona_viewer *viewer, bona_image_view image, bona_box box,
                          bona_affine *map)
{
    const bona_model *model = viewer->model;
    double length = (double)model->crop.factor * fmax(box.w, box.h);
    int32_t side = (int32_t)fmin(fmax(length, 1), SQUARE_PX_MAX);
    int32_t x = (int32_t)fmin(fmax(box.x + box.w / 2 - length / 2, -SQUARE_PX_MAX), SQUARE_PX_MAX);
    int32_t y = (int32_t)fmin(fmax(box.y + box.h / 2 - length / 2, -SQUARE_PX_MAX), SQUARE_PX_MAX);
    float step = (float)side / (float)model->input.width;
    bona_image patch = { 0 };
    bona_image_view square = { .width = side, .height = side, .stride = image.stride };
    bona_err err = BONA_OK;

    if (x >= 0 && y >= 0 && x + side <= image.width && y + side <= image.height) {
        square.rgb = image.rgb + y * image.stride + 3 * (ptrdiff_t)x;
    } else {
        err = copy_square(&patch, image, x, y, side, model->crop.edge);
        square = bona_image_look(&patch);
    }
    if (err == BONA_OK)
        err = resample(viewer, square);
    bona_image_deinit(&patch);
    *map =
        (bona_affine){ step, 0, (float)x + step / 2 - 0.5f, 0, step, (float)y + step / 2 - 0.5f };
    return err;
}
