/* SPDX-License-Identifier: Apache-2.0 */
/* Growing bytes with a cap: every buffer is born knowing how large it may become. */
#ifndef BONA_BASE_BUF_H
#define BONA_BASE_BUF_H

#include "base/err.h"

typedef struct bona_buf {
    uint8_t *data; /* size bytes, then one zero byte, so that text can be read as a string; NULL
                      while empty */
    size_t size, room, cap; /* bytes */
} bona_buf;

void bona_buf_init(bona_buf *buf, size_t cap);
void bona_buf_deinit(bona_buf *buf); /* twice is fine */
void bona_buf_clear(bona_buf *buf);  /* forgets the content, keeps the memory */

void bona_buf_cut(bona_buf *buf, size_t size); /* forgets what lies behind the first `size` bytes */

/* Each returns BONA_OK, BONA_NO_MEMORY or, when the cap would be passed, BONA_BAD_ARGUMENT; the
 * buffer keeps its content then. */
bona_err bona_buf_add(bona_buf *buf, const void *bytes, size_t size);
bona_err bona_buf_text(bona_buf *buf, const char *text);
__attribute__((format(printf, 2, 3))) bona_err bona_buf_printf(bona_buf *buf, const char *format,
                                                               ...);
bona_err bona_buf_reserve(bona_buf *buf, size_t size); /* room for that many bytes in all */

/* Hands the bytes over; the caller frees them with bona_free, the buffer is empty afterwards. */
uint8_t *bona_buf_take(bona_buf *buf, size_t *size);

#endif
