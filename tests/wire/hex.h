/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes written as hexadecimal text in tests. */
#ifndef BONA_TESTS_WIRE_HEX_H
#define BONA_TESTS_WIRE_HEX_H

#include "check.h"

#include <string.h>

/* Decodes `size` characters to `out`; returns the number of bytes. Other characters fail the test.
 */
static inline size_t hex_read(uint8_t *out, size_t room, const char *text, size_t size)
{
    assert_true(size % 2 == 0 && size / 2 <= room);
    for (size_t i = 0; i < size / 2; i++) {
        char pair[3] = { text[2 * i], text[2 * i + 1], 0 };
        char *end;

        out[i] = (uint8_t)strtoul(pair, &end, 16);
        assert_ptr_equal(end, pair + 2);
    }
    return size / 2;
}

#endif
