/* SPDX-License-Identifier: Apache-2.0 */
/* Files of a pack; see pack_files.h. */
#include "engine/pack_files.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"

enum { PACK_FILE_BYTES_MAX = 256 << 20 }; /* of one network */

static bona_err open_builtin(bona_pack_file *file, const char *name, bona_note *note)
{
    for (const bona_builtin *b = bona_builtins; b->name != NULL; b++) {
        if (strcmp(b->name, name) == 0) {
            file->bytes = (bona_bytes){ b->data, b->size };
            return BONA_OK;
        }
    }
    return bona_fail(note, BONA_IO, "%s is not built in", name);
}

bona_err bona_pack_file_open(bona_pack_file *file, const char *folder, const char *name,
                             bona_note *note)
{
    char path[4096 + 256];
    size_t size = 0;
    bona_err err;

    *file = (bona_pack_file){ 0 };
    if (folder == NULL)
        return open_builtin(file, name, note);
    if (snprintf(path, sizeof path, "%s%s", name[0] == '/' ? "" : folder, name) >= (int)sizeof path)
        return bona_fail(note, BONA_IO, "%.60s: path too long", name);
    err = bona_file_read(path, PACK_FILE_BYTES_MAX, &file->owned, &size, note);
    if (err == BONA_OK)
        file->bytes = (bona_bytes){ file->owned, size };
    return err == BONA_IMAGE_TOO_LONG ? BONA_IO : err;
}

void bona_pack_file_close(bona_pack_file *file)
{
    bona_free(file->owned);
    *file = (bona_pack_file){ 0 };
}

bona_err bona_sha256_hex(char hex[65], bona_bytes bytes)
{
    uint8_t digest[EVP_MAX_MD_SIZE];
    unsigned size = 0;

    if (EVP_Digest(bytes.data, bytes.size, digest, &size, EVP_sha256(), NULL) != 1 || size != 32)
        return BONA_INTERNAL;
    for (unsigned i = 0; i < size; i++)
        snprintf(hex + 2 * (size_t)i, 3, "%02x", digest[i]);
    return BONA_OK;
}
