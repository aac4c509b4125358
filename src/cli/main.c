/* SPDX-License-Identifier: Apache-2.0 */
/* Picks a command; see command.h. The table is the whole list of what the program can do. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "cli/commands.h"

/* clang-format off */
static const bona_command commands[] = {
    { "check", "[--json] [--draw OUT.png] [--models PACK] IMAGE [IMAGE2 [--tag up|down|left|right]]",
      "decide whether a picture, or a pair, shows a live person", bona_cmd_check_options, bona_cmd_check },
    { "match", "[--json] [--quality] [--models PACK] PHOTO LIVE", "compare a photo with a live picture",
      bona_cmd_match_options, bona_cmd_match },
    { "bench", "nets|check|decode [--json] [--steps] [--isa NAME] [--runs N] [--models PACK] [IMAGE]", "timings of networks, checks and decoding on this machine",
      bona_cmd_bench_options, bona_cmd_bench },
    { "models", "[--models PACK]", "list the networks: roles, hashes, shapes, licences",
      bona_cmd_models_options, bona_cmd_models },
    { "evaluate", "pad|match|motion MANIFEST [--root DIR] [--models PACK] [--scores CSV] [--json OUT] [--html OUT] [--fit PACK]",
      "error rates over a labelled list, with intervals", bona_cmd_evaluate_options, bona_cmd_evaluate },
    { "client", "add ID --state DIR\nlist [--json] --state DIR\nrevoke ID --state DIR",
      "who may sign tokens for the BWS API", bona_cmd_client_options, bona_cmd_client },
    { "apikey", "add NAME --state DIR\nlist [--json] --state DIR\nrevoke NAME --state DIR",
      "who may call the images API", bona_cmd_apikey_options, bona_cmd_apikey },
    { "seal", "-o FILE.bin [--interactive] [--live SCORE] IMAGE...", "make a liveness_file of the identity API",
      bona_cmd_seal_options, bona_cmd_seal },
    { "encrypt", "IMAGE", "make an encrypted_image of the identity API", bona_cmd_encrypt_options,
      bona_cmd_encrypt },
    { "jobs", "--state DIR [--reference TEXT] [--limit N] [--json]", "the bookkeeping, newest first",
      bona_cmd_jobs_options, bona_cmd_jobs },
    { "serve", "[--listen ADDR:PORT] [--state DIR] [--workers N] [--models PACK] [--config FILE]",
      "serve the three APIs over HTTP", bona_cmd_serve_options, bona_cmd_serve },
    { "token", "CLIENT --state DIR [--alg HS256]", "print a token of a client, for curl",
      bona_cmd_token_options, bona_cmd_token },
    { NULL, NULL, NULL, NULL, NULL }
};
/* clang-format on */

const bona_command *bona_command_find(const char *name)
{
    for (const bona_command *c = commands; c->name != NULL; c++) {
        if (strcmp(c->name, name) == 0)
            return c;
    }
    return NULL;
}

static void print_synopsis(FILE *out, const bona_command *command)
{
    const char *line = command->synopsis;
    const char *lead = "usage:";

    while (*line != 0) {
        size_t length = strcspn(line, "\n");

        fprintf(out, "%s bonafide %s %.*s\n", lead, command->name, (int)length, line);
        line += length + (line[length] == '\n' ? 1 : 0);
        lead = "      ";
    }
    if (command->synopsis[0] == 0)
        fprintf(out, "%s bonafide %s\n", lead, command->name);
}

int bona_command_help(const char *name)
{
    const bona_command *command = bona_command_find(name);

    print_synopsis(stdout, command);
    printf("\n%s\n", command->purpose);
    if (command->options != NULL)
        printf("\n%s", command->options);
    return BONA_EXIT_OK;
}

int bona_command_misused(const char *name, const char *format, ...)
{
    va_list args;

    fprintf(stderr, "bonafide %s: ", name);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fprintf(stderr, "\n");
    print_synopsis(stderr, bona_command_find(name));
    return BONA_EXIT_USAGE;
}

int bona_command_failed(const char *name, bona_err err, const bona_note *note)
{
    const char *text = note != NULL && note->text[0] != 0 ? note->text : bona_err_text(err);

    fprintf(stderr, "bonafide %s: %s\n", name, text);
    return BONA_EXIT_INTERNAL;
}

static int usage(FILE *out, int status)
{
    fprintf(out, "usage: bonafide COMMAND [OPTION...] [ARGUMENT...]\n\n"
                 "Tells whether a face picture was taken of a live person, and whether two show "
                 "the same one.\n\n");
    for (const bona_command *c = commands; c->name != NULL; c++)
        fprintf(out, "  %-10s %s\n", c->name, c->purpose);
    fprintf(out, "\n`bonafide COMMAND --help` says more. Version %s.\n", bona_version());
    return status;
}

int main(int argc, char **argv)
{
    const bona_command *command;

    if (argc < 2)
        return usage(stderr, BONA_EXIT_USAGE);
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
        strcmp(argv[1], "help") == 0)
        return usage(stdout, BONA_EXIT_OK);
    if (strcmp(argv[1], "--version") == 0) {
        printf("bonafide %s\n", bona_version());
        return BONA_EXIT_OK;
    }
    command = bona_command_find(argv[1]);
    if (command == NULL) {
        fprintf(stderr, "bonafide: no command \"%.40s\"; `bonafide --help` lists them\n", argv[1]);
        return BONA_EXIT_USAGE;
    }
    return command->run(argc - 1, argv + 1);
}
