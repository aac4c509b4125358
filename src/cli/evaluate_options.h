/* SPDX-License-Identifier: Apache-2.0 */
/* The command line of `bonafide evaluate`. */
#ifndef BONA_CLI_EVALUATE_OPTIONS_H
#define BONA_CLI_EVALUATE_OPTIONS_H

#include "engine/vector.h"

/* What was asked for; NULL and 0 = not named. Texts are borrowed from the command line. */
typedef struct bona_evaluate_options {
    const char *kind, *manifest, *models, *scores, *json, *html, *leave_out, *fit;
    char root[4096];
    int32_t gallery;
    bona_which which;
} bona_evaluate_options;

/* Fills `o`. Returns BONA_EXIT_OK, or the status with which the command ends (usage). --help ends
 * the program. */
int bona_evaluate_read(bona_evaluate_options *o, int argc, char **argv);

#endif
