/* SPDX-License-Identifier: Apache-2.0 */
/* Answers of BWS (BWS specification, sections 6 and 7): every scalar always there, in the given
 * order, nothing null. */
#include "dialect/bws.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "dialect/out.h"
#include "verdict/suitable.h"

/* A picture larger than this in both dimensions is worked on reduced (section 4, size advice); px.
 */
enum { SHORT_SIDE_PX_MAX = 1200, LONG_SIDE_PX_MAX = 1600 };

/* The picture that is cut out of a face for further use: the box grown by half. */
static const float cut_out_grow = 0.5f;

static const struct {
    uint32_t reason;
    const char *code, *message;
} rows[] = {
    { BONA_REASON_NO_FACE, "FaceNotFound", "No suitable face was found in at least one picture." },
    { BONA_REASON_MULTIPLE_FACES, "MultipleFacesFound",
      "More than one face was found in at least one picture." },
    { BONA_REASON_FACE_CUT, "ThumbnailExtractionFailed",
      "The face is too close to the edge of the picture." },
    { BONA_REASON_PASSIVE, "RejectedByPassiveLiveDetection",
      "At least one picture does not seem to be taken of a live person." },
    { BONA_REASON_ACTIVE, "RejectedByActiveLiveDetection",
      "The movement between the pictures is not that of a live head." },
    { BONA_REASON_CHALLENGE, "RejectedByChallengeResponse",
      "The head did not move in the requested direction." },
};

enum {
    ROWS = sizeof rows / sizeof *rows,
    FACE_FINDING = BONA_REASON_NO_FACE | BONA_REASON_MULTIPLE_FACES | BONA_REASON_FACE_CUT
};

static int32_t listed_faces(const bona_picture *picture)
{
    return picture->face_count < BONA_FACES_MAX ? picture->face_count : BONA_FACES_MAX;
}

/* The engine's reasons, and ours: a picture in which no face is suitable holds none. */
static uint32_t reasons_of(const bona_check_report *report)
{
    uint32_t reasons = report->reasons & ~(uint32_t)BONA_REASON_BAD_PICTURE;

    for (int32_t i = 0; i < report->picture_count; i++) {
        const bona_picture *picture = &report->pictures[i];
        int32_t suitable = 0;

        for (int32_t k = 0; k < listed_faces(picture); k++)
            suitable += bona_face_unsuitable(picture->faces[k].points, picture->width,
                                             picture->height) == BONA_SUITABLE;
        if (suitable == 0 && !(reasons & BONA_REASON_FACE_CUT))
            reasons |= BONA_REASON_NO_FACE;
    }
    /* An error in finding the face stops the later stages (section 7.1). */
    return reasons & FACE_FINDING ? reasons & FACE_FINDING : reasons;
}

static void put_errors(dialect_out *out, uint32_t reasons, bona_summary *summary)
{
    size_t used = 0;
    const char *comma = "";

    dialect_put(out, "\"errors\":[");
    for (int32_t i = 0; i < ROWS; i++) {
        if (!(reasons & rows[i].reason))
            continue;
        dialect_put(out, "%s{\"errorCode\":\"%s\",\"message\":\"%s\"}", comma, rows[i].code,
                    rows[i].message);
        if (used < sizeof summary->errors)
            used += (size_t)snprintf(summary->errors + used, sizeof summary->errors - used, "%s%s",
                                     comma, rows[i].code);
        comma = ",";
    }
    dialect_put(out, "]");
}

static void put_point(dialect_out *out, const char *name, bona_point point)
{
    dialect_put(out, "\"%s\":{\"x\":", name);
    dialect_put_float(out, point.x);
    dialect_put(out, ",\"y\":");
    dialect_put_float(out, point.y);
    dialect_put(out, "}");
}

/* The right eye is the one on the left side of the picture (section 6.1). */
static void put_face(dialect_out *out, const bona_face *face, bool scores)
{
    bool swapped = face->points[0].x > face->points[1].x;

    dialect_put(out, "{");
    put_point(out, "leftEye", face->points[swapped ? 0 : 1]);
    dialect_put(out, ",");
    put_point(out, "rightEye", face->points[swapped ? 1 : 0]);
    dialect_put(out, ",\"textureLivenessScore\":");
    dialect_put_float(out, scores ? face->live : 0);
    dialect_put(out, ",\"motionLivenessScore\":");
    dialect_put_float(out, scores ? face->motion : 0);
    dialect_put(out, ",\"movementDirection\":");
    dialect_put_float(out, scores ? face->direction : 0);
    dialect_put(out, "}");
}

static void put_assessment(dialect_out *out, const char **comma, const char *check, float score,
                           const char *message)
{
    dialect_put(out, "%s{\"check\":\"%s\",\"score\":", *comma, check);
    dialect_put_float(out, score);
    dialect_put(out, ",\"message\":\"%s\"}", message);
    *comma = ",";
}

static void put_unsuitable(dialect_out *out, const char **comma, const bona_picture *picture)
{
    static const char *const texts[] = {
        "",
        "EyesInverted: the face is upside down.",
        "NoseAboveEyes: the nose is above the eyes.",
        "Profile: the face is turned too far to the side.",
        "EyesTooCloseTogether: the eyes are less than 24 pixels apart.",
        "BeyondBorder: an eye is too close to the edge of the picture."
    };

    for (int32_t k = 0; k < listed_faces(picture); k++) {
        bona_unsuitable why =
            bona_face_unsuitable(picture->faces[k].points, picture->width, picture->height);

        if (why != BONA_SUITABLE)
            put_assessment(out, comma, "SuitableFace", 0, texts[why]);
    }
}

