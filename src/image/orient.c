/* SPDX-License-Identifier: Apache-2.0 */
/* Turning pictures; see orient.h. */
#include "image/orient.h"

#include <string.h>

/* Output pixel (u, v) comes from input pixel (x0 + u xu + v xv, y0 + u yu + v yv): steps are -1, 0
 * or 1. */
typedef struct turn {
    bool swap;           /* rows become columns */
    bool flip_x, flip_y; /* of the input */
} turn;

enum { TILE = 32 }; /* px: rows and columns of a tile stay in the cache while it is turned */

static void copy_tile(bona_image *out, bona_image_view in, turn how, int32_t u0, int32_t v0)
{
    int32_t u1 = u0 + TILE < out->width ? u0 + TILE : out->width;
    int32_t v1 = v0 + TILE < out->height ? v0 + TILE : out->height;

    for (int32_t v = v0; v < v1; v++) {
        uint8_t *to = out->rgb + v * out->stride + 3 * (ptrdiff_t)u0;
        int32_t x = how.swap ? v : u0, y = how.swap ? u0 : v;
        ptrdiff_t step = how.swap ? in.stride : 3;
        const uint8_t *from;

        if (how.flip_x)
            x = in.width - 1 - x;
        if (how.flip_y)
            y = in.height - 1 - y;
        if (how.swap ? how.flip_y : how.flip_x)
            step = -step;
        from = in.rgb + y * in.stride + 3 * (ptrdiff_t)x;
        for (int32_t u = u0; u < u1; u++, to += 3, from += step) {
            to[0] = from[0];
            to[1] = from[1];
            to[2] = from[2];
        }
    }
}

static bona_err turned_copy(bona_image *out, bona_image_view in, turn how)
{
    bona_err err =
        bona_image_init(out, how.swap ? in.height : in.width, how.swap ? in.width : in.height);

    if (err != BONA_OK)
        return err;
    if (!how.swap && !how.flip_x) {
        for (int32_t v = 0; v < out->height; v++)
            memcpy(out->rgb + v * out->stride,
                   in.rgb + (how.flip_y ? in.height - 1 - v : v) * in.stride, 3 * (size_t)in.width);
        return BONA_OK;
    }
    for (int32_t v = 0; v < out->height; v += TILE)
        for (int32_t u = 0; u < out->width; u += TILE)
            copy_tile(out, in, how, u, v);
    return BONA_OK;
}

bona_err bona_image_orient(bona_image *image, int32_t orientation)
{
    /* TIFF 6.0, section 8, Orientation: which corner the 0th row and column of the file stand for.
     */
    static const turn turns[9] = {
        [2] = { false, true, false }, [3] = { false, true, true }, [4] = { false, false, true },
        [5] = { true, false, false }, [6] = { true, false, true }, [7] = { true, true, true },
        [8] = { true, true, false },
    };
    bona_image upright;
    bona_err err;

    if (orientation < 1 || orientation > 8)
        return BONA_BAD_ARGUMENT;
    if (orientation == 1)
        return BONA_OK;
    err = turned_copy(&upright, bona_image_look(image), turns[orientation]);
    if (err != BONA_OK)
        return err;
    bona_image_deinit(image);
    *image = upright;
    return BONA_OK;
}

bona_err bona_image_turn(bona_image *turned, bona_image_view image, int32_t degrees)
{
    *turned = (bona_image){ 0 };
    switch (degrees) {
    case 0:
        return turned_copy(turned, image, (turn){ false, false, false });
    case 90:
        return turned_copy(turned, image, (turn){ true, false, true });
    case 180:
        return turned_copy(turned, image, (turn){ false, true, true });
    case 270:
        return turned_copy(turned, image, (turn){ true, true, false });
    default:
        return BONA_BAD_ARGUMENT;
    }
}
