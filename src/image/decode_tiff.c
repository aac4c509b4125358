/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TIFF (revision 6.0, BigTIFF): the first page, through libtiff's conversion to RGBA, a band of
 * whole strips or tiles at a time. What libtiff may take in one piece is limited; errors and
 * warnings stay inside.
 */
#include <string.h>
#include <tiffio.h>

#include "base/mem.h"
#include "image/decoder.h"
#include "image/exif.h"

enum {
    BAND_ROWS_MIN = 64,   /* rows converted at a time, at least */
    SAMPLES_MAX = 16,     /* samples per pixel; four are used */
    TILES_SPARE = 4000000 /* px that all tiles may have beyond twice the limit of the picture */
};
#define PIECE_BYTES_MAX \
    ((tmsize_t)400 * 1000 * 1000) /* one strip, tile or table: 100 MP at 4 bytes */

typedef struct reader {
    const bona_decode_job *job;
    uint64_t at;
} reader;

static bool sniff(bona_bytes bytes)
{
    return bona_bytes_at(bytes, 0, "II*\0", 4) || bona_bytes_at(bytes, 0, "MM\0*", 4) ||
           bona_bytes_at(bytes, 0, "II+\0", 4) || bona_bytes_at(bytes, 0, "MM\0+", 4);
}

static tmsize_t on_read(thandle_t handle, void *target, tmsize_t size)
{
    reader *r = handle;
    bona_bytes bytes = r->job->bytes;
    uint64_t left = r->at < bytes.size ? bytes.size - r->at : 0;
    uint64_t taken = (uint64_t)size < left ? (uint64_t)size : left;

    if (taken > 0)
        memcpy(target, bytes.data + r->at, taken);
    r->at += taken;
    return (tmsize_t)taken;
}

static tmsize_t on_write(thandle_t handle, void *source, tmsize_t size)
{
    (void)handle;
    (void)source;
    (void)size;
    return 0;
}

static toff_t on_seek(thandle_t handle, toff_t offset, int whence)
{
    reader *r = handle;

    r->at = whence == SEEK_CUR   ? r->at + offset
            : whence == SEEK_END ? r->job->bytes.size + offset
                                 : offset;
    return r->at;
}

static int on_close(thandle_t handle)
{
    (void)handle;
    return 0;
}

static toff_t on_size(thandle_t handle)
{
    return ((reader *)handle)->job->bytes.size;
}

/* The first error of the library becomes the note. */
static int on_error(TIFF *tiff, void *user, const char *module, const char *format, va_list args)
{
    const reader *r = user;

    (void)tiff;
    (void)module;
    if (r->job->note != NULL && r->job->note->text[0] == 0)
        vsnprintf(r->job->note->text, sizeof r->job->note->text, format, args);
    return 1;
}

static int on_warning(TIFF *tiff, void *user, const char *module, const char *format, va_list args)
{
    (void)tiff;
    (void)user;
    (void)module;
    (void)format;
    (void)args;
    return 1;
}

/* Opens at the first page, or NULL. */
static TIFF *open_reader(reader *r)
{
    TIFFOpenOptions *options = TIFFOpenOptionsAlloc();
    TIFF *tiff;

    if (options == NULL)
        return NULL;
    TIFFOpenOptionsSetMaxSingleMemAlloc(options, PIECE_BYTES_MAX);
    TIFFOpenOptionsSetErrorHandlerExtR(options, on_error, r);
    TIFFOpenOptionsSetWarningHandlerExtR(options, on_warning, r);
    tiff = TIFFClientOpenExt("picture", "rm", r, on_read, on_write, on_seek, on_close, on_size,
                             NULL, NULL, options);
    TIFFOpenOptionsFree(options);
    return tiff;
}

static bona_err fail(const bona_decode_job *job, bona_err err, const char *text)
{
    return job->note != NULL && job->note->text[0] != 0 ? err
                                                        : bona_fail(job->note, err, "%s", text);
}

static bona_err read_header(const bona_decode_job *job, TIFF *tiff, bona_image_info *info)
{
    uint32_t width = 0, height = 0;
    uint16_t samples = 1, compression = 0;

    TIFFGetField(tiff, TIFFTAG_IMAGEWIDTH, &width);
    TIFFGetField(tiff, TIFFTAG_IMAGELENGTH, &height);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_SAMPLESPERPIXEL, &samples);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_COMPRESSION, &compression);
    if (width > INT32_MAX || height > INT32_MAX)
        return bona_fail(job->note, BONA_BAD_IMAGE, "the header says %u x %u px", width, height);
    if (samples > SAMPLES_MAX || compression == COMPRESSION_OJPEG)
        return bona_fail(
            job->note, BONA_IMAGE_FORMAT,
            "%u samples per pixel in compression %u; at most %d are read, and no old JPEG (6)",
            samples, compression, SAMPLES_MAX);
    info->width = (int32_t)width;
    info->height = (int32_t)height;
    return BONA_OK;
}

