/* SPDX-License-Identifier: Apache-2.0 */
/* Forms from anywhere: the pieces they come in make no difference. */
#include <string.h>

#include "wire/multipart.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef struct sum {
    size_t parts, bytes, ends;
} sum;

static bona_err part(void *arg, const char *name)
{
    ((sum *)arg)->parts += 1 + strlen(name);
    return BONA_OK;
}

static bona_err bytes_of(void *arg, const uint8_t *bytes, size_t size)
{
    (void)bytes;
    ((sum *)arg)->bytes += size;
    return BONA_OK;
}

static bona_err end(void *arg)
{
    ((sum *)arg)->ends++;
    return BONA_OK;
}

static bona_err parse(sum *out, const uint8_t *data, size_t size, size_t piece)
{
    const bona_multipart_calls calls = { part, bytes_of, end };
    bona_multipart *parser;
    bona_err err;

    if (bona_multipart_new(&parser, "multipart/form-data; boundary=b", &calls, out, NULL) !=
        BONA_OK)
        return BONA_NO_MEMORY;
    for (size_t at = 0; at < size; at += piece)
        (void)bona_multipart_push(parser, data + at, size - at < piece ? size - at : piece);
    err = bona_multipart_finish(parser, NULL);
    bona_multipart_free(parser);
    return err;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    sum whole = { 0 }, pieces = { 0 };

    if (parse(&whole, data, size, size + 1) != parse(&pieces, data, size, 3) ||
        whole.parts != pieces.parts || whole.bytes != pieces.bytes || whole.ends != pieces.ends)
        __builtin_trap();
    return 0;
}
