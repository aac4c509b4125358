/* SPDX-License-Identifier: Apache-2.0 */
/* The command line of `bonafide evaluate`; see evaluate_options.h. */
#include "cli/evaluate_options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"

/* The folder of the manifest, "." where it has none. */
static void default_root(bona_evaluate_options *o)
{
    const char *slash = strrchr(o->manifest, '/');

    if (o->root[0] == 0)
        snprintf(o->root, sizeof o->root, "%.*s",
                 slash == NULL ? 1 : (int)(slash - o->manifest) + 1,
                 slash == NULL ? "." : o->manifest);
}

int bona_evaluate_read(bona_evaluate_options *o, int argc, char **argv)
{
    static const struct option longs[] = {
        { "root", required_argument, NULL, 'r' },
        { "models", required_argument, NULL, 'm' },
        { "scores", required_argument, NULL, 's' },
        { "json", required_argument, NULL, 'j' },
        { "html", required_argument, NULL, 'o' },
        { "gallery", required_argument, NULL, 'g' },
        { "leave-out", required_argument, NULL, 'l' },
        { "fit", required_argument, NULL, 'f' },
        { "face", required_argument, NULL, 'c' },
        { "help", no_argument, NULL, 'h' },
        { NULL, 0, NULL, 0 },
    };
    int c;

    o->which = BONA_CENTRAL;
    while ((c = getopt_long(argc, argv, "h", longs, NULL)) != -1) {
        switch (c) {
        case 'r':
            snprintf(o->root, sizeof o->root, "%s", optarg);
            break;
        case 'm':
            o->models = optarg;
            break;
        case 's':
            o->scores = optarg;
            break;
        case 'j':
            o->json = optarg;
            break;
        case 'o':
            o->html = optarg;
            break;
        case 'g':
            o->gallery = (int32_t)strtol(optarg, NULL, 10);
            break;
        case 'l':
            o->leave_out = optarg;
            break;
        case 'f':
            o->fit = optarg;
            break;
        case 'c':
            if (strcmp(optarg, "largest") != 0 && strcmp(optarg, "centre") != 0)
                return bona_command_misused("evaluate", "--face is largest or centre");
            o->which = optarg[0] == 'c' ? BONA_CENTRAL : BONA_LARGEST;
            break;
        case 'h':
            exit(bona_command_help("evaluate"));
        default:
            return bona_command_misused("evaluate", "see above");
        }
    }
    if (argc - optind != 2)
        return bona_command_misused("evaluate", "needs one of pad, match, motion and a manifest");
    o->kind = argv[optind];
    o->manifest = argv[optind + 1];
    default_root(o);
    return BONA_EXIT_OK;
}
