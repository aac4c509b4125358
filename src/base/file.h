/* SPDX-License-Identifier: Apache-2.0 */
/* Whole files into memory, with a cap. */
#ifndef BONA_BASE_FILE_H
#define BONA_BASE_FILE_H

#include "base/err.h"

/*
 * Reads a file of at most `bytes_max` bytes ("-" is standard input). The caller frees *data with
 * bona_free; one zero byte follows the content. Returns BONA_OK, BONA_IO, BONA_IMAGE_TOO_LONG (over
 * the cap) or BONA_NO_MEMORY.
 */
bona_err bona_file_read(const char *path, size_t bytes_max, uint8_t **data, size_t *size,
                        bona_note *note);

/* Writes a file anew. Returns BONA_OK or BONA_IO. */
bona_err bona_file_write(const char *path, const void *data, size_t size, bona_note *note);

#endif
