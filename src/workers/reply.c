/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether bytes from a worker can be an answer of the engine. A worker that was broken into may say
 * anything within these bounds about its own picture, but nothing that leads the front astray.
 */
#include <math.h>
#include <string.h>

#include "workers/vision.h"

static const float pixel_max = 1e6F;     /* px; over any picture that the limits let through */
static const float stage_ms_max = 1e8F;  /* ms */
static const float cosine_max = 1.0001F; /* rounding of a dot product of unit vectors */
static const uint32_t reasons_all = (BONA_REASON_BAD_PICTURE << 1) - 1;
enum { FACES_COUNTED_MAX = 100000 };

static bool within(float value, float low, float high)
{
    return isfinite(value) && value >= low && value <= high;
}

static bool share(float value)
{
    return within(value, 0, 1);
}

static bool err_known(bona_err err)
{
    return (uint32_t)err < BONA_ERR_COUNT;
}

static bool angle(float value)
{
    return isnan(value) || within(value, -180, 180);
}

static bool quality_fits(const bona_quality *quality)
{
    const float all[] = { quality->unified,      quality->exposure,     quality->contrast,
                          quality->sharpness,    quality->face_size,    quality->pose,
                          quality->eyes_open,    quality->mouth_closed, quality->eyes_visible,
                          quality->nose_visible, quality->mouth_visible };

    _Static_assert(sizeof all == sizeof *quality, "every measure is checked");
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        if (!within(all[i], -1, 100) || (all[i] < 0 && all[i] != -1))
            return false;
    return true;
}

static bool face_fits(const bona_face *face)
{
    const bona_box *box = &face->box;

    if (!within(box->x, -pixel_max, pixel_max) || !within(box->y, -pixel_max, pixel_max) ||
        !within(box->w, 0, pixel_max) || !within(box->h, 0, pixel_max))
        return false;
    for (int i = 0; i < BONA_POINTS; i++)
        if (!within(face->points[i].x, -pixel_max, pixel_max) ||
            !within(face->points[i].y, -pixel_max, pixel_max))
            return false;
    for (int i = 0; i < BONA_SPOOF_NETS_MAX; i++)
        if (!share(face->raw_live[i]))
            return false;
    return share(face->confidence) && share(face->live) && share(face->motion) &&
           within(face->direction, 0, 360) && angle(face->yaw) && angle(face->pitch) &&
           angle(face->roll) && quality_fits(&face->quality);
}

static bool format_fits(bona_format format)
{
    uint32_t bits = (uint32_t)format;

    return (bits & ~(uint32_t)BONA_FORMATS_ALL) == 0 && (bits & (bits - 1)) == 0;
}

static bool picture_fits(const bona_picture *picture)
{
    int32_t shown = picture->face_count < BONA_FACES_MAX ? picture->face_count : BONA_FACES_MAX;

    if (!err_known(picture->err) || !format_fits(picture->format))
        return false;
    if (!within((float)picture->width, 0, pixel_max) ||
        !within((float)picture->height, 0, pixel_max))
        return false;
    if (picture->rotated != 0 && picture->rotated != 90 && picture->rotated != 180 &&
        picture->rotated != 270)
        return false;
    if (picture->face_count < 0 || picture->face_count > FACES_COUNTED_MAX)
        return false;
    if (picture->judged < -1 || (picture->judged > 0 && picture->judged >= shown))
        return false; /* 0 without faces is a picture that nobody looked at; faces[0] exists anyway
                       */
    for (int32_t i = 0; i == 0 || i < shown; i++)
        if (!face_fits(&picture->faces[i]))
            return false;
    return true;
}

static bool times_fit(const bona_times *ms)
{
    const float all[] = { ms->decode, ms->detect, ms->spoof,   ms->landmark,
                          ms->motion, ms->embed,  ms->quality, ms->total };

    _Static_assert(sizeof all == sizeof *ms, "every stage is checked");
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        if (!within(all[i], 0, stage_ms_max))
            return false;
    return true;
}

static bool check_fits(const bona_vision_check *ask, const bona_check_report *report)
{
    if ((uint32_t)report->decision > BONA_NOT_LIVE || (report->reasons & ~reasons_all) != 0)
        return false;
    if ((report->decision == BONA_LIVE) != (report->reasons == 0))
        return false;
    if (report->picture_count != ask->picture_count || report->picture_count < 1 ||
        report->picture_count > 2)
        return false;
    for (int32_t i = 0; i < report->picture_count; i++)
        if (!picture_fits(&report->pictures[i]))
            return false;
    return share(report->live) && times_fit(&report->ms);
}

/* Any byte but 0 and 1 in a bool is undefined behaviour, so it is looked at as a byte first. */
static bool bool_fits(const bool *flag)
{
    unsigned char byte;

    memcpy(&byte, flag, sizeof byte);
    return byte <= 1;
}

static bool match_fits(const bona_vision_match *ask, const bona_match_report *report)
{
    if (!bool_fits(&report->compared) || !bool_fits(&report->same))
        return false;
    if (!err_known(report->photo_err) || !err_known(report->frames_err))
        return false;
    if (report->compared != (report->photo_err == BONA_OK && report->frames_err == BONA_OK))
        return false;
    if (report->frame < -1 || report->frame >= ask->frame_count ||
        (report->compared && report->frame < 0))
        return false;
    return within(report->similarity, -cosine_max, cosine_max) && share(report->score) &&
           share(report->live) && picture_fits(&report->photo) &&
           picture_fits(&report->best_frame) && times_fit(&report->ms);
}

bool bona_vision_accept(const void *ask_bytes, size_t ask_size, const void *reply_bytes,
                        size_t reply_size)
{
    bona_vision_ask ask;
    bona_vision_reply reply;

    if (ask_size != sizeof ask || reply_size != sizeof reply)
        return false;
    memcpy(&ask, ask_bytes, sizeof ask);
    memcpy(&reply, reply_bytes, sizeof reply);
    if (reply.kind != ask.kind || !err_known(reply.err))
        return false;
    if (reply.err != BONA_OK)
        return true; /* nobody reads the report then */
    return ask.kind == BONA_VISION_CHECK ? check_fits(&ask.check, &reply.check)
                                         : match_fits(&ask.match, &reply.match);
}
