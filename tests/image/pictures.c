/* SPDX-License-Identifier: Apache-2.0 */
/* The pattern, the list of recipes, and comparing; see pictures.h. */
#include "pictures.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What lossy formats cost was bounded from the writers' quality settings, with room: a wrong matrix
 * or channel costs far more. */
const picture_recipe picture_recipes[] = {
    { "baseline.jpg", BONA_FORMAT_JPEG, PICTURE_RGB, 3, 160, picture_write_jpeg, JPEG_BASELINE },
    { "progressive.jpg", BONA_FORMAT_JPEG, PICTURE_RGB, 3, 160, picture_write_jpeg,
      JPEG_PROGRESSIVE },
    { "restart.jpg", BONA_FORMAT_JPEG, PICTURE_RGB, 3, 160, picture_write_jpeg, JPEG_RESTART },
    { "grey.jpg", BONA_FORMAT_JPEG, PICTURE_GREY, 2, 40, picture_write_jpeg, JPEG_GREY },
    { "cmyk.jpg", BONA_FORMAT_JPEG, PICTURE_RGB, 3, 160, picture_write_jpeg, JPEG_CMYK },
    { "ycck.jpg", BONA_FORMAT_JPEG, PICTURE_RGB, 3, 160, picture_write_jpeg, JPEG_YCCK },
    { "rgb.png", BONA_FORMAT_PNG, PICTURE_RGB, 0, 0, picture_write_png, PNG_PLAIN },
    { "interlaced.png", BONA_FORMAT_PNG, PICTURE_RGB, 0, 0, picture_write_png, PNG_INTERLACED },
    { "sixteen.png", BONA_FORMAT_PNG, PICTURE_RGB, 0, 0, picture_write_png, PNG_SIXTEEN },
    { "grey.png", BONA_FORMAT_PNG, PICTURE_GREY, 0, 0, picture_write_png, PNG_PLAIN },
    { "bit.png", BONA_FORMAT_PNG, PICTURE_BIT, 0, 0, picture_write_png, PNG_PLAIN },
    { "palette.png", BONA_FORMAT_PNG, PICTURE_PALETTE, 0, 0, picture_write_png, PNG_PLAIN },
    { "alpha.png", BONA_FORMAT_PNG, PICTURE_ALPHA, 1, 1, picture_write_png, PNG_PLAIN },
    { "alpha_interlaced.png", BONA_FORMAT_PNG, PICTURE_ALPHA, 1, 1, picture_write_png,
      PNG_INTERLACED },
    { "alpha_sixteen.png", BONA_FORMAT_PNG, PICTURE_ALPHA, 1, 1, picture_write_png, PNG_SIXTEEN },
    { "grey_alpha.png", BONA_FORMAT_PNG, PICTURE_GREY_ALPHA, 1, 1, picture_write_png, PNG_PLAIN },
    { "lossy.webp", BONA_FORMAT_WEBP, PICTURE_RGB, 4, 160, picture_write_webp, WEBP_LOSSY },
    { "lossless.webp", BONA_FORMAT_WEBP, PICTURE_RGB, 0, 0, picture_write_webp, WEBP_LOSSLESS },
    { "alpha.webp", BONA_FORMAT_WEBP, PICTURE_ALPHA, 1, 1, picture_write_webp, WEBP_LOSSLESS },
    { "animated.webp", BONA_FORMAT_WEBP, PICTURE_RGB, 0, 0, picture_write_webp, WEBP_ANIMATED },
    { "strips.tif", BONA_FORMAT_TIFF, PICTURE_RGB, 0, 0, picture_write_tiff, TIFF_STRIPS },
    { "lzw.tif", BONA_FORMAT_TIFF, PICTURE_RGB, 0, 0, picture_write_tiff, TIFF_LZW },
    { "tiles.tif", BONA_FORMAT_TIFF, PICTURE_RGB, 0, 0, picture_write_tiff, TIFF_TILES },
    { "sixteen.tif", BONA_FORMAT_TIFF, PICTURE_RGB, 0, 0, picture_write_tiff, TIFF_SIXTEEN },
    { "planes.tif", BONA_FORMAT_TIFF, PICTURE_RGB, 0, 0, picture_write_tiff, TIFF_PLANES },
    { "grey.tif", BONA_FORMAT_TIFF, PICTURE_GREY, 0, 0, picture_write_tiff, TIFF_STRIPS },
    { "bit.tif", BONA_FORMAT_TIFF, PICTURE_BIT, 0, 0, picture_write_tiff, TIFF_STRIPS },
    { "fax.tif", BONA_FORMAT_TIFF, PICTURE_BIT, 0, 0, picture_write_tiff, TIFF_FAX },
    { "palette.tif", BONA_FORMAT_TIFF, PICTURE_PALETTE, 0, 0, picture_write_tiff, TIFF_LZW },
    { "alpha.tif", BONA_FORMAT_TIFF, PICTURE_ALPHA, 1, 1, picture_write_tiff, TIFF_STRIPS },
    { "two_pages.tif", BONA_FORMAT_TIFF, PICTURE_RGB, 0, 0, picture_write_tiff, TIFF_TWO_PAGES },
    { "plain.gif", BONA_FORMAT_GIF, PICTURE_PALETTE, 0, 0, picture_write_gif, GIF_PLAIN },
    { "interlaced.gif", BONA_FORMAT_GIF, PICTURE_PALETTE, 0, 0, picture_write_gif, GIF_INTERLACED },
    { "two_frames.gif", BONA_FORMAT_GIF, PICTURE_PALETTE, 0, 0, picture_write_gif, GIF_TWO_FRAMES },
    { "hevc.heic", BONA_FORMAT_HEIF, PICTURE_RGB, 5, 200, picture_write_heif, HEIF_HEVC },
    { "av1.avif", BONA_FORMAT_HEIF, PICTURE_RGB, 5, 200, picture_write_heif, HEIF_AV1 },
    { "alpha.avif", BONA_FORMAT_HEIF, PICTURE_ALPHA, 6, 160, picture_write_heif, HEIF_AV1 },
    { "bottom_up.bmp", BONA_FORMAT_BMP, PICTURE_RGB, 0, 0, picture_write_bmp, BMP_BOTTOM_UP },
    { "top_down.bmp", BONA_FORMAT_BMP, PICTURE_RGB, 0, 0, picture_write_bmp, BMP_TOP_DOWN },
    { "palette.bmp", BONA_FORMAT_BMP, PICTURE_PALETTE, 0, 0, picture_write_bmp, BMP_BOTTOM_UP },
    { "bit.bmp", BONA_FORMAT_BMP, PICTURE_BIT, 0, 0, picture_write_bmp, BMP_BOTTOM_UP },
    { "alpha.bmp", BONA_FORMAT_BMP, PICTURE_ALPHA, 1, 1, picture_write_bmp, BMP_BOTTOM_UP },
    { "plain.tga", BONA_FORMAT_TGA, PICTURE_RGB, 0, 0, picture_write_tga, TGA_PLAIN },
    { "packed.tga", BONA_FORMAT_TGA, PICTURE_RGB, 0, 0, picture_write_tga, TGA_PACKED },
    { "grey.tga", BONA_FORMAT_TGA, PICTURE_GREY, 0, 0, picture_write_tga, TGA_PLAIN },
    { "palette.tga", BONA_FORMAT_TGA, PICTURE_PALETTE, 0, 0, picture_write_tga, TGA_PACKED },
    { "alpha.tga", BONA_FORMAT_TGA, PICTURE_ALPHA, 1, 1, picture_write_tga, TGA_PLAIN },
    { "text_bit.pbm", BONA_FORMAT_PNM, PICTURE_BIT, 0, 0, picture_write_pnm, 1 },
    { "text_grey.pgm", BONA_FORMAT_PNM, PICTURE_GREY, 0, 0, picture_write_pnm, 2 },
    { "text_rgb.ppm", BONA_FORMAT_PNM, PICTURE_RGB, 0, 0, picture_write_pnm, 3 },
    { "bit.pbm", BONA_FORMAT_PNM, PICTURE_BIT, 0, 0, picture_write_pnm, 4 },
    { "grey.pgm", BONA_FORMAT_PNM, PICTURE_GREY, 0, 0, picture_write_pnm, 5 },
    { "rgb.ppm", BONA_FORMAT_PNM, PICTURE_RGB, 0, 0, picture_write_pnm, 6 },
    { "sixteen.ppm", BONA_FORMAT_PNM, PICTURE_RGB, 0, 0, picture_write_pnm, 16 },
};
const int32_t picture_recipe_count = sizeof picture_recipes / sizeof picture_recipes[0];

