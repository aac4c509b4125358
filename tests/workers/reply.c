/* SPDX-License-Identifier: Apache-2.0 */
/* Answers of workers are input from outside: a possible one is taken, and for every field one that
 * cannot be is refused. */
#include "check.h"

#include <math.h>
#include <string.h>

#include "workers/vision.h"

static bona_face a_face(void)
{
    bona_face face = { .box = { 10, 20, 100, 120 },
                       .confidence = 0.9F,
                       .live = 0.7F,
                       .direction = 360,
                       .yaw = NAN,
                       .pitch = -3,
                       .roll = NAN };

    face.quality.unified = -1;
    face.quality.sharpness = 100;
    return face;
}

static bona_picture a_picture(void)
{
    return (bona_picture){ .format = BONA_FORMAT_PNG,
                           .width = 640,
                           .height = 480,
                           .rotated = 270,
                           .face_count = 1,
                           .judged = 0,
                           .faces = { a_face() } };
}

static bona_vision_ask an_ask(bona_vision_kind kind)
{
    bona_vision_ask ask = { .kind = kind };

    if (kind == BONA_VISION_CHECK)
        ask.check.picture_count = 2;
    else
        ask.match.frame_count = 3;
    return ask;
}

static bona_vision_reply a_check(void)
{
    return (bona_vision_reply){ .kind = BONA_VISION_CHECK,
                                .check = { .decision = BONA_LIVE,
                                           .live = 0.7F,
                                           .picture_count = 2,
                                           .pictures = { a_picture(), a_picture() } } };
}

static bona_vision_reply a_match(void)
{
    return (bona_vision_reply){ .kind = BONA_VISION_MATCH,
                                .match = { .compared = true,
                                           .same = true,
                                           .similarity = 0.6F,
                                           .score = 0.95F,
                                           .frame = 2,
                                           .photo = a_picture(),
                                           .best_frame = a_picture() } };
}

static bool accepted(const bona_vision_reply *reply)
{
    const bona_vision_ask ask = an_ask(reply->kind);

    return bona_vision_accept(&ask, sizeof ask, reply, sizeof *reply);
}

static void possible_answers_are_taken(void **state)
{
    bona_vision_reply check = a_check(), match = a_match();

    (void)state;
    assert_true(accepted(&check));
    assert_true(accepted(&match));
    check.check.pictures[1] = (bona_picture){ .err = BONA_BAD_IMAGE };
    check.check.pictures[0].face_count = 200; /* more than are listed */
    check.check.decision = BONA_UNDECIDED;
    check.check.reasons = BONA_REASON_BAD_PICTURE | BONA_REASON_NO_FACE;
    assert_true(accepted(&check));
    match.match = (bona_match_report){ .photo_err = BONA_NO_FACE, .frame = -1 };
    assert_true(accepted(&match));
    match.err = BONA_NO_MEMORY;
    memset(&match.match, 0xff, sizeof match.match); /* nobody reads it */
    assert_true(accepted(&match));
}

static void answers_of_another_size_or_kind_are_refused(void **state)
{
    const bona_vision_ask ask = an_ask(BONA_VISION_CHECK);
    bona_vision_reply reply = a_check();

    (void)state;
    assert_false(bona_vision_accept(&ask, sizeof ask, &reply, sizeof reply - 1));
    assert_false(bona_vision_accept(&ask, sizeof ask, &reply, 0));
    assert_false(bona_vision_accept(&ask, sizeof ask - 1, &reply, sizeof reply));
    reply = a_match();
    assert_false(bona_vision_accept(&ask, sizeof ask, &reply, sizeof reply));
}

