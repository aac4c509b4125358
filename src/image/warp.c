/* SPDX-License-Identifier: Apache-2.0 */
/* Bilinear affine warp; see warp.h. */
#include "image/warp.h"

/* px: positions further out than this behave alike for every edge rule, and still fit an int32_t.
 */
static const float FAR_PX = 4194304;

static float bounded(float at)
{
    return at > -FAR_PX ? (at < FAR_PX ? at : FAR_PX) : -FAR_PX; /* also for NaN */
}

/* Without the library's floor, which is a call where the processor's own may be missing. */
static int32_t floor_of(float at)
{
    int32_t whole = (int32_t)at;

    return (float)whole > at ? whole - 1 : whole;
}

/* The index that stands for `at` on an axis of `size` pixels; -1 = nothing stands there. */
static int32_t edge_index(int32_t at, int32_t size, bona_edge edge)
{
    if (at >= 0 && at < size)
        return at;
    if (edge == BONA_EDGE_ZERO)
        return -1;
    if (edge == BONA_EDGE_CLAMP || size == 1)
        return at < 0 ? 0 : size - 1;
    at = at < 0 ? -at : at;
    at %= 2 * (size - 1);
    return at < size ? at : 2 * (size - 1) - at;
}

static void mix(float *out, const uint8_t *const p[4], float x, float y)
{
    for (int k = 0; k < 3; k++) {
        float upper = p[0][k] + ((float)p[1][k] - p[0][k]) * x;
        float lower = p[2][k] + ((float)p[3][k] - p[2][k]) * x;

        out[k] = upper + (lower - upper) * y;
    }
}

static const uint8_t *pixel(bona_image_view image, int32_t x, int32_t y, bona_edge edge)
{
    static const uint8_t black[3] = { 0 };

    x = edge_index(x, image.width, edge);
    y = edge_index(y, image.height, edge);
    return x < 0 || y < 0 ? black : image.rgb + y * image.stride + 3 * (ptrdiff_t)x;
}

void bona_warp(float *out, int32_t width, int32_t height, bona_image_view image, bona_affine map,
               bona_edge edge)
{
    for (int32_t v = 0; v < height; v++) {
        float row_x = map.b * (float)v + map.c, row_y = map.e * (float)v + map.f;

        for (int32_t u = 0; u < width; u++, out += 3) {
            float x = bounded(map.a * (float)u + row_x), y = bounded(map.d * (float)u + row_y);
            int32_t ix = floor_of(x), iy = floor_of(y);
            const uint8_t *p[4];

            if (ix >= 0 && iy >= 0 && ix + 1 < image.width && iy + 1 < image.height) {
                p[0] = image.rgb + iy * image.stride + 3 * (ptrdiff_t)ix;
                p[1] = p[0] + 3;
                p[2] = p[0] + image.stride;
                p[3] = p[2] + 3;
            } else {
                p[0] = pixel(image, ix, iy, edge);
                p[1] = pixel(image, ix + 1, iy, edge);
                p[2] = pixel(image, ix, iy + 1, edge);
                p[3] = pixel(image, ix + 1, iy + 1, edge);
            }
            mix(out, p, x - (float)ix, y - (float)iy);
        }
    }
}
