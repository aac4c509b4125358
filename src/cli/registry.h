/* SPDX-License-Identifier: Apache-2.0 */
/* What `client` and `apikey` have in common: add, list and revoke in the state folder. */
#ifndef BONA_CLI_REGISTRY_H
#define BONA_CLI_REGISTRY_H

#include "store/store.h"

typedef struct bona_registry {
    const char *command; /* "client" */
    const char *id_key;  /* of one entry in JSON: "client", "name" */
    /* Adds and prints one line of JSON with the new secret. */
    bona_err (*add)(bona_store *store, const char *id, bona_note *note);
    bona_err (*revoke)(bona_store *store, const char *id, bona_note *note);
    bona_err (*list)(bona_store *store, bona_store_each_id each, void *arg, bona_note *note);
} bona_registry;

/* Reads the options and does it. Returns an exit status. */
int bona_registry_run(const bona_registry *registry, int argc, char **argv);

/* Opens the state folder of a command; MAKE: a missing one is made, else it is BONA_STORE. */
bona_err bona_state_open(bona_store **store, const char *folder, bool make, bona_note *note);

enum { BONA_TIME_CHARS = 32 };

/* Unix milliseconds as "2026-01-31T12:00:00.000Z". */
void bona_time_text(char text[BONA_TIME_CHARS], int64_t unix_ms);

#endif
