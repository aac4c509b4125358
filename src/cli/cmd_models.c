/* SPDX-License-Identifier: Apache-2.0 */
/* bonafide models: what is loaded. */
#include <getopt.h>
#include <stdio.h>

#include "cli/command.h"
#include "cli/commands.h"
#include "cli/vision.h"
#include "engine/pack.h"

const char bona_cmd_models_options[] =
    "  --models PACK   a pack file, or builtin; default: built in\n"
    "  --help          this text\n";

static void print_model(const bona_pack_row *row)
{
    const bona_model *m = row->model;
    bona_shape in = bona_net_input(m->net);

    printf("%-13s %s\n", row->role, m->file);
    printf("              sha256 %s\n", m->sha256);
    printf("              input %d x %d x %d x %d, %.1f M multiply-accumulates, %.2f MB packed\n",
           in.dim[0], in.dim[1], in.dim[2], in.dim[3], (double)bona_net_macs(m->net) / 1e6,
           (double)bona_net_bytes(m->net) / 1e6);
    for (int32_t i = 0; i < bona_net_output_count(m->net); i++) {
        bona_shape out = bona_net_output_shape(m->net, i);

        printf("              output %s:", bona_net_output_name(m->net, i));
        for (int32_t d = 0; d < out.rank; d++)
            printf("%s%d", d > 0 ? " x " : " ", out.dim[d]);
        printf("\n");
    }
    printf("              licence %s\n              source %s\n", m->licence, m->source);
}

int bona_cmd_models(int argc, char **argv)
{
    static const struct option names[] = { { "models", required_argument, NULL, 'm' },
                                           { "help", no_argument, NULL, 'h' },
                                           { 0 } };
    bona_pack_row rows[BONA_PACK_MODELS_MAX];
    const char *path = NULL;
    bona_pack *pack = NULL;
    bona_note note = { "" };
    int32_t count;
    bona_err err;
    int key;

    while ((key = getopt_long(argc, argv, "", names, NULL)) != -1) {
        if (key == 'h')
            return bona_command_help("models");
        if (key != 'm')
            return bona_command_misused("models", "unknown or incomplete option");
        path = optarg;
    }
    if (optind != argc)
        return bona_command_misused("models", "takes no arguments");
    err = bona_pack_load(&pack, path, &note);
    if (err != BONA_OK)
        return bona_command_failed("models", err, &note);
    count = bona_pack_rows(pack, rows);
    printf("pack %s, kernels %s\n", pack->name, bona_isa_name(bona_isa_best()));
    for (int32_t i = 0; i < count; i++)
        print_model(&rows[i]);
    bona_pack_free(pack);
    return BONA_EXIT_OK;
}
