/* SPDX-License-Identifier: Apache-2.0 */
/* Loading and JSON of picture reports; see vision.h. */
#include "cli/vision.h"

#include <math.h>
#include <stdio.h>

#include "base/file.h"
#include "wire/json_write.h"

bona_err bona_kit_open(bona_vision_kit *kit, const char *path, bona_note *note)
{
    bona_err err;

    *kit = (bona_vision_kit){ 0 };
    err = bona_pack_load(&kit->pack, path, note);
    if (err == BONA_OK)
        err = bona_engine_new(&kit->engine, kit->pack);
    if (err != BONA_OK)
        bona_kit_close(kit);
    return err;
}

void bona_kit_close(bona_vision_kit *kit)
{
    bona_engine_free(kit->engine);
    bona_pack_free(kit->pack);
    *kit = (bona_vision_kit){ 0 };
}

bona_err bona_kit_read(bona_bytes *bytes, uint8_t **owned, const char *path, bona_note *note)
{
    size_t size = 0;
    bona_err err = bona_file_read(path, BONA_CLI_PICTURE_BYTES_MAX, owned, &size, note);

    if (err == BONA_OK)
        *bytes = (bona_bytes){ *owned, size };
    return err;
}

const char *bona_picture_error_name(bona_err err)
{
    switch (err) {
    case BONA_OK:
        return NULL;
    case BONA_NO_FACE:
        return "FaceNotFound";
    case BONA_FACE_OCCLUDED:
        return "FaceOccluded";
    case BONA_IMAGE_FORMAT:
        return "ImageFormatUnknown";
    case BONA_IMAGE_TOO_BIG:
    case BONA_IMAGE_TOO_LONG:
        return "ImageTooBig";
    case BONA_IMAGE_TOO_SMALL:
        return "ImageTooSmall";
    default:
        return "ImageInvalid";
    }
}

/* Collects the first failure of many small writes. */
static void keep(bona_err *err, bona_err next)
{
    if (*err == BONA_OK)
        *err = next;
}

static bona_err put_named(bona_buf *buf, const char *lead, const char *name, float value)
{
    bona_err err = bona_buf_printf(buf, "%s\"%s\":", lead, name);

    keep(&err, bona_json_put_float(buf, value));
    return err;
}

static bona_err put_quality(bona_buf *buf, const bona_quality *q)
{
    const struct {
        const char *name;
        float value;
    } rows[] = { { "unified", q->unified },
                 { "exposure", q->exposure },
                 { "contrast", q->contrast },
                 { "sharpness", q->sharpness },
                 { "face_size", q->face_size },
                 { "pose", q->pose },
                 { "eyes_open", q->eyes_open },
                 { "mouth_closed", q->mouth_closed },
                 { "eyes_visible", q->eyes_visible },
                 { "nose_visible", q->nose_visible },
                 { "mouth_visible", q->mouth_visible } };
    const char *lead = "";
    bona_err err = bona_buf_text(buf, ",\"quality\":{");

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (rows[i].value < 0)
            continue;
        keep(&err, put_named(buf, lead, rows[i].name, rows[i].value));
        lead = ",";
    }
    keep(&err, bona_buf_text(buf, "}"));
    return err;
}

static bona_err put_points(bona_buf *buf, const bona_point *points)
{
    bona_err err = bona_buf_text(buf, ",\"points\":[");

    for (int32_t i = 0; i < BONA_POINTS; i++)
        keep(&err, bona_buf_printf(buf, "%s[%.2f,%.2f]", i > 0 ? "," : "", (double)points[i].x,
                                   (double)points[i].y));
    keep(&err, bona_buf_text(buf, "]"));
    return err;
}

static bona_err put_face(bona_buf *buf, const bona_face *face, bool judged, uint32_t flags)
{
    bona_err err = bona_buf_printf(buf, "{\"box\":[%.2f,%.2f,%.2f,%.2f]", (double)face->box.x,
                                   (double)face->box.y, (double)face->box.w, (double)face->box.h);

    keep(&err, put_points(buf, face->points));
    keep(&err, put_named(buf, ",", "confidence", face->confidence));
    keep(&err, put_named(buf, ",", "live", face->live));
    keep(&err, put_named(buf, ",", "motion", face->motion));
    keep(&err, put_named(buf, ",", "direction", face->direction));
    if (judged && isfinite(face->yaw)) {
        keep(&err, put_named(buf, ",", "yaw", face->yaw));
        keep(&err, put_named(buf, ",", "pitch", face->pitch));
        keep(&err, put_named(buf, ",", "roll", face->roll));
    }
    if (judged && (flags & BONA_WANT_QUALITY) != 0)
        keep(&err, put_quality(buf, &face->quality));
    keep(&err, bona_buf_text(buf, "}"));
    return err;
}

bona_err bona_json_put_picture(bona_buf *buf, const char *path, const bona_picture *picture,
                               uint32_t flags)
{
    int32_t shown = picture->face_count < BONA_FACES_MAX ? picture->face_count : BONA_FACES_MAX;
    bona_err err = bona_buf_text(buf, "{\"path\":");

    keep(&err, bona_json_put_string(buf, path));
    keep(&err, bona_buf_printf(buf, ",\"width\":%d,\"height\":%d,\"rotated\":%d,\"faces\":[",
                               picture->width, picture->height, picture->rotated));
    for (int32_t i = 0; i < shown; i++) {
        if (i > 0)
            keep(&err, bona_buf_text(buf, ","));
        keep(&err, put_face(buf, &picture->faces[i], i == picture->judged, flags));
    }
    keep(&err, bona_buf_text(buf, "]"));
    if (picture->err != BONA_OK) {
        keep(&err, bona_buf_text(buf, ",\"error\":"));
        keep(&err, bona_json_put_string(buf, bona_err_text(picture->err)));
    }
    keep(&err, bona_buf_text(buf, "}"));
    return err;
}

bona_err bona_json_put_times(bona_buf *buf, const bona_times *ms)
{
    const struct {
        const char *name;
        float value;
    } rows[] = { { "decode", ms->decode },     { "detect", ms->detect }, { "spoof", ms->spoof },
                 { "landmark", ms->landmark }, { "motion", ms->motion }, { "embed", ms->embed },
                 { "quality", ms->quality },   { "total", ms->total } };
    const char *lead = "{";
    bona_err err = BONA_OK;

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (rows[i].value <= 0 && i + 1 < sizeof rows / sizeof rows[0])
            continue;
        keep(&err,
             bona_buf_printf(buf, "%s\"%s\":%.3f", lead, rows[i].name, (double)rows[i].value));
        lead = ",";
    }
    keep(&err, bona_buf_text(buf, "}"));
    return err;
}

void bona_json_print(const bona_buf *buf)
{
    printf("%.*s\n", (int)buf->size, (const char *)buf->data);
}
