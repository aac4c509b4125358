/* SPDX-License-Identifier: Apache-2.0 */
/* BMP, TGA and PNM, written byte by byte. */
#include "pictures.h"

#include <string.h>

static bool add(bona_buf *out, const void *bytes, size_t size)
{
    return bona_buf_add(out, bytes, size) == BONA_OK;
}

static bool add_number(bona_buf *out, uint32_t value, unsigned size)
{
    uint8_t bytes[4];

    for (unsigned i = 0; i < size; i++)
        bytes[i] = (uint8_t)(value >> 8 * i);
    return add(out, bytes, size);
}

/* Colour table in blue, green, red, and a zero for BMP. */
static void add_palette(bona_buf *out, unsigned bytes_each)
{
    for (int i = 0; i < 256; i++) {
        uint8_t rgb[3];

        picture_palette_colour(rgb, i);
        add(out, (uint8_t[]){ rgb[2], rgb[1], rgb[0], 0 }, bytes_each);
    }
}

/* Stores one pixel in the order of BMP and TGA: blue first. */
static void add_pixel(bona_buf *out, bona_image_view image, int32_t x, int32_t y, picture_kind kind)
{
    uint8_t s[4];
    int count = picture_samples(s, image, x, y, kind);

    if (count >= 3) {
        uint8_t red = s[0];

        s[0] = s[2];
        s[2] = red;
    }
    add(out, s, (size_t)count);
}

static void add_bmp_row(bona_buf *out, bona_image_view image, int32_t y, picture_kind kind)
{
    size_t first = out->size;

    for (int32_t x = 0; x < image.width; x += kind == PICTURE_BIT ? 8 : 1) {
        uint8_t bits = 0, s[4];

        if (kind != PICTURE_BIT) {
            add_pixel(out, image, x, y, kind);
            continue;
        }
        for (int32_t i = 0; i < 8 && x + i < image.width; i++) {
            picture_samples(s, image, x + i, y, kind);
            bits |= (uint8_t)((s[0] & 1) << (7 - i));
        }
        add(out, &bits, 1);
    }
    while ((out->size - first) % 4 != 0)
        add(out, "", 1);
}

bool picture_write_bmp(bona_buf *out, bona_image_view image, const picture_recipe *recipe)
{
    bool down = recipe->variant == BMP_TOP_DOWN, mapped = recipe->kind == PICTURE_PALETTE;
    bool bit = recipe->kind == PICTURE_BIT;
    unsigned bits = mapped ? 8 : bit ? 1 : recipe->kind == PICTURE_ALPHA ? 32 : 24;
    unsigned table = mapped ? 1024 : bit ? 8 : 0;

    add(out, "BM", 2);
    add_number(out, 0, 4);
    add_number(out, 0, 4);
    add_number(out, 54 + table, 4);
    add_number(out, 40, 4);
    add_number(out, (uint32_t)image.width, 4);
    add_number(out, (uint32_t)(down ? -image.height : image.height), 4);
    add_number(out, 1, 2);
    add_number(out, bits, 2);
    for (int i = 0; i < 4; i++)
        add_number(out, 0, 4);
    add_number(out, bit ? 2 : 0, 4);
    add_number(out, 0, 4);
    if (mapped)
        add_palette(out, 4);
    if (bit)
        add(out, "\0\0\0\0\xff\xff\xff\0", 8);
    for (int32_t i = 0; i < image.height; i++)
        add_bmp_row(out, image, down ? i : image.height - 1 - i, recipe->kind);
    return true;
}

/* Runs of equal pixels, at most 128 and never over the end of a row. */
static void add_packed_row(bona_buf *out, bona_image_view image, int32_t y, picture_kind kind)
{
    for (int32_t x = 0; x < image.width;) {
        uint8_t first[4], next[4];
        int count = picture_samples(first, image, x, y, kind);
        int32_t run = 1;

        while (run < 128 && x + run < image.width) {
            picture_samples(next, image, x + run, y, kind);
            if (memcmp(first, next, (size_t)count) != 0)
                break;
            run++;
        }
        add_number(out, run > 1 ? (uint32_t)(0x80 | (run - 1)) : 0, 1);
        add_pixel(out, image, x, y, kind);
        x += run;
    }
}

bool picture_write_tga(bona_buf *out, bona_image_view image, const picture_recipe *recipe)
{
    bool mapped = recipe->kind == PICTURE_PALETTE, packed = recipe->variant == TGA_PACKED;
    bool alpha = recipe->kind == PICTURE_ALPHA, grey = recipe->kind == PICTURE_GREY;
    uint8_t head[18] = { 0 };

    head[1] = mapped;
    head[2] = (uint8_t)((mapped ? 1 : grey ? 3 : 2) + (packed ? 8 : 0));
    head[6] = mapped; /* high byte of 256 entries */
    head[7] = mapped ? 24 : 0;
    head[12] = (uint8_t)image.width;
    head[13] = (uint8_t)(image.width >> 8);
    head[14] = (uint8_t)image.height;
    head[15] = (uint8_t)(image.height >> 8);
    head[16] = mapped || grey ? 8 : alpha ? 32 : 24;
    head[17] = alpha ? 8 : 0; /* rows from the bottom up */
    add(out, head, sizeof head);
    if (mapped)
        add_palette(out, 3);
    for (int32_t y = image.height - 1; y >= 0; y--) {
        if (packed)
            add_packed_row(out, image, y, recipe->kind);
        for (int32_t x = 0; !packed && x < image.width; x++)
            add_pixel(out, image, x, y, recipe->kind);
    }
    return true;
}

static void add_pnm_row(bona_buf *out, bona_image_view image, int32_t y,
                        const picture_recipe *recipe)
{
    uint8_t bits = 0;

    for (int32_t x = 0; x < image.width; x++) {
        uint8_t s[4];
        int count = picture_samples(s, image, x, y, recipe->kind);

        if (recipe->kind == PICTURE_BIT)
            s[0] = s[0] == 0; /* 1 is black */
        for (int k = 0; k < count; k++) {
            if (recipe->variant <= 3)
                bona_buf_printf(out, "%d ", s[k]);
            else if (recipe->variant == 16)
                add(out, (uint8_t[]){ s[k], s[k] }, 2); /* v * 257 */
            else if (recipe->variant != 4)
                add(out, &s[k], 1);
        }
        bits = (uint8_t)(bits << 1 | s[0]);
        if (recipe->variant == 4 && (x % 8 == 7 || x == image.width - 1)) {
            bits = (uint8_t)(bits << (7 - x % 8));
            add(out, &bits, 1);
        }
    }
    if (recipe->variant <= 3)
        add(out, "\n", 1);
}

bool picture_write_pnm(bona_buf *out, bona_image_view image, const picture_recipe *recipe)
{
    int magic = recipe->variant == 16 ? 6 : recipe->variant;

    bona_buf_printf(out, "P%d\n# a comment\n%d %d\n", magic, image.width, image.height);
    if (recipe->kind != PICTURE_BIT)
        bona_buf_printf(out, "%d\n", recipe->variant == 16 ? 65535 : 255);
    for (int32_t y = 0; y < image.height; y++)
        add_pnm_row(out, image, y, recipe);
    return true;
}
