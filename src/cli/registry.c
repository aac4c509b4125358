/* SPDX-License-Identifier: Apache-2.0 */
/* Entries of the state folder by name; see registry.h. */
#include "cli/registry.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "cli/command.h"

typedef struct options {
    const char *state;
    bool json;
    const char *verb, *id;
} options;

void bona_time_text(char text[BONA_TIME_CHARS], int64_t unix_ms)
{
    time_t seconds = (time_t)(unix_ms / 1000);
    struct tm parts = { 0 };
    size_t size;

    gmtime_r(&seconds, &parts);
    size = strftime(text, BONA_TIME_CHARS, "%Y-%m-%dT%H:%M:%S", &parts);
    snprintf(text + size, BONA_TIME_CHARS - size, ".%03dZ", (int)(unix_ms % 1000));
}

bona_err bona_state_open(bona_store **store, const char *folder, bool make, bona_note *note)
{
    struct stat seen;

    if (!make && stat(folder, &seen) != 0)
        return bona_fail(note, BONA_STORE, "state folder %.120s: %s", folder, strerror(errno));
    return bona_store_open(store, &(bona_store_settings){ .where = folder }, note);
}

/* Returns -1 to go on, else an exit status. */
static int read_options(options *o, const char *command, int argc, char **argv)
{
    static const struct option names[] = { { "state", required_argument, NULL, 's' },
                                           { "json", no_argument, NULL, 'j' },
                                           { "help", no_argument, NULL, 'h' },
                                           { 0 } };
    int key, rest;
    bool lists;

    while ((key = getopt_long(argc, argv, "", names, NULL)) != -1) {
        if (key == 's')
            o->state = optarg;
        else if (key == 'j')
            o->json = true;
        else if (key == 'h')
            return bona_command_help(command);
        else
            return bona_command_misused(command, "unknown or incomplete option");
    }
    rest = argc - optind;
    o->verb = rest > 0 ? argv[optind] : "";
    o->id = rest > 1 ? argv[optind + 1] : "";
    lists = strcmp(o->verb, "list") == 0;
    if (!lists && strcmp(o->verb, "add") != 0 && strcmp(o->verb, "revoke") != 0)
        return bona_command_misused(command, "add, list or revoke, not \"%.20s\"", o->verb);
    if (rest != (lists ? 1 : 2))
        return bona_command_misused(command, "%s takes %s", o->verb,
                                    lists ? "no name" : "one name");
    if (o->state == NULL)
        return bona_command_misused(command, "--state DIR says where the server keeps its state");
    return -1;
}

typedef struct listing {
    const bona_registry *registry;
    bool json;
    int32_t count;
} listing;

static bool print_row(void *arg, const char *id, int32_t keys, int64_t created_ms)
{
    listing *out = arg;
    char when[BONA_TIME_CHARS];

    bona_time_text(when, created_ms);
    if (out->json)
        printf("%s{\"%s\":\"%s\",\"keys\":%d,\"created\":\"%s\"}", out->count > 0 ? "," : "",
               out->registry->id_key, id, (int)keys, when); /* ids need no escaping: A-Za-z0-9._- */
    else
        printf("%-40s %d key%s, first %s\n", id, (int)keys, keys == 1 ? " " : "s", when);
    out->count++;
    return true;
}

static bona_err list(const bona_registry *registry, bona_store *store, bool json, bona_note *note)
{
    listing out = { registry, json, 0 };
    bona_err err;

    if (json)
        printf("[");
    err = registry->list(store, print_row, &out, note);
    if (json)
        printf("]\n");
    return err;
}

static int status_of(const bona_registry *registry, bona_err err, const bona_note *note)
{
    if (err == BONA_OK)
        return fflush(stdout) == 0 ? BONA_EXIT_OK : BONA_EXIT_INTERNAL;
    (void)bona_command_failed(registry->command, err, note);
    if (err == BONA_NOT_FOUND)
        return BONA_EXIT_NO;
    return err == BONA_BAD_ARGUMENT ? BONA_EXIT_USAGE : BONA_EXIT_INTERNAL;
}

int bona_registry_run(const bona_registry *registry, int argc, char **argv)
{
    options o = { 0 };
    int status = read_options(&o, registry->command, argc, argv);
    bona_store *store = NULL;
    bona_note note = { "" };
    bona_err err;

    if (status >= 0)
        return status;
    err = bona_state_open(&store, o.state, strcmp(o.verb, "add") == 0, &note);
    if (err == BONA_OK && strcmp(o.verb, "add") == 0)
        err = registry->add(store, o.id, &note);
    else if (err == BONA_OK && strcmp(o.verb, "revoke") == 0)
        err = registry->revoke(store, o.id, &note);
    else if (err == BONA_OK)
        err = list(registry, store, o.json, &note);
    bona_store_close(store);
    return status_of(registry, err, &note);
}
