/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GIF (CompuServe, "Graphics Interchange Format", version 89a): the first frame, through giflib.
 * Transparent pixels and what the frame does not cover are white. Frames are counted by a walk over
 * the blocks, which decodes nothing.
 */
#include <gif_lib.h>
#include <string.h>

#include "base/mem.h"
#include "image/decoder.h"

enum {
    SCREEN_END = 13,       /* bytes: signature and screen descriptor */
    IMAGE_HEAD_BYTES = 10, /* separator, place, size, flags */
    HAS_TABLE = 0x80,
    TABLE_SIZE = 0x07,
    WHITE = 255
};

typedef struct reader {
    bona_bytes bytes;
    size_t at;
} reader;

static bool sniff(bona_bytes bytes)
{
    return bona_bytes_at(bytes, 0, "GIF87a", 6) || bona_bytes_at(bytes, 0, "GIF89a", 6);
}

static size_t table_bytes(uint8_t flags)
{
    return flags & HAS_TABLE ? (size_t)3 << ((flags & TABLE_SIZE) + 1) : 0;
}

/* The offset behind a chain of data sub-blocks. */
static size_t skip_blocks(bona_bytes bytes, size_t at)
{
    while (at < bytes.size && bytes.data[at] != 0)
        at += (size_t)bytes.data[at] + 1;
    return at + 1;
}

static int32_t count_frames(bona_bytes bytes, int32_t most)
{
    size_t at = SCREEN_END + table_bytes(bytes.data[10]);
    int32_t frames = 0;

    while (at < bytes.size && frames < most) {
        if (bytes.data[at] == 0x21) {
            at = skip_blocks(bytes, at + 2);
        } else if (bytes.data[at] == 0x2c && bytes.size - at > IMAGE_HEAD_BYTES) {
            frames++;
            at = skip_blocks(bytes, at + IMAGE_HEAD_BYTES + table_bytes(bytes.data[at + 9]) + 1);
        } else {
            break;
        }
    }
    return frames;
}

static bona_err probe(const bona_decode_job *job, bona_image_info *info)
{
    const uint8_t *data = job->bytes.data;

    if (job->bytes.size < SCREEN_END)
        return bona_fail(job->note, BONA_BAD_IMAGE, "%zu bytes are no header", job->bytes.size);
    info->width = data[6] | data[7] << 8;
    info->height = data[8] | data[9] << 8;
    info->frames = count_frames(job->bytes, job->limits.frames_max + 1);
    if (info->frames == 0)
        return bona_fail(job->note, BONA_BAD_IMAGE, "no frame in %zu bytes", job->bytes.size);
    return BONA_OK;
}

static int on_read(GifFileType *gif, GifByteType *target, int size)
{
    reader *r = gif->UserData;
    size_t left = r->bytes.size - r->at, taken = (size_t)size < left ? (size_t)size : left;

    memcpy(target, r->bytes.data + r->at, taken);
    r->at += taken;
    return (int)taken;
}

/* Goes to the first frame; *transparent is its index of "nothing", -1 = none. */
static bona_err find_frame(const bona_decode_job *job, GifFileType *gif, int *transparent)
{
    for (;;) {
        GifRecordType record;
        GifByteType *block;
        int code;

        if (DGifGetRecordType(gif, &record) == GIF_ERROR || record == TERMINATE_RECORD_TYPE)
            return bona_fail(job->note, BONA_BAD_IMAGE, "no frame");
        if (record == IMAGE_DESC_RECORD_TYPE)
            return BONA_OK;
        if (DGifGetExtension(gif, &code, &block) == GIF_ERROR)
            return bona_fail(job->note, BONA_BAD_IMAGE, "damaged extension");
        while (block != NULL) {
            GraphicsControlBlock control;

            if (code == GRAPHICS_EXT_FUNC_CODE &&
                DGifExtensionToGCB(block[0], block + 1, &control) == GIF_OK)
                *transparent = control.TransparentColor;
            if (DGifGetExtensionNext(gif, &block) == GIF_ERROR)
                return bona_fail(job->note, BONA_BAD_IMAGE, "damaged extension");
        }
    }
}

