/* SPDX-License-Identifier: Apache-2.0 */
/* Whole files; see file.h. */
#include "base/file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"

static bona_err read_all(FILE *file, const char *path, bona_buf *buf, bona_note *note)
{
    uint8_t block[65536];
    size_t got;
    bona_err err = BONA_OK;

    while (err == BONA_OK && (got = fread(block, 1, sizeof block, file)) > 0)
        err = bona_buf_add(buf, block, got);
    if (err == BONA_BAD_ARGUMENT)
        return bona_fail(note, BONA_IMAGE_TOO_LONG, "%s: more than %zu bytes", path, buf->cap);
    if (err != BONA_OK)
        return err;
    if (ferror(file))
        return bona_fail(note, BONA_IO, "%s: %s", path, strerror(errno));
    return bona_buf_reserve(buf, buf->size); /* an empty file still has its zero byte */
}

bona_err bona_file_read(const char *path, size_t bytes_max, uint8_t **data, size_t *size,
                        bona_note *note)
{
    FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "rbe");
    bona_buf buf;
    bona_err err;

    if (file == NULL)
        return bona_fail(note, BONA_IO, "%s: %s", path, strerror(errno));
    bona_buf_init(&buf, bytes_max);
    err = read_all(file, path, &buf, note);
    if (file != stdin)
        fclose(file);
    if (err == BONA_OK)
        *data = bona_buf_take(&buf, size);
    bona_buf_deinit(&buf);
    return err;
}

bona_err bona_file_write(const char *path, const void *data, size_t size, bona_note *note)
{
    FILE *file = fopen(path, "wbe");
    bool good;

    if (file == NULL)
        return bona_fail(note, BONA_IO, "%s: %s", path, strerror(errno));
    good = fwrite(data, 1, size, file) == size;
    good = fclose(file) == 0 && good;
    return good ? BONA_OK : bona_fail(note, BONA_IO, "%s: %s", path, strerror(errno));
}
