/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HEIC and AVIF (ISO/IEC 23008-12) through libheif: the primary picture, turned, mirrored and
 * cropped as the file says, so the orientation is always reported as 1. Threads: libheif itself
 * decodes in the calling one, and AVIF goes to libaom, which starts none. But libde265 starts one
 * for HEVC whatever it is told, and waits for ever where that fails; the alpha of an AVIF goes to
 * dav1d, which starts one per core, or fails.
 */
#include <libheif/heif.h>
#include <string.h>

#include "image/decoder.h"

enum {
    BRAND_BYTES = 4,
    FTYP_BRANDS = 8, /* byte at which the brands start */
    FTYP_BYTES_MAX = 1024,
    CODING_PX = 64 /* pictures are coded in blocks of up to this size and cropped afterwards */
};

typedef struct reader {
    struct heif_context *context;
    struct heif_image_handle *handle;
    struct heif_image *pixels;
} reader;

/* ISO/IEC 23008-12, annexes B and E; AV1 Image File Format, section 6. "mif1" alone says "any
 * picture". */
static bool known_brand(const uint8_t *brand)
{
    static const char brands[][BRAND_BYTES + 1] = {
        "heic", "heix", "heim", "heis", "hevc", "hevx",
        "mif1", "mif2", "msf1", "avif", "avis", "miaf"
    };

    for (size_t i = 0; i < sizeof brands / sizeof brands[0]; i++)
        if (memcmp(brand, brands[i], BRAND_BYTES) == 0)
            return true;
    return false;
}

static bool sniff(bona_bytes bytes)
{
    size_t size;

    if (!bona_bytes_at(bytes, 4, "ftyp", 4) || bytes.size < 16)
        return false;
    size = (size_t)bytes.data[0] << 24 | (size_t)bytes.data[1] << 16 | (size_t)bytes.data[2] << 8 |
           bytes.data[3];
    if (size > bytes.size)
        size = bytes.size;
    if (size > FTYP_BYTES_MAX)
        size = FTYP_BYTES_MAX;
    for (size_t at = FTYP_BRANDS; at + BRAND_BYTES <= size; at += BRAND_BYTES)
        if (known_brand(bytes.data + at))
            return true;
    return false;
}

static bona_err fail(const bona_decode_job *job, struct heif_error error)
{
    bona_err err = BONA_BAD_IMAGE;

    if (error.code == heif_error_Memory_allocation_error)
        err = error.subcode == heif_suberror_Security_limit_exceeded ? BONA_IMAGE_TOO_BIG
                                                                     : BONA_NO_MEMORY;
    else if (error.code == heif_error_Unsupported_feature ||
             error.code == heif_error_Unsupported_filetype)
        err = BONA_IMAGE_FORMAT;
    return bona_fail(job->note, err, "%.200s",
                     error.message != NULL ? error.message : "unknown error");
}

static void close_reader(reader *r)
{
    heif_image_release(r->pixels);
    heif_image_handle_release(r->handle);
    heif_context_free(r->context);
    *r = (reader){ 0 };
}

/* Reads the boxes and finds the primary picture. */
static bona_err open_reader(reader *r, const bona_decode_job *job)
{
    struct heif_error error;

    r->context = heif_context_alloc();
    if (r->context == NULL)
        return BONA_NO_MEMORY;
    heif_context_set_max_decoding_threads(r->context, 0);
    heif_context_set_maximum_image_size_limit(r->context, job->limits.side_px_max + CODING_PX);
    error = heif_context_read_from_memory_without_copy(r->context, job->bytes.data, job->bytes.size,
                                                       NULL);
    if (error.code == heif_error_Ok)
        error = heif_context_get_primary_image_handle(r->context, &r->handle);
    return error.code == heif_error_Ok ? BONA_OK : fail(job, error);
}

static bona_err probe(const bona_decode_job *job, bona_image_info *info)
{
    reader r = { 0 };
    bona_err err = open_reader(&r, job);

    if (err == BONA_OK) {
        info->width = heif_image_handle_get_width(r.handle);
        info->height = heif_image_handle_get_height(r.handle);
        info->frames = heif_context_get_number_of_top_level_images(r.context);
    }
    close_reader(&r);
    return err;
}

static bona_err decode_pixels(reader *r, const bona_decode_job *job, bool alpha)
{
    struct heif_decoding_options *options = heif_decoding_options_alloc();
    struct heif_error error;

    if (options == NULL)
        return BONA_NO_MEMORY;
    options->convert_hdr_to_8bit = 1;
    if (options->version >= 4)
        options->decoder_id = "aom"; /* for AV1 only: others fall back to their own */
    error = heif_decode_image(r->handle, &r->pixels, heif_colorspace_RGB,
                              alpha ? heif_chroma_interleaved_RGBA : heif_chroma_interleaved_RGB,
                              options);
    heif_decoding_options_free(options);
    return error.code == heif_error_Ok ? BONA_OK : fail(job, error);
}

/* The bitstream may differ in size from what the boxes promise, so the limits are held against it
 * once more. */
static bona_err copy_pixels(const reader *r, const bona_decode_job *job, bona_image *image,
                            bool alpha)
{
    bona_image_info info = { .frames = 1 };
    int stride = 0;
    const uint8_t *from =
        heif_image_get_plane_readonly(r->pixels, heif_channel_interleaved, &stride);
    bona_err err;

    info.width = heif_image_get_width(r->pixels, heif_channel_interleaved);
    info.height = heif_image_get_height(r->pixels, heif_channel_interleaved);
    if (from == NULL)
        return bona_fail(job->note, BONA_BAD_IMAGE, "no pixels came out");
    err = bona_decode_limits(job, &info);
    if (err == BONA_OK)
        err = bona_image_init(image, info.width, info.height);
    for (int32_t y = 0; err == BONA_OK && y < info.height; y++) {
        uint8_t *to = image->rgb + y * image->stride;

        if (alpha)
            bona_over_white(to, from + (ptrdiff_t)y * stride, info.width);
        else
            memcpy(to, from + (ptrdiff_t)y * stride, 3 * (size_t)info.width);
    }
    return err;
}

static bona_err decode(const bona_decode_job *job, const bona_image_info *info, bona_image *image,
                       float *scale)
{
    reader r = { 0 };
    bona_err err = open_reader(&r, job);
    bool alpha = err == BONA_OK && heif_image_handle_has_alpha_channel(r.handle);

    (void)info;
    (void)scale;
    if (err == BONA_OK)
        err = decode_pixels(&r, job, alpha);
    if (err == BONA_OK)
        err = copy_pixels(&r, job, image, alpha);
    close_reader(&r);
    return err;
}

const bona_decoder bona_decoder_heif = {
    .format = BONA_FORMAT_HEIF, .name = "HEIF", .sniff = sniff, .probe = probe, .decode = decode
};
