/* SPDX-License-Identifier: Apache-2.0 */
/* WebP, GIF and HEIF, written by libwebp, giflib and libheif's encoders (x265, libaom). */
#include "pictures.h"

#include <gif_lib.h>
#include <libheif/heif.h>
#include <stdlib.h>
#include <string.h>
#include <webp/encode.h>

enum { WEBP_QUALITY = 90, HEIF_QUALITY = 85 };

/* x265 keeps two tables for the life of the process; only its own allocations are excused from the
 * leak check. */
__attribute__((visibility("default"))) const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:x265_malloc\n";
}

static void little_endian(uint8_t *p, size_t value, unsigned size)
{
    for (unsigned i = 0; i < size; i++)
        p[i] = (uint8_t)(value >> 8 * i);
}

/* R G B A of the whole picture; the caller frees it. */
static uint8_t *all_samples(bona_image_view image, const picture_recipe *recipe)
{
    uint8_t *rgba = calloc((size_t)image.width * (size_t)image.height, 4), *p = rgba;

    for (int32_t y = 0; rgba != NULL && y < image.height; y++)
        for (int32_t x = 0; x < image.width; x++, p += 4)
            if (picture_samples(p, image, x, y, recipe->kind) < 4)
                p[3] = 255;
    return rgba;
}

/* Two frames (WebP Container Specification, "Animation"): the whole picture, then its upper left
 * quarter. */
static bool add_animation(bona_buf *out, bona_image_view image, const uint8_t *still, size_t size)
{
    uint8_t head[30 + 14] = "RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0\x02";
    uint8_t frame[24] = "ANMF";
    size_t payload = size - 12; /* without "RIFF", size, "WEBP" */

    little_endian(head + 24, (size_t)image.width - 1, 3);
    little_endian(head + 27, (size_t)image.height - 1, 3);
    memcpy(head + 30, "ANIM\x06\0\0\0\xff\xff\xff\xff\0\0", 14);
    little_endian(head + 4, sizeof head - 8 + 2 * (sizeof frame + payload), 4);
    little_endian(frame + 4, 16 + payload, 4);
    little_endian(frame + 14, (size_t)image.width - 1, 3);
    little_endian(frame + 17, (size_t)image.height - 1, 3);
    frame[20] = 100; /* ms */
    if (bona_buf_add(out, head, sizeof head) != BONA_OK)
        return false;
    for (int i = 0; i < 2; i++)
        if (bona_buf_add(out, frame, sizeof frame) != BONA_OK ||
            bona_buf_add(out, still + 12, payload) != BONA_OK)
            return false;
    return true;
}

bool picture_write_webp(bona_buf *out, bona_image_view image, const picture_recipe *recipe)
{
    uint8_t *rgba = all_samples(image, recipe), *bytes = NULL;
    size_t size;
    bool ok;

    if (recipe->variant == WEBP_LOSSY)
        size = WebPEncodeRGB(image.rgb, image.width, image.height, (int)image.stride, WEBP_QUALITY,
                             &bytes);
    else if (recipe->kind == PICTURE_ALPHA)
        size = WebPEncodeLosslessRGBA(rgba, image.width, image.height, 4 * image.width, &bytes);
    else
        size =
            WebPEncodeLosslessRGB(image.rgb, image.width, image.height, (int)image.stride, &bytes);
    if (recipe->variant == WEBP_ANIMATED)
        ok = size > 0 && add_animation(out, image, bytes, size);
    else
        ok = size > 0 && bona_buf_add(out, bytes, size) == BONA_OK;
    WebPFree(bytes);
    free(rgba);
    return ok;
}

static int on_gif_write(GifFileType *gif, const GifByteType *bytes, int size)
{
    return bona_buf_add(gif->UserData, bytes, (size_t)size) == BONA_OK ? size : 0;
}

