/* SPDX-License-Identifier: Apache-2.0 */
/* Writing of JSON; see json_write.h. */
#include "wire/json_write.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Bytes of the UTF-8 sequence at `at` (RFC 3629, section 4), 0 if it is none. */
static size_t sequence_size(const uint8_t *at, size_t left)
{
    static const struct {
        uint8_t lead_low, lead_high, second_low, second_high, size;
    } rows[] = { { 0x00, 0x7F, 0, 0, 1 },       { 0xC2, 0xDF, 0x80, 0xBF, 2 },
                 { 0xE0, 0xE0, 0xA0, 0xBF, 3 }, { 0xE1, 0xEC, 0x80, 0xBF, 3 },
                 { 0xED, 0xED, 0x80, 0x9F, 3 }, { 0xEE, 0xEF, 0x80, 0xBF, 3 },
                 { 0xF0, 0xF0, 0x90, 0xBF, 4 }, { 0xF1, 0xF3, 0x80, 0xBF, 4 },
                 { 0xF4, 0xF4, 0x80, 0x8F, 4 } };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (at[0] < rows[i].lead_low || at[0] > rows[i].lead_high || left < rows[i].size)
            continue;
        if (rows[i].size > 1 && (at[1] < rows[i].second_low || at[1] > rows[i].second_high))
            return 0;
        for (size_t k = 2; k < rows[i].size; k++)
            if ((at[k] & 0xC0) != 0x80)
                return 0;
        return rows[i].size;
    }
    return 0;
}

static bona_err put_one(bona_buf *buf, const char *at, size_t left, size_t *taken)
{
    uint8_t c = (uint8_t)*at;

    *taken = 1;
    if (c == '"' || c == '\\')
        return bona_buf_printf(buf, "\\%c", c);
    if (c < ' ')
        return bona_buf_printf(buf, "\\u%04x", c);
    *taken = sequence_size((const uint8_t *)at, left);
    if (*taken == 0) {
        *taken = 1;
        return bona_buf_text(buf, "\xEF\xBF\xBD");
    }
    return bona_buf_add(buf, at, *taken);
}

bona_err bona_json_put_text(bona_buf *buf, const char *text, size_t size)
{
    bona_err err = bona_buf_add(buf, "\"", 1);
    size_t at = 0, taken;

    while (err == BONA_OK && at < size) {
        err = put_one(buf, text + at, size - at, &taken);
        at += taken;
    }
    return err == BONA_OK ? bona_buf_add(buf, "\"", 1) : err;
}

bona_err bona_json_put_string(bona_buf *buf, const char *text)
{
    return bona_json_put_text(buf, text, strlen(text));
}

bona_err bona_json_put_float(bona_buf *buf, float value)
{
    char text[40];

    if (!isfinite(value))
        value = 0;
    for (int digits = 6; digits <= 9; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, (double)value);
        if (strtof(text, NULL) == value)
            break;
    }
    return bona_buf_text(buf, text);
}

bona_err bona_json_put_number(bona_buf *buf, double value)
{
    char text[40];

    if (!isfinite(value))
        value = 0;
    for (int digits = 6; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, value);
        if (strtod(text, NULL) == value)
            break;
    }
    return bona_buf_text(buf, text);
}

bona_err bona_json_put_bool(bona_buf *buf, bool value)
{
    return bona_buf_text(buf, value ? "true" : "false");
}
