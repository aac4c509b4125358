/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pictures for tests, rendered and then written in every format the project reads, by the formats'
 * own libraries or by hand. Nothing here uses the readers under test.
 */
#ifndef BONA_TESTS_IMAGE_PICTURES_H
#define BONA_TESTS_IMAGE_PICTURES_H

#include "base/buf.h"
#include "image/image.h"

/* What of the pattern a file keeps, and thus what has to come out. */
typedef enum picture_kind {
    PICTURE_RGB,
    PICTURE_GREY,      /* (r + g + b) / 3 */
    PICTURE_BIT,       /* white where grey is over 127 */
    PICTURE_PALETTE,   /* 3 bits of red and green, 2 of blue */
    PICTURE_ALPHA,     /* RGB with an alpha that grows from left to right */
    PICTURE_GREY_ALPHA /* grey with the same alpha */
} picture_kind;

typedef struct picture_recipe {
    const char *name; /* also the name of a file made from it */
    bona_format format;
    picture_kind kind;
    int32_t
        mean_error_max; /* levels, mean over the picture, that the format's compression may cost */
    int32_t pixel_error_max; /* levels, of a single value */
    bool (*write)(bona_buf *out, bona_image_view image, const struct picture_recipe *recipe);
    int32_t variant; /* the writer's own meaning */
} picture_recipe;

extern const picture_recipe picture_recipes[];
extern const int32_t picture_recipe_count;
const picture_recipe *picture_recipe_named(
    const char *name); /* ends the program when there is none */

/* A pattern without symmetry, smooth enough for lossy formats: gradients, a disc and a bar. */
void picture_pattern(bona_image *image, int32_t width, int32_t height);

/* The pattern as a recipe keeps it and a reader shows it: alpha over white. */
void picture_expected(bona_image *image, bona_image_view pattern, picture_kind kind);

/* The samples of one pixel as they are stored: 1, 2, 3 or 4 (with alpha), or a palette index.
 * Returns how many. */
int picture_samples(uint8_t out[4], bona_image_view image, int32_t x, int32_t y, picture_kind kind);
void picture_palette_colour(uint8_t rgb[3], int index);

/* Pattern of that size, written by the recipe; ends the program on failure. The caller deinits
 * `out`. */
void picture_make(bona_buf *out, const char *recipe, int32_t width, int32_t height);

/* The same JPEG with an EXIF segment that holds this orientation. */
void picture_add_exif(bona_buf *out, const bona_buf *jpeg, int32_t orientation);

/* Largest and mean difference of two pictures of one size; -1 when sizes differ. */
typedef struct picture_difference {
    int32_t largest;
    double mean;
} picture_difference;
picture_difference picture_compare(bona_image_view a, bona_image_view b);

/* Writers by library; `recipe->variant` chooses among each one's forms. */
bool picture_write_jpeg(bona_buf *out, bona_image_view image, const picture_recipe *recipe);
bool picture_write_png(bona_buf *out, bona_image_view image, const picture_recipe *recipe);
bool picture_write_webp(bona_buf *out, bona_image_view image, const picture_recipe *recipe);
bool picture_write_tiff(bona_buf *out, bona_image_view image, const picture_recipe *recipe);
bool picture_write_gif(bona_buf *out, bona_image_view image, const picture_recipe *recipe);
bool picture_write_heif(bona_buf *out, bona_image_view image, const picture_recipe *recipe);
bool picture_write_bmp(bona_buf *out, bona_image_view image, const picture_recipe *recipe);
bool picture_write_tga(bona_buf *out, bona_image_view image, const picture_recipe *recipe);
bool picture_write_pnm(bona_buf *out, bona_image_view image, const picture_recipe *recipe);

/* Forms of the writers. */
enum {
    JPEG_BASELINE,
    JPEG_PROGRESSIVE,
    JPEG_GREY,
    JPEG_CMYK,
    JPEG_YCCK,
    JPEG_RESTART,
    PNG_PLAIN = 0,
    PNG_INTERLACED,
    PNG_SIXTEEN,
    WEBP_LOSSY = 0,
    WEBP_LOSSLESS,
    WEBP_ANIMATED,
    TIFF_STRIPS = 0,
    TIFF_LZW,
    TIFF_TILES,
    TIFF_SIXTEEN,
    TIFF_PLANES,
    TIFF_FAX,
    TIFF_TWO_PAGES,
    GIF_PLAIN = 0,
    GIF_INTERLACED,
    GIF_TWO_FRAMES,
    HEIF_HEVC = 0,
    HEIF_AV1,
    BMP_BOTTOM_UP = 0,
    BMP_TOP_DOWN,
    TGA_PLAIN = 0,
    TGA_PACKED
};

#endif
