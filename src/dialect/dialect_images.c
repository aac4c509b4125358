/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The images API (its specification, sections 3 to 5):
 * {"images":[{"index":0,"type":"RGB","data":"<base64>"}]} ->
 * {"model":...,"spoofScore":0.07,"position":{...}} The score runs against the other two APIs: high
 * means attack.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "dialect/dialect.h"
#include "dialect/out.h"
#include "wire/base64.h"
#include "wire/json.h"

/* Section 5.2. */
enum {
    MISSING = 110,
    INVALID_TYPE = 111,
    INVALID_VALUE = 112,
    NO_SUCH_VALUE = 113,
    DUPLICATED = 116,
    NOT_SUPPORTED = 215,
    TOO_FEW = 219,
    NO_FACE = 223
};

static const struct {
    int code;
    const char *message;
} messages[] = {
    { MISSING, "body_parameter_missing" },
    { INVALID_TYPE, "body_parameter_invalid_type" },
    { INVALID_VALUE, "body_parameter_invalid_value" },
    { NO_SUCH_VALUE, "body_parameter_not_found" },
    { DUPLICATED, "body_parameter_duplicated" },
    { NOT_SUPPORTED, "image_data_not_supported" },
    { TOO_FEW, "image_data_too_few" },
    { NO_FACE, "image_entity_not_found" },
    /* other HTTP errors carry their status and its reason text */
    { 400, "Bad Request" },
    { 401, "Unauthorized" },
    { 404, "Not Found" },
    { 405, "Method Not Allowed" },
    { 408, "Request Timeout" },
    { 411, "Length Required" },
    { 413, "Request Entity Too Large" },
    { 414, "Request-URI Too Long" },
    { 415, "Unsupported Media Type" },
    { 417, "Expectation Failed" },
    { 429, "Too Many Requests" },
    { 431, "Request Header Fields Too Large" },
    { 500, "Internal Server Error" },
    { 503, "Service Unavailable" },
};

static const char model_name[] = "JCV_2D_I25000"; /* the only published model */

enum {
    FORMATS = BONA_FORMAT_JPEG | BONA_FORMAT_PNG | BONA_FORMAT_GIF,
    IMAGES_WANTED = 1 /* pictures that model takes; the surplus is ignored */
};

static const char *message_of(int code)
{
    for (size_t i = 0; i < sizeof messages / sizeof *messages; i++)
        if (messages[i].code == code)
            return messages[i].message;
    return "Error";
}

static bool admit(const bona_head *head, bona_refusal *refusal)
{
    return bona_type_is_json(head->content_type, false) ||
           bona_refuse(refusal, 415, 415, "Content-Type has to be application/json");
}

static bool wrong(bona_refusal *refusal, int code, int32_t item, const char *name)
{
    return bona_refuse(refusal, 400, code, "images[%d].%s", (int)item, name);
}

static bool is_bool(const bona_json *value)
{
    return value->type == BONA_JSON_TRUE || value->type == BONA_JSON_FALSE;
}

static bool read_index(const bona_json *item, int32_t at, int32_t count, uint8_t *seen,
                       bona_refusal *refusal)
{
    const bona_json *index = bona_json_member(item, "index");

    if (index == NULL)
        return wrong(refusal, MISSING, at, "index");
    if (index->type != BONA_JSON_NUMBER || !index->integer)
        return wrong(refusal, INVALID_TYPE, at, "index");
    if (index->whole < 0 || index->whole >= count)
        return wrong(refusal, INVALID_VALUE, at, "index");
    if (seen[index->whole / 8] & 1 << index->whole % 8)
        return wrong(refusal, DUPLICATED, at, "index");
    seen[index->whole / 8] |= (uint8_t)(1 << index->whole % 8);
    return true;
}

/* `used`: the item is one the model takes; a surplus one only has to have the right types. */
static bool read_type(const bona_json *item, int32_t at, bool used, bona_refusal *refusal)
{
    const bona_json *type = bona_json_member(item, "type");

    if (type == NULL)
        return !used || wrong(refusal, MISSING, at, "type");
    if (type->type != BONA_JSON_STRING)
        return wrong(refusal, INVALID_TYPE, at, "type");
    return !used || bona_text_is(type->text, "RGB") || wrong(refusal, INVALID_VALUE, at, "type");
}

