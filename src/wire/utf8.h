/* SPDX-License-Identifier: Apache-2.0 */
/* Well-formed UTF-8 after RFC 3629. */
#ifndef BONA_WIRE_UTF8_H
#define BONA_WIRE_UTF8_H

#include <stddef.h>

/* Bytes of well-formed UTF-8 from the start: `size` when all is. No overlong forms, no surrogates,
 * nothing over U+10FFFF. */
size_t bona_utf8_good(const char *text, size_t size);

#endif
