/* SPDX-License-Identifier: Apache-2.0 */
/* bonafide bench: timings on this machine, one thread. */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "cli/bench.h"
#include "cli/command.h"
#include "cli/commands.h"

const char bona_cmd_bench_options[] =
    "  nets            each network: time, multiply-accumulates, share of the peak of one core,\n"
    "                  which is measured in the same run\n"
    "  check IMAGE     the stages of one check\n"
    "  decode IMAGE    decoding in full and as check does it\n\n"
    "  --json          a report for programs\n"
    "  --steps         nets: the fastest run of each step of each network, as text\n"
    "  --isa NAME      nets: kernels of reference, avx2 or avx512 (default the best this CPU "
    "has);\n"
    "                  shares are of the AVX2/FMA peak, and of the named one's own\n"
    "  --runs N        repetitions, 3 to 1000; medians are shown (default 41)\n"
    "  --models PACK   a pack file, or builtin; default: built in\n"
    "  --help          this text\n";

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

double bona_bench_median(double *values, int32_t count)
{
    qsort(values, (size_t)count, sizeof *values, by_value);
    return values[count / 2];
}

/* False for a name that is none, or of kernels this CPU cannot run. */
static bool find_isa(bona_isa *isa, const char *name)
{
    for (bona_isa i = BONA_ISA_REFERENCE; i <= bona_isa_best(); i++)
        if (strcmp(bona_isa_name(i), name) == 0) {
            *isa = i;
            return true;
        }
    return false;
}

static int run(const bona_bench_ask *ask, const char *what)
{
    if (ask->steps && (ask->json || strcmp(what, "nets") != 0))
        return bona_command_misused("bench", "--steps goes with nets, without --json");
    if (strcmp(what, "nets") == 0)
        return ask->steps ? bona_bench_steps(ask) : bona_bench_nets(ask);
    if (strcmp(what, "check") != 0 && strcmp(what, "decode") != 0)
        return bona_command_misused("bench", "measures nets, check or decode, not \"%.20s\"", what);
    if (ask->image == NULL)
        return bona_command_misused("bench", "%s needs a picture", what);
    return strcmp(what, "check") == 0 ? bona_bench_check(ask) : bona_bench_decode(ask);
}

int bona_cmd_bench(int argc, char **argv)
{
    static const struct option names[] = { { "json", no_argument, NULL, 'j' },
                                           { "steps", no_argument, NULL, 's' },
                                           { "runs", required_argument, NULL, 'r' },
                                           { "models", required_argument, NULL, 'm' },
                                           { "isa", required_argument, NULL, 'i' },
                                           { "help", no_argument, NULL, 'h' },
                                           { 0 } };
    bona_bench_ask ask = { .runs = BONA_BENCH_RUNS, .isa = bona_isa_best() };
    const char *isa = NULL;
    int key;

    while ((key = getopt_long(argc, argv, "", names, NULL)) != -1) {
        if (key == 'j')
            ask.json = true;
        else if (key == 's')
            ask.steps = true;
        else if (key == 'm')
            ask.models = optarg;
        else if (key == 'r')
            ask.runs = (int32_t)strtol(optarg, NULL, 10);
        else if (key == 'i')
            isa = optarg;
        else if (key == 'h')
            return bona_command_help("bench");
        else
            return bona_command_misused("bench", "unknown or incomplete option");
    }
    if (isa != NULL && !find_isa(&ask.isa, isa))
        return bona_command_misused("bench", "no kernels \"%.20s\" on this CPU", isa);
    if (ask.runs < 3 || ask.runs > 1000)
        return bona_command_misused("bench", "--runs takes 3 to 1000");
    if (argc - optind < 1 || argc - optind > 2)
        return bona_command_misused("bench", "takes nets, check or decode, and a picture");
    ask.image = argc - optind == 2 ? argv[optind + 1] : NULL;
    return run(&ask, argv[optind]);
}
