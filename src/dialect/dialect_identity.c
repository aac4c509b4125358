/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The identity API (its specification, sections 2 to 6): a form with a liveness file and an
 * encrypted photo in, how alike the two persons are out. No verdict: the caller compares the score
 * with 0.7.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/random.h"
#include "dialect/dialect.h"
#include "dialect/out.h"
#include "wire/base64.h"
#include "wire/container.h"
#include "wire/json.h"
#include "wire/multipart.h"

/* Section 6; 5000 is a project decision. */
enum {
    SUCCESS = 1000,
    ARGUMENT = 1200,
    PIXELS = 2003,
    LENGTH = 2004,
    PICTURE = 2005,
    LIVENESS = 2007,
    DETECTION = 4000,
    OCCLUSION = 4004,
    FAILURE = 5000
};

enum {
    FORMATS =
        BONA_FORMAT_JPEG | BONA_FORMAT_BMP | BONA_FORMAT_PNG | BONA_FORMAT_GIF | BONA_FORMAT_TIFF,
    FRAME_FORMATS = FORMATS | BONA_FORMAT_TGA | BONA_FORMAT_PNM | BONA_FORMAT_WEBP,
    AHEAD_MS_MAX = 300000, /* ms that the clock of who sealed a file may be ahead, as with tokens */
    BOOLEAN_MAX = 16,      /* bytes of a yes-or-no part; longer ones are neither */
    REQUEST_ID = 33
};

static const struct {
    int code;
    const char *message;
} messages[] = {
    { ARGUMENT, "invalid argument" },
    { PIXELS, "invalid image size" },
    { LENGTH, "invalid content length" },
    { PICTURE, "invalid image type or corrupted" },
    { LIVENESS, "corrupted liveness data error" },
    { DETECTION, "detection failed" },
    { OCCLUSION, "face occlusion" },
    { FAILURE, "internal error" },
};

/* The parts that mean something. */
enum { LIVENESS_FILE, ENCRYPTED_IMAGE, AUTO_ROTATE, CHECK_QUALITY, PARTS };

static const char *const part_names[PARTS] = { "liveness_file", "encrypted_image", "auto_rotate",
                                               "check_quality" };

typedef struct form {
    bona_buf parts[PARTS];
    bool seen[PARTS];
    int current; /* -1 = a part nobody asked for */
} form;

static bool refuse_code(bona_refusal *refusal, int code)
{
    for (size_t i = 0; i < sizeof messages / sizeof *messages; i++)
        if (messages[i].code == code)
            return bona_refuse(refusal, code == FAILURE ? 500 : 400, code, "%s",
                               messages[i].message);
    return bona_refuse(refusal, 500, FAILURE, "internal error");
}

/* ---- the form ---- */

static bona_err begin_part(void *arg, const char *name)
{
    form *f = arg;

    f->current = -1;
    for (int i = 0; i < PARTS; i++)
        if (strcmp(name, part_names[i]) == 0)
            f->current = i;
    if (f->current < 0)
        return BONA_OK;
    if (f->seen[f->current])
        return BONA_BAD_ARGUMENT; /* sent twice */
    f->seen[f->current] = true;
    return BONA_OK;
}

static bona_err add_data(void *arg, const uint8_t *bytes, size_t size)
{
    form *f = arg;

    return f->current < 0 ? BONA_OK : bona_buf_add(&f->parts[f->current], bytes, size);
}

static bona_err end_part(void *arg)
{
    (void)arg;
    return BONA_OK;
}

static void form_deinit(form *f)
{
    for (int i = 0; i < PARTS; i++) {
        bona_wipe(f->parts[i].data, f->parts[i].size);
        bona_buf_deinit(&f->parts[i]);
    }
}

static bool read_form(form *f, const char *content_type, const bona_buf *body,
                      bona_refusal *refusal)
{
    static const bona_multipart_calls calls = { begin_part, add_data, end_part };
    bona_multipart *parser = NULL;
    bona_err err;

    *f = (form){ .current = -1 };
    for (int i = 0; i < PARTS; i++)
        bona_buf_init(&f->parts[i], i <= ENCRYPTED_IMAGE ? body->size : BOOLEAN_MAX);
    err = bona_multipart_new(&parser, content_type != NULL ? content_type : "", &calls, f, NULL);
    if (err == BONA_OK)
        err = bona_multipart_push(parser, body->data, body->size);
    if (err == BONA_OK)
        err = bona_multipart_finish(parser, NULL);
    bona_multipart_free(parser);
    if (err == BONA_NO_MEMORY)
        return refuse_code(refusal, FAILURE);
    if (err != BONA_OK || !f->seen[LIVENESS_FILE] || !f->seen[ENCRYPTED_IMAGE] ||
        f->parts[ENCRYPTED_IMAGE].size == 0)
        return refuse_code(refusal, ARGUMENT);
    return true;
}

