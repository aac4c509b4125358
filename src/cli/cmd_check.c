/* SPDX-License-Identifier: Apache-2.0 */
/* bonafide check: one or two pictures in, a liveness decision out. */
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "cli/command.h"
#include "cli/commands.h"
#include "cli/draw.h"
#include "cli/vision.h"
#include "wire/json_write.h"

const char bona_cmd_check_options[] =
    "Exit status 0 live, 1 not live, 2 could not decide (bad input, no face).\n"
    "With two pictures the motion between them is tested too; --tag demands a direction\n"
    "of movement as seen in the pictures. Several faces: the largest one is judged.\n\n"
    "  --json          a report for programs, with quality measures\n"
    "  --draw OUT.png  the first picture with boxes, points and scores\n"
    "  --tag DIR       up, down, left or right; may stand twice\n"
    "  --models PACK   a pack file, or builtin; default: built in\n"
    "  --help          this text\n";

static const struct {
    uint32_t reason;
    const char *name, *text;
} reasons[] = {
    { BONA_REASON_NO_FACE, "FaceNotFound", "no suitable face in at least one picture" },
    { BONA_REASON_MULTIPLE_FACES, "MultipleFacesFound",
      "more than one face in at least one picture" },
    { BONA_REASON_FACE_CUT, "ThumbnailExtractionFailed", "the face is too near the edge" },
    { BONA_REASON_PASSIVE, "RejectedByPassiveLiveDetection",
      "the picture looks like a print, a mask or a screen" },
    { BONA_REASON_ACTIVE, "RejectedByActiveLiveDetection",
      "the motion is not that of a live head" },
    { BONA_REASON_CHALLENGE, "RejectedByChallengeResponse", "the demanded direction was not met" },
    { BONA_REASON_BAD_PICTURE, "ImageInvalid", "a picture could not be decoded" },
};

static const char *const decisions[] = { "undecided", "live", "not_live" };

typedef struct options {
    bool json;
    const char *draw, *models;
    uint32_t tags;
    char *const *paths;
    int32_t path_count;
} options;

static uint32_t tag_of(const char *word)
{
    static const char *const words[] = { "up", "down", "left", "right" };
    static const uint32_t tags[] = { BONA_TAG_UP, BONA_TAG_DOWN, BONA_TAG_LEFT, BONA_TAG_RIGHT };

    for (size_t i = 0; i < 4; i++) {
        if (strcasecmp(word, words[i]) == 0)
            return tags[i];
    }
    return 0;
}

/* Returns -1 to go on, else an exit status. */
static int read_options(options *o, int argc, char **argv)
{
    static const struct option names[] = {
        { "json", no_argument, NULL, 'j' },      { "draw", required_argument, NULL, 'd' },
        { "tag", required_argument, NULL, 't' }, { "models", required_argument, NULL, 'm' },
        { "help", no_argument, NULL, 'h' },      { 0 }
    };
    int key;

    while ((key = getopt_long(argc, argv, "", names, NULL)) != -1) {
        if (key == 'j')
            o->json = true;
        else if (key == 'd')
            o->draw = optarg;
        else if (key == 'm')
            o->models = optarg;
        else if (key == 't' && tag_of(optarg) == 0)
            return bona_command_misused(
                "check", "--tag takes up, down, left or right, not \"%.20s\"", optarg);
        else if (key == 't')
            o->tags |= tag_of(optarg);
        else if (key == 'h')
            return bona_command_help("check");
        else
            return bona_command_misused("check", "unknown or incomplete option");
    }
    o->paths = argv + optind;
    o->path_count = argc - optind;
    if (o->path_count < 1 || o->path_count > 2)
        return bona_command_misused("check", "takes one or two pictures, not %d", o->path_count);
    if (o->tags != 0 && o->path_count < 2)
        return bona_command_misused("check", "--tag needs two pictures");
    return -1;
}

static bona_err put_errors(bona_buf *buf, uint32_t set)
{
    const char *lead = "";
    bona_err err = bona_buf_text(buf, ",\"errors\":[");

    for (size_t i = 0; i < sizeof reasons / sizeof reasons[0] && err == BONA_OK; i++) {
        if ((set & reasons[i].reason) == 0)
            continue;
        err = bona_buf_printf(buf, "%s\"%s\"", lead, reasons[i].name);
        lead = ",";
    }
    return err == BONA_OK ? bona_buf_text(buf, "]") : err;
}