static void put_assessments(dialect_out *out, const bona_picture *picture, bool cut)
{
    int32_t shorter = picture->width < picture->height ? picture->width : picture->height;
    int32_t longer = picture->width < picture->height ? picture->height : picture->width;
    const char *comma = "";

    dialect_put(out, "\"qualityAssessments\":[");
    if (shorter > SHORT_SIDE_PX_MAX && longer > LONG_SIDE_PX_MAX)
        put_assessment(out, &comma, "ImageSize", (float)LONG_SIDE_PX_MAX / (float)longer,
                       "The picture is larger than needed.");
    put_unsuitable(out, &comma, picture);
    for (int32_t k = 0; cut && k < listed_faces(picture); k++) {
        float visible =
            bona_box_visible(picture->faces[k].box, cut_out_grow, picture->width, picture->height);

        if (visible < 1)
            put_assessment(out, &comma, "FullyVisibleFace", visible,
                           "There is not enough room around the face to cut it out.");
    }
    dialect_put(out, "]");
}

static void put_picture(dialect_out *out, const bona_picture *picture, uint32_t reasons)
{
    dialect_put(out, "{\"rotated\":%d,\"faces\":[", (int)picture->rotated);
    for (int32_t k = 0; k < listed_faces(picture); k++) {
        dialect_put(out, "%s", k > 0 ? "," : "");
        put_face(out, &picture->faces[k], !(reasons & FACE_FINDING));
    }
    dialect_put(out, "],\"qualityScore\":0,");
    put_assessments(out, picture, reasons & BONA_REASON_FACE_CUT);
    dialect_put(out, ",\"frameNumber\":0}");
}

/* The mean of every score that is shown and not 0 (section 6). */
static double mean_score(const bona_check_report *report, uint32_t reasons)
{
    double sum = 0;
    int32_t count = 0;

    if (reasons & FACE_FINDING)
        return 0;
    for (int32_t i = 0; i < report->picture_count; i++)
        for (int32_t k = 0; k < listed_faces(&report->pictures[i]); k++) {
            const bona_face *face = &report->pictures[i].faces[k];

            sum += (double)face->live + (double)face->motion;
            count += (face->live > 0) + (face->motion > 0);
        }
    return count > 0 ? sum / count : 0;
}

static int write_report(bona_buf *body, const bona_check_report *report, bona_summary *summary)
{
    dialect_out out = { .buf = body };
    uint32_t reasons = reasons_of(report);
    bool live = reasons == 0 && report->decision == BONA_LIVE;
    double score = mean_score(report, reasons);

    if (!live && reasons == 0)
        reasons = BONA_REASON_PASSIVE; /* `live` false is never without a reason */
    dialect_put(&out, "{\"status\":\"SUCCEEDED\",");
    put_errors(&out, reasons, summary);
    dialect_put(&out, ",\"imageProperties\":[");
    for (int32_t i = 0; i < report->picture_count; i++) {
        dialect_put(&out, "%s", i > 0 ? "," : "");
        put_picture(&out, &report->pictures[i], reasons);
    }
    dialect_put(&out, "],\"live\":%s,\"livenessScore\":", live ? "true" : "false");
    dialect_put_number(&out, score);
    dialect_put(&out, "}");
    summary->outcome = live ? "live" : reasons & FACE_FINDING ? "undecided" : "not_live";
    summary->score = score > 0 ? score : (double)NAN;
    return out.err == BONA_OK ? 200 : 0;
}

static int write_refusal(bona_buf *body, bona_summary *summary, int status, int code,
                         const char *text, int32_t index)
{
    bona_refusal refusal;

    if (index >= 0)
        bona_refuse(&refusal, status, code, "liveImages[%d].image: %s", (int)index, text);
    else
        bona_refuse(&refusal, status, code, "%s", text);
    summary->outcome = status == 400 ? "refused" : "failed";
    snprintf(summary->errors, sizeof summary->errors, "%d", code);
    return bona_bws_refuse(body, &refusal, NULL) == BONA_OK ? status : 0;
}

int bona_bws_write(bona_buf *body, const bona_ask *ask, const bona_answer *answer,
                   bona_summary *summary)
{
    const bona_check_report *report = answer->check;

    (void)ask;
    *summary = (bona_summary){ .outcome = "failed", .score = (double)NAN };
    if (answer->err != BONA_OK || report == NULL) {
        int status = bona_trouble_status(answer->err);

        return write_refusal(body, summary, status, status == 503 ? BWS_UNAVAILABLE : BWS_INTERNAL,
                             bona_err_text(answer->err), -1);
    }
    for (int32_t i = 0; i < report->picture_count; i++) {
        bona_err err = report->pictures[i].err;

        if (err == BONA_NO_MEMORY || err == BONA_INTERNAL)
            return write_refusal(body, summary, 500, BWS_INTERNAL, bona_err_text(err), i);
        if (err != BONA_OK && err != BONA_NO_FACE)
            return write_refusal(body, summary, 400, BWS_INVALID_ARGUMENT, bona_err_text(err), i);
    }
    return write_report(body, report, summary);
}