/* Writes one row of indices into the picture where it lies inside. */
static void paint_row(bona_image *image, const GifImageDesc *frame, int32_t y,
                      const uint8_t *indices, const ColorMapObject *colours, int transparent)
{
    uint8_t *row = image->rgb + (frame->Top + y) * image->stride;

    if (frame->Top + y >= image->height)
        return;
    for (int32_t x = 0; x < frame->Width && frame->Left + x < image->width; x++) {
        uint8_t *to = row + 3 * (ptrdiff_t)(frame->Left + x);

        if (indices[x] == transparent || indices[x] >= colours->ColorCount)
            continue;
        to[0] = colours->Colors[indices[x]].Red;
        to[1] = colours->Colors[indices[x]].Green;
        to[2] = colours->Colors[indices[x]].Blue;
    }
}

static bona_err read_rows(const bona_decode_job *job, GifFileType *gif, bona_image *image,
                          uint8_t *indices, int transparent)
{
    static const struct {
        int32_t first, step;
    } passes[] = {
        { 0, 8 }, { 4, 8 }, { 2, 4 }, { 1, 2 }, { 0, 1 }
    }; /* GIF89a, appendix E; then plain */
    const GifImageDesc *frame = &gif->Image;
    const ColorMapObject *colours = frame->ColorMap != NULL ? frame->ColorMap : gif->SColorMap;
    int pass = frame->Interlace ? 0 : 4, end = frame->Interlace ? 4 : 5;

    if (colours == NULL)
        return bona_fail(job->note, BONA_BAD_IMAGE, "no colour table");
    for (; pass < end; pass++)
        for (int32_t y = passes[pass].first; y < frame->Height; y += passes[pass].step) {
            if (DGifGetLine(gif, indices, frame->Width) == GIF_ERROR)
                return bona_fail(job->note, BONA_BAD_IMAGE,
                                 "damaged data or its end at row %d of %d", y, frame->Height);
            paint_row(image, frame, y, indices, colours, transparent);
        }
    return BONA_OK;
}

static bona_err decode_frame(const bona_decode_job *job, const bona_image_info *info,
                             GifFileType *gif, bona_image *image)
{
    bona_image_info frame = { .frames = 1 };
    int transparent = -1;
    uint8_t *indices;
    bona_err err = find_frame(job, gif, &transparent);

    if (err != BONA_OK)
        return err;
    if (DGifGetImageDesc(gif) == GIF_ERROR)
        return bona_fail(job->note, BONA_BAD_IMAGE, "damaged frame header");
    frame.width = gif->Image.Width;
    frame.height = gif->Image.Height;
    err = bona_decode_limits(job, &frame);
    if (err == BONA_OK)
        err = bona_image_init(image, info->width, info->height);
    if (err != BONA_OK)
        return err;
    memset(image->rgb, WHITE, (size_t)image->stride * (size_t)image->height);
    indices = bona_alloc((size_t)frame.width, 1);
    if (indices == NULL)
        return BONA_NO_MEMORY;
    err = read_rows(job, gif, image, indices, transparent);
    bona_free(indices);
    return err;
}

static bona_err decode(const bona_decode_job *job, const bona_image_info *info, bona_image *image,
                       float *scale)
{
    reader r = { .bytes = job->bytes };
    int code = 0;
    GifFileType *gif = DGifOpen(&r, on_read, &code);
    bona_err err;

    (void)scale;
    if (gif == NULL)
        return bona_fail(job->note,
                         code == D_GIF_ERR_NOT_ENOUGH_MEM ? BONA_NO_MEMORY : BONA_BAD_IMAGE,
                         "damaged header (giflib error %d)", code);
    err = decode_frame(job, info, gif, image);
    DGifCloseFile(gif, &code);
    return err;
}

const bona_decoder bona_decoder_gif = {
    .format = BONA_FORMAT_GIF, .name = "GIF", .sniff = sniff, .probe = probe, .decode = decode
};
