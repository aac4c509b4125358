/* SPDX-License-Identifier: Apache-2.0 */
/* JPEG and PNG, written by libjpeg-turbo and libpng. Their errors end the program: tests have no
 * use for less. */
#include "pictures.h"

#include <stdio.h> /* jpeglib.h wants it first */
#include <jpeglib.h>
#include <png.h>
#include <stdlib.h>
#include <string.h>

enum { QUALITY = 92, ROW_MAX = 8 * 65536 };

/* One row in the file's own samples; CMYK as Adobe stores it, inverted, with the largest colour as
 * light. */
static void jpeg_row(uint8_t *row, bona_image_view image, int32_t y, const picture_recipe *recipe)
{
    bool ink = recipe->variant == JPEG_CMYK || recipe->variant == JPEG_YCCK;

    for (int32_t x = 0; x < image.width; x++) {
        uint8_t s[4];
        int count = picture_samples(s, image, x, y, recipe->kind);

        if (ink) {
            int light = s[0] > s[1] ? s[0] : s[1];

            if (s[2] > light)
                light = s[2];
            for (int k = 0; k < 3; k++)
                *row++ = (uint8_t)(light > 0 ? (s[k] * 255 + light / 2) / light : 255);
            *row++ = (uint8_t)light;
            continue;
        }
        memcpy(row, s, (size_t)count);
        row += count;
    }
}

static void set_jpeg_form(struct jpeg_compress_struct *jpeg, int32_t variant)
{
    bool ink = variant == JPEG_CMYK || variant == JPEG_YCCK;

    jpeg->input_components = ink ? 4 : variant == JPEG_GREY ? 1 : 3;
    jpeg->in_color_space = ink ? JCS_CMYK : variant == JPEG_GREY ? JCS_GRAYSCALE : JCS_RGB;
    jpeg_set_defaults(jpeg);
    jpeg_set_quality(jpeg, QUALITY, TRUE);
    if (variant == JPEG_YCCK)
        jpeg_set_colorspace(jpeg, JCS_YCCK);
    if (ink)
        jpeg->write_Adobe_marker = TRUE;
    if (variant == JPEG_PROGRESSIVE)
        jpeg_simple_progression(jpeg);
    if (variant == JPEG_RESTART)
        jpeg->restart_in_rows = 1;
}

bool picture_write_jpeg(bona_buf *out, bona_image_view image, const picture_recipe *recipe)
{
    static uint8_t row[ROW_MAX];
    struct jpeg_compress_struct jpeg;
    struct jpeg_error_mgr errors;
    unsigned char *bytes = NULL;
    unsigned long size = 0;
    bona_err err;

    jpeg.err = jpeg_std_error(&errors);
    jpeg_create_compress(&jpeg);
    jpeg_mem_dest(&jpeg, &bytes, &size);
    jpeg.image_width = (JDIMENSION)image.width;
    jpeg.image_height = (JDIMENSION)image.height;
    set_jpeg_form(&jpeg, recipe->variant);
    jpeg_start_compress(&jpeg, TRUE);
    while (jpeg.next_scanline < jpeg.image_height) {
        JSAMPROW target = row;

        jpeg_row(row, image, (int32_t)jpeg.next_scanline, recipe);
        jpeg_write_scanlines(&jpeg, &target, 1);
    }
    jpeg_finish_compress(&jpeg);
    jpeg_destroy_compress(&jpeg);
    err = bona_buf_add(out, bytes, size);
    free(bytes);
    return err == BONA_OK;
}

static void on_png_write(png_structp png, png_bytep bytes, size_t size)
{
    if (bona_buf_add(png_get_io_ptr(png), bytes, size) != BONA_OK)
        png_error(png, "buffer");
}

static void png_row(uint8_t *row, bona_image_view image, int32_t y, const picture_recipe *recipe)
{
    for (int32_t x = 0; x < image.width; x++) {
        uint8_t s[4];
        int count = picture_samples(s, image, x, y, recipe->kind);

        if (recipe->kind == PICTURE_BIT) {
            row[x / 8] = (uint8_t)(x % 8 == 0 ? 0 : row[x / 8]);
            row[x / 8] |= (uint8_t)((s[0] & 1) << (7 - x % 8));
        } else if (recipe->variant == PNG_SIXTEEN) {
            for (int k = 0; k < count; k++, row += 2)
                row[0] = row[1] = s[k];
        } else {
            memcpy(row, s, (size_t)count);
            row += count;
        }
    }
}

static void set_png_form(png_structp png, png_infop info, bona_image_view image,
                         const picture_recipe *recipe)
{
    static const int types[] = {
        [PICTURE_RGB] = PNG_COLOR_TYPE_RGB,
        [PICTURE_GREY] = PNG_COLOR_TYPE_GRAY,
        [PICTURE_BIT] = PNG_COLOR_TYPE_GRAY,
        [PICTURE_PALETTE] = PNG_COLOR_TYPE_PALETTE,
        [PICTURE_ALPHA] = PNG_COLOR_TYPE_RGB_ALPHA,
        [PICTURE_GREY_ALPHA] = PNG_COLOR_TYPE_GRAY_ALPHA,
    };
    png_color palette[256];

    png_set_IHDR(png, info, (png_uint_32)image.width, (png_uint_32)image.height,
                 recipe->kind == PICTURE_BIT      ? 1
                 : recipe->variant == PNG_SIXTEEN ? 16
                                                  : 8,
                 types[recipe->kind],
                 recipe->variant == PNG_INTERLACED ? PNG_INTERLACE_ADAM7 : PNG_INTERLACE_NONE,
                 PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    for (int i = 0; i < 256; i++) {
        uint8_t rgb[3];

        picture_palette_colour(rgb, i);
        palette[i] = (png_color){ rgb[0], rgb[1], rgb[2] };
    }
    if (recipe->kind == PICTURE_PALETTE)
        png_set_PLTE(png, info, palette, 256);
}

bool picture_write_png(bona_buf *out, bona_image_view image, const picture_recipe *recipe)
{
    static uint8_t row[ROW_MAX];
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
    png_infop info = png_create_info_struct(png);
    int passes;

    if (setjmp(png_jmpbuf(png)) != 0)
        return false;
    png_set_write_fn(png, out, on_png_write, NULL);
    set_png_form(png, info, image, recipe);
    png_write_info(png, info);
    passes = png_set_interlace_handling(png);
    for (int pass = 0; pass < passes; pass++)
        for (int32_t y = 0; y < image.height; y++) {
            png_row(row, image, y, recipe);
            png_write_row(png, row);
        }
    png_write_end(png, NULL);
    png_destroy_write_struct(&png, &info);
    return true;
}
