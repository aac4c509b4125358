/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The commands of the program. One file per command, cmd_<name>.c, with one function and one row in
 * the table of main.c.
 *
 * A command gets argv[0] = its own name, reads options with getopt_long and answers --help through
 * bona_command_help().
 */
#ifndef BONA_CLI_COMMAND_H
#define BONA_CLI_COMMAND_H

#include "base/err.h"

/* Exit statuses: 0, 1 and 2 carry the verdict of `check` and `match`; the others follow sysexits.h.
 */
enum {
    BONA_EXIT_OK = 0,        /* done; live; same person */
    BONA_EXIT_NO = 1,        /* not live; another person; the thing asked for is not there */
    BONA_EXIT_UNDECIDED = 2, /* bad input, no face */
    BONA_EXIT_USAGE = 64,    /* EX_USAGE */
    BONA_EXIT_INTERNAL = 70  /* EX_SOFTWARE: pack broken, out of memory, cannot write */
};

typedef struct bona_command {
    const char *name;
    const char *synopsis; /* what follows the name; one line per form */
    const char *purpose;  /* one line for the list of commands */
    const char *options;  /* the lines of --help below the synopsis, ready to print; NULL = none */
    int (*run)(int argc, char **argv);
} bona_command;

/* The row of a command, by name; NULL = there is none. */
const bona_command *bona_command_find(const char *name);

/* Prints synopsis, purpose and options on standard output. Returns BONA_EXIT_OK. */
int bona_command_help(const char *name);

/* Says on standard error what was wrong and how to get help. Returns BONA_EXIT_USAGE. */
__attribute__((format(printf, 2, 3))) int bona_command_misused(const char *name, const char *format,
                                                               ...);

/* Says on standard error what failed: the note where it has text, else the text of `err`. Returns
 * BONA_EXIT_INTERNAL. */
int bona_command_failed(const char *name, bona_err err, const bona_note *note);

#endif
