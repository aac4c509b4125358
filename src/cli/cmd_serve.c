/* SPDX-License-Identifier: Apache-2.0 */
/* bonafide serve: the three APIs on one port. */
#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "cli/commands.h"
#include "service/serve.h"

const char bona_cmd_serve_options[] =
    "Serves until SIGTERM; ready when GET /readyz is 200. SIGHUP reads clients, keys and the\n"
    "configuration anew. Keys come from the environment: PARAM_DECRYPT_KEY, PARAM_DECRYPT_IV,\n"
    "BONAFIDE_LIVENESS_KEY. Every setting may stand in the file of --config as well:\n"
    "{\"listen\":\"127.0.0.1:8080\",\"workers\":2}. Defaults are in brackets.\n\n";

int bona_cmd_serve(int argc, char **argv)
{
    bona_config config;
    bona_note note = { "" };
    bona_err err;

    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], "--help") == 0) {
            int status = bona_command_help("serve");

            bona_config_help();
            return status;
        }
    err = bona_config_read(&config, argc, argv, &note);
    if (err == BONA_BAD_ARGUMENT)
        return bona_command_misused("serve", "%s", note.text);
    if (err == BONA_OK)
        err = bona_serve(&config, argc, argv, &note);
    return err == BONA_OK ? BONA_EXIT_OK : bona_command_failed("serve", err, &note);
}
