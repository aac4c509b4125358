/* SPDX-License-Identifier: Apache-2.0 */
/* TIFF in its many forms, written by libtiff into memory. */
#include "pictures.h"

#include <stdlib.h>
#include <string.h>
#include <tiffio.h>

enum { TILE_PX = 32, STRIP_ROWS = 7, PAGE_ROW_MAX = 8 * 65536 };

/* libtiff wants to seek and read back what it wrote. */
typedef struct memory {
    uint8_t *bytes;
    size_t size, room, at;
} memory;

static tmsize_t on_read(thandle_t handle, void *target, tmsize_t size)
{
    memory *m = handle;
    size_t left = m->at < m->size ? m->size - m->at : 0,
           taken = (size_t)size < left ? (size_t)size : left;

    if (taken > 0)
        memcpy(target, m->bytes + m->at, taken);
    m->at += taken;
    return (tmsize_t)taken;
}

static tmsize_t on_write(thandle_t handle, void *source, tmsize_t size)
{
    memory *m = handle;

    if (m->at + (size_t)size > m->room) {
        size_t room = 2 * (m->at + (size_t)size);
        uint8_t *bytes = realloc(m->bytes, room);

        if (bytes == NULL)
            return 0;
        memset(bytes + m->room, 0, room - m->room);
        m->bytes = bytes;
        m->room = room;
    }
    memcpy(m->bytes + m->at, source, (size_t)size);
    m->at += (size_t)size;
    if (m->at > m->size)
        m->size = m->at;
    return size;
}

static toff_t on_seek(thandle_t handle, toff_t offset, int whence)
{
    memory *m = handle;

    m->at = (size_t)(whence == SEEK_CUR   ? m->at + offset
                     : whence == SEEK_END ? m->size + offset
                                          : offset);
    return m->at;
}

static int on_close(thandle_t handle)
{
    (void)handle;
    return 0;
}

static toff_t on_size(thandle_t handle)
{
    return ((memory *)handle)->size;
}

static void set_colours(TIFF *tiff, picture_kind kind)
{
    uint16_t red[256], green[256], blue[256];

    if (kind == PICTURE_PALETTE) {
        for (int i = 0; i < 256; i++) {
            uint8_t rgb[3];

            picture_palette_colour(rgb, i);
            red[i] = (uint16_t)(rgb[0] * 257);
            green[i] = (uint16_t)(rgb[1] * 257);
            blue[i] = (uint16_t)(rgb[2] * 257);
        }
        TIFFSetField(tiff, TIFFTAG_COLORMAP, red, green, blue);
    }
    if (kind == PICTURE_ALPHA) {
        uint16_t straight = EXTRASAMPLE_UNASSALPHA;

        TIFFSetField(tiff, TIFFTAG_EXTRASAMPLES, 1, &straight);
    }
    TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC,
                 kind == PICTURE_PALETTE                        ? PHOTOMETRIC_PALETTE
                 : kind == PICTURE_RGB || kind == PICTURE_ALPHA ? PHOTOMETRIC_RGB
                                                                : PHOTOMETRIC_MINISBLACK);
}

static void set_form(TIFF *tiff, bona_image_view image, const picture_recipe *recipe)
{
    int samples = recipe->kind == PICTURE_RGB ? 3 : recipe->kind == PICTURE_ALPHA ? 4 : 1;

    TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, image.width);
    TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, image.height);
    TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, samples);
    TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE,
                 recipe->kind == PICTURE_BIT       ? 1
                 : recipe->variant == TIFF_SIXTEEN ? 16
                                                   : 8);
    TIFFSetField(tiff, TIFFTAG_PLANARCONFIG,
                 recipe->variant == TIFF_PLANES ? PLANARCONFIG_SEPARATE : PLANARCONFIG_CONTIG);
    TIFFSetField(tiff, TIFFTAG_COMPRESSION,
                 recipe->variant == TIFF_LZW   ? COMPRESSION_LZW
                 : recipe->variant == TIFF_FAX ? COMPRESSION_CCITTFAX4
                                               : COMPRESSION_NONE);
    if (recipe->variant == TIFF_TILES) {
        TIFFSetField(tiff, TIFFTAG_TILEWIDTH, TILE_PX);
        TIFFSetField(tiff, TIFFTAG_TILELENGTH, TILE_PX);
    } else {
        TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP, STRIP_ROWS);
    }
    set_colours(tiff, recipe->kind);
}

/* Row y as stored; `plane` -1 = all samples. */
static void fill_row(uint8_t *row, bona_image_view image, int32_t y, const picture_recipe *recipe,
                     int plane)
{
    for (int32_t x = 0; x < image.width; x++) {
        uint8_t s[4];
        int count = picture_samples(s, image, x, y, recipe->kind);

        if (recipe->kind == PICTURE_BIT) {
            row[x / 8] = (uint8_t)(x % 8 == 0 ? 0 : row[x / 8]);
            row[x / 8] |= (uint8_t)((s[0] & 1) << (7 - x % 8));
            continue;
        }
        for (int k = 0; k < count; k++) {
            if (plane >= 0 && k != plane)
                continue;
            *row++ = s[k];
            if (recipe->variant == TIFF_SIXTEEN)
                *row++ = s[k];
        }
    }
}

static bool write_tiles(TIFF *tiff, bona_image_view image)
{
    uint8_t tile[TILE_PX * TILE_PX * 3];

    for (int32_t v = 0; v < image.height; v += TILE_PX)
        for (int32_t u = 0; u < image.width; u += TILE_PX) {
            memset(tile, 0, sizeof tile);
            for (int32_t y = v; y < v + TILE_PX && y < image.height; y++) {
                int32_t columns = image.width - u < TILE_PX ? image.width - u : TILE_PX;

                memcpy(tile + (size_t)(y - v) * 3 * TILE_PX,
                       image.rgb + y * image.stride + 3 * (ptrdiff_t)u, 3 * (size_t)columns);
            }
            if (TIFFWriteTile(tiff, tile, (uint32_t)u, (uint32_t)v, 0, 0) < 0)
                return false;
        }
    return true;
}

static bool write_page(TIFF *tiff, bona_image_view image, const picture_recipe *recipe)
{
    static uint8_t row[PAGE_ROW_MAX];
    int planes = recipe->variant == TIFF_PLANES ? 3 : 1;

    set_form(tiff, image, recipe);
    if (recipe->variant == TIFF_TILES)
        return write_tiles(tiff, image) && TIFFWriteDirectory(tiff) == 1;
    for (int plane = 0; plane < planes; plane++)
        for (int32_t y = 0; y < image.height; y++) {
            fill_row(row, image, y, recipe, planes > 1 ? plane : -1);
            if (TIFFWriteScanline(tiff, row, (uint32_t)y, (uint16_t)plane) < 0)
                return false;
        }
    return TIFFWriteDirectory(tiff) == 1;
}

bool picture_write_tiff(bona_buf *out, bona_image_view image, const picture_recipe *recipe)
{
    memory m = { 0 };
    TIFF *tiff = TIFFClientOpen("picture", "wm", &m, on_read, on_write, on_seek, on_close, on_size,
                                NULL, NULL);
    bool ok = tiff != NULL && write_page(tiff, image, recipe);

    if (ok && recipe->variant == TIFF_TWO_PAGES)
        ok = write_page(tiff, image, recipe);
    if (tiff != NULL)
        TIFFClose(tiff);
    ok = ok && bona_buf_add(out, m.bytes, m.size) == BONA_OK;
    free(m.bytes);
    return ok;
}
