/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What each command brings: one function and the text of its --help, defined in its own file.
 *
 *   const char bona_cmd_<name>_options[];   lines like "  --json   ...\n"
 *   int bona_cmd_<name>(int argc, char **argv);
 */
#ifndef BONA_CLI_COMMANDS_H
#define BONA_CLI_COMMANDS_H

#define BONA_CMD(name)                             \
    extern const char bona_cmd_##name##_options[]; \
    int bona_cmd_##name(int argc, char **argv)

BONA_CMD(bench);
BONA_CMD(check);
BONA_CMD(match);
BONA_CMD(models);
BONA_CMD(evaluate);

BONA_CMD(client);
BONA_CMD(apikey);
BONA_CMD(jobs);
BONA_CMD(seal);
BONA_CMD(encrypt);

BONA_CMD(serve);
BONA_CMD(token);

#endif
