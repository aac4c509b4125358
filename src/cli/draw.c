/* SPDX-License-Identifier: Apache-2.0 */
/* Boxes, points and scores over a picture; see draw.h. */
#include "cli/draw.h"

#include <math.h>
#include <stdio.h>

#include "base/file.h"
#include "image/decode.h"
#include "image/draw.h"
#include "image/encode_png.h"
#include "image/orient.h"

enum { PNG_BYTES_MAX = 512 << 20, DOT_PX_PER = 480 };

static const bona_colour green = { 40, 200, 90 }, red = { 230, 50, 50 }, grey = { 190, 190, 190 };

static bona_colour colour_of(bona_decision decision, bool judged)
{
    if (!judged || decision == BONA_UNDECIDED)
        return grey;
    return decision == BONA_LIVE ? green : red;
}

static void draw_face(bona_image *image, const bona_face *face, float scale, bona_colour colour)
{
    const bona_box *b = &face->box;
    bona_box box = { b->x * scale, b->y * scale, b->w * scale, b->h * scale };
    int32_t longer = image->width > image->height ? image->width : image->height;
    int32_t dot = 1 + longer / DOT_PX_PER;
    float thick = fmaxf(2.0f, (float)longer / 400.0f);
    char text[64];

    bona_draw_box(image, box, thick, colour);
    for (int32_t i = 0; i < BONA_POINTS; i++)
        bona_draw_point(image, (bona_point){ face->points[i].x * scale, face->points[i].y * scale },
                        thick, colour);
    if (face->live > 0 && face->motion > 0)
        snprintf(text, sizeof text, "live %.3f motion %.3f", (double)face->live,
                 (double)face->motion);
    else if (face->live > 0)
        snprintf(text, sizeof text, "live %.3f", (double)face->live);
    else
        snprintf(text, sizeof text, "face %.2f", (double)face->confidence);
    bona_draw_text(image, (int32_t)box.x, (int32_t)(box.y + box.h) + dot, dot, text, colour);
}

static bona_err write_png(const char *path, const bona_image *image, bona_note *note)
{
    bona_buf png;
    bona_err err;

    bona_buf_init(&png, PNG_BYTES_MAX);
    err = bona_image_encode_png(&png, bona_image_look(image));
    if (err == BONA_OK)
        err = bona_file_write(path, png.data, png.size, note);
    bona_buf_deinit(&png);
    return err;
}

/* Upright pixels, as the report's coordinates count them up to `scale`. */
static bona_err decode_upright(bona_image *image, float *scale, bona_bytes bytes, int32_t rotated,
                               bona_note *note)
{
    bona_image_info info = { 0 };
    bona_image turned = { 0 };
    bona_err err = bona_image_decode(image, bytes, 0, NULL, true, &info, scale, note);

    if (err == BONA_OK)
        err = bona_image_orient(image, info.orientation);
    if (err != BONA_OK || rotated == 0)
        return err;
    err = bona_image_turn(&turned, bona_image_look(image), rotated);
    if (err == BONA_OK) {
        bona_image_deinit(image);
        *image = turned;
    }
    return err;
}

bona_err bona_draw_report(const char *path, bona_bytes bytes, const bona_picture *picture,
                          bona_decision decision, bona_note *note)
{
    int32_t shown = picture->face_count < BONA_FACES_MAX ? picture->face_count : BONA_FACES_MAX;
    bona_image image = { 0 };
    float scale = 1;
    bona_err err;

    if (picture->err != BONA_OK)
        return BONA_OK;
    err = decode_upright(&image, &scale, bytes, picture->rotated, note);
    for (int32_t i = shown - 1; err == BONA_OK && i >= 0; i--)
        draw_face(&image, &picture->faces[i], scale, colour_of(decision, i == picture->judged));
    if (err == BONA_OK)
        err = write_png(path, &image, note);
    bona_image_deinit(&image);
    return err;
}
