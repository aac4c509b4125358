/* SPDX-License-Identifier: Apache-2.0 */
/* bonafide token: a token of a client, to try the BWS API with curl. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "cli/command.h"
#include "cli/commands.h"
#include "cli/registry.h"
#include "store/store.h"
#include "wire/jwt.h"

enum { LIFETIME_S = 300, LIFETIME_S_MAX = 365 * 86400 };

const char bona_cmd_token_options[] = "Signs with the client's newest key.\n\n"
                                      "  --state DIR   folder of the database\n"
                                      "  --alg NAME    HS256 (default), HS384 or HS512\n"
                                      "  --seconds N   lifetime (300)\n"
                                      "  --help        this text\n";

typedef struct options {
    const char *client, *state;
    bona_jwt_alg alg;
    int64_t lifetime_s;
} options;

/* Returns -1 to go on, else an exit status. */
static int read_options(options *o, int argc, char **argv)
{
    static const struct option names[] = { { "state", required_argument, NULL, 's' },
                                           { "alg", required_argument, NULL, 'a' },
                                           { "seconds", required_argument, NULL, 'n' },
                                           { "help", no_argument, NULL, 'h' },
                                           { 0 } };
    int key;

    while ((key = getopt_long(argc, argv, "", names, NULL)) != -1) {
        if (key == 's')
            o->state = optarg;
        else if (key == 'a')
            o->alg = bona_jwt_alg_named(optarg);
        else if (key == 'n')
            o->lifetime_s = strtoll(optarg, NULL, 10);
        else
            return key == 'h' ? bona_command_help("token")
                              : bona_command_misused("token", "an option is not known");
    }
    if (optind + 1 != argc)
        return bona_command_misused("token", "exactly one CLIENT is needed");
    if (o->state == NULL)
        return bona_command_misused("token", "--state DIR is needed");
    if (o->alg == 0)
        return bona_command_misused("token", "--alg has to be HS256, HS384 or HS512");
    if (o->lifetime_s < 1 || o->lifetime_s > LIFETIME_S_MAX)
        return bona_command_misused("token", "--seconds has to be 1 to %d", LIFETIME_S_MAX);
    o->client = argv[optind];
    return -1;
}

int bona_cmd_token(int argc, char **argv)
{
    options o = { .alg = BONA_JWT_HS256, .lifetime_s = LIFETIME_S };
    bona_client_keys keys = { 0 };
    bona_store *store = NULL;
    bona_note note = { "" };
    char *token = NULL;
    int status = read_options(&o, argc, argv);
    bona_err err;

    if (status >= 0)
        return status;
    err = bona_state_open(&store, o.state, false, &note);
    if (err == BONA_OK)
        err = bona_store_client_keys(store, o.client, strlen(o.client), &keys);
    if (err == BONA_NOT_FOUND || (err == BONA_OK && keys.count == 0)) {
        fprintf(stderr, "bonafide token: no client \"%.64s\"; `bonafide client add` makes one\n",
                o.client);
        bona_store_close(store);
        return BONA_EXIT_NO;
    }
    if (err == BONA_OK)
        err = bona_jwt_make(&token, o.alg, o.client, "BWS", bona_clock_wall_ms() / 1000,
                            o.lifetime_s, keys.keys[0], BONA_HMAC_KEY_BYTES);
    if (err == BONA_OK)
        printf("%s\n", token);
    bona_wipe(&keys, sizeof keys);
    bona_free(token);
    bona_store_close(store);
    return err == BONA_OK ? BONA_EXIT_OK : bona_command_failed("token", err, &note);
}
