/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PNG (ISO/IEC 15948) through libpng. Chunks that no pixel needs are neither unpacked nor kept, so
 * compressed text and colour profiles cost nothing; the eXIf chunk is found by a walk of our own.
 */
#include <png.h>
#include <setjmp.h>
#include <string.h>

#include "image/decoder.h"
#include "image/exif.h"

enum {
    SIGNATURE_BYTES = 8,
    CHUNK_FRAME_BYTES = 12, /* length, name and checksum around a chunk's data */
    IHDR_BYTES = 13,
    WHITE = 255
};

typedef struct reader {
    png_structp png;
    png_infop info;
    const bona_decode_job *job;
    size_t at; /* next byte the library gets */
    bona_image *image;
    bona_err err;
} reader;

static bool sniff(bona_bytes bytes)
{
    return bona_bytes_at(bytes, 0, "\x89PNG\r\n\x1a\n", SIGNATURE_BYTES);
}

static uint32_t big_endian(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* Walks the chunks (ISO/IEC 15948, 5.3) for orientation (eXIf) and number of frames (acTL of
 * animated PNG). */
static void walk_chunks(bona_bytes bytes, bona_image_info *info)
{
    size_t at = SIGNATURE_BYTES;

    while (bytes.size - at >= CHUNK_FRAME_BYTES) {
        const uint8_t *chunk = bytes.data + at;
        size_t length = big_endian(chunk);

        if (length > bytes.size - at - CHUNK_FRAME_BYTES)
            return;
        if (memcmp(chunk + 4, "eXIf", 4) == 0)
            info->orientation =
                bona_exif_orientation((bona_bytes){ .data = chunk + 8, .size = length });
        if (memcmp(chunk + 4, "acTL", 4) == 0 && length >= 4) {
            uint32_t frames = big_endian(chunk + 8);

            info->frames = frames < 1 ? 1 : frames < INT32_MAX ? (int32_t)frames : INT32_MAX;
        }
        at += CHUNK_FRAME_BYTES + length;
    }
}

static bona_err probe(const bona_decode_job *job, bona_image_info *info)
{
    const uint8_t *data = job->bytes.data;
    uint32_t width, height;

    if (job->bytes.size < SIGNATURE_BYTES + CHUNK_FRAME_BYTES + IHDR_BYTES ||
        memcmp(data + SIGNATURE_BYTES + 4, "IHDR", 4) != 0)
        return bona_fail(job->note, BONA_BAD_IMAGE, "the first chunk is not a header");
    width = big_endian(data + SIGNATURE_BYTES + 8);
    height = big_endian(data + SIGNATURE_BYTES + 12);
    if (width > INT32_MAX || height > INT32_MAX)
        return bona_fail(job->note, BONA_BAD_IMAGE, "the header says %u x %u px", width, height);
    info->width = (int32_t)width;
    info->height = (int32_t)height;
    walk_chunks(job->bytes, info);
    return BONA_OK;
}

static void refuse(reader *r, bona_err err)
{
    r->err = err;
    longjmp(png_jmpbuf(r->png), 1);
}

static void on_error(png_structp png, png_const_charp text)
{
    reader *r = png_get_error_ptr(png);

    refuse(r, bona_fail(r->job->note, BONA_BAD_IMAGE, "%s", text));
}

static void on_warning(png_structp png, png_const_charp text)
{
    (void)png;
    (void)text;
}

static void on_read(png_structp png, png_bytep target, size_t size)
{
    reader *r = png_get_io_ptr(png);
    bona_bytes bytes = r->job->bytes;

    if (size > bytes.size - r->at)
        refuse(r, bona_fail(r->job->note, BONA_BAD_IMAGE, "the data ends at byte %zu", bytes.size));
    memcpy(target, bytes.data + r->at, size);
    r->at += size;
}

/* Whatever is stored comes out as 8-bit RGB over white. */
static void set_transforms(reader *r)
{
    static const png_color_16 white = {
        .red = WHITE, .green = WHITE, .blue = WHITE, .gray = WHITE
    };
    bool translucent = (png_get_color_type(r->png, r->info) & PNG_COLOR_MASK_ALPHA) != 0 ||
                       png_get_valid(r->png, r->info, PNG_INFO_tRNS) != 0;

    png_set_expand(r->png);
    png_set_scale_16(r->png);
    png_set_gray_to_rgb(r->png);
    if (translucent)
        png_set_background_fixed(r->png, &white, PNG_BACKGROUND_GAMMA_SCREEN, 0, PNG_FP_1);
}

static void read_picture(reader *r, const bona_image_info *info)
{
    int passes;
    bona_err err;

    png_set_read_fn(r->png, r, on_read);
    png_set_user_limits(r->png, (png_uint_32)r->job->limits.side_px_max,
                        (png_uint_32)r->job->limits.side_px_max);
    png_set_keep_unknown_chunks(r->png, PNG_HANDLE_CHUNK_NEVER, NULL, -1);
    png_read_info(r->png, r->info);
    set_transforms(r);
    passes = png_set_interlace_handling(r->png);
    png_read_update_info(r->png, r->info);
    if (png_get_rowbytes(r->png, r->info) != 3 * (size_t)info->width)
        refuse(r, bona_fail(r->job->note, BONA_BAD_IMAGE, "rows of %zu bytes for %d px",
                            (size_t)png_get_rowbytes(r->png, r->info), info->width));
    err = bona_image_init(r->image, info->width, info->height);
    if (err != BONA_OK)
        refuse(r,
               bona_fail(r->job->note, err, "no memory for %d x %d px", info->width, info->height));
    while (passes-- > 0)
        for (int32_t y = 0; y < info->height; y++)
            png_read_row(r->png, r->image->rgb + y * r->image->stride, NULL);
}

/* Errors of the library jump back here. Nothing local changes after setjmp: all state is behind
 * `r`. */
static void read_guarded(reader *r, const bona_image_info *info)
{
    if (setjmp(png_jmpbuf(r->png)) == 0)
        read_picture(r, info);
}

static bona_err decode(const bona_decode_job *job, const bona_image_info *info, bona_image *image,
                       float *scale)
{
    reader r = { .job = job, .image = image };

    (void)scale;
    r.png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &r, on_error, on_warning);
    if (r.png != NULL)
        r.info = png_create_info_struct(r.png);
    if (r.info != NULL)
        read_guarded(&r, info);
    else
        r.err = bona_fail(job->note, BONA_NO_MEMORY, "no memory for the reader");
    png_destroy_read_struct(&r.png, &r.info, NULL);
    return r.err;
}

const bona_decoder bona_decoder_png = {
    .format = BONA_FORMAT_PNG, .name = "PNG", .sniff = sniff, .probe = probe, .decode = decode
};
