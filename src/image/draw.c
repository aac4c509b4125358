/* SPDX-License-Identifier: Apache-2.0 */
/* Drawing for annotated pictures; see draw.h. Edges are smoothed by how much of a pixel the shape's
 * distance covers. */
#include "image/draw.h"

#include <assert.h>
#include <math.h>
#include <string.h>

enum {
    FONT_FIRST = ' ',
    FONT_LAST = '~',
    ADVANCE = BONA_FONT_COLUMNS + 1, /* dots from letter to letter */
    MARGIN = 2,                      /* dots of ground around the text */
    GROUND_KEEPS = 3                 /* tenths of the picture that shine through the ground */
};
static const float CORNER_PART = 0.12F; /* radius of a corner in parts of the shorter side */
static const float FAR_PX = 1e6F;       /* px: shapes further out than this are not drawn */

/* Mixes the colour in by `cover`, 0..1. */
static void blend(uint8_t *pixel, bona_colour colour, float cover)
{
    const uint8_t ink[3] = { colour.r, colour.g, colour.b };

    for (int k = 0; k < 3; k++)
        pixel[k] = (uint8_t)lrintf((float)pixel[k] + ((float)ink[k] - (float)pixel[k]) * cover);
}

static int32_t inside(float at, int32_t size)
{
    return at < 0 ? 0 : at > (float)size ? size : (int32_t)at;
}

static float unit(float value)
{
    return value < 0 ? 0 : value > 1 ? 1 : value;
}

/* Distance of (x, y) from the outline of a box around the origin with half sides hw, hh and corner
 * radius r; negative inside. */
static float rounded_box(float x, float y, float hw, float hh, float r)
{
    float dx = fabsf(x) - hw + r, dy = fabsf(y) - hh + r;

    if (dx > 0 && dy > 0)
        return sqrtf(dx * dx + dy * dy) - r;
    return (dx > dy ? dx : dy) - r;
}

void bona_draw_box(bona_image *image, bona_box box, float thick, bona_colour colour)
{
    float hw = box.w / 2, hh = box.h / 2, cx = box.x + hw, cy = box.y + hh;
    float r = CORNER_PART * (box.w < box.h ? box.w : box.h), reach = thick / 2 + 1;
    int32_t x0 = inside(box.x - reach, image->width), y0 = inside(box.y - reach, image->height);
    int32_t x1 = inside(box.x + box.w + reach + 1, image->width);
    int32_t y1 = inside(box.y + box.h + reach + 1, image->height);

    if (!(box.w > 0 && box.h > 0 && box.w < FAR_PX && box.h < FAR_PX && fabsf(box.x) < FAR_PX &&
          fabsf(box.y) < FAR_PX))
        return;
    for (int32_t y = y0; y < y1; y++) {
        float from_middle = fabsf((float)y + 0.5F - cy);
        /* Between the corners a row crosses the frame only near the left and the right side. */
        bool between = from_middle < hh - r - reach;

        for (int32_t x = x0; x < x1; x++) {
            float px = (float)x + 0.5F - cx, cover;

            if (between && fabsf(px) < hw - reach) {
                x = inside(cx + hw - reach, image->width);
                if (x >= x1)
                    break;
                px = (float)x + 0.5F - cx;
            }
            cover =
                unit(thick / 2 + 0.5F - fabsf(rounded_box(px, (float)y + 0.5F - cy, hw, hh, r)));
            if (cover > 0)
                blend(image->rgb + y * image->stride + 3 * (ptrdiff_t)x, colour, cover);
        }
    }
}

void bona_draw_point(bona_image *image, bona_point at, float radius, bona_colour colour)
{
    int32_t x0 = inside(at.x - radius - 1, image->width),
            y0 = inside(at.y - radius - 1, image->height);
    int32_t x1 = inside(at.x + radius + 2, image->width),
            y1 = inside(at.y + radius + 2, image->height);

    if (!(fabsf(at.x) < FAR_PX && fabsf(at.y) < FAR_PX && radius < FAR_PX))
        return;
    for (int32_t y = y0; y < y1; y++)
        for (int32_t x = x0; x < x1; x++) {
            float dx = (float)x + 0.5F - at.x, dy = (float)y + 0.5F - at.y;
            float cover = unit(radius + 0.5F - sqrtf(dx * dx + dy * dy));

            if (cover > 0)
                blend(image->rgb + y * image->stride + 3 * (ptrdiff_t)x, colour, cover);
        }
}

static const uint8_t *glyph(char c)
{
    return bona_draw_font[(c < FONT_FIRST || c > FONT_LAST ? '?' : c) - FONT_FIRST];
}

static void fill(bona_image *image, int64_t x, int64_t y, int32_t side, bona_colour colour)
{
    for (int64_t v = y < 0 ? 0 : y; v < y + side && v < image->height; v++)
        for (int64_t u = x < 0 ? 0 : x; u < x + side && u < image->width; u++)
            blend(image->rgb + v * image->stride + 3 * u, colour, 1);
}

static void darken(bona_image *image, int32_t x, int32_t y, int32_t w, int32_t h)
{
    for (int64_t v = y < 0 ? 0 : y; v < (int64_t)y + h && v < image->height; v++)
        for (int64_t u = x < 0 ? 0 : x; u < (int64_t)x + w && u < image->width; u++)
            for (int k = 0; k < 3; k++) {
                uint8_t *value = image->rgb + v * image->stride + 3 * u + k;

                *value = (uint8_t)(*value * GROUND_KEEPS / 10);
            }
}

void bona_draw_text(bona_image *image, int32_t x, int32_t y, int32_t dot, const char *text,
                    bona_colour colour)
{
    int64_t left = (int64_t)x + (int64_t)MARGIN * dot, top = (int64_t)y + (int64_t)MARGIN * dot;

    assert(dot > 0);
    darken(image, x, y, bona_draw_text_width(dot, text), bona_draw_text_height(dot));
    for (; *text != 0 && left < image->width; text++, left += (int64_t)ADVANCE * dot) {
        const uint8_t *rows = glyph(*text);

        for (int row = 0; row < BONA_FONT_ROWS; row++)
            for (int column = 0; column < BONA_FONT_COLUMNS; column++)
                if (rows[row] >> (BONA_FONT_COLUMNS - 1 - column) & 1)
                    fill(image, left + (int64_t)column * dot, top + (int64_t)row * dot, dot,
                         colour);
    }
}

int32_t bona_draw_text_width(int32_t dot, const char *text)
{
    size_t letters = strlen(text);

    if (letters > 10000)
        letters = 10000;
    return ((int32_t)letters * ADVANCE - 1 + 2 * MARGIN) * dot;
}

int32_t bona_draw_text_height(int32_t dot)
{
    return (BONA_FONT_ROWS + 2 * MARGIN) * dot;
}
