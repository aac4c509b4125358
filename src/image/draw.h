/* SPDX-License-Identifier: Apache-2.0 */
/* Boxes, points and small text over a picture. Whatever reaches over its edge is cut off. */
#ifndef BONA_IMAGE_DRAW_H
#define BONA_IMAGE_DRAW_H

#include "image/image.h"

typedef struct bona_colour {
    uint8_t r, g, b;
} bona_colour;

/* The frame of a box with rounded corners, `thick` px wide (2 to 3 look well), its middle on the
 * edge of the box. */
void bona_draw_box(bona_image *image, bona_box box, float thick, bona_colour colour);

/* A filled circle. */
void bona_draw_point(bona_image *image, bona_point at, float radius, bona_colour colour);

/*
 * Printable ASCII in letters of 5 x 7 dots of `dot` px on a darkened ground; other bytes print as
 * '?'. (x, y) is the upper left corner of the ground.
 */
void bona_draw_text(bona_image *image, int32_t x, int32_t y, int32_t dot, const char *text,
                    bona_colour colour);

/* The size of that ground in px. */
int32_t bona_draw_text_width(int32_t dot, const char *text);
int32_t bona_draw_text_height(int32_t dot);

/* The letters; see draw_font.c. */
enum { BONA_FONT_GLYPHS = 95, BONA_FONT_ROWS = 7, BONA_FONT_COLUMNS = 5 };
extern const uint8_t bona_draw_font[BONA_FONT_GLYPHS][BONA_FONT_ROWS];

#endif
