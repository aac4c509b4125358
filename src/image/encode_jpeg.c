/* SPDX-License-Identifier: Apache-2.0 */
/* JPEG through libjpeg-turbo; see encode_jpeg.h. */
#include "image/encode_jpeg.h"

#include <stdio.h> /* jpeglib.h wants it first */
#include <jpeglib.h>
#include <setjmp.h>

enum { CHUNK_BYTES = 16384, QUALITY_MAX = 100 };

typedef struct writer {
    struct jpeg_compress_struct jpeg;
    struct jpeg_error_mgr errors;
    struct jpeg_destination_mgr target;
    jmp_buf fail;
    bona_buf *out;
    bona_image_view image;
    int quality;
    bona_err err;
    JOCTET chunk[CHUNK_BYTES];
} writer;

static void on_error(j_common_ptr common)
{
    writer *w = common->client_data;

    w->err = BONA_NO_MEMORY; /* nothing else can fail on pixels of ours */
    longjmp(w->fail, 1);
}

static void on_message(j_common_ptr common, int level)
{
    (void)common;
    (void)level;
}

static void on_start(j_compress_ptr jpeg)
{
    writer *w = jpeg->client_data;

    w->target.next_output_byte = w->chunk;
    w->target.free_in_buffer = CHUNK_BYTES;
}

static void hand_over(writer *w, size_t bytes)
{
    w->err = bona_buf_add(w->out, w->chunk, bytes);
    if (w->err != BONA_OK)
        longjmp(w->fail, 1);
}

static boolean on_full(j_compress_ptr jpeg)
{
    hand_over(jpeg->client_data, CHUNK_BYTES);
    on_start(jpeg);
    return TRUE;
}

static void on_end(j_compress_ptr jpeg)
{
    writer *w = jpeg->client_data;

    hand_over(w, CHUNK_BYTES - w->target.free_in_buffer);
}

static void write_picture(writer *w)
{
    struct jpeg_compress_struct *jpeg = &w->jpeg;

    jpeg_create_compress(jpeg);
    w->target = (struct jpeg_destination_mgr){ .init_destination = on_start,
                                               .empty_output_buffer = on_full,
                                               .term_destination = on_end };
    jpeg->dest = &w->target;
    jpeg->image_width = (JDIMENSION)w->image.width;
    jpeg->image_height = (JDIMENSION)w->image.height;
    jpeg->input_components = 3;
    jpeg->in_color_space = JCS_RGB;
    jpeg_set_defaults(jpeg);
    jpeg_set_quality(jpeg, w->quality, TRUE);
    jpeg_start_compress(jpeg, TRUE);
    while (jpeg->next_scanline < jpeg->image_height) {
        JSAMPROW row = (JSAMPROW)(w->image.rgb + (ptrdiff_t)jpeg->next_scanline * w->image.stride);

        jpeg_write_scanlines(jpeg, &row, 1);
    }
    jpeg_finish_compress(jpeg);
}

/* Errors jump back here. Nothing local changes after setjmp: all state is behind `w`. */
static void write_guarded(writer *w)
{
    w->jpeg.err = jpeg_std_error(&w->errors);
    w->errors.error_exit = on_error;
    w->errors.emit_message = on_message;
    w->jpeg.client_data = w;
    if (setjmp(w->fail) == 0)
        write_picture(w);
    jpeg_destroy_compress(&w->jpeg);
}

bona_err bona_image_encode_jpeg(bona_buf *out, bona_image_view image, int32_t quality)
{
    writer w = { .out = out, .image = image, .quality = quality };
    size_t before = out->size;

    if (quality < 1 || quality > QUALITY_MAX || image.width > JPEG_MAX_DIMENSION ||
        image.height > JPEG_MAX_DIMENSION)
        return BONA_BAD_ARGUMENT;
    write_guarded(&w);
    if (w.err != BONA_OK)
        bona_buf_cut(out, before);
    return w.err;
}