/* One wrong value at a time, in a reply that is right otherwise. */
#define REFUSED(make, field, value)                         \
    do {                                                    \
        bona_vision_reply reply = make;                     \
        assert_true(accepted(&reply));                      \
        reply.field = value;                                \
        if (accepted(&reply))                               \
            fail_msg("accepted with " #field " = " #value); \
    } while (0)

static void checks_with_one_impossible_value_are_refused(void **state)
{
    (void)state;
    REFUSED(a_check(), err, (bona_err)BONA_ERR_COUNT);
    REFUSED(a_check(), err, (bona_err)-1);
    REFUSED(a_check(), check.decision, (bona_decision)3);
    REFUSED(a_check(), check.decision, BONA_NOT_LIVE);      /* without a reason */
    REFUSED(a_check(), check.reasons, BONA_REASON_PASSIVE); /* and yet live */
    REFUSED(a_check(), check.reasons, 1U << 7);
    REFUSED(a_check(), check.live, NAN);
    REFUSED(a_check(), check.live, 1.01F);
    REFUSED(a_check(), check.picture_count, 1);
    REFUSED(a_check(), check.picture_count, 3);
    REFUSED(a_check(), check.ms.total, INFINITY);
    REFUSED(a_check(), check.ms.decode, -1);
    REFUSED(a_check(), check.pictures[1].err, (bona_err)77);
    REFUSED(a_check(), check.pictures[0].format, (bona_format)3);
    REFUSED(a_check(), check.pictures[0].format, (bona_format)(1 << 9));
    REFUSED(a_check(), check.pictures[0].width, -1);
    REFUSED(a_check(), check.pictures[0].height, INT32_MAX);
    REFUSED(a_check(), check.pictures[0].rotated, 45);
    REFUSED(a_check(), check.pictures[0].face_count, -1);
    REFUSED(a_check(), check.pictures[0].face_count, INT32_MAX);
    REFUSED(a_check(), check.pictures[0].judged, 1);
    REFUSED(a_check(), check.pictures[0].judged, -2);
}

static void faces_with_one_impossible_value_are_refused(void **state)
{
    (void)state;
    REFUSED(a_check(), check.pictures[1].faces[0].box.x, NAN);
    REFUSED(a_check(), check.pictures[1].faces[0].box.w, -1);
    REFUSED(a_check(), check.pictures[1].faces[0].box.h, 1e30F);
    REFUSED(a_check(), check.pictures[1].faces[0].points[4].y, -INFINITY);
    REFUSED(a_check(), check.pictures[1].faces[0].confidence, 2);
    REFUSED(a_check(), check.pictures[1].faces[0].live, -0.1F);
    REFUSED(a_check(), check.pictures[1].faces[0].motion, NAN);
    REFUSED(a_check(), check.pictures[1].faces[0].direction, 361);
    REFUSED(a_check(), check.pictures[1].faces[0].yaw, INFINITY);
    REFUSED(a_check(), check.pictures[1].faces[0].roll, 181);
    REFUSED(a_check(), check.pictures[1].faces[0].raw_live[3], NAN);
    REFUSED(a_check(), check.pictures[1].faces[0].quality.pose, 101);
    REFUSED(a_check(), check.pictures[1].faces[0].quality.mouth_visible, -0.5F);
    REFUSED(a_check(), check.pictures[1].faces[0].quality.eyes_open, NAN);
}

static void comparisons_with_one_impossible_value_are_refused(void **state)
{
    (void)state;
    REFUSED(a_match(), match.photo_err, (bona_err)100);
    REFUSED(a_match(), match.frames_err, BONA_NO_FACE); /* and yet compared */
    REFUSED(a_match(), match.compared, false);          /* though nothing was wrong */
    REFUSED(a_match(), match.frame, 3);
    REFUSED(a_match(), match.frame, -1);
    REFUSED(a_match(), match.similarity, NAN);
    REFUSED(a_match(), match.similarity, 1.5F);
    REFUSED(a_match(), match.score, -0.1F);
    REFUSED(a_match(), match.live, 7);
    REFUSED(a_match(), match.photo.judged, 9);
    REFUSED(a_match(), match.best_frame.faces[0].box.y, INFINITY);
    REFUSED(a_match(), match.ms.embed, NAN);
}

static void a_boolean_of_another_byte_than_0_and_1_is_refused(void **state)
{
    bona_vision_reply reply = a_match();

    (void)state;
    memset(&reply.match.same, 2, 1);
    assert_false(accepted(&reply));
    reply = a_match();
    memset(&reply.match.compared, 0x80, 1);
    assert_false(accepted(&reply));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(possible_answers_are_taken),
        cmocka_unit_test(answers_of_another_size_or_kind_are_refused),
        cmocka_unit_test(checks_with_one_impossible_value_are_refused),
        cmocka_unit_test(faces_with_one_impossible_value_are_refused),
        cmocka_unit_test(comparisons_with_one_impossible_value_are_refused),
        cmocka_unit_test(a_boolean_of_another_byte_than_0_and_1_is_refused),
    };

    return cmocka_run_group_tests_name("workers_reply", tests, NULL, NULL);
}