static bool read_data(bona_ask *ask, const bona_json *item, int32_t at, bool used,
                      const bona_tray *tray, bona_refusal *refusal)
{
    const bona_json *data = bona_json_member(item, "data");
    size_t room, offset, size = 0;
    uint8_t *bytes;

    if (data == NULL)
        return !used || wrong(refusal, MISSING, at, "data");
    if (data->type != BONA_JSON_STRING)
        return wrong(refusal, INVALID_TYPE, at, "data");
    if (!used)
        return true;
    room = bona_base64_room(data->text.size);
    bytes = tray->reserve(tray->slab, room, &offset);
    if (bytes == NULL)
        return bona_refuse(refusal, 500, 500, "no room for the picture");
    if (bona_base64_decode(bytes, room, &size, data->text.data, data->text.size,
                           BONA_BASE64_SPACED) != BONA_OK ||
        size == 0)
        return wrong(refusal, INVALID_VALUE, at, "data");
    tray->keep(tray->slab, offset, size);
    ask->pictures[0] = (bona_span){ .offset = offset, .size = size };
    ask->picture_count = 1;
    return true;
}

static bool read_item(bona_ask *ask, const bona_json *item, int32_t at, int32_t count,
                      uint8_t *seen, const bona_tray *tray, bona_refusal *refusal)
{
    const bona_json *turn = bona_json_member(item, "autoRotate");
    bool used;

    if (item->type != BONA_JSON_OBJECT)
        return bona_refuse(refusal, 400, INVALID_TYPE, "images[%d]", (int)at);
    if (!read_index(item, at, count, seen, refusal))
        return false;
    used = bona_json_member(item, "index")->whole < IMAGES_WANTED;
    if (!read_type(item, at, used, refusal) || !read_data(ask, item, at, used, tray, refusal))
        return false;
    if (turn != NULL && !is_bool(turn))
        return wrong(refusal, INVALID_TYPE, at, "autoRotate");
    if (turn != NULL && used)
        ask->auto_rotate = turn->type == BONA_JSON_TRUE; /* wins over the one at top level */
    return true;
}

static bool read_images(bona_ask *ask, const bona_json *root, const bona_tray *tray,
                        bona_refusal *refusal)
{
    const bona_json *images = bona_json_member(root, "images");
    uint8_t seen[BONA_JSON_NODES_MAX / 8] = { 0 };
    int32_t at = 0;

    if (images == NULL)
        return bona_refuse(refusal, 400, MISSING, "images");
    if (images->type != BONA_JSON_ARRAY)
        return bona_refuse(refusal, 400, INVALID_TYPE, "images");
    if (images->count == 0)
        return bona_refuse(refusal, 400, TOO_FEW, "images");
    for (const bona_json *item = images->first; item != NULL; item = item->next)
        if (!read_item(ask, item, at++, images->count, seen, tray, refusal))
            return false;
    return true;
}

static bool read_root(bona_ask *ask, const bona_json *root, const bona_tray *tray,
                      bona_refusal *refusal)
{
    const bona_json *turn = bona_json_member(root, "autoRotate");
    const bona_json *model = bona_json_member(root, "model");

    if (root->type != BONA_JSON_OBJECT)
        return bona_refuse(refusal, 400, INVALID_TYPE, "the body is not an object");
    ask->auto_rotate = turn != NULL && turn->type == BONA_JSON_TRUE;
    if (!read_images(ask, root, tray, refusal))
        return false;
    if (turn != NULL && !is_bool(turn))
        return bona_refuse(refusal, 400, INVALID_TYPE, "autoRotate");
    if (model != NULL && model->type != BONA_JSON_STRING)
        return bona_refuse(refusal, 400, INVALID_TYPE, "model");
    if (model != NULL && !bona_text_is(model->text, model_name))
        return bona_refuse(refusal, 400, NO_SUCH_VALUE, "model");
    return true;
}

static bool read_body(bona_ask *ask, const bona_head *head, bona_buf *body, const bona_tray *tray,
                      const bona_rules *rules, bona_refusal *refusal)
{
    bona_json_doc doc;
    bona_note note = { "" };
    bona_err err = bona_json_parse(&doc, (char *)body->data, body->size, 0, &note);
    bool good;

    (void)head;
    *ask = (bona_ask){ .formats = FORMATS | (rules->heif ? BONA_FORMAT_HEIF : 0) };
    if (err == BONA_NO_MEMORY)
        return bona_refuse(refusal, 500, 500, "out of memory");
    if (err != BONA_OK)
        return bona_refuse(refusal, 400, INVALID_TYPE, "%s", note.text);
    good = read_root(ask, doc.nodes, tray, refusal);
    ask->flags = ask->auto_rotate ? BONA_BEST_TURN : BONA_KEEP_EXIF;
    bona_json_deinit(&doc);
    return good;
}

