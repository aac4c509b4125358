/* SPDX-License-Identifier: Apache-2.0 */
/*
 * WebP through libwebp. The container (RIFF chunks; Google's "WebP Container Specification") is
 * walked here: for the orientation in the EXIF chunk, to count frames, and to find the first frame
 * of an animation.
 */
#include <string.h>
#include <webp/decode.h>

#include "base/mem.h"
#include "image/decoder.h"
#include "image/exif.h"

enum {
    RIFF_BYTES = 12,      /* "RIFF", size, "WEBP" */
    CHUNK_HEAD_BYTES = 8, /* name, size */
    FRAME_HEAD_BYTES = 16 /* of an ANMF chunk: x, y, width, height, duration, flags */
};

/* What the walk finds. */
typedef struct parts {
    bona_bytes exif;
    bona_bytes frame; /* of the first ANMF chunk, behind its head; empty in a still picture */
    int32_t x, y;     /* px: where that frame lies */
    int32_t frames;
} parts;

static bool sniff(bona_bytes bytes)
{
    return bona_bytes_at(bytes, 0, "RIFF", 4) && bona_bytes_at(bytes, 8, "WEBP", 4);
}

static uint32_t little_endian(const uint8_t *p, unsigned size)
{
    uint32_t value = 0;

    for (unsigned i = size; i-- > 0;)
        value = value << 8 | p[i];
    return value;
}

static parts walk_chunks(bona_bytes bytes)
{
    parts found = { 0 };
    size_t at = RIFF_BYTES;

    while (bytes.size > at && bytes.size - at >= CHUNK_HEAD_BYTES) {
        const uint8_t *chunk = bytes.data + at, *content = chunk + CHUNK_HEAD_BYTES;
        size_t size = little_endian(chunk + 4, 4), left = bytes.size - at - CHUNK_HEAD_BYTES;

        if (size > left)
            size = left;
        if (memcmp(chunk, "EXIF", 4) == 0)
            found.exif = (bona_bytes){ .data = content, .size = size };
        if (memcmp(chunk, "ANMF", 4) == 0 && size > FRAME_HEAD_BYTES && found.frames++ == 0) {
            found.frame =
                (bona_bytes){ .data = content + FRAME_HEAD_BYTES, .size = size - FRAME_HEAD_BYTES };
            found.x = 2 * (int32_t)little_endian(content, 3);
            found.y = 2 * (int32_t)little_endian(content + 3, 3);
        }
        at += CHUNK_HEAD_BYTES + size + (size & 1);
    }
    return found;
}

static bona_err fail(const bona_decode_job *job, VP8StatusCode status)
{
    static const char *const reasons[] = {
        "ok",        "out of memory", "wrong parameter",     "damaged data", "unknown variant",
        "suspended", "cancelled",     "the data ends early",
    };
    unsigned index = (unsigned)status < sizeof reasons / sizeof reasons[0] ? (unsigned)status : 3;

    return bona_fail(job->note,
                     status == VP8_STATUS_OUT_OF_MEMORY ? BONA_NO_MEMORY : BONA_BAD_IMAGE, "%s",
                     reasons[index]);
}

static bona_err probe(const bona_decode_job *job, bona_image_info *info)
{
    parts found = walk_chunks(job->bytes);
    WebPBitstreamFeatures features;
    VP8StatusCode status = WebPGetFeatures(job->bytes.data, job->bytes.size, &features);

    if (status != VP8_STATUS_OK)
        return fail(job, status);
    info->width = features.width;
    info->height = features.height;
    info->orientation = bona_exif_orientation(found.exif);
    info->frames = found.frames > 1 ? found.frames : 1;
    if (features.has_animation && found.frames == 0)
        return bona_fail(job->note, BONA_BAD_IMAGE, "an animation without frames");
    return BONA_OK;
}

/* Decodes a still with alpha at (x, y) of the white picture. */
static bona_err decode_alpha(const bona_decode_job *job, bona_bytes still, bona_image *image,
                             int32_t x, int32_t y, const WebPBitstreamFeatures *size)
{
    size_t stride = 4 * (size_t)size->width, bytes = stride * (size_t)size->height;
    uint8_t *rgba = bona_alloc((size_t)size->height, stride);
    bona_err err = BONA_OK;

    if (rgba == NULL)
        return bona_fail(job->note, BONA_NO_MEMORY, "no memory for %d x %d px with alpha",
                         size->width, size->height);
    if (WebPDecodeRGBAInto(still.data, still.size, rgba, bytes, (int)stride) == NULL)
        err = bona_fail(job->note, BONA_BAD_IMAGE, "damaged data or the data ends early");
    for (int32_t row = 0; err == BONA_OK && row < size->height; row++)
        bona_over_white(image->rgb + (y + row) * image->stride + 3 * (ptrdiff_t)x,
                        rgba + (size_t)row * stride, size->width);
    bona_free(rgba);
    return err;
}

static bona_err decode(const bona_decode_job *job, const bona_image_info *info, bona_image *image,
                       float *scale)
{
    parts found = walk_chunks(job->bytes);
    bona_bytes still = found.frames > 0 ? found.frame : job->bytes;
    WebPBitstreamFeatures size;
    VP8StatusCode status = WebPGetFeatures(still.data, still.size, &size);
    uint8_t *corner;
    bona_err err;

    (void)scale;
    if (status != VP8_STATUS_OK)
        return fail(job, status);
    if (found.x > info->width - size.width || found.y > info->height - size.height)
        return bona_fail(job->note, BONA_BAD_IMAGE, "a frame of %d x %d px at %d, %d in %d x %d px",
                         size.width, size.height, found.x, found.y, info->width, info->height);
    err = bona_image_init(image, info->width, info->height);
    if (err != BONA_OK)
        return err;
    if (size.width < info->width || size.height < info->height)
        memset(image->rgb, 255, (size_t)image->stride * (size_t)image->height);
    if (size.has_alpha)
        return decode_alpha(job, still, image, found.x, found.y, &size);
    corner = image->rgb + found.y * image->stride + 3 * (ptrdiff_t)found.x;
    if (WebPDecodeRGBInto(still.data, still.size, corner,
                          (size_t)(image->stride * (image->height - found.y) - 3 * found.x),
                          (int)image->stride) == NULL)
        return bona_fail(job->note, BONA_BAD_IMAGE, "damaged data or the data ends early");
    return BONA_OK;
}

const bona_decoder bona_decoder_webp = {
    .format = BONA_FORMAT_WEBP, .name = "WebP", .sniff = sniff, .probe = probe, .decode = decode
};
