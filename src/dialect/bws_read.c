/* SPDX-License-Identifier: Apache-2.0 */
/* Bodies of BWS requests (BWS specification, section 4):
 * {"liveImages":[{"image":"<base64>","tags":["up"]}]} */
#include "dialect/bws.h"

#include <ctype.h>
#include <strings.h>

#include "wire/base64.h"
#include "wire/json.h"

enum {
    FORMATS = BONA_FORMAT_PNG | BONA_FORMAT_BMP | BONA_FORMAT_GIF | BONA_FORMAT_JPEG |
              BONA_FORMAT_TIFF | BONA_FORMAT_TGA | BONA_FORMAT_PNM | BONA_FORMAT_WEBP
};

static bool invalid(bona_refusal *refusal, const char *what, int32_t index)
{
    return bona_refuse(refusal, 400, BWS_INVALID_ARGUMENT, "liveImages[%d].%s", (int)index, what);
}

/*
 * The member of that name in camelCase, snake_case or any letter case. Returns false (refused) when
 * it is there in two spellings, since no two readers would agree on which counts.
 */
static bool find(const bona_json *object, const char *camel, const char *snake,
                 const bona_json **found, bona_refusal *refusal)
{
    *found = NULL;
    for (const bona_json *m = object->first; m != NULL; m = m->next) {
        if (!bona_text_is_caseless(m->key, camel) && !bona_text_is_caseless(m->key, snake))
            continue;
        if (*found != NULL)
            return bona_refuse(refusal, 400, BWS_INVALID_ARGUMENT, "%s occurs in two spellings",
                               camel);
        *found = m;
    }
    return true;
}

static bona_text trim(bona_text text)
{
    while (text.size > 0 && isspace((unsigned char)text.data[0])) {
        text.data++;
        text.size--;
    }
    while (text.size > 0 && isspace((unsigned char)text.data[text.size - 1]))
        text.size--;
    return text;
}

/* The bit of a tag; 0 for a blank one, -1 for anything else. */
static int32_t tag_bit(bona_text tag)
{
    static const char *const names[] = { "up", "down", "left", "right" };

    tag = trim(tag);
    if (tag.size == 0)
        return 0;
    for (int32_t i = 0; i < 4; i++)
        if (bona_text_is_caseless(tag, names[i]))
            return 1 << i; /* as bona_tag counts */
    return -1;
}

/* Only the second picture's tags mean anything; the first one's have to be a list of texts and no
 * more. */
static bool read_tags(bona_ask *ask, const bona_json *item, int32_t index, bona_refusal *refusal)
{
    const bona_json *tags;

    if (!find(item, "tags", "tags", &tags, refusal))
        return false;
    if (tags == NULL || tags->type == BONA_JSON_NULL)
        return true;
    if (tags->type != BONA_JSON_ARRAY)
        return invalid(refusal, "tags is not a list", index);
    for (const bona_json *tag = tags->first; tag != NULL; tag = tag->next) {
        int32_t bit;

        if (tag->type != BONA_JSON_STRING)
            return invalid(refusal, "tags holds something that is not a text", index);
        bit = index == 1 ? tag_bit(tag->text) : 0;
        if (bit < 0)
            return invalid(refusal, "tags holds a value other than up, down, left, right", index);
        ask->tags |= (uint32_t)bit;
    }
    return true;
}

static bool read_picture(bona_span *span, const bona_json *item, int32_t index,
                         const bona_tray *tray, bona_refusal *refusal)
{
    const bona_json *image;
    size_t room, offset, size = 0;
    uint8_t *bytes;

    if (!find(item, "image", "image", &image, refusal))
        return false;
    if (image == NULL || image->type != BONA_JSON_STRING)
        return invalid(refusal, "image is missing or not a text", index);
    if (image->text.size == 0)
        return invalid(refusal, "image is empty", index);
    room = bona_base64_room(image->text.size);
    bytes = tray->reserve(tray->slab, room, &offset);
    if (bytes == NULL)
        return bona_refuse(refusal, 500, BWS_INTERNAL, "no room for the picture");
    if (bona_base64_decode(bytes, room, &size, image->text.data, image->text.size,
                           BONA_BASE64_STRICT) != BONA_OK)
        return invalid(refusal, "image is not base64", index);
    tray->keep(tray->slab, offset, size);
    *span = (bona_span){ .offset = offset, .size = size };
    return true;
}

static bool read_images(bona_ask *ask, const bona_json *root, const bona_tray *tray,
                        bona_refusal *refusal)
{
    const bona_json *images;

    if (!find(root, "liveImages", "live_images", &images, refusal))
        return false;
    if (images == NULL || images->type != BONA_JSON_ARRAY)
        return bona_refuse(refusal, 400, BWS_INVALID_ARGUMENT,
                           "liveImages is missing or not a list");
    if (images->count < 1 || images->count > 2)
        return bona_refuse(refusal, 400, BWS_INVALID_ARGUMENT,
                           "liveImages has %d items; one or two are needed", (int)images->count);
    for (const bona_json *item = images->first; item != NULL; item = item->next) {
        int32_t index = ask->picture_count;

        if (item->type != BONA_JSON_OBJECT)
            return bona_refuse(refusal, 400, BWS_INVALID_ARGUMENT, "liveImages[%d] is no object",
                               (int)index);
        if (!read_tags(ask, item, index, refusal) ||
            !read_picture(&ask->pictures[index], item, index, tray, refusal))
            return false;
        ask->picture_count++;
    }
    return true;
}

bool bona_bws_read(bona_ask *ask, const bona_head *head, bona_buf *body, const bona_tray *tray,
                   const bona_rules *rules, bona_refusal *refusal)
{
    bona_json_doc doc;
    bona_note note = { "" };
    bona_err err = bona_json_parse(&doc, (char *)body->data, body->size, 0, &note);
    bool good;

    (void)head;
    *ask = (bona_ask){ .formats = FORMATS | (rules->heif ? BONA_FORMAT_HEIF : 0),
                       .flags = BONA_FIND_TURN | BONA_ONE_FACE };
    if (err == BONA_NO_MEMORY)
        return bona_refuse(refusal, 500, BWS_INTERNAL, "out of memory");
    if (err != BONA_OK)
        return bona_refuse(refusal, 400, BWS_INVALID_ARGUMENT, "%s", note.text);
    if (doc.duplicate_keys)
        good = bona_refuse(refusal, 400, BWS_INVALID_ARGUMENT, "a member occurs twice");
    else if (doc.nodes->type != BONA_JSON_OBJECT)
        good = bona_refuse(refusal, 400, BWS_INVALID_ARGUMENT, "the body is not an object");
    else
        good = read_images(ask, doc.nodes, tray, refusal);
    bona_json_deinit(&doc);
    return good;
}
