/* SPDX-License-Identifier: Apache-2.0 */
/* bonafide client: who may sign tokens for the BWS API, and with which keys. */
#include <stdio.h>

#include "base/mem.h"
#include "cli/command.h"
#include "cli/commands.h"
#include "cli/registry.h"
#include "wire/base64.h"

const char bona_cmd_client_options[] =
    "add makes a key of 512 bits and prints {\"client\":\"ID\",\"key\":\"base64\"}, once; for an "
    "id that\n"
    "exists it adds a further key, so that keys can be changed without a gap. revoke removes an\n"
    "id with all its keys. A running server follows within a second.\n\n"
    "  --state DIR  where the server keeps its state; made when missing\n"
    "  --json       list: one array instead of lines\n"
    "  --help       this text\n";

enum { KEY_CHARS = 88 }; /* base64 of 64 bytes */

static bona_err add(bona_store *store, const char *id, bona_note *note)
{
    uint8_t key[BONA_HMAC_KEY_BYTES];
    char text[KEY_CHARS + 1];
    bona_err err = bona_store_client_add(store, id, key, note);

    if (err == BONA_OK) {
        bona_base64_encode(text, key, sizeof key, BONA_BASE64_STRICT);
        printf("{\"client\":\"%s\",\"key\":\"%s\"}\n", id, text);
    }
    bona_wipe(key, sizeof key);
    bona_wipe(text, sizeof text);
    return err;
}

int bona_cmd_client(int argc, char **argv)
{
    static const bona_registry clients = { .command = "client",
                                           .id_key = "client",
                                           .add = add,
                                           .revoke = bona_store_client_revoke,
                                           .list = bona_store_client_list };

    return bona_registry_run(&clients, argc, argv);
}
