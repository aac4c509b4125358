/* SPDX-License-Identifier: Apache-2.0 */
/* bonafide seal: pictures in, a liveness_file of the identity API out. */
#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "cli/command.h"
#include "cli/commands.h"
#include "wire/container.h"

const char bona_cmd_seal_options[] =
    "Makes what the identity API calls liveness_file from 1 to 16 pictures, best JPEG. The format "
    "is\n"
    "this project's own: docs/liveness-container.md. Key: BONAFIDE_LIVENESS_KEY, 32 characters.\n\n"
    "  -o FILE.bin    where it goes; - is standard output\n"
    "  --interactive  the person followed instructions (default: silent)\n"
    "  --live SCORE   what the sender's liveness test said of the frames, 0 to 1\n"
    "  --help         this text\n";

typedef struct options {
    const char *out;
    bona_capture mode;
    float live;
    char *const *paths;
    int32_t path_count;
} options;

/* Returns -1 to go on, else an exit status. */
static int read_options(options *o, int argc, char **argv)
{
    static const struct option names[] = { { "output", required_argument, NULL, 'o' },
                                           { "interactive", no_argument, NULL, 'i' },
                                           { "live", required_argument, NULL, 'l' },
                                           { "help", no_argument, NULL, 'h' },
                                           { 0 } };
    char *end = NULL;
    int key;

    while ((key = getopt_long(argc, argv, "o:", names, NULL)) != -1) {
        if (key == 'o') {
            o->out = optarg;
        } else if (key == 'i') {
            o->mode = BONA_CAPTURE_INTERACTIVE;
        } else if (key == 'h') {
            return bona_command_help("seal");
        } else if (key == 'l') {
            o->live = strtof(optarg, &end);
            if (end == optarg || *end != 0 || !(o->live >= 0 && o->live <= 1))
                return bona_command_misused(
                    "seal", "--live takes a number of 0 to 1, not \"%.20s\"", optarg);
        } else {
            return bona_command_misused("seal", "unknown or incomplete option");
        }
    }
    o->paths = argv + optind;
    o->path_count = argc - optind;
    if (o->out == NULL)
        return bona_command_misused("seal", "-o FILE.bin says where the result goes");
    if (o->path_count < 1 || o->path_count > BONA_FRAMES_MAX)
        return bona_command_misused("seal", "takes 1 to %d pictures, not %d", BONA_FRAMES_MAX,
                                    (int)o->path_count);
    return -1;
}

static bona_err write_out(const char *path, const uint8_t *file, size_t size, bona_note *note)
{
    if (strcmp(path, "-") != 0)
        return bona_file_write(path, file, size, note);
    return fwrite(file, 1, size, stdout) == size && fflush(stdout) == 0
               ? BONA_OK
               : bona_fail(note, BONA_IO, "standard output cannot be written");
}

static bona_err seal(const options *o, bona_note *note)
{
    bona_container container = { .created_ms = bona_clock_wall_ms(), .mode = o->mode };
    uint8_t *owned[BONA_FRAMES_MAX] = { NULL }, *file = NULL;
    bona_seal_keys keys;
    size_t size = 0;
    bona_err err = bona_seal_keys_read(&keys, note);

    if (err == BONA_OK && keys.liveness_key_default)
        fprintf(stderr,
                "warning: BONAFIDE_LIVENESS_KEY is the public default; it protects nothing\n");
    for (int32_t i = 0; i < o->path_count && err == BONA_OK; i++) {
        err = bona_file_read(o->paths[i], BONA_CONTAINER_BYTES_MAX, &owned[i],
                             &container.frames[i].size, note);
        container.frames[i].data = owned[i];
        container.live[i] = o->live;
        container.frame_count++;
    }
    if (err == BONA_OK)
        err = bona_container_seal(&container, keys.liveness_key, &file, &size, note);
    if (err == BONA_OK)
        err = write_out(o->out, file, size, note);
    bona_seal_keys_wipe(&keys);
    bona_free(file);
    for (int32_t i = 0; i < o->path_count; i++)
        bona_free(owned[i]);
    return err;
}

int bona_cmd_seal(int argc, char **argv)
{
    options o = { .mode = BONA_CAPTURE_SILENT, .live = NAN };
    int status = read_options(&o, argc, argv);
    bona_note note = { "" };
    bona_err err;

    if (status >= 0)
        return status;
    err = seal(&o, &note);
    if (err == BONA_OK)
        return BONA_EXIT_OK;
    (void)bona_command_failed("seal", err, &note);
    return err == BONA_NO_MEMORY || err == BONA_INTERNAL ? BONA_EXIT_INTERNAL : BONA_EXIT_UNDECIDED;
}
