/* SPDX-License-Identifier: Apache-2.0 */
/* Finds out what a picture is, holds it against the limits and hands it to the reader of its
 * format. */
#include "image/decode.h"

#include <string.h>

#include "image/decoder.h"

/* Defaults of bona_limits, as bonafide.h states them. */
#define BYTES_MAX  ((size_t)50 * 1024 * 1024)
#define PIXELS_MAX ((int64_t)100 * 1000 * 1000)
enum { SIDE_PX_MAX = 16384, SIDE_PX_MIN = 1, FRAMES_MAX = 1000 };
enum { SIDE_PX_POSSIBLE = 65535 }; /* px: what bona_image can hold */

/* TGA has no magic number and therefore comes last, so that nothing else can pass for it. */
static const bona_decoder *const decoders[] = {
    &bona_decoder_jpeg, &bona_decoder_png,  &bona_decoder_webp,
    &bona_decoder_gif,  &bona_decoder_heif, &bona_decoder_tiff,
    &bona_decoder_bmp,  &bona_decoder_pnm,  &bona_decoder_tga,
};

enum { DECODERS = sizeof decoders / sizeof decoders[0] };

bool bona_bytes_at(bona_bytes bytes, size_t offset, const char *magic, size_t size)
{
    return bytes.size >= size && offset <= bytes.size - size &&
           memcmp(bytes.data + offset, magic, size) == 0;
}

const char *bona_format_name(bona_format format)
{
    for (int i = 0; i < DECODERS; i++)
        if (decoders[i]->format == format)
            return decoders[i]->name;
    return "unknown";
}

static bona_limits with_defaults(const bona_limits *limits)
{
    bona_limits all = limits != NULL ? *limits : (bona_limits){ 0 };

    if (all.bytes_max == 0)
        all.bytes_max = BYTES_MAX;
    if (all.side_px_max <= 0)
        all.side_px_max = SIDE_PX_MAX;
    if (all.side_px_max > SIDE_PX_POSSIBLE)
        all.side_px_max = SIDE_PX_POSSIBLE;
    if (all.pixels_max <= 0)
        all.pixels_max = PIXELS_MAX;
    if (all.side_px_min <= 0)
        all.side_px_min = SIDE_PX_MIN;
    if (all.frames_max <= 0)
        all.frames_max = FRAMES_MAX;
    if (all.frames_max == INT32_MAX) /* readers count up to one more */
        all.frames_max--;
    return all;
}

bona_err bona_decode_limits(const bona_decode_job *job, const bona_image_info *info)
{
    const bona_limits *max = &job->limits;
    int32_t w = info->width, h = info->height;

    if (w < 1 || h < 1)
        return bona_fail(job->note, BONA_BAD_IMAGE, "the header says %d x %d px", w, h);
    if (w > max->side_px_max || h > max->side_px_max)
        return bona_fail(job->note, BONA_IMAGE_TOO_BIG, "%d x %d px, the limit is %d px a side", w,
                         h, max->side_px_max);
    if ((int64_t)w * h > max->pixels_max)
        return bona_fail(job->note, BONA_IMAGE_TOO_BIG, "%d x %d px, the limit is %lld px in all",
                         w, h, (long long)max->pixels_max);
    if (w < max->side_px_min || h < max->side_px_min)
        return bona_fail(job->note, BONA_IMAGE_TOO_SMALL,
                         "%d x %d px, at least %d px a side are needed", w, h, max->side_px_min);
    if (info->frames > max->frames_max)
        return bona_fail(job->note, BONA_IMAGE_TOO_BIG, "more than %d frames or pages",
                         max->frames_max);
    return BONA_OK;
}

static const bona_decoder *recognise(bona_bytes bytes)
{
    for (int i = 0; i < DECODERS; i++)
        if (decoders[i]->sniff(bytes))
            return decoders[i];
    return NULL;
}

/* Puts the format before the note; a reader that left none gets the error's own text. */
static bona_err name_format(bona_note *note, bona_err err, const bona_decoder *decoder)
{
    if (note != NULL && note->text[0] == 0)
        bona_fail(note, err, "%s", bona_err_text(err));
    return bona_fail_in(note, err, decoder->name);
}

/* Everything that is known without decoding; *found is the reader to go on with. */
static bona_err look_at_header(const bona_decode_job *job, uint32_t formats,
                               const bona_decoder **found, bona_image_info *info)
{
    const bona_decoder *decoder;
    bona_err err;

    *info = (bona_image_info){ .orientation = 1, .frames = 1 };
    if (job->note != NULL)
        job->note->text[0] = 0;
    if (job->bytes.data == NULL || job->bytes.size == 0)
        return bona_fail(job->note, BONA_BAD_IMAGE, "the picture has no bytes");
    if (job->bytes.size > job->limits.bytes_max)
        return bona_fail(job->note, BONA_IMAGE_TOO_LONG, "%zu bytes, the limit is %zu",
                         job->bytes.size, job->limits.bytes_max);
    decoder = recognise(job->bytes);
    if (decoder == NULL)
        return bona_fail(job->note, BONA_IMAGE_FORMAT, "the content is of no known picture format");
    info->format = decoder->format;
    if (formats != 0 && (formats & (uint32_t)decoder->format) == 0)
        return bona_fail(job->note, BONA_IMAGE_FORMAT, "%s is not accepted here", decoder->name);
    err = decoder->probe(job, info);
    if (err != BONA_OK)
        return name_format(job->note, err, decoder);
    *found = decoder;
    return bona_decode_limits(job, info);
}

bona_err bona_image_probe(bona_bytes bytes, uint32_t formats, const bona_limits *limits,
                          bona_image_info *info, bona_note *note)
{
    const bona_decode_job job = { .bytes = bytes, .limits = with_defaults(limits), .note = note };
    const bona_decoder *decoder;

    return look_at_header(&job, formats, &decoder, info);
}

bona_err bona_image_decode(bona_image *image, bona_bytes bytes, uint32_t formats,
                           const bona_limits *limits, bool reduce, bona_image_info *info,
                           float *scale, bona_note *note)
{
    const bona_decode_job job = {
        .bytes = bytes, .limits = with_defaults(limits), .reduce = reduce, .note = note
    };
    const bona_decoder *decoder = NULL;
    bona_image_info header;
    float factor = 1;
    bona_err err;

    *image = (bona_image){ 0 };
    err = look_at_header(&job, formats, &decoder, &header);
    if (info != NULL)
        *info = header;
    if (err == BONA_OK) {
        err = decoder->decode(&job, &header, image, &factor);
        if (err != BONA_OK) {
            bona_image_deinit(image);
            name_format(note, err, decoder);
        }
    }
    if (err == BONA_OK && scale != NULL)
        *scale = factor;
    return err;
}

void bona_over_white(uint8_t *rgb, const uint8_t *rgba, int32_t width)
{
    for (int32_t i = 0; i < width; i++, rgb += 3, rgba += 4) {
        unsigned alpha = rgba[3];
        unsigned white = (255 - alpha) * 255 + 127; /* 127: round to nearest */

        rgb[0] = (uint8_t)((rgba[0] * alpha + white) / 255);
        rgb[1] = (uint8_t)((rgba[1] * alpha + white) / 255);
        rgb[2] = (uint8_t)((rgba[2] * alpha + white) / 255);
    }
}
