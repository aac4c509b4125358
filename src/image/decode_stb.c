/* SPDX-License-Identifier: Apache-2.0 */
/*
 * BMP and TGA through stb_image, compiled with nothing but these two. Headers are checked here
 * first, strictly: TGA has no magic number, and neither format may promise pixels that the file
 * cannot hold.
 */
#include <assert.h>
#include <string.h>

#include "base/mem.h"
#include "image/decoder.h"

enum { STB_SIDE_PX_MAX = 65535 };

#define STB_IMAGE_STATIC
#define STB_IMAGE_IMPLEMENTATION
#define STBI_ONLY_BMP
#define STBI_ONLY_TGA
#define STBI_NO_STDIO
#define STBI_NO_LINEAR
#define STBI_NO_HDR
#define STBI_MAX_DIMENSIONS    STB_SIDE_PX_MAX
#define STBI_MALLOC(size)      bona_alloc(1, size)
#define STBI_REALLOC(p, size)  bona_realloc(p, 1, size)
#define STBI_FREE(p)           bona_free(p)
#define STBI_ASSERT(condition) assert(condition)
#include <stb/stb_image.h>

enum {
    BMP_HEAD_BYTES = 26, /* file header, and of the core header what is needed */
    BMP_INFO_BYTES = 40, /* BITMAPINFOHEADER */
    TGA_HEAD_BYTES = 18, /* Truevision TGA 2.0, "TGA file header" */
    TGA_MAPPED = 1,      /* picture types, plus TGA_PACKED where run lengths are used */
    TGA_COLOUR = 2,
    TGA_GREY = 3,
    TGA_PACKED = 8,
    TGA_RUN_PX_MAX = 128,
    TGA_ALPHA_BITS = 0x0f,
    TGA_UNUSED_BITS = 0xc0
};

static int64_t little_endian(const uint8_t *p, unsigned size)
{
    uint32_t value = 0;

    for (unsigned i = size; i-- > 0;)
        value = value << 8 | p[i];
    return size == 4 ? (int64_t)(int32_t)value : (int64_t)value;
}

static bool bmp_sniff(bona_bytes bytes)
{
    return bytes.size >= 18 && bona_bytes_at(bytes, 0, "BM", 2) && bytes.data[15] == 0 &&
           bytes.data[16] == 0 && bytes.data[17] == 0 && bytes.data[14] >= 12 &&
           bytes.data[14] <= 124;
}

static bona_err bmp_probe(const bona_decode_job *job, bona_image_info *info)
{
    const uint8_t *head = job->bytes.data;
    int64_t size = (int64_t)job->bytes.size, width, height, bits, offset, row;
    bool core;

    if (size < BMP_HEAD_BYTES || (head[14] > 12 && size < 14 + BMP_INFO_BYTES))
        return bona_fail(job->note, BONA_BAD_IMAGE, "%lld bytes are no header", (long long)size);
    core = head[14] == 12;
    offset = little_endian(head + 10, 4);
    width = little_endian(head + 18, core ? 2 : 4);
    height = core ? little_endian(head + 20, 2) : little_endian(head + 22, 4);
    bits = little_endian(head + (core ? 24 : 28), 2);
    if (height < 0)
        height = -height; /* rows from the top down */
    if (width < 1 || height < 1 || height > INT32_MAX || bits > 32)
        return bona_fail(job->note, BONA_BAD_IMAGE, "the header says %lld x %lld px of %lld bits",
                         (long long)width, (long long)height, (long long)bits);
    info->width = (int32_t)width;
    info->height = (int32_t)height;
    if (!core && little_endian(head + 30, 4) != 0 && little_endian(head + 30, 4) != 3)
        return bona_fail(job->note, BONA_IMAGE_FORMAT, "compression %lld; only 0 and 3 are read",
                         (long long)little_endian(head + 30, 4));
    row = (width * bits + 31) / 32 * 4;
    /* Divided, since a row and the height may be so large that their product is no int64_t. */
    if (bits < 1 || offset < BMP_HEAD_BYTES || offset > size || height - 1 > (size - offset) / row)
        return bona_fail(job->note, BONA_BAD_IMAGE, "%lld x %lld px of %lld bits in %lld bytes",
                         (long long)width, (long long)height, (long long)bits, (long long)size);
    return BONA_OK;
}

