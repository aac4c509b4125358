/* SPDX-License-Identifier: Apache-2.0 */
/* bonafide encrypt: a photo in, the encrypted_image text of the identity API out. */
#include <getopt.h>
#include <stdio.h>

#include "base/file.h"
#include "base/mem.h"
#include "cli/command.h"
#include "cli/commands.h"
#include "wire/base64.h"
#include "wire/seal.h"

const char bona_cmd_encrypt_options[] =
    "Prints what the identity API calls encrypted_image: AES-256-GCM under PARAM_DECRYPT_KEY (32\n"
    "characters) and PARAM_DECRYPT_IV (12), tag appended, as base64 on one line. Key and IV are "
    "the\n"
    "same for every photo, as that API wants it, so this hides little: use TLS.\n\n"
    "  --help  this text\n";

enum { PHOTO_BYTES_MAX = 50 << 20 };

static bona_err encrypt(const char *path, bona_note *note)
{
    uint8_t *photo = NULL, *sealed = NULL;
    char *text = NULL;
    bona_seal_keys keys;
    size_t size = 0;
    bona_err err = bona_seal_keys_read(&keys, note);

    if (err == BONA_OK && (keys.photo_key_default || keys.photo_iv_default))
        fprintf(stderr, "warning: PARAM_DECRYPT_KEY or PARAM_DECRYPT_IV is the public default; it "
                        "protects nothing\n");
    if (err == BONA_OK)
        err = bona_file_read(path, PHOTO_BYTES_MAX, &photo, &size, note);
    if (err == BONA_OK && size == 0)
        err = bona_fail(note, BONA_BAD_IMAGE, "%.200s is empty", path);
    if (err == BONA_OK) {
        sealed = bona_alloc(size + BONA_SEAL_TAG, 1);
        text = bona_alloc(bona_base64_size(size + BONA_SEAL_TAG) + 1, 1);
        err = sealed != NULL && text != NULL
                  ? bona_photo_seal(&keys, (bona_bytes){ photo, size }, sealed)
                  : BONA_NO_MEMORY;
    }
    if (err == BONA_OK) {
        bona_base64_encode(text, sealed, size + BONA_SEAL_TAG, BONA_BASE64_STRICT);
        err = puts(text) >= 0 && fflush(stdout) == 0
                  ? BONA_OK
                  : bona_fail(note, BONA_IO, "standard output cannot be written");
    }
    bona_seal_keys_wipe(&keys);
    bona_free(text);
    bona_free(sealed);
    bona_free(photo);
    return err;
}

int bona_cmd_encrypt(int argc, char **argv)
{
    static const struct option names[] = { { "help", no_argument, NULL, 'h' }, { 0 } };
    bona_note note = { "" };
    bona_err err;
    int key;

    while ((key = getopt_long(argc, argv, "", names, NULL)) != -1) {
        if (key == 'h')
            return bona_command_help("encrypt");
        return bona_command_misused("encrypt", "unknown option");
    }
    if (argc - optind != 1)
        return bona_command_misused("encrypt", "takes one picture, not %d", argc - optind);
    err = encrypt(argv[optind], &note);
    if (err == BONA_OK)
        return BONA_EXIT_OK;
    (void)bona_command_failed("encrypt", err, &note);
    return err == BONA_NO_MEMORY || err == BONA_INTERNAL ? BONA_EXIT_INTERNAL : BONA_EXIT_UNDECIDED;
}
