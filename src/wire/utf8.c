/* SPDX-License-Identifier: Apache-2.0 */
/* Well-formed UTF-8; see utf8.h. */
#include "wire/utf8.h"

#include <stdint.h>
#include <string.h>

/* The ranges of table 3-7 of the Unicode Standard: first byte, second byte, length of the sequence.
 */
static const struct {
    uint8_t first_low, first_high, second_low, second_high, size;
} forms[] = {
    { 0xC2, 0xDF, 0x80, 0xBF, 2 }, { 0xE0, 0xE0, 0xA0, 0xBF, 3 }, { 0xE1, 0xEC, 0x80, 0xBF, 3 },
    { 0xED, 0xED, 0x80, 0x9F, 3 }, { 0xEE, 0xEF, 0x80, 0xBF, 3 }, { 0xF0, 0xF0, 0x90, 0xBF, 4 },
    { 0xF1, 0xF3, 0x80, 0xBF, 4 }, { 0xF4, 0xF4, 0x80, 0x8F, 4 },
};

/* Length of the sequence at `at`, 0 if it is none. */
static size_t sequence(const uint8_t *at, size_t left)
{
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        if (at[0] < forms[i].first_low || at[0] > forms[i].first_high)
            continue;
        if (left < forms[i].size || at[1] < forms[i].second_low || at[1] > forms[i].second_high)
            return 0;
        for (size_t k = 2; k < forms[i].size; k++)
            if ((at[k] & 0xC0) != 0x80)
                return 0;
        return forms[i].size;
    }
    return 0;
}

size_t bona_utf8_good(const char *text, size_t size)
{
    const uint8_t *bytes = (const uint8_t *)text;
    size_t at = 0;

    while (at < size) {
        uint64_t eight;
        size_t step;

        if (size - at >= sizeof eight) { /* nearly every body is plain ASCII */
            memcpy(&eight, bytes + at, sizeof eight);
            if ((eight & 0x8080808080808080u) == 0) {
                at += sizeof eight;
                continue;
            }
        }
        step = bytes[at] < 0x80 ? 1 : sequence(bytes + at, size - at);
        if (step == 0)
            return at;
        at += step;
    }
    return at;
}