/* true, false, 1 or 0 in any letter case; empty is as if it were not there. */
static bool read_boolean(const form *f, int part, bool *value, bona_refusal *refusal)
{
    bona_text text = { (const char *)f->parts[part].data, f->parts[part].size };

    *value = false;
    if (text.size == 0 || bona_text_is_caseless(text, "false") || bona_text_is(text, "0"))
        return true;
    if (!bona_text_is_caseless(text, "true") && !bona_text_is(text, "1"))
        return refuse_code(refusal, ARGUMENT);
    *value = true;
    return true;
}

/* ---- what the form holds ---- */

/* A date far ahead would make a file that never grows old. */
static bool age_is_good(int64_t created_ms, const bona_rules *rules)
{
    int64_t now = bona_clock_wall_ms();

    return created_ms <= now + AHEAD_MS_MAX && now - created_ms <= rules->liveness_age_s_max * 1000;
}

static bool read_liveness(bona_ask *ask, const bona_buf *file, const bona_tray *tray,
                          const bona_rules *rules, bona_refusal *refusal)
{
    bona_container container;
    size_t offset;
    uint8_t *plain;
    bona_err err;

    if (file->size == 0)
        return refuse_code(refusal, LIVENESS);
    plain = tray->reserve(tray->slab, file->size, &offset);
    if (plain == NULL)
        return refuse_code(refusal, FAILURE);
    err = bona_container_open(&container, (bona_bytes){ file->data, file->size },
                              rules->keys.liveness_key, plain, NULL);
    if (err != BONA_OK)
        return refuse_code(refusal, err == BONA_NO_MEMORY ? FAILURE : LIVENESS);
    if (rules->liveness_age_s_max > 0 && !age_is_good(container.created_ms, rules))
        return refuse_code(refusal, LIVENESS);
    ask->frame_count = container.frame_count;
    for (int32_t i = 0; i < container.frame_count; i++)
        ask->frames[i] = (bona_span){ offset + (size_t)(container.frames[i].data - plain),
                                      container.frames[i].size };
    return true;
}

static bool read_photo(bona_ask *ask, const bona_buf *text, const bona_tray *tray,
                       const bona_rules *rules, bona_refusal *refusal)
{
    size_t room = bona_base64_room(text->size), offset, size = 0;
    uint8_t *bytes = tray->reserve(tray->slab, room, &offset);

    if (bytes == NULL)
        return refuse_code(refusal, FAILURE);
    if (bona_base64_decode(bytes, room, &size, (const char *)text->data, text->size,
                           BONA_BASE64_SPACED) != BONA_OK ||
        bona_photo_unseal(&rules->keys, (bona_bytes){ bytes, size }, bytes) != BONA_OK)
        return refuse_code(refusal, ARGUMENT);
    size -= BONA_SEAL_TAG;
    tray->keep(tray->slab, offset, size);
    if (size > rules->photo_bytes_max)
        return refuse_code(refusal, LENGTH);
    ask->pictures[0] = (bona_span){ .offset = offset, .size = size };
    ask->picture_count = 1;
    return true;
}

static bool read_body(bona_ask *ask, const bona_head *head, bona_buf *body, const bona_tray *tray,
                      const bona_rules *rules, bona_refusal *refusal)
{
    form f;
    bool turn = false, quality = false;
    bool good = read_form(&f, head->content_type, body, refusal);

    *ask = (bona_ask){ .match = true,
                       .formats = FORMATS | (rules->heif ? BONA_FORMAT_HEIF : 0),
                       .frame_formats = FRAME_FORMATS | (rules->heif ? BONA_FORMAT_HEIF : 0),
                       .limits = { .bytes_max = rules->photo_bytes_max,
                                   .side_px_min = rules->photo_px_min,
                                   .side_px_max = rules->photo_px_max } };
    good = good && read_boolean(&f, AUTO_ROTATE, &turn, refusal) &&
           read_boolean(&f, CHECK_QUALITY, &quality, refusal) &&
           read_liveness(ask, &f.parts[LIVENESS_FILE], tray, rules, refusal) &&
           read_photo(ask, &f.parts[ENCRYPTED_IMAGE], tray, rules, refusal);
    ask->flags = (turn ? BONA_BEST_TURN : BONA_KEEP_EXIF) | (quality ? BONA_WANT_QUALITY : 0) |
                 (rules->verify_liveness ? BONA_WANT_LIVE : 0);
    form_deinit(&f);
    return good;
}

