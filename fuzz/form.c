/* SPDX-License-Identifier: Apache-2.0 */
/* Forms from anywhere: a line with the content type, then the body. Pushed whole or byte by byte,
 * it says the same. */
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "wire/multipart.h"

static bona_err part(void *arg, const char *name)
{
    return bona_buf_printf(arg, "<%s>", name);
}

static bona_err data_of(void *arg, const uint8_t *bytes, size_t size)
{
    return bona_buf_add(arg, bytes, size);
}

static bona_err end(void *arg)
{
    return bona_buf_text(arg, "</>");
}

static bona_err read_form(bona_buf *out, const char *type, const uint8_t *body, size_t size,
                          size_t step)
{
    const bona_multipart_calls calls = { part, data_of, end };
    bona_multipart *parser;
    bona_err err = bona_multipart_new(&parser, type, &calls, out, NULL);

    if (err != BONA_OK)
        return err;
    for (size_t at = 0; at < size && err == BONA_OK; at += step)
        err = bona_multipart_push(parser, body + at, size - at < step ? size - at : step);
    err = bona_multipart_finish(parser, NULL);
    bona_multipart_free(parser);
    return err;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *line = memchr(data, '\n', size), *body = line != NULL ? line + 1 : data + size;
    size_t left = (size_t)(data + size - body);
    bona_buf whole, bytes;
    char type[256];

    snprintf(type, sizeof type, "%.*s", line != NULL ? (int)(line - data) : 0, (const char *)data);
    bona_buf_init(&whole, 16 * size + 4096);
    bona_buf_init(&bytes, 16 * size + 4096);
    if (read_form(&whole, type, body, left, left + 1) != read_form(&bytes, type, body, left, 1) ||
        whole.size != bytes.size ||
        (whole.size > 0 && memcmp(whole.data, bytes.data, whole.size) != 0))
        __builtin_trap();
    bona_buf_deinit(&whole);
    bona_buf_deinit(&bytes);
    return 0;
}
