/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an operator can set. One table (config.c) gives every setting one name, which is its
 * command-line option and its member in the JSON file of --config; the command line wins.
 */
#ifndef BONA_SERVICE_CONFIG_H
#define BONA_SERVICE_CONFIG_H

#include "base/err.h"

enum { BONA_CONFIG_TEXT = 512 }; /* bytes of a text setting */

typedef struct bona_config {
    char listen[BONA_CONFIG_TEXT]; /* ADDR:PORT, [ADDR6]:PORT */
    char state[BONA_CONFIG_TEXT];
    char models[BONA_CONFIG_TEXT]; /* "" = built-in */
    char config[BONA_CONFIG_TEXT]; /* the JSON file itself */
    char tls_cert[BONA_CONFIG_TEXT], tls_key[BONA_CONFIG_TEXT];
    char cors[BONA_CONFIG_TEXT];
    char images_path[BONA_CONFIG_TEXT];
    int64_t workers, queue_max, deadline_ms;
    int64_t threads, connections_max, connections_per_address_max;
    int64_t header_ms, idle_ms, body_rate_min, bodies_bytes_max;
    int64_t retention_days, token_lifetime_s_max;
    int64_t photo_px_min, photo_px_max, photo_bytes_max, identity_bytes_max, liveness_age_s_max;
    bool verify_liveness, heif;
} bona_config;

/* Every setting at its default. */
void bona_config_defaults(bona_config *config);

/*
 * Reads options `--name VALUE`, `--name=VALUE` and, for yes-or-no settings, `--name`; then the file
 * named by --config for everything the command line did not set. Returns BONA_OK, BONA_BAD_ARGUMENT
 * (command line) or BONA_BAD_CONFIG (file), the note saying which setting and what would be right.
 */
bona_err bona_config_read(bona_config *config, int argc, char **argv, bona_note *note);

/* The text of --help: one line per setting with its default. */
void bona_config_help(void);

/* Splits `listen`. Returns false when it is not ADDR:PORT. */
bool bona_config_address(const bona_config *config, char address[64], uint16_t *port);

#endif
