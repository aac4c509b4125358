/* SPDX-License-Identifier: Apache-2.0 */
/* Base64; see base64.h. */
#include "wire/base64.h"

#include <assert.h>
#include <string.h>
#ifdef __x86_64__
#include <immintrin.h>
#endif

static const char standard[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char url[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

enum { NONE = 255 };

/* The value of a character, or NONE. Arithmetic instead of a table: it needs no initialisation and
 * 10 lines. */
static uint8_t value_of(char c, bona_base64_mode mode)
{
    const char *last = mode == BONA_BASE64_URL ? "-_" : "+/";

    if (c >= 'A' && c <= 'Z')
        return (uint8_t)(c - 'A');
    if (c >= 'a' && c <= 'z')
        return (uint8_t)(c - 'a' + 26);
    if (c >= '0' && c <= '9')
        return (uint8_t)(c - '0' + 52);
    return c == last[0] ? 62 : c == last[1] ? 63 : NONE;
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

#ifdef __x86_64__
/*
 * 32 characters to 24 bytes at a time with AVX2, after W. Mula and D. Lemire, "Faster Base64
 * Encoding and Decoding Using AVX2 Instructions", ACM Transactions on the Web 12 (2018), section 4:
 * nibble tables find the range a character is in, one addition turns it into its value, two
 * multiply-adds pack four values into three bytes. Stops at the first block with anything but the
 * standard alphabet. Returns the characters that were taken.
 */
__attribute__((target("avx2"))) static size_t decode_blocks(uint8_t *out, size_t room,
                                                            const char *text, size_t size)
{
    const __m256i low_ok =
        _mm256_setr_epi8(0x15, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x13, 0x1A,
                         0x1B, 0x1B, 0x1B, 0x1A, 0x15, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11,
                         0x11, 0x11, 0x13, 0x1A, 0x1B, 0x1B, 0x1B, 0x1A);
    const __m256i high_ok =
        _mm256_setr_epi8(0x10, 0x10, 0x01, 0x02, 0x04, 0x08, 0x04, 0x08, 0x10, 0x10, 0x10, 0x10,
                         0x10, 0x10, 0x10, 0x10, 0x10, 0x10, 0x01, 0x02, 0x04, 0x08, 0x04, 0x08,
                         0x10, 0x10, 0x10, 0x10, 0x10, 0x10, 0x10, 0x10);
    const __m256i shift =
        _mm256_setr_epi8(0, 16, 19, 4, -65, -65, -71, -71, 0, 0, 0, 0, 0, 0, 0, 0, 0, 16, 19, 4,
                         -65, -65, -71, -71, 0, 0, 0, 0, 0, 0, 0, 0);
    const __m256i pack = _mm256_setr_epi8(2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12, -1, -1, -1, -1, 2,
                                          1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12, -1, -1, -1, -1);
    const __m256i join = _mm256_setr_epi32(0, 1, 2, 4, 5, 6, -1, -1);
    const __m256i slash = _mm256_set1_epi8('/');
    size_t at = 0, put = 0;

    /* Each store writes 32 bytes of which 24 count. */
    for (; size - at >= 32 && room - put >= 32; at += 32, put += 24) {
        __m256i in = _mm256_loadu_si256((const __m256i *)(const void *)(text + at));
        __m256i high = _mm256_and_si256(_mm256_srli_epi32(in, 4), _mm256_set1_epi8(0x0F));
        __m256i low = _mm256_and_si256(in, _mm256_set1_epi8(0x0F));
        __m256i bad =
            _mm256_and_si256(_mm256_shuffle_epi8(low_ok, low), _mm256_shuffle_epi8(high_ok, high));
        __m256i row = _mm256_add_epi8(_mm256_cmpeq_epi8(in, slash), high);
        __m256i six, twelve, packed;

        if (!_mm256_testz_si256(bad, bad))
            break;
        six = _mm256_add_epi8(in, _mm256_shuffle_epi8(shift, row));
        twelve = _mm256_maddubs_epi16(six, _mm256_set1_epi32(0x01400140));
        packed = _mm256_madd_epi16(twelve, _mm256_set1_epi32(0x00011000));
        packed = _mm256_permutevar8x32_epi32(_mm256_shuffle_epi8(packed, pack), join);
        _mm256_storeu_si256((__m256i *)(void *)(out + put), packed);
    }
    return at;
}
#endif

static size_t decode_fast(uint8_t *out, size_t room, const char *text, size_t size,
                          bona_base64_mode mode)
{
#ifdef __x86_64__
    if (mode != BONA_BASE64_URL && __builtin_cpu_supports("avx2"))
        return decode_blocks(out, room, text, size);
#endif
    (void)out, (void)room, (void)text, (void)size, (void)mode;
    return 0;
}

size_t bona_base64_room(size_t size)
{
    return size / 4 * 3 + 3;
}

/* The last group: `count` values of six bits, `pads` signs of padding behind them. */
static bona_err finish(uint8_t *out, size_t *put, const uint8_t group[4], int count, int pads,
                       bona_base64_mode mode)
{
    if (count == 0)
        return pads == 0 ? BONA_OK : BONA_BAD_BASE64;
    if (count == 1 || pads != (mode == BONA_BASE64_URL ? 0 : 4 - count))
        return BONA_BAD_BASE64;
    if (count == 2 ? group[1] & 0x0F : group[2] & 0x03)
        return BONA_BAD_BASE64; /* bits that belong to no byte */
    out[(*put)++] = (uint8_t)(group[0] << 2 | group[1] >> 4);
    if (count == 3)
        out[(*put)++] = (uint8_t)(group[1] << 4 | group[2] >> 2);
    return BONA_OK;
}

bona_err bona_base64_decode(uint8_t *out, size_t room, size_t *bytes, const char *text, size_t size,
                            bona_base64_mode mode)
{
    uint8_t group[4];
    size_t at = 0, put = 0;
    int count = 0, pads = 0;
    bona_err err;

    assert(room >= bona_base64_room(size));
    while (at < size) {
        uint8_t value;
        char c;

        if (count == 0 && pads == 0 && size - at >= 32) {
            size_t taken = decode_fast(out + put, room - put, text + at, size - at, mode);

            at += taken;
            put += taken / 4 * 3;
            if (at == size)
                break;
        }
        c = text[at++];
        if (mode == BONA_BASE64_SPACED && is_space(c))
            continue;
        if (c == '=') {
            pads++;
            continue;
        }
        value = value_of(c, mode);
        if (value == NONE || pads > 0)
            return BONA_BAD_BASE64;
        group[count++] = value;
        if (count == 4) {
            out[put++] = (uint8_t)(group[0] << 2 | group[1] >> 4);
            out[put++] = (uint8_t)(group[1] << 4 | group[2] >> 2);
            out[put++] = (uint8_t)(group[2] << 6 | group[3]);
            count = 0;
        }
    }
    err = finish(out, &put, group, count, pads, mode);
    if (err == BONA_OK)
        *bytes = put;
    return err;
}

size_t bona_base64_size(size_t bytes)
{
    return (bytes + 2) / 3 * 4;
}

void bona_base64_encode(char *out, const void *data, size_t bytes, bona_base64_mode mode)
{
    const char *letters = mode == BONA_BASE64_URL ? url : standard;
    const uint8_t *in = data;
    size_t i = 0;

    for (; i + 3 <= bytes; i += 3) {
        uint32_t v = (uint32_t)in[i] << 16 | (uint32_t)in[i + 1] << 8 | in[i + 2];

        *out++ = letters[v >> 18];
        *out++ = letters[v >> 12 & 63];
        *out++ = letters[v >> 6 & 63];
        *out++ = letters[v & 63];
    }
    if (i < bytes) {
        uint32_t v = (uint32_t)in[i] << 16 | (i + 1 < bytes ? (uint32_t)in[i + 1] << 8 : 0);

        *out++ = letters[v >> 18];
        *out++ = letters[v >> 12 & 63];
        if (i + 1 < bytes)
            *out++ = letters[v >> 6 & 63];
        else if (mode != BONA_BASE64_URL)
            *out++ = '=';
        if (mode != BONA_BASE64_URL)
            *out++ = '=';
    }
    *out = 0;
}