const picture_recipe *picture_recipe_named(const char *name)
{
    for (int32_t i = 0; i < picture_recipe_count; i++)
        if (strcmp(picture_recipes[i].name, name) == 0)
            return &picture_recipes[i];
    fprintf(stderr, "no recipe %s\n", name);
    exit(1);
}

void picture_pattern(bona_image *image, int32_t width, int32_t height)
{
    if (bona_image_init(image, width, height) != BONA_OK)
        exit(1);
    for (int32_t y = 0; y < height; y++)
        for (int32_t x = 0; x < width; x++) {
            uint8_t *p = image->rgb + y * image->stride + 3 * (ptrdiff_t)x;
            double u = (x + 0.5) / width, v = (y + 0.5) / height;
            double from_disc = hypot(u - 0.3, (v - 0.4) * height / width);

            p[0] = (uint8_t)(255 * u);
            p[1] = (uint8_t)(255 * v);
            p[2] = (uint8_t)(127 + 100 * sin(9 * u + 4 * v));
            if (from_disc < 0.15)
                p[0] = 220, p[1] = 180, p[2] = 60;
            if (u > 0.7 && u < 0.8 && v > 0.5)
                p[0] = 20, p[1] = 60, p[2] = 200;
        }
}

void picture_palette_colour(uint8_t rgb[3], int index)
{
    rgb[0] = (uint8_t)((index >> 5) * 255 / 7);
    rgb[1] = (uint8_t)((index >> 2 & 7) * 255 / 7);
    rgb[2] = (uint8_t)((index & 3) * 255 / 3);
}