/* Bytes of the colour table; -1 when header fields contradict each other. */
static int64_t tga_table(const uint8_t *head)
{
    int64_t entries = little_endian(head + 5, 2);
    unsigned type = head[2] & ~(unsigned)TGA_PACKED, depth = head[7], bits = head[16];
    bool depth_fits = depth == 15 || depth == 16 || depth == 24 || depth == 32;

    if (head[1] > 1 || (head[17] & TGA_UNUSED_BITS) != 0 || (head[17] & TGA_ALPHA_BITS) > 8)
        return -1;
    if (type == TGA_MAPPED)
        return head[1] == 1 && bits == 8 && depth_fits && entries > 0 && entries <= 256
                   ? entries * ((depth + 7) / 8)
                   : -1;
    if (head[1] != 0 || entries != 0)
        return -1;
    if (type == TGA_COLOUR)
        return bits == 15 || bits == 16 || bits == 24 || bits == 32 ? 0 : -1;
    return type == TGA_GREY && bits == 8 ? 0 : -1;
}

/* A header that fits together and bytes enough for the pixels it promises; text never passes: its
 * second byte is over 1. */
static bool tga_sniff(bona_bytes bytes)
{
    const uint8_t *head = bytes.data;
    int64_t pixels, pixel_bytes, table, least;

    if (bytes.size <= TGA_HEAD_BYTES)
        return false;
    table = tga_table(head);
    pixels = little_endian(head + 12, 2) * little_endian(head + 14, 2);
    pixel_bytes = (head[16] + 7) / 8;
    if (table < 0 || pixels == 0)
        return false;
    least = head[2] & TGA_PACKED
                ? (pixels + TGA_RUN_PX_MAX - 1) / TGA_RUN_PX_MAX * (1 + pixel_bytes)
                : pixels * pixel_bytes;
    return (int64_t)bytes.size >= TGA_HEAD_BYTES + head[0] + table + least;
}

static bona_err tga_probe(const bona_decode_job *job, bona_image_info *info)
{
    info->width = (int32_t)little_endian(job->bytes.data + 12, 2);
    info->height = (int32_t)little_endian(job->bytes.data + 14, 2);
    return BONA_OK;
}

static bona_err decode(const bona_decode_job *job, const bona_image_info *info, bona_image *image,
                       float *scale)
{
    int width = 0, height = 0, channels = 0;
    bool opaque = info->format == BONA_FORMAT_TGA && (job->bytes.data[17] & TGA_ALPHA_BITS) == 0;
    uint8_t *rgba = stbi_load_from_memory(job->bytes.data, (int)job->bytes.size, &width, &height,
                                          &channels, opaque ? 3 : 4);
    bona_err err = BONA_OK;

    (void)scale;
    if (rgba == NULL)
        return bona_fail(job->note,
                         strcmp(stbi_failure_reason(), "outofmem") == 0 ? BONA_NO_MEMORY
                                                                        : BONA_BAD_IMAGE,
                         "%s", stbi_failure_reason());
    if (width != info->width || height != info->height)
        err = bona_fail(job->note, BONA_BAD_IMAGE, "two sizes: %d x %d and %d x %d px", width,
                        height, info->width, info->height);
    if (err == BONA_OK)
        err = bona_image_init(image, width, height);
    for (int32_t y = 0; err == BONA_OK && y < height; y++) {
        uint8_t *row = image->rgb + y * image->stride;

        if (opaque)
            memcpy(row, rgba + (size_t)y * 3 * (size_t)width, 3 * (size_t)width);
        else
            bona_over_white(row, rgba + (size_t)y * 4 * (size_t)width, width);
    }
    stbi_image_free(rgba);
    return err;
}

const bona_decoder bona_decoder_bmp = { .format = BONA_FORMAT_BMP,
                                        .name = "BMP",
                                        .sniff = bmp_sniff,
                                        .probe = bmp_probe,
                                        .decode = decode };

const bona_decoder bona_decoder_tga = { .format = BONA_FORMAT_TGA,
                                        .name = "TGA",
                                        .sniff = tga_sniff,
                                        .probe = tga_probe,
                                        .decode = decode };
