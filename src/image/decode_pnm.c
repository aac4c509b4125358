/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PNM: the six kinds of Netpbm's pbm(5), pgm(5) and ppm(5) manual pages. P1 to P3 are text, P4 to
 * P6 binary; P1 and P4 have one bit per pixel (1 = black), P2 and P5 are grey, P3 and P6 colour,
 * with samples of 0 to `maxval`, two bytes big-endian over 255.
 */
#include <string.h>

#include "image/decoder.h"

enum { MAXVAL_MAX = 65535, NUMBER_MAX = 100000000, KIND_BITMAP = 1, KIND_COLOUR = 3 };

typedef struct pnm {
    bona_bytes bytes;
    size_t at; /* next byte */
    bool text;
    int kind; /* 1 bitmap, 2 grey, 3 colour */
    int32_t width, height;
    int32_t maxval;
} pnm;

static bool is_space(uint8_t c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Skips white space and comments, which run from # to the end of the line. */
static void skip_space(pnm *p)
{
    const uint8_t *data = p->bytes.data;

    while (p->at < p->bytes.size && (is_space(data[p->at]) || data[p->at] == '#')) {
        if (data[p->at] == '#')
            while (p->at < p->bytes.size && data[p->at] != '\n' && data[p->at] != '\r')
                p->at++;
        else
            p->at++;
    }
}

/* The next number; -1 when there is none. */
static int32_t number(pnm *p)
{
    int32_t value = 0;
    size_t first;

    skip_space(p);
    first = p->at;
    while (p->at < p->bytes.size && p->bytes.data[p->at] >= '0' && p->bytes.data[p->at] <= '9') {
        value = value * 10 + (p->bytes.data[p->at++] - '0');
        if (value > NUMBER_MAX)
            return -1;
    }
    return p->at > first ? value : -1;
}

static bool read_header(pnm *p, bona_bytes bytes)
{
    *p = (pnm){ .bytes = bytes, .at = 2, .maxval = 1 };
    if (bytes.size < 8 || bytes.data[0] != 'P' || bytes.data[1] < '1' || bytes.data[1] > '6' ||
        !(is_space(bytes.data[2]) || bytes.data[2] == '#'))
        return false;
    p->text = bytes.data[1] <= '3';
    p->kind = (bytes.data[1] - '1') % 3 + 1;
    p->width = number(p);
    p->height = number(p);
    if (p->kind != KIND_BITMAP)
        p->maxval = number(p);
    if (p->width < 0 || p->height < 0 || p->maxval < 1 || p->maxval > MAXVAL_MAX ||
        p->at >= bytes.size || !is_space(bytes.data[p->at]))
        return false;
    p->at++; /* exactly one white space ends the header */
    return true;
}

static bool sniff(bona_bytes bytes)
{
    pnm p;

    return read_header(&p, bytes);
}

/* Bytes the pixels take at least; text needs a digit per sample, and a space between those that are
 * not bits. */
static int64_t least_bytes(const pnm *p)
{
    int64_t samples = (int64_t)p->width * (p->kind == KIND_COLOUR ? 3 : 1);

    if (p->text)
        return p->kind == KIND_BITMAP ? samples * p->height : samples * p->height * 2 - 1;
    if (p->kind == KIND_BITMAP)
        return ((int64_t)p->width + 7) / 8 * p->height;
    return samples * p->height * (p->maxval > 255 ? 2 : 1);
}

static bona_err probe(const bona_decode_job *job, bona_image_info *info)
{
    pnm p;
    int64_t left;

    if (!read_header(&p, job->bytes))
        return bona_fail(job->note, BONA_BAD_IMAGE, "damaged header");
    info->width = p.width;
    info->height = p.height;
    left = (int64_t)(job->bytes.size - p.at);
    if (p.width > 0 && p.height > 0 && least_bytes(&p) / p.height > left / p.height)
        return bona_fail(job->note, BONA_BAD_IMAGE,
                         "%d x %d px take %lld bytes or more, %lld are there", p.width, p.height,
                         (long long)least_bytes(&p), (long long)left);
    return BONA_OK;
}

/* The next sample as 0..255; -1 when it is missing or over maxval. */
static int32_t text_sample(pnm *p)
{
    int32_t value;

    if (p->kind == KIND_BITMAP) {
        skip_space(p);
        if (p->at >= p->bytes.size || (p->bytes.data[p->at] != '0' && p->bytes.data[p->at] != '1'))
            return -1;
        return p->bytes.data[p->at++] == '0' ? 255 : 0;
    }
    value = number(p);
    if (value < 0 || value > p->maxval)
        return -1;
    return (int32_t)(((int64_t)value * 255 + p->maxval / 2) / p->maxval);
}

/* Sample i of a binary row; bits run from the highest down. Values over maxval count as maxval. */
static int32_t binary_sample(const pnm *p, const uint8_t *row, int32_t i)
{
    int64_t value;

    if (p->kind == KIND_BITMAP)
        return row[i >> 3] >> (7 - (i & 7)) & 1 ? 0 : 255;
    value = p->maxval > 255 ? row[2 * (ptrdiff_t)i] << 8 | row[2 * (ptrdiff_t)i + 1] : row[i];
    if (value > p->maxval)
        value = p->maxval;
    return (int32_t)((value * 255 + p->maxval / 2) / p->maxval);
}

static bool read_row(pnm *p, uint8_t *rgb)
{
    const uint8_t *row = p->bytes.data + p->at;
    int32_t samples = p->width * (p->kind == KIND_COLOUR ? 3 : 1);

    for (int32_t i = 0; i < samples; i++) {
        int32_t value = p->text ? text_sample(p) : binary_sample(p, row, i);

        if (value < 0)
            return false;
        if (p->kind == KIND_COLOUR)
            rgb[i] = (uint8_t)value;
        else
            memset(rgb + 3 * (ptrdiff_t)i, value, 3);
    }
    if (!p->text)
        p->at += p->kind == KIND_BITMAP ? ((size_t)samples + 7) / 8
                                        : (size_t)samples * (p->maxval > 255 ? 2 : 1);
    return true;
}

static bona_err decode(const bona_decode_job *job, const bona_image_info *info, bona_image *image,
                       float *scale)
{
    bona_err err = bona_image_init(image, info->width, info->height);
    pnm p;

    (void)scale;
    if (err != BONA_OK)
        return err;
    read_header(&p, job->bytes);
    for (int32_t y = 0; y < image->height; y++)
        if (!read_row(&p, image->rgb + y * image->stride))
            return bona_fail(job->note, BONA_BAD_IMAGE, "a sample of row %d is missing or over %d",
                             y, p.maxval);
    return BONA_OK;
}

const bona_decoder bona_decoder_pnm = {
    .format = BONA_FORMAT_PNM, .name = "PNM", .sniff = sniff, .probe = probe, .decode = decode
};
