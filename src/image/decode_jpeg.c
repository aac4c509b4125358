/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JPEG (ITU-T T.81) through libjpeg-turbo. The header is read by a walk over the markers of our
 * own, so that size and orientation are known before the library is woken. Large pictures are
 * decoded once, at a reduced DCT scale.
 */
#include <stdio.h> /* jpeglib.h wants it first */
#include <jpeglib.h>
#include <jerror.h>
#include <setjmp.h>
#include <string.h>

#include "base/mem.h"
#include "image/decoder.h"
#include "image/exif.h"

enum {
    REDUCE_PIXELS = 2100000, /* px; above this a picture is reduced: 1920 x 1080 still is not */
    REDUCE_SIDE_PX = 720,    /* px the shorter side keeps at least */
    SCANS_MAX = 500,         /* scans of a progressive picture; encoders write about 10 */
    ROWS_TENTHS = 9,         /* tenths of the rows that must be there when the data ends early */
    JPEG_FULL_SCALE = 8      /* DCT scale is n/8 */
};
/* Pixels times scans: a scan costs about as much as reading its pixels, even when it holds nothing.
 */
#define SCAN_PIXELS_MAX ((int64_t)2500 * 1000 * 1000)
/* Coefficients of a progressive picture are all kept, 2 bytes each; 100 MP with halved colour needs
 * 300 MB. */
#define COEFFICIENT_BYTES_MAX ((int64_t)400 * 1000 * 1000)

typedef struct reader {
    struct jpeg_decompress_struct jpeg;
    struct jpeg_error_mgr errors;
    struct jpeg_source_mgr source;
    struct jpeg_progress_mgr progress;
    jmp_buf out;
    const bona_decode_job *job;
    bona_image *image;
    uint8_t *cmyk;     /* one row of a picture in CMYK */
    bool ended_early;  /* the data ran out or a scan was cut */
    int64_t rows_read; /* rows of output that were there by then */
    bona_err err;
} reader;

static bool sniff(bona_bytes bytes)
{
    return bona_bytes_at(bytes, 0, "\xff\xd8\xff", 3);
}

static bool is_frame_marker(uint8_t marker)
{
    return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
}

/* Walks from marker to marker (T.81, B.1.1) up to the first scan. */
static bona_err probe(const bona_decode_job *job, bona_image_info *info)
{
    const uint8_t *data = job->bytes.data;
    size_t size = job->bytes.size, at = 2;
    bool has_exif = false;

    while (at + 4 <= size) {
        uint8_t marker = data[at + 1];
        size_t length;

        if (data[at] != 0xff || marker == 0 || marker == 0xff) {
            at++;
            continue;
        }
        if (marker == 0x01 || (marker >= 0xd0 && marker <= 0xd8)) {
            at += 2;
            continue;
        }
        length = (size_t)data[at + 2] << 8 | data[at + 3];
        if (marker == 0xda || marker == 0xd9 || length < 2 || length > size - at - 2)
            break;
        if (marker == 0xe1 && !has_exif && length >= 8 && memcmp(data + at + 4, "Exif\0", 5) == 0) {
            has_exif = true;
            info->orientation =
                bona_exif_orientation((bona_bytes){ .data = data + at + 4, .size = length - 2 });
        }
        if (is_frame_marker(marker) && length >= 8) {
            info->height = data[at + 5] << 8 | data[at + 6];
            info->width = data[at + 7] << 8 | data[at + 8];
            if (has_exif)
                return BONA_OK;
        }
        at += 2 + length;
    }
    if (info->width == 0 || info->height == 0)
        return bona_fail(job->note, BONA_BAD_IMAGE, "no frame header with a size in %zu bytes",
                         size);
    return BONA_OK;
}

static void on_error(j_common_ptr common)
{
    reader *r = common->client_data;
    char text[JMSG_LENGTH_MAX];

    common->err->format_message(common, text);
    r->err = common->err->msg_code == JERR_OUT_OF_MEMORY ? BONA_NO_MEMORY : BONA_BAD_IMAGE;
    bona_fail(r->job->note, r->err, "%s", text);
    longjmp(r->out, 1);
}