int picture_samples(uint8_t out[4], bona_image_view image, int32_t x, int32_t y, picture_kind kind)
{
    const uint8_t *p = image.rgb + y * image.stride + 3 * (ptrdiff_t)x;
    uint8_t alpha = (uint8_t)(255 * (int64_t)x / (image.width > 1 ? image.width - 1 : 1));
    uint8_t grey = (uint8_t)((p[0] + p[1] + p[2]) / 3);

    switch (kind) {
    case PICTURE_ALPHA:
        out[3] = alpha;
        /* fall through */
    case PICTURE_RGB:
        memcpy(out, p, 3);
        return kind == PICTURE_ALPHA ? 4 : 3;
    case PICTURE_PALETTE:
        out[0] = (uint8_t)((p[0] & 0xe0) | (p[1] >> 5) << 2 | p[2] >> 6);
        return 1;
    case PICTURE_BIT:
        out[0] = grey > 127 ? 255 : 0;
        return 1;
    default:
        out[0] = grey;
        out[1] = alpha;
        return kind == PICTURE_GREY ? 1 : 2;
    }
}

void picture_expected(bona_image *image, bona_image_view pattern, picture_kind kind)
{
    if (bona_image_init(image, pattern.width, pattern.height) != BONA_OK)
        exit(1);
    for (int32_t y = 0; y < pattern.height; y++)
        for (int32_t x = 0; x < pattern.width; x++) {
            uint8_t *p = image->rgb + y * image->stride + 3 * (ptrdiff_t)x;
            uint8_t s[4];
            int count = picture_samples(s, pattern, x, y, kind);
            double alpha = count == 4 ? s[3] / 255.0 : count == 2 ? s[1] / 255.0 : 1;

            for (int k = 0; k < 3; k++)
                p[k] = (uint8_t)lround(s[count > 2 ? k : 0] * alpha + 255 * (1 - alpha));
            if (kind == PICTURE_PALETTE)
                picture_palette_colour(p, s[0]);
        }
}

void picture_make(bona_buf *out, const char *recipe, int32_t width, int32_t height)
{
    const picture_recipe *how = picture_recipe_named(recipe);
    bona_image pattern;

    picture_pattern(&pattern, width, height);
    bona_buf_init(out, (size_t)256 << 20);
    if (!how->write(out, bona_image_look(&pattern), how)) {
        fprintf(stderr, "%s cannot be written\n", recipe);
        exit(1);
    }
    bona_image_deinit(&pattern);
}

void picture_add_exif(bona_buf *out, const bona_buf *jpeg, int32_t orientation)
{
    /* APP1 of 34 bytes: "Exif\0\0", TIFF header, one directory with one SHORT (EXIF 2.32, 4.5
     * and 4.7). */
    uint8_t segment[] = { 0xff, 0xe1, 0, 34, 'E', 'x', 'i', 'f', 0, 0,
                          'M',  'M',  0, 42, 0,   0,   0,   8,   0, 1,
                          1,    0x12, 0, 3,  0,   0,   0,   1,   0, (uint8_t)orientation,
                          0,    0,    0, 0,  0,   0 };

    bona_buf_init(out, jpeg->cap + sizeof segment);
    if (bona_buf_add(out, jpeg->data, 2) != BONA_OK ||
        bona_buf_add(out, segment, sizeof segment) != BONA_OK ||
        bona_buf_add(out, jpeg->data + 2, jpeg->size - 2) != BONA_OK)
        exit(1);
}

picture_difference picture_compare(bona_image_view a, bona_image_view b)
{
    picture_difference d = { .largest = -1, .mean = -1 };
    double sum = 0;

    if (a.width != b.width || a.height != b.height)
        return d;
    d.largest = 0;
    for (int32_t y = 0; y < a.height; y++)
        for (int32_t i = 0; i < 3 * a.width; i++) {
            int32_t off = abs(a.rgb[y * a.stride + i] - b.rgb[y * b.stride + i]);

            sum += off;
            if (off > d.largest)
                d.largest = off;
        }
    d.mean = sum / (3.0 * a.width * a.height);
    return d;
}
