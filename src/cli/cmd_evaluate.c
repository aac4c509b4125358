/* SPDX-License-Identifier: Apache-2.0 */
/* `bonafide evaluate`: error rates over a labelled list; see docs/evaluate.md. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "cli/command.h"
#include "cli/commands.h"
#include "cli/evaluate_options.h"
#include "eval/fit_pack.h"
#include "eval/match.h"
#include "eval/motion.h"
#include "eval/pad_report.h"
#include "eval/page.h"

const char bona_cmd_evaluate_options[] =
    "  --root DIR         folder of the pictures (default: the folder of the manifest)\n"
    "  --models PACK      a pack file, or builtin; default: built in\n"
    "  --scores CSV       scores per picture; an interrupted `pad` run goes on from this file\n"
    "  --json OUT         the report as JSON\n"
    "  --html OUT         the report as one page\n"
    "  --gallery N        pad: show the N worst errors in the page (it then shows people)\n"
    "  --fit PACK         pad, match: fit fusion weights or score map to these pictures and write "
    "a copy\n"
    "                     of the --models pack with them; shows what held-out sources or people "
    "say\n"
    "  --face WHICH       match: centre (default; LFW and its like name the person in the middle) "
    "or\n"
    "                     largest, the face that `match` and the server take\n"
    "  --leave-out LIST   motion: sequences to leave out, separated by commas\n"
    "\n"
    "A scores file of `pad` may stand in the place of the manifest: the report is then made "
    "without\n"
    "running a network.\n";

/* A report in its three shapes; `subject` is what they speak of. */
typedef bona_err (*shape)(bona_buf *out, const void *subject);
typedef struct shapes {
    shape text, json, html;
} shapes;

static bona_err write_shape(const char *path, shape make, const void *subject, bona_note *note)
{
    bona_buf out;
    bona_err err;

    if (path == NULL)
        return BONA_OK;
    bona_buf_init(&out, BONA_PAGE_BYTES_MAX);
    err = make(&out, subject);
    if (err == BONA_OK)
        err = bona_file_write(path, out.data, out.size, note);
    bona_buf_deinit(&out);
    return err;
}

static bona_err emit(const bona_evaluate_options *o, const shapes *how, const void *subject,
                     bona_note *note)
{
    bona_buf out;
    bona_err err;

    bona_buf_init(&out, BONA_PAGE_BYTES_MAX);
    err = how->text(&out, subject);
    if (err == BONA_OK)
        fputs((const char *)out.data, stdout);
    bona_buf_deinit(&out);
    if (err == BONA_OK)
        err = write_shape(o->json, how->json, subject, note);
    if (err == BONA_OK)
        err = write_shape(o->html, how->html, subject, note);
    return err;
}

/* Prints what a fit says of itself. */
static bona_err emit_fit(bona_err err, const bona_buf *out)
{
    if (err == BONA_OK)
        printf("\n%s", (const char *)out->data);
    return err;
}

/* A fit starts from a pack file; the built-in pack has none. */
static bona_err need_pack_file(const bona_evaluate_options *o, bona_note *note)
{
    return o->fit == NULL || o->models != NULL
               ? BONA_OK
               : bona_fail(note, BONA_BAD_CONFIG,
                           "--fit changes a copy of a pack file: name it with --models");
}

static bona_err pad_text(bona_buf *out, const void *subject)
{
    return bona_pad_text(out, subject);
}

static bona_err pad_json(bona_buf *out, const void *subject)
{
    return bona_pad_json(out, subject);
}

static bona_err pad_html(bona_buf *out, const void *subject)
{
    return bona_pad_html(out, subject);
}

static bona_err report_pad(const bona_evaluate_options *o, const bona_facts *facts,
                           const bona_pad_set *set, bona_note *note)
{
    static const shapes how = { pad_text, pad_json, pad_html };
    bona_pad_summary summary;
    bona_pad_report report = { facts, set, &summary, 0.5, o->gallery, o->root };
    bona_buf out;
    bona_err err = bona_pad_summarise(&summary, set, report.threshold);

    if (err != BONA_OK)
        return err;
    err = emit(o, &how, &report, note);
    bona_pad_summary_deinit(&summary);
    if (err != BONA_OK || o->fit == NULL)
        return err;
    bona_buf_init(&out, BONA_PAGE_BYTES_MAX);
    err = emit_fit(bona_pad_fit(&out, set, o->models, o->fit, note), &out);
    bona_buf_deinit(&out);
    return err;
}

static bona_err run_pad_set(const bona_evaluate_options *o, bona_pad_set *set, bona_facts *facts,
                            bona_note *note)
{
    bona_pack *pack = NULL;
    int64_t start;
    bona_err err;

    if (bona_csv_column(set->manifest, "live") >= 0 &&
        bona_csv_column(set->manifest, "error") >= 0) {
        err = bona_pad_resume(set, o->manifest, NULL, note);
        return err == BONA_OK ? bona_facts_gather(facts, o->manifest, NULL, note) : err;
    }
    err = need_pack_file(o, note);
    if (err == BONA_OK)
        err = bona_pack_load(&pack, o->models, note);
    if (err == BONA_OK)
        err = bona_facts_gather(facts, o->manifest, pack, note);
    snprintf(set->pack, sizeof set->pack, "%.12s", facts->pack_hash);
    if (err == BONA_OK && o->scores != NULL)
        err = bona_pad_resume(set, o->scores, set->pack, note);
    start = bona_clock_ns();
    if (err == BONA_OK)
        err = bona_pad_run(set, pack, o->root, o->scores, note);
    facts->seconds = bona_clock_ms_since(start) / 1000;
    if (err == BONA_OK && o->scores != NULL)
        err = bona_pad_write(set, o->scores, note);
    bona_pack_free(pack);
    return err;
}