/* Warnings stay silent; the first that says "data is missing" is remembered with the place. */
static void on_message(j_common_ptr common, int level)
{
    reader *r = common->client_data;

    if (level >= 0)
        return;
    common->err->num_warnings++;
    if (common->err->msg_code == JWRN_HIT_MARKER && !r->ended_early) {
        r->ended_early = true;
        r->rows_read = r->jpeg.output_scanline;
    }
}

static void refuse(reader *r, bona_err err)
{
    r->err = err;
    longjmp(r->out, 1);
}

static void on_progress(j_common_ptr common)
{
    reader *r = common->client_data;
    int64_t pixels = (int64_t)r->jpeg.image_width * r->jpeg.image_height;
    int scan = r->jpeg.input_scan_number;

    if (scan > SCANS_MAX || scan * pixels > SCAN_PIXELS_MAX)
        refuse(r, bona_fail(r->job->note, BONA_BAD_IMAGE,
                            "%d scans over %lld px, more than any encoder writes", scan,
                            (long long)pixels));
}

static void on_source_start(j_decompress_ptr jpeg)
{
    (void)jpeg;
}

static boolean on_source_empty(j_decompress_ptr jpeg)
{
    static const JOCTET end[2] = { 0xff, JPEG_EOI };
    reader *r = jpeg->client_data;

    if (!r->ended_early) {
        r->ended_early = true;
        r->rows_read = jpeg->output_scanline;
    }
    jpeg->src->next_input_byte = end;
    jpeg->src->bytes_in_buffer = sizeof end;
    return TRUE;
}

static void on_source_skip(j_decompress_ptr jpeg, long count)
{
    if (count <= 0)
        return;
    if ((size_t)count > jpeg->src->bytes_in_buffer) {
        on_source_empty(jpeg);
        return;
    }
    jpeg->src->next_input_byte += count;
    jpeg->src->bytes_in_buffer -= (size_t)count;
}

static void open_source(reader *r)
{
    r->source = (struct jpeg_source_mgr){
        .next_input_byte = r->job->bytes.data,
        .bytes_in_buffer = r->job->bytes.size,
        .init_source = on_source_start,
        .fill_input_buffer = on_source_empty,
        .skip_input_data = on_source_skip,
        .resync_to_restart = jpeg_resync_to_restart,
        .term_source = on_source_start,
    };
    r->jpeg.src = &r->source;
    r->progress.progress_monitor = on_progress;
    r->jpeg.progress = &r->progress;
}

/* The smallest fast scale that keeps the shorter side: 1/8, 2/8 and 4/8 have vector code in
 * libjpeg-turbo. */
static unsigned choose_scale(const bona_decode_job *job, const bona_image_info *info)
{
    int32_t side = info->width < info->height ? info->width : info->height;

    if (job->reduce && (int64_t)info->width * info->height > REDUCE_PIXELS)
        for (unsigned n = 1; n < JPEG_FULL_SCALE; n *= 2)
            if ((int64_t)side * n >= (int64_t)REDUCE_SIDE_PX * JPEG_FULL_SCALE)
                return n;
    return JPEG_FULL_SCALE;
}

static bona_err check_memory(const reader *r)
{
    int64_t bytes = 0;

    if (!jpeg_has_multiple_scans((j_decompress_ptr)&r->jpeg))
        return BONA_OK;
    for (int i = 0; i < r->jpeg.num_components; i++) {
        const jpeg_component_info *c = &r->jpeg.comp_info[i];

        bytes +=
            (int64_t)c->width_in_blocks * c->height_in_blocks * DCTSIZE2 * (int64_t)sizeof(JCOEF);
    }
    if (bytes > COEFFICIENT_BYTES_MAX)
        return bona_fail(r->job->note, BONA_IMAGE_TOO_BIG,
                         "%lld bytes of progressive coefficients, the limit is %lld",
                         (long long)bytes, (long long)COEFFICIENT_BYTES_MAX);
    return BONA_OK;
}

