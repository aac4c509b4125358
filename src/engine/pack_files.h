/* SPDX-License-Identifier: Apache-2.0 */
/* Where a pack's bytes come from: a folder, or what is built into the library. */
#ifndef BONA_ENGINE_PACK_FILES_H
#define BONA_ENGINE_PACK_FILES_H

#include "base/err.h"

/* A file that is built in; the bytes live as long as the program. */
typedef struct bona_builtin {
    const char *name;
    const uint8_t *data;
    size_t size; /* bytes */
} bona_builtin;

/* The generated table; ends with a row whose name is NULL. Empty in a build without networks of its
 * own. */
extern const bona_builtin bona_builtins[];

/* A whole file: borrowed when built in, else owned. */
typedef struct bona_pack_file {
    bona_bytes bytes;
    uint8_t *owned;
} bona_pack_file;

/*
 * Opens `name` in `folder` (with its final slash), or among the built-in files when `folder` is
 * NULL. Returns BONA_OK, BONA_IO or BONA_NO_MEMORY.
 */
bona_err bona_pack_file_open(bona_pack_file *file, const char *folder, const char *name,
                             bona_note *note);
void bona_pack_file_close(bona_pack_file *file); /* twice is fine */

/* SHA-256 as 64 lower-case hex digits. Returns BONA_OK or BONA_INTERNAL. */
bona_err bona_sha256_hex(char hex[65], bona_bytes bytes);

#endif