static bona_err print_json(const options *o, const bona_check_ask *ask,
                           const bona_check_report *report)
{
    bona_buf buf;
    bona_err err;

    bona_buf_init(&buf, BONA_CLI_JSON_BYTES_MAX);
    err = bona_buf_printf(&buf, "{\"decision\":\"%s\",\"live\":", decisions[report->decision]);
    if (err == BONA_OK)
        err = bona_json_put_float(&buf, report->live);
    if (err == BONA_OK)
        err = put_errors(&buf, report->reasons);
    for (int32_t i = 0; i < report->picture_count && err == BONA_OK; i++) {
        err = bona_buf_text(&buf, i == 0 ? ",\"images\":[" : ",");
        if (err == BONA_OK)
            err = bona_json_put_picture(&buf, o->paths[i], &report->pictures[i], ask->flags);
    }
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

static void print_picture(const char *path, const bona_picture *picture)
{
    const bona_face *face = &picture->faces[0];

    if (picture->err != BONA_OK) {
        printf("%s: %s\n", path, bona_err_text(picture->err));
        return;
    }
    printf("%s: %d x %d", path, picture->width, picture->height);
    if (picture->rotated != 0)
        printf(", turned by %d degrees", picture->rotated);
    printf(", %d face%s", picture->face_count, picture->face_count == 1 ? "" : "s");
    if (picture->judged >= 0)
        printf(", judged %.0f x %.0f px at (%.0f, %.0f)", (double)face->box.w, (double)face->box.h,
               (double)face->box.x, (double)face->box.y);
    if (picture->judged >= 0 && face->live > 0)
        printf(", passive %.3f", (double)face->live);
    if (picture->judged >= 0 && face->motion > 0)
        printf(", motion %.3f towards %.0f degrees", (double)face->motion, (double)face->direction);
    printf("\n");
}

static void print_text(const options *o, const bona_check_report *report)
{
    static const char *const words[] = { "UNDECIDED", "LIVE", "NOT LIVE" };

    for (int32_t i = 0; i < report->picture_count; i++)
        print_picture(o->paths[i], &report->pictures[i]);
    printf("%s, score %.3f, %.1f ms\n", words[report->decision], (double)report->live,
           (double)report->ms.total);
    for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++) {
        if ((report->reasons & reasons[i].reason) != 0)
            printf("  %s: %s\n", reasons[i].name, reasons[i].text);
    }
}

static int status_of(bona_decision decision)
{
    return decision == BONA_LIVE       ? BONA_EXIT_OK
           : decision == BONA_NOT_LIVE ? BONA_EXIT_NO
                                       : BONA_EXIT_UNDECIDED;
}

/* Checks the pictures that lie in memory. */
static int check(const options *o, const bona_check_ask *ask)
{
    bona_check_report *report = bona_alloc(1, sizeof *report);
    bona_vision_kit kit = { 0 };
    bona_note note = { "" };
    bona_err err = report != NULL ? bona_kit_open(&kit, o->models, &note) : BONA_NO_MEMORY;
    int status = BONA_EXIT_INTERNAL;

    if (err == BONA_OK)
        err = bona_check(kit.engine, ask, report);
    if (err == BONA_OK && o->draw != NULL)
        err = bona_draw_report(o->draw, ask->pictures[0], &report->pictures[0], report->decision,
                               &note);
    if (err == BONA_OK && o->json)
        err = print_json(o, ask, report);
    else if (err == BONA_OK)
        print_text(o, report);
    if (err == BONA_OK)
        status = status_of(report->decision);
    else
        bona_command_failed("check", err, &note);
    bona_kit_close(&kit);
    bona_free(report);
    return status;
}

int bona_cmd_check(int argc, char **argv)
{
    options o = { 0 };
    bona_check_ask ask = { .flags = BONA_FIND_TURN };
    uint8_t *owned[2] = { NULL, NULL };
    bona_note note = { "" };
    int status = read_options(&o, argc, argv);

    if (status >= 0)
        return status;
    if (o.json || o.draw != NULL)
        ask.flags |= BONA_WANT_QUALITY;
    ask.tags = o.tags;
    ask.picture_count = o.path_count;
    for (int32_t i = 0; i < o.path_count && status < 0; i++) {
        bona_err err = bona_kit_read(&ask.pictures[i], &owned[i], o.paths[i], &note);

        if (err != BONA_OK) {
            fprintf(stderr, "bonafide check: %s\n",
                    note.text[0] != 0 ? note.text : bona_err_text(err));
            status = BONA_EXIT_UNDECIDED;
        }
    }
    if (status < 0)
        status = check(&o, &ask);
    bona_free(owned[0]);
    bona_free(owned[1]);
    return status;
}