/* Adobe writes CMYK inverted (Adobe technical note 5116); files without its marker are taken as
 * they are. */
static void cmyk_to_rgb(uint8_t *rgb, const uint8_t *cmyk, int32_t width, bool inverted)
{
    unsigned flip = inverted ? 0 : 255;

    for (int32_t i = 0; i < width; i++, rgb += 3, cmyk += 4) {
        unsigned light = cmyk[3] ^ flip;

        for (int c = 0; c < 3; c++)
            rgb[c] = (uint8_t)(((cmyk[c] ^ flip) * light + 127) / 255);
    }
}

static void read_rows(reader *r)
{
    struct jpeg_decompress_struct *jpeg = &r->jpeg;

    while (jpeg->output_scanline < jpeg->output_height) {
        JDIMENSION y = jpeg->output_scanline;
        uint8_t *row = r->image->rgb + (ptrdiff_t)y * r->image->stride;
        JSAMPROW target = r->cmyk != NULL ? r->cmyk : row;

        if (jpeg_read_scanlines(jpeg, &target, 1) == 1 && r->cmyk != NULL)
            cmyk_to_rgb(row, r->cmyk, r->image->width, jpeg->saw_Adobe_marker);
    }
    if (r->ended_early && (jpeg_has_multiple_scans(jpeg) ||
                           r->rows_read * 10 < (int64_t)jpeg->output_height * ROWS_TENTHS))
        refuse(r, bona_fail(r->job->note, BONA_BAD_IMAGE,
                            "the data ends early: %lld of %u rows are there",
                            (long long)r->rows_read, jpeg->output_height));
}

static void read_picture(reader *r, const bona_image_info *info, float *scale)
{
    struct jpeg_decompress_struct *jpeg = &r->jpeg;
    unsigned eighths = choose_scale(r->job, info);
    bona_err err;

    jpeg_create_decompress(jpeg);
    open_source(r);
    jpeg_read_header(jpeg, TRUE);
    if ((int64_t)jpeg->image_width != info->width || (int64_t)jpeg->image_height != info->height)
        refuse(r, bona_fail(r->job->note, BONA_BAD_IMAGE, "two frame headers that differ in size"));
    err = check_memory(r);
    if (err != BONA_OK)
        refuse(r, err);
    jpeg->scale_num = eighths;
    jpeg->scale_denom = JPEG_FULL_SCALE;
    jpeg->out_color_space = jpeg->num_components == 4 ? JCS_CMYK : JCS_RGB;
    jpeg_start_decompress(jpeg);
    err = bona_image_init(r->image, (int32_t)jpeg->output_width, (int32_t)jpeg->output_height);
    if (err == BONA_OK && jpeg->num_components == 4) {
        r->cmyk = bona_alloc(jpeg->output_width, 4);
        err = r->cmyk != NULL ? BONA_OK : BONA_NO_MEMORY;
    }
    if (err != BONA_OK)
        refuse(r, bona_fail(r->job->note, err, "no memory for %u x %u px", jpeg->output_width,
                            jpeg->output_height));
    read_rows(r);
    *scale = (float)jpeg->output_width / (float)jpeg->image_width;
}

/* Errors of the library jump back here. Nothing local changes after setjmp: all state is behind
 * `r`. */
static void read_guarded(reader *r, const bona_image_info *info, float *scale)
{
    r->jpeg.err = jpeg_std_error(&r->errors);
    r->errors.error_exit = on_error;
    r->errors.emit_message = on_message;
    r->jpeg.client_data = r;
    if (setjmp(r->out) == 0)
        read_picture(r, info, scale);
    jpeg_destroy_decompress(&r->jpeg);
}

static bona_err decode(const bona_decode_job *job, const bona_image_info *info, bona_image *image,
                       float *scale)
{
    reader r = { .job = job, .image = image };

    read_guarded(&r, info, scale);
    bona_free(r.cmyk);
    return r.err;
}

const bona_decoder bona_decoder_jpeg = {
    .format = BONA_FORMAT_JPEG, .name = "JPEG", .sniff = sniff, .probe = probe, .decode = decode
};
