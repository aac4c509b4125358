/* SPDX-License-Identifier: Apache-2.0 */
/* PNG through libpng; see encode_png.h. */
#include "image/encode_png.h"

#include <png.h>
#include <setjmp.h>

enum {
    ZLIB_LEVEL = 3,
    BITS = 8
}; /* level 6 takes twice the time and saves a few percent on photographs */

typedef struct writer {
    png_structp png;
    png_infop info;
    bona_buf *out;
    bona_image_view image;
    bona_err err;
} writer;

static void on_error(png_structp png, png_const_charp text)
{
    writer *w = png_get_error_ptr(png);

    (void)text;
    if (w->err == BONA_OK)
        w->err = BONA_NO_MEMORY; /* nothing else can fail on pixels of ours */
    longjmp(png_jmpbuf(png), 1);
}

static void on_warning(png_structp png, png_const_charp text)
{
    (void)png;
    (void)text;
}

static void on_write(png_structp png, png_bytep bytes, size_t size)
{
    writer *w = png_get_io_ptr(png);

    w->err = bona_buf_add(w->out, bytes, size);
    if (w->err != BONA_OK)
        longjmp(png_jmpbuf(png), 1);
}

static void on_flush(png_structp png)
{
    (void)png;
}

/* Errors jump back here. Nothing local changes after setjmp: all state is behind `w`. */
static void write_guarded(writer *w)
{
    if (setjmp(png_jmpbuf(w->png)) != 0)
        return;
    png_set_write_fn(w->png, w, on_write, on_flush);
    png_set_user_limits(w->png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
    png_set_compression_level(w->png, ZLIB_LEVEL);
    png_set_IHDR(w->png, w->info, (png_uint_32)w->image.width, (png_uint_32)w->image.height, BITS,
                 PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
                 PNG_FILTER_TYPE_DEFAULT);
    png_write_info(w->png, w->info);
    for (int32_t y = 0; y < w->image.height; y++)
        png_write_row(w->png, w->image.rgb + y * w->image.stride);
    png_write_end(w->png, NULL);
}

bona_err bona_image_encode_png(bona_buf *out, bona_image_view image)
{
    writer w = { .out = out, .image = image };
    size_t before = out->size;

    w.png = png_create_write_struct(PNG_LIBPNG_VER_STRING, &w, on_error, on_warning);
    if (w.png != NULL)
        w.info = png_create_info_struct(w.png);
    if (w.info != NULL)
        write_guarded(&w);
    else
        w.err = BONA_NO_MEMORY;
    png_destroy_write_struct(&w.png, &w.info);
    if (w.err != BONA_OK)
        bona_buf_cut(out, before);
    return w.err;
}