static bona_err write_refusal(bona_buf *body, const bona_refusal *refusal, const char *request_id)
{
    dialect_out out = { .buf = body };

    (void)request_id;
    dialect_put(&out, "{\"code\":%d,\"message\":\"%s\",\"description\":", refusal->code,
                message_of(refusal->code));
    dialect_put_string(&out, refusal->text);
    dialect_put(&out, "}");
    return out.err;
}

static bona_err shape(bona_buf *body, int status, const char *message)
{
    bona_refusal refusal;

    bona_refuse(&refusal, status, status, "%s", message);
    return write_refusal(body, &refusal, NULL);
}

static int refuse_answer(bona_buf *body, bona_summary *summary, int status, int code,
                         const char *text)
{
    bona_refusal refusal;

    bona_refuse(&refusal, status, code, "%s", text);
    summary->outcome = code == NO_FACE ? "undecided" : status == 400 ? "refused" : "failed";
    snprintf(summary->errors, sizeof summary->errors, "%d", code);
    return write_refusal(body, &refusal, NULL) == BONA_OK ? status : 0;
}

/* The box clipped to the picture, in whole pixels that hold all of it, at least one wide and high.
 */
static void put_position(dialect_out *out, const bona_picture *picture, bona_box box)
{
    int32_t left = (int32_t)floorf(fmaxf(box.x, 0)), top = (int32_t)floorf(fmaxf(box.y, 0));
    int32_t right = (int32_t)ceilf(fminf(box.x + box.w, (float)picture->width));
    int32_t bottom = (int32_t)ceilf(fminf(box.y + box.h, (float)picture->height));

    left = left < picture->width ? left : picture->width - 1;
    top = top < picture->height ? top : picture->height - 1;
    dialect_put(out, "\"position\":{\"top\":%d,\"left\":%d,\"width\":%d,\"height\":%d}", (int)top,
                (int)left, (int)(right > left ? right - left : 1),
                (int)(bottom > top ? bottom - top : 1));
}

static int write_answer(bona_buf *body, const bona_ask *ask, const bona_answer *answer,
                        bona_summary *summary)
{
    dialect_out out = { .buf = body };
    const bona_picture *picture;
    const bona_face *face;

    *summary = (bona_summary){ .outcome = "failed", .score = (double)NAN };
    if (answer->err != BONA_OK || answer->check == NULL) {
        int status = bona_trouble_status(answer->err);

        return refuse_answer(body, summary, status, status, bona_err_text(answer->err));
    }
    picture = &answer->check->pictures[0];
    if (picture->err == BONA_NO_MEMORY || picture->err == BONA_INTERNAL)
        return refuse_answer(body, summary, 500, 500, bona_err_text(picture->err));
    if (picture->err != BONA_OK && picture->err != BONA_NO_FACE)
        return refuse_answer(body, summary, 400, NOT_SUPPORTED, bona_err_text(picture->err));
    if (picture->judged < 0 || picture->faces[picture->judged].live <= 0)
        return refuse_answer(body, summary, 400, NO_FACE, "no face was found");
    face = &picture->faces[picture->judged];
    summary->outcome = face->live > 0.5f ? "live" : "not_live"; /* a spoof from 0.5 on */
    summary->score = 1 - (double)face->live;
    dialect_put(&out, "{\"model\":\"%s\",\"spoofScore\":", model_name);
    dialect_put_float(&out, 1 - face->live);
    dialect_put(&out, ",");
    put_position(&out, picture, face->box);
    if (ask->auto_rotate)
        dialect_put(&out, ",\"rotated\":%d", (int)picture->rotated);
    dialect_put(&out, "}");
    return out.err == BONA_OK ? 200 : 0;
}

const bona_dialect bona_dialect_images = { .name = "images",
                                           .admit = admit,
                                           .read = read_body,
                                           .write = write_answer,
                                           .refuse = write_refusal,
                                           .shape = shape };
