/* SPDX-License-Identifier: Apache-2.0 */
/* bonafide apikey: who may call the images API. */
#include <stdio.h>

#include "base/mem.h"
#include "cli/command.h"
#include "cli/commands.h"
#include "cli/registry.h"

const char bona_cmd_apikey_options[] =
    "add makes an API key and prints {\"name\":\"NAME\",\"apiKey\":\"...\"}, once: only its "
    "SHA-256 is kept.\n"
    "For a name that exists it adds a further key; revoke removes a name with all its keys. A\n"
    "running server follows within a second.\n\n"
    "  --state DIR  where the server keeps its state; made when missing\n"
    "  --json       list: one array instead of lines\n"
    "  --help       this text\n";

static bona_err add(bona_store *store, const char *name, bona_note *note)
{
    char key[BONA_API_KEY_CHARS + 1];
    bona_err err = bona_store_api_key_add(store, name, key, note);

    if (err == BONA_OK)
        printf("{\"name\":\"%s\",\"apiKey\":\"%s\"}\n", name, key);
    bona_wipe(key, sizeof key);
    return err;
}

int bona_cmd_apikey(int argc, char **argv)
{
    static const bona_registry api_keys = { .command = "apikey",
                                            .id_key = "name",
                                            .add = add,
                                            .revoke = bona_store_api_key_revoke,
                                            .list = bona_store_api_key_list };

    return bona_registry_run(&api_keys, argc, argv);
}
