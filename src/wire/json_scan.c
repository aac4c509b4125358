/* SPDX-License-Identifier: Apache-2.0 */
/* The words of JSON; see json_scan.h. */
#include "wire/json_scan.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

bona_err bona_json_complain(const bona_json_cursor *c, const char *what)
{
    return bona_fail(c->note, BONA_BAD_JSON, "JSON byte %zu: %s", (size_t)(c->at - c->start), what);
}

void bona_json_scan_space(bona_json_cursor *c)
{
    while (c->at < c->end && (*c->at == ' ' || *c->at == '\n' || *c->at == '\r' || *c->at == '\t'))
        c->at++;
}

bona_err bona_json_scan_word(bona_json_cursor *c)
{
    static const char *const words[] = { "true", "false", "null" };

    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        size_t size = strlen(words[i]);

        if ((size_t)(c->end - c->at) >= size && memcmp(c->at, words[i], size) == 0) {
            c->at += size;
            return BONA_OK;
        }
    }
    return bona_json_complain(c, "expected a value");
}

static const char *skip_digits(const char *at, const char *end)
{
    while (at < end && *at >= '0' && *at <= '9')
        at++;
    return at;
}

/* RFC 8259, section 6: -? (0 | [1-9][0-9]*) (. [0-9]+)? ([eE] [+-]? [0-9]+)?  NULL if it is not
 * that. */
static const char *number_end(const char *at, const char *end, bool *whole)
{
    const char *digits;

    *whole = true;
    at += at < end && *at == '-';
    digits = at;
    at = skip_digits(at, end);
    if (at == digits || (*digits == '0' && at - digits > 1))
        return NULL;
    if (at < end && *at == '.') {
        digits = at + 1;
        at = skip_digits(digits, end);
        if (at == digits)
            return NULL;
        *whole = false;
    }
    if (at < end && (*at == 'e' || *at == 'E')) {
        at++;
        at += at < end && (*at == '+' || *at == '-');
        digits = at;
        at = skip_digits(digits, end);
        if (at == digits)
            return NULL;
        *whole = false;
    }
    return at;
}

bona_err bona_json_scan_number(bona_json_cursor *c, bona_json *value)
{
    char literal[BONA_JSON_NUMBER_MAX + 1];
    bool whole;
    const char *end = number_end(c->at, c->end, &whole);
    size_t size;

    if (end == NULL)
        return bona_json_complain(c, "malformed number");
    size = (size_t)(end - c->at);
    if (size > BONA_JSON_NUMBER_MAX)
        return bona_json_complain(c, "number longer than 256 characters");
    memcpy(literal, c->at, size);
    literal[size] = 0;
    value->text = (bona_text){ c->at, size };
    value->number = strtod(literal, NULL);
    errno = 0;
    value->whole = strtoll(literal, NULL, 10);
    value->integer = whole && errno == 0;
    c->at += size;
    return BONA_OK;
}

/* The first byte that is not plain ASCII text: a quote, a backslash, a control character or the
 * start of UTF-8. */
static char *skip_plain(char *at, const char *end)
{
#ifdef __SSE2__
    const __m128i quote = _mm_set1_epi8('"'), slash = _mm_set1_epi8('\\'),
                  space = _mm_set1_epi8(' ');

    for (; end - at >= 16; at += 16) {
        __m128i v = _mm_loadu_si128((const __m128i *)(const void *)at);
        __m128i odd = _mm_or_si128(_mm_cmpeq_epi8(v, quote), _mm_cmpeq_epi8(v, slash));
        /* Compared as signed bytes, 0x80 and above are smaller than a space as well. */
        int mask = _mm_movemask_epi8(_mm_or_si128(odd, _mm_cmplt_epi8(v, space)));

        if (mask != 0)
            return at + __builtin_ctz((unsigned)mask);
    }
#endif
    while (at < end && *at >= ' ' && *at != '"' && *at != '\\' && (uint8_t)*at < 0x80)
        at++;
    return at;
}