static bona_err probe(const bona_decode_job *job, bona_image_info *info)
{
    reader r = { .job = job };
    TIFF *tiff = open_reader(&r);
    bona_err err;

    if (tiff == NULL)
        return fail(job, BONA_BAD_IMAGE, "damaged header");
    err = read_header(job, tiff, info);
    TIFFClose(tiff);
    info->orientation = bona_exif_orientation(job->bytes);
    info->frames = bona_exif_pages(job->bytes, job->limits.frames_max + 1);
    return err;
}

static uint64_t rounded_up(uint64_t size, uint64_t piece)
{
    return (size + piece - 1) / piece * piece;
}

/* Rows that are converted together: whole strips or tiles, so that none is unpacked twice. 0 =
 * none, or too large tiles: all of each is unpacked, however little of it the picture shows. */
static uint32_t band_rows(const bona_decode_job *job, TIFF *tiff, const bona_image_info *info)
{
    uint32_t height = (uint32_t)info->height, rows = height, wide = (uint32_t)info->width;

    if (TIFFIsTiled(tiff)) {
        TIFFGetField(tiff, TIFFTAG_TILEWIDTH, &wide);
        TIFFGetField(tiff, TIFFTAG_TILELENGTH, &rows);
    } else {
        TIFFGetFieldDefaulted(tiff, TIFFTAG_ROWSPERSTRIP, &rows);
    }
    if (rows == 0 || wide == 0)
        return 0;
    if (TIFFIsTiled(tiff) && rounded_up((uint64_t)info->width, wide) * rounded_up(height, rows) >
                                 2 * (uint64_t)job->limits.pixels_max + TILES_SPARE)
        return 0;
    if (rows < BAND_ROWS_MIN)
        rows *= (BAND_ROWS_MIN + rows - 1) / rows;
    return rows < height ? rows : height;
}

/* libtiff multiplies colours with alpha, so over white each is lifted by what alpha leaves. */
static void paint_row(uint8_t *rgb, const uint32_t *raster, int32_t width)
{
    for (int32_t i = 0; i < width; i++, rgb += 3) {
        unsigned lift = 255 - TIFFGetA(raster[i]);
        unsigned r = TIFFGetR(raster[i]) + lift, g = TIFFGetG(raster[i]) + lift,
                 b = TIFFGetB(raster[i]) + lift;

        rgb[0] = (uint8_t)(r < 255 ? r : 255);
        rgb[1] = (uint8_t)(g < 255 ? g : 255);
        rgb[2] = (uint8_t)(b < 255 ? b : 255);
    }
}

static bona_err read_bands(const bona_decode_job *job, TIFFRGBAImage *source, bona_image *image,
                           uint32_t rows)
{
    uint32_t width = (uint32_t)image->width, height = (uint32_t)image->height;
    uint32_t *raster = bona_alloc((size_t)rows * width, sizeof *raster);
    bona_err err = BONA_OK;

    if (raster == NULL)
        return BONA_NO_MEMORY;
    for (uint32_t y = 0; y < height && err == BONA_OK; y += rows) {
        uint32_t count = rows < height - y ? rows : height - y;

        source->row_offset = (int)y;
        if (!TIFFRGBAImageGet(source, raster, width, count)) {
            err = fail(job, BONA_BAD_IMAGE, "damaged data or its end");
            break;
        }
        for (uint32_t row = 0; row < count; row++)
            paint_row(image->rgb + (ptrdiff_t)(y + row) * image->stride,
                      raster + (size_t)row * width, image->width);
    }
    bona_free(raster);
    return err;
}

static bona_err decode_page(const bona_decode_job *job, const bona_image_info *info, TIFF *tiff,
                            bona_image *image)
{
    char reason[1024] = "";
    uint32_t rows = band_rows(job, tiff, info);
    TIFFRGBAImage source;
    bona_err err;

    if (rows == 0)
        return bona_fail(job->note, BONA_IMAGE_TOO_BIG,
                         "strips of no rows, or tiles that are far larger than the picture");
    if (!TIFFRGBAImageOK(tiff, reason) || !TIFFRGBAImageBegin(&source, tiff, 1, reason))
        return bona_fail(job->note, BONA_IMAGE_FORMAT, "%.200s", reason);
    source.orientation = source.req_orientation = ORIENTATION_TOPLEFT; /* rows as they are stored */
    err = bona_image_init(image, info->width, info->height);
    if (err == BONA_OK)
        err = read_bands(job, &source, image, rows);
    TIFFRGBAImageEnd(&source);
    return err;
}

static bona_err decode(const bona_decode_job *job, const bona_image_info *info, bona_image *image,
                       float *scale)
{
    reader r = { .job = job };
    TIFF *tiff = open_reader(&r);
    bona_err err;

    (void)scale;
    if (tiff == NULL)
        return fail(job, BONA_BAD_IMAGE, "damaged header");
    err = decode_page(job, info, tiff, image);
    TIFFClose(tiff);
    return err;
}

const bona_decoder bona_decoder_tiff = {
    .format = BONA_FORMAT_TIFF, .name = "TIFF", .sniff = sniff, .probe = probe, .decode = decode
};
