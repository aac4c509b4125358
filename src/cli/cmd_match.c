/* SPDX-License-Identifier: Apache-2.0 */
/* bonafide match: do a photo and a live picture show the same person? */
#include <getopt.h>
#include <stdio.h>

#include "base/mem.h"
#include "cli/command.h"
#include "cli/commands.h"
#include "cli/vision.h"
#include "wire/json_write.h"

const char bona_cmd_match_options[] =
    "Prints the similarity (cosine, -1 to 1) and the score, calibrated so that the false match\n"
    "rate at a score t is 10^-(10 t - 3). Exit status 0 same person, 1 another, 2 could not "
    "compare.\n\n"
    "  --json          a report for programs\n"
    "  --quality       refuse a photo whose eyes, nose or mouth are covered\n"
    "  --models PACK   a pack file, or builtin; default: built in\n"
    "  --help          this text\n";

typedef struct options {
    bool json, quality;
    const char *models;
    char *const *paths; /* photo, live picture */
} options;

/* Returns -1 to go on, else an exit status. */
static int read_options(options *o, int argc, char **argv)
{
    static const struct option names[] = { { "json", no_argument, NULL, 'j' },
                                           { "quality", no_argument, NULL, 'q' },
                                           { "models", required_argument, NULL, 'm' },
                                           { "help", no_argument, NULL, 'h' },
                                           { 0 } };
    int key;

    while ((key = getopt_long(argc, argv, "", names, NULL)) != -1) {
        if (key == 'j')
            o->json = true;
        else if (key == 'q')
            o->quality = true;
        else if (key == 'm')
            o->models = optarg;
        else if (key == 'h')
            return bona_command_help("match");
        else
            return bona_command_misused("match", "unknown or incomplete option");
    }
    if (argc - optind != 2)
        return bona_command_misused("match", "takes a photo and a live picture, not %d files",
                                    argc - optind);
    o->paths = argv + optind;
    return -1;
}

static bona_err put_error(bona_buf *buf, bona_err what, bool *first)
{
    bona_err err;

    if (what == BONA_OK)
        return BONA_OK;
    err = bona_buf_printf(buf, "%s\"%s\"", *first ? "" : ",", bona_picture_error_name(what));
    *first = false;
    return err;
}

static bona_err print_json(const bona_match_report *report)
{
    bool first = true;
    bona_buf buf;
    bona_err err;

    bona_buf_init(&buf, BONA_CLI_JSON_BYTES_MAX);
    err = bona_buf_text(&buf, "{\"similarity\":");
    if (err == BONA_OK)
        err = bona_json_put_float(&buf, report->similarity);
    if (err == BONA_OK)
        err = bona_buf_text(&buf, ",\"score\":");
    if (err == BONA_OK)
        err = bona_json_put_float(&buf, report->score);
    if (err == BONA_OK)
        err = bona_buf_printf(&buf, ",\"same\":%s,\"errors\":[", report->same ? "true" : "false");
    if (err == BONA_OK)
        err = put_error(&buf, report->photo_err, &first);
    if (err == BONA_OK && report->frames_err != report->photo_err)
        err = put_error(&buf, report->frames_err, &first);
    if (err == BONA_OK)
        err = bona_buf_text(&buf, "],\"ms\":");
    if (err == BONA_OK)
        err = bona_json_put_times(&buf, &report->ms);
    if (err == BONA_OK)
        err = bona_buf_text(&buf, "}");
    if (err == BONA_OK)
        bona_json_print(&buf);
    bona_buf_deinit(&buf);
    return err;
}

static void print_text(const options *o, const bona_match_report *report)
{
    if (report->photo_err != BONA_OK)
        printf("%s: %s\n", o->paths[0], bona_err_text(report->photo_err));
    if (report->frames_err != BONA_OK)
        printf("%s: %s\n", o->paths[1], bona_err_text(report->frames_err));
    if (report->compared)
        printf("%s, similarity %.3f, score %.3f, %.1f ms\n",
               report->same ? "SAME PERSON" : "NOT THE SAME PERSON", (double)report->similarity,
               (double)report->score, (double)report->ms.total);
    else
        printf("NOT COMPARED, %.1f ms\n", (double)report->ms.total);
}

static int match(const options *o, const bona_match_ask *ask)
{
    bona_match_report *report = bona_alloc(1, sizeof *report);
    bona_vision_kit kit = { 0 };
    bona_note note = { "" };
    bona_err err = report != NULL ? bona_kit_open(&kit, o->models, &note) : BONA_NO_MEMORY;
    int status = BONA_EXIT_INTERNAL;

    if (err == BONA_OK)
        err = bona_match(kit.engine, ask, report);
    if (err == BONA_BAD_ARGUMENT)
        bona_fail(&note, err, "the pack has no network of the role embed");
    if (err == BONA_OK && o->json)
        err = print_json(report);
    else if (err == BONA_OK)
        print_text(o, report);
    if (err != BONA_OK)
        bona_command_failed("match", err, &note);
    else
        status = !report->compared ? BONA_EXIT_UNDECIDED
                 : report->same    ? BONA_EXIT_OK
                                   : BONA_EXIT_NO;
    bona_kit_close(&kit);
    bona_free(report);
    return status;
}

int bona_cmd_match(int argc, char **argv)
{
    options o = { 0 };
    bona_match_ask ask = { .photo_flags = BONA_FIND_TURN, .frame_count = 1 };
    uint8_t *owned[2] = { NULL, NULL };
    bona_note note = { "" };
    bona_err err;
    int status = read_options(&o, argc, argv);

    if (status >= 0)
        return status;
    if (o.quality)
        ask.photo_flags |= BONA_WANT_QUALITY;
    err = bona_kit_read(&ask.photo, &owned[0], o.paths[0], &note);
    if (err == BONA_OK)
        err = bona_kit_read(&ask.frames[0], &owned[1], o.paths[1], &note);
    if (err == BONA_OK) {
        status = match(&o, &ask);
    } else {
        bona_command_failed("match", err, &note);
        status = BONA_EXIT_UNDECIDED;
    }
    bona_free(owned[0]);
    bona_free(owned[1]);
    return status;
}