/* Bytes of the UTF-8 sequence at `at` after the table in RFC 3629, section 4; 0 if it is none. */
static size_t utf8_size(const char *at, const char *end)
{
    const uint8_t *b = (const uint8_t *)at;
    size_t left = (size_t)(end - at), size;
    uint8_t low = 0x80, high = 0xBF;

    if (b[0] >= 0xC2 && b[0] <= 0xDF)
        size = 2;
    else if (b[0] >= 0xE0 && b[0] <= 0xEF)
        size = 3;
    else if (b[0] >= 0xF0 && b[0] <= 0xF4)
        size = 4;
    else
        return 0;
    if (b[0] == 0xE0)
        low = 0xA0; /* overlong */
    else if (b[0] == 0xED)
        high = 0x9F; /* surrogates */
    else if (b[0] == 0xF0)
        low = 0x90; /* overlong */
    else if (b[0] == 0xF4)
        high = 0x8F; /* beyond U+10FFFF */
    if (left < size || b[1] < low || b[1] > high)
        return 0;
    for (size_t i = 2; i < size; i++)
        if (b[i] < 0x80 || b[i] > 0xBF)
            return 0;
    return size;
}

/* Four hexadecimal digits, or -1. */
static int32_t hex4(const char *at, const char *end)
{
    int32_t value = 0;

    if (end - at < 4)
        return -1;
    for (int i = 0; i < 4; i++) {
        char c = at[i];
        int32_t digit = c >= '0' && c <= '9'   ? c - '0'
                        : c >= 'a' && c <= 'f' ? c - 'a' + 10
                        : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                               : -1;

        if (digit < 0)
            return -1;
        value = value * 16 + digit;
    }
    return value;
}

static char *put_utf8(char *out, int32_t code)
{
    if (code < 0x80) {
        *out++ = (char)code;
    } else if (code < 0x800) {
        *out++ = (char)(0xC0 | code >> 6);
        *out++ = (char)(0x80 | (code & 0x3F));
    } else if (code < 0x10000) {
        *out++ = (char)(0xE0 | code >> 12);
        *out++ = (char)(0x80 | (code >> 6 & 0x3F));
        *out++ = (char)(0x80 | (code & 0x3F));
    } else {
        *out++ = (char)(0xF0 | code >> 18);
        *out++ = (char)(0x80 | (code >> 12 & 0x3F));
        *out++ = (char)(0x80 | (code >> 6 & 0x3F));
        *out++ = (char)(0x80 | (code & 0x3F));
    }
    return out;
}

/* The code point behind "\u" at *at, a surrogate pair being one; -1 if malformed or a lone
 * surrogate. */
static int32_t unicode_escape(char **at, const char *end)
{
    int32_t code = hex4(*at, end), low;

    if (code < 0)
        return -1;
    *at += 4;
    if (code < 0xD800 || code > 0xDFFF)
        return code;
    if (code > 0xDBFF || end - *at < 6 || (*at)[0] != '\\' || (*at)[1] != 'u')
        return -1;
    low = hex4(*at + 2, end);
    if (low < 0xDC00 || low > 0xDFFF)
        return -1;
    *at += 6;
    return 0x10000 + (code - 0xD800) * 0x400 + (low - 0xDC00);
}

/* Resolves the escape whose backslash is at *at; writes it to *out, which is never ahead of *at. */
static bool unescape(char **at, const char *end, char **out)
{
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    const char *which;
    char kind;

    if (end - *at < 2)
        return false;
    kind = (*at)[1];
    *at += 2;
    if (kind == 'u') {
        int32_t code = unicode_escape(at, end);

        if (code < 0)
            return false;
        *out = put_utf8(*out, code);
        return true;
    }
    which = kind != 0 ? strchr(from, kind) : NULL;
    if (which == NULL)
        return false;
    *(*out)++ = to[which - from];
    return true;
}

bona_err bona_json_scan_string(bona_json_cursor *c, bona_text *text)
{
    char *start = c->at + 1, *at = start, *out = start;

    for (;;) {
        char *run = at;
        size_t plain;

        at = skip_plain(at, c->end);
        while (at < c->end && (uint8_t)*at >= 0x80) {
            size_t size = utf8_size(at, c->end);

            if (size == 0) {
                c->at = at;
                return bona_json_complain(c, "not UTF-8");
            }
            at += size;
        }
        plain = (size_t)(at - run);
        if (out != run && plain > 0)
            memmove(out, run, plain);
        out += plain;
        c->at = at;
        if (at == c->end)
            return bona_json_complain(c, "string without an end");
        if (*at == '"')
            break;
        if (*at == '\\') {
            if (!unescape(&at, c->end, &out))
                return bona_json_complain(c, "malformed escape");
        } else if ((uint8_t)*at < ' ') {
            return bona_json_complain(c, "control character in a string");
        }
    }
    *text = (bona_text){ start, (size_t)(out - start) };
    c->at++;
    return BONA_OK;
}