/* ---- answers ---- */

/* Any type is let in: which one it is belongs to the syntax of the body, and that comes after its
 * size. */
static bool admit(const bona_head *head, bona_refusal *refusal)
{
    (void)head, (void)refusal;
    return true;
}

static bona_err write_refusal(bona_buf *body, const bona_refusal *refusal, const char *request_id)
{
    dialect_out out = { .buf = body };

    dialect_put(&out, "{\"code\":%d,\"message\":", refusal->code);
    dialect_put_string(&out, refusal->text);
    dialect_put(&out, ",\"request_id\":\"%s\"}", request_id);
    return out.err;
}

static bona_err shape(bona_buf *body, int status, const char *message)
{
    bona_refusal refusal;
    char id[REQUEST_ID];
    uint8_t random[16];

    bona_random(random, sizeof random);
    for (int i = 0; i < 16; i++)
        snprintf(id + 2 * i, 3, "%02x", random[i]);
    if (status >= 500)
        bona_refuse(&refusal, status, FAILURE, "%s", status == 500 ? "internal error" : message);
    else
        bona_refuse(&refusal, status, ARGUMENT, "%s", status == 400 ? "invalid argument" : message);
    return write_refusal(body, &refusal, id);
}

static int code_of_picture(bona_err err)
{
    switch (err) {
    case BONA_IMAGE_TOO_BIG:
    case BONA_IMAGE_TOO_SMALL:
        return PIXELS;
    case BONA_IMAGE_TOO_LONG:
        return LENGTH;
    case BONA_NO_FACE:
        return DETECTION;
    case BONA_FACE_OCCLUDED:
        return OCCLUSION;
    case BONA_NO_MEMORY:
    case BONA_INTERNAL:
        return FAILURE;
    default:
        return PICTURE;
    }
}

static bool is_picture_error(bona_err err)
{
    return err != BONA_OK && err != BONA_NO_FACE && err != BONA_FACE_OCCLUDED;
}

/* The first thing wrong, in the order of checks of section 6; 0 when nothing is. */
static int code_of(const bona_match_report *report, bool verify)
{
    if (is_picture_error(report->frames_err))
        return code_of_picture(report->frames_err) == FAILURE ? FAILURE : LIVENESS;
    if (is_picture_error(report->photo_err))
        return code_of_picture(report->photo_err);
    if (report->photo_err == BONA_NO_FACE || report->frames_err == BONA_NO_FACE)
        return DETECTION;
    if (report->photo_err != BONA_OK)
        return code_of_picture(report->photo_err);
    if (verify && !(report->live >= 0.5f))
        return LIVENESS; /* the frame is not of a live person, so the liveness data is not what it
                            says */
    return report->compared ? 0 : FAILURE;
}

static int refuse_answer(bona_buf *body, const bona_answer *answer, bona_summary *summary,
                         int status, int code)
{
    bona_refusal refusal;

    refuse_code(&refusal, code);
    if (status == 503)
        bona_refuse(&refusal, 503, FAILURE, "service unavailable");
    summary->outcome = code == FAILURE ? "failed" : code == DETECTION ? "undecided" : "refused";
    snprintf(summary->errors, sizeof summary->errors, "%d", code);
    return write_refusal(body, &refusal, answer->request_id) == BONA_OK ? refusal.status : 0;
}

static int write_answer(bona_buf *body, const bona_ask *ask, const bona_answer *answer,
                        bona_summary *summary)
{
    const bona_match_report *report = answer->match;
    dialect_out out = { .buf = body };
    int code;

    *summary = (bona_summary){ .outcome = "failed", .score = (double)NAN };
    if (answer->err != BONA_OK || report == NULL)
        return refuse_answer(body, answer, summary, bona_trouble_status(answer->err), FAILURE);
    code = code_of(report, ask->flags & BONA_WANT_LIVE);
    if (code != 0)
        return refuse_answer(body, answer, summary, 400, code);
    summary->outcome = "compared";
    summary->score = (double)report->score;
    dialect_put(&out, "{\"code\":%d,\"verification_score\":", SUCCESS);
    dialect_put_float(&out, report->score);
    dialect_put(&out, ",\"request_id\":\"%s\"}", answer->request_id);
    return out.err == BONA_OK ? 200 : 0;
}

const bona_dialect bona_dialect_identity = { .name = "identity",
                                             .admit = admit,
                                             .read = read_body,
                                             .write = write_answer,
                                             .refuse = write_refusal,
                                             .shape = shape };