static bool put_gif_frame(GifFileType *gif, bona_image_view image, const picture_recipe *recipe)
{
    static const int first[] = { 0, 4, 2, 1, 0 }, step[] = { 8, 8, 4, 2, 1 };
    bool interlaced = recipe->variant == GIF_INTERLACED, ok;
    uint8_t *row = calloc((size_t)image.width, 1);

    ok = row != NULL &&
         EGifPutImageDesc(gif, 0, 0, image.width, image.height, interlaced, NULL) == GIF_OK;
    for (int pass = interlaced ? 0 : 4; ok && pass < (interlaced ? 4 : 5); pass++)
        for (int32_t y = first[pass]; ok && y < image.height; y += step[pass]) {
            for (int32_t x = 0; x < image.width; x++) {
                uint8_t s[4];

                picture_samples(s, image, x, y, recipe->kind);
                row[x] = s[0];
            }
            ok = EGifPutLine(gif, row, image.width) == GIF_OK;
        }
    free(row);
    return ok;
}

bool picture_write_gif(bona_buf *out, bona_image_view image, const picture_recipe *recipe)
{
    int code;
    GifFileType *gif = EGifOpen(out, on_gif_write, &code);
    GifColorType colours[256];
    ColorMapObject *map;
    bool ok;

    for (int i = 0; i < 256; i++) {
        uint8_t rgb[3];

        picture_palette_colour(rgb, i);
        colours[i] = (GifColorType){ rgb[0], rgb[1], rgb[2] };
    }
    map = GifMakeMapObject(256, colours);
    EGifSetGifVersion(gif, true);
    ok = EGifPutScreenDesc(gif, image.width, image.height, 8, 0, map) == GIF_OK &&
         put_gif_frame(gif, image, recipe);
    if (ok && recipe->variant == GIF_TWO_FRAMES)
        ok = put_gif_frame(gif, image, recipe);
    GifFreeMapObject(map);
    return EGifCloseFile(gif, &code) == GIF_OK && ok;
}

static struct heif_error on_heif_write(struct heif_context *context, const void *bytes, size_t size,
                                       void *user)
{
    struct heif_error error = { heif_error_Ok, heif_suberror_Unspecified, "" };

    (void)context;
    if (bona_buf_add(user, bytes, size) != BONA_OK)
        error.code = heif_error_Encoding_error;
    return error;
}

static struct heif_image *heif_pixels(bona_image_view image, const picture_recipe *recipe)
{
    uint8_t *rgba = all_samples(image, recipe), *plane;
    struct heif_image *pixels = NULL;
    int stride;

    heif_image_create(image.width, image.height, heif_colorspace_RGB, heif_chroma_interleaved_RGBA,
                      &pixels);
    heif_image_add_plane(pixels, heif_channel_interleaved, image.width, image.height, 8);
    plane = heif_image_get_plane(pixels, heif_channel_interleaved, &stride);
    for (int32_t y = 0; y < image.height; y++)
        memcpy(plane + (ptrdiff_t)y * stride, rgba + (size_t)y * 4 * (size_t)image.width,
               4 * (size_t)image.width);
    free(rgba);
    return pixels;
}

bool picture_write_heif(bona_buf *out, bona_image_view image, const picture_recipe *recipe)
{
    struct heif_context *context = heif_context_alloc();
    struct heif_image *pixels = heif_pixels(image, recipe);
    struct heif_encoder *encoder = NULL;
    struct heif_encoding_options *options = heif_encoding_options_alloc();
    struct heif_writer writer = { .writer_api_version = 1, .write = on_heif_write };
    struct heif_error error;

    error = heif_context_get_encoder_for_format(
        context, recipe->variant == HEIF_AV1 ? heif_compression_AV1 : heif_compression_HEVC,
        &encoder);
    options->save_alpha_channel = recipe->kind == PICTURE_ALPHA;
    if (error.code == heif_error_Ok) {
        heif_encoder_set_lossy_quality(encoder, HEIF_QUALITY);
        error = heif_context_encode_image(context, pixels, encoder, options, NULL);
    }
    if (error.code == heif_error_Ok)
        error = heif_context_write(context, &writer, out);
    heif_encoding_options_free(options);
    heif_encoder_release(encoder);
    heif_image_release(pixels);
    heif_context_free(context);
    return error.code == heif_error_Ok;
}
