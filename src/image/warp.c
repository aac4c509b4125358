/* SPDX-License-Identifier: Apache-2.0 */
/* Bilinear affine warp; see warp.h. */
#include "image/warp.h"

#include <endian.h>
#include <string.h>

typedef float four __attribute__((vector_size(16)));
typedef int32_t four_ints __attribute__((vector_size(16)));

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

/* Pixels `u` to `end` of a row. */
static void warp_any(float *out, int32_t u, int32_t end, bona_image_view image, bona_affine row,
                     bona_edge edge)
{
    for (out += 3 * (ptrdiff_t)u; u < end; u++, out += 3) {
        float x = bounded(row.a * (float)u + row.c), y = bounded(row.d * (float)u + row.f);
        int32_t ix = floor_of(x), iy = floor_of(y);
        const uint8_t *p[4] = { pixel(image, ix, iy, edge), pixel(image, ix + 1, iy, edge),
                                pixel(image, ix, iy + 1, edge),
                                pixel(image, ix + 1, iy + 1, edge) };

        mix(out, p, x - (float)ix, y - (float)iy);
    }
}

/* Red, 256 times green and 65536 times blue: what four bytes give without unpacking. */
static four pixel_at(const uint8_t *at)
{
    uint32_t bytes;

    memcpy(&bytes, at, sizeof bytes);
    bytes = le32toh(bytes);
    return __builtin_convertvector(
        ((four_ints){ 0 } + (int32_t)bytes) & (four_ints){ 0xff, 0xff00, 0xff0000, 0 }, four);
}

/* Tells the processor of bytes that the next row will want; they may lie outside the picture. */
static void soon(const uint8_t *at, ptrdiff_t away)
{
    __builtin_prefetch((const void *)((uintptr_t)at + (uintptr_t)away));
}

/* The same sums where each pixel and one more to the right lie inside the picture. */
static void warp_inner(float *out, int32_t u, int32_t end, bona_image_view image, bona_affine row)
{
    const ptrdiff_t below =
        (ptrdiff_t)bounded(row.e) * image.stride + 3 * (ptrdiff_t)bounded(row.b);
    const four unpack = { 1, 1.0f / 256, 1.0f / 65536, 0 };

    for (out += 3 * (ptrdiff_t)u; u < end; u++, out += 3) {
        float x = row.a * (float)u + row.c, y = row.d * (float)u + row.f;
        int32_t ix = (int32_t)x, iy = (int32_t)y;
        const uint8_t *at = image.rgb + iy * image.stride + 3 * (ptrdiff_t)ix;
        four p = pixel_at(at), q = pixel_at(at + 3);
        four r = pixel_at(at + image.stride), s = pixel_at(at + image.stride + 3);

        p += (q - p) * (x - (float)ix);
        r += (s - r) * (x - (float)ix);
        p = (p + (r - p) * (y - (float)iy)) * unpack;
        memcpy(out, &p, 3 * sizeof *out);
        soon(at, below);
        soon(at, below + image.stride);
    }
}

static bool inner(bona_image_view image, bona_affine row, int32_t u)
{
    float x = row.a * (float)u + row.c, y = row.d * (float)u + row.f;

    return x >= 1 && y >= 1 && x < (float)(image.width - 3) && y < (float)(image.height - 2);
}

void bona_warp(float *out, int32_t width, int32_t height, bona_image_view image, bona_affine map,
               bona_edge edge)
{
    for (int32_t v = 0; v < height; v++, out += 3 * (ptrdiff_t)width) {
        bona_affine row = { .a = map.a,
                            .b = map.b,
                            .e = map.e,
                            .c = map.b * (float)v + map.c,
                            .d = map.d,
                            .f = map.e * (float)v + map.f };
        int32_t first = 0, end = width;

        while (first < end && !inner(image, row, first))
            first++;
        while (first < end && !inner(image, row, end - 1))
            end--;
        warp_any(out, 0, first, image, row, edge);
        warp_inner(out, first, end, image, row); /* between two points inside lie only such */
        warp_any(out, end, width, image, row, edge);
    }
}