static bona_err run_pad(const bona_evaluate_options *o, bona_note *note)
{
    bona_facts facts = { 0 };
    bona_pad_set set;
    bona_err err = bona_pad_load(&set, o->manifest, note);

    if (err != BONA_OK)
        return err;
    err = run_pad_set(o, &set, &facts, note);
    if (err == BONA_OK)
        err = report_pad(o, &facts, &set, note);
    bona_pad_deinit(&set);
    return err;
}

/* What the reports of `match` and `motion` speak of. */
typedef struct match_subject {
    const bona_facts *facts;
    const bona_match_set *set;
    bona_match_summary summary;
} match_subject;

static bona_err match_text(bona_buf *out, const void *subject)
{
    const match_subject *s = subject;

    return bona_match_text(out, s->set, &s->summary);
}

static bona_err match_json(bona_buf *out, const void *subject)
{
    const match_subject *s = subject;

    return bona_match_json(out, s->facts, s->set, &s->summary);
}

static bona_err match_html(bona_buf *out, const void *subject)
{
    const match_subject *s = subject;

    return bona_match_html(out, s->facts, s->set, &s->summary);
}

static bona_err report_match(const bona_evaluate_options *o, const bona_facts *facts,
                             const bona_match_set *set, const bona_pack *pack, bona_note *note)
{
    static const shapes how = { match_text, match_json, match_html };
    match_subject subject = { .facts = facts, .set = set };
    bona_buf out;
    bona_err err = bona_match_summarise(&subject.summary, set, pack);

    if (err == BONA_OK)
        err = emit(o, &how, &subject, note);
    if (err != BONA_OK || o->fit == NULL)
        return err;
    bona_buf_init(&out, BONA_PAGE_BYTES_MAX);
    err = emit_fit(bona_match_fit_pack(&out, set, o->models, o->fit, note), &out);
    bona_buf_deinit(&out);
    return err;
}

static bona_err run_match(const bona_evaluate_options *o, bona_note *note)
{
    bona_facts facts = { 0 };
    bona_match_set set;
    bona_pack *pack = NULL;
    bona_err err = bona_match_load(&set, o->manifest, note);

    if (err != BONA_OK)
        return err;
    err = need_pack_file(o, note);
    if (err == BONA_OK)
        err = bona_pack_load(&pack, o->models, note);
    if (err == BONA_OK)
        err = bona_facts_gather(&facts, o->manifest, pack, note);
    if (err == BONA_OK)
        err = bona_match_run(&set, pack, o->root, o->which, note);
    if (err == BONA_OK && o->scores != NULL)
        err = bona_match_write(&set, o->scores, note);
    if (err == BONA_OK)
        err = bona_match_any(&set, o->root, note);
    if (err == BONA_OK)
        err = report_match(o, &facts, &set, pack, note);
    bona_match_deinit(&set);
    bona_pack_free(pack);
    return err;
}

typedef struct motion_subject {
    const bona_facts *facts;
    const bona_motion_set *set;
    bona_motion_summary summary;
} motion_subject;

static bona_err motion_text(bona_buf *out, const void *subject)
{
    const motion_subject *s = subject;

    return bona_motion_text(out, s->set, &s->summary);
}

static bona_err motion_json(bona_buf *out, const void *subject)
{
    const motion_subject *s = subject;

    return bona_motion_json(out, s->facts, s->set, &s->summary);
}

static bona_err motion_html(bona_buf *out, const void *subject)
{
    const motion_subject *s = subject;

    return bona_motion_html(out, s->facts, s->set, &s->summary);
}

static bona_err report_motion(const bona_evaluate_options *o, const bona_facts *facts,
                              const bona_motion_set *set, bona_note *note)
{
    static const shapes how = { motion_text, motion_json, motion_html };
    motion_subject subject = { .facts = facts, .set = set };
    bona_err err = bona_motion_summarise(&subject.summary, set);

    return err == BONA_OK ? emit(o, &how, &subject, note) : err;
}

static bona_err run_motion(const bona_evaluate_options *o, bona_note *note)
{
    bona_facts facts = { 0 };
    bona_motion_set set;
    bona_pack *pack = NULL;
    bona_err err = bona_motion_load(&set, o->manifest, o->leave_out, note);

    if (err != BONA_OK)
        return err;
    err = bona_pack_load(&pack, o->models, note);
    if (err == BONA_OK)
        err = bona_facts_gather(&facts, o->manifest, pack, note);
    if (err == BONA_OK)
        err = bona_motion_run(&set, pack, o->root, note);
    if (err == BONA_OK && o->scores != NULL)
        err = bona_motion_write(&set, o->scores, note);
    if (err == BONA_OK)
        err = report_motion(o, &facts, &set, note);
    bona_motion_deinit(&set);
    bona_pack_free(pack);
    return err;
}

int bona_cmd_evaluate(int argc, char **argv)
{
    bona_evaluate_options o = { 0 };
    bona_note note = { "" };
    int status = bona_evaluate_read(&o, argc, argv);
    bona_err err;

    if (status != BONA_EXIT_OK)
        return status;
    if (strcmp(o.kind, "pad") == 0)
        err = run_pad(&o, &note);
    else if (strcmp(o.kind, "match") == 0)
        err = run_match(&o, &note);
    else if (strcmp(o.kind, "motion") == 0)
        err = run_motion(&o, &note);
    else
        return bona_command_misused("evaluate", "\"%.20s\" is not one of pad, match, motion",
                                    o.kind);
    return err == BONA_OK ? BONA_EXIT_OK : bona_command_failed("evaluate", err, &note);
}
