/* SPDX-License-Identifier: Apache-2.0 */
/* The decision from scores alone. Expected values come from the rules of the BWS interface,
 * sections 5 to 7. */
#include "check.h"

#include <math.h>

#include "verdict/challenge.h"
#include "verdict/liveness.h"

static bona_liveness_ask one_live_face(void)
{
    bona_liveness_ask ask = { .picture_count = 1 };

    ask.pictures[0] = (bona_liveness_picture){ .face_count = 1, .judged = true, .live = 0.9f };
    return ask;
}

static bona_liveness_ask live_pair(void)
{
    bona_liveness_ask ask = one_live_face();

    ask.picture_count = 2;
    ask.pictures[1] = ask.pictures[0];
    ask.pictures[1].live = 0.8f;
    ask.motion = 0.7f;
    ask.direction = 360.0f;
    return ask;
}

static void a_live_face_is_live_without_reasons(void **state)
{
    bona_liveness_ask ask = one_live_face();
    bona_liveness_answer answer = bona_liveness_decide(&ask);

    (void)state;
    assert_int_equal(answer.decision, BONA_LIVE);
    assert_int_equal(answer.reasons, 0);
    assert_float_equal(answer.live, 0.9f, 1e-6f);
}

static void the_threshold_itself_is_live_and_just_below_is_not(void **state)
{
    bona_liveness_ask ask = one_live_face();

    (void)state;
    ask.pictures[0].live = 0.5f;
    assert_int_equal(bona_liveness_decide(&ask).decision, BONA_LIVE);
    ask.pictures[0].live = 0.4999f;
    assert_int_equal(bona_liveness_decide(&ask).decision, BONA_NOT_LIVE);
    assert_int_equal(bona_liveness_decide(&ask).reasons, BONA_REASON_PASSIVE);
    ask.pictures[0].live = NAN;
    assert_int_equal(bona_liveness_decide(&ask).decision, BONA_NOT_LIVE);
}

static void one_bad_score_rejects_though_the_mean_is_high(void **state)
{
    bona_liveness_ask ask = live_pair();
    bona_liveness_answer answer;

    (void)state;
    ask.pictures[0].live = 1.0f;
    ask.pictures[1].live = 0.4f;
    ask.motion = 1.0f;
    answer = bona_liveness_decide(&ask);
    assert_int_equal(answer.decision, BONA_NOT_LIVE);
    assert_int_equal(answer.reasons, BONA_REASON_PASSIVE);
    assert_float_equal(answer.live, 0.8f, 1e-6f);
}

static void a_pair_without_a_motion_score_never_passes(void **state)
{
    bona_liveness_ask ask = live_pair();

    (void)state;
    assert_int_equal(bona_liveness_decide(&ask).decision, BONA_LIVE);
    ask.motion = 0.0f;
    assert_int_equal(bona_liveness_decide(&ask).reasons, BONA_REASON_ACTIVE);
    assert_float_equal(bona_liveness_decide(&ask).live, 0.85f, 1e-6f);
}

static void reasons_add_up(void **state)
{
    bona_liveness_ask ask = live_pair();

    (void)state;
    ask.pictures[0].live = 0.1f;
    ask.motion = 0.2f;
    ask.tags = BONA_TAG_LEFT;
    assert_int_equal(bona_liveness_decide(&ask).reasons,
                     BONA_REASON_PASSIVE | BONA_REASON_ACTIVE | BONA_REASON_CHALLENGE);
}

static void pictures_without_a_judgeable_face_leave_it_undecided(void **state)
{
    bona_liveness_ask ask = one_live_face();

    (void)state;
    ask.pictures[0] = (bona_liveness_picture){ 0 };
    assert_int_equal(bona_liveness_decide(&ask).decision, BONA_UNDECIDED);
    assert_int_equal(bona_liveness_decide(&ask).reasons, BONA_REASON_NO_FACE);
    ask.pictures[0] = (bona_liveness_picture){ .err = BONA_BAD_IMAGE };
    assert_int_equal(bona_liveness_decide(&ask).reasons, BONA_REASON_BAD_PICTURE);
    ask.pictures[0] = (bona_liveness_picture){ .face_count = 1, .cut = true };
    assert_int_equal(bona_liveness_decide(&ask).reasons, BONA_REASON_FACE_CUT);
    assert_float_equal(bona_liveness_decide(&ask).live, 0.0f, 0.0f);
}

static void several_faces_count_only_when_asked(void **state)
{
    bona_liveness_ask ask = one_live_face();

    (void)state;
    ask.pictures[0].face_count = 2;
    assert_int_equal(bona_liveness_decide(&ask).decision, BONA_LIVE);
    ask.one_face = true;
    assert_int_equal(bona_liveness_decide(&ask).decision, BONA_UNDECIDED);
    assert_int_equal(bona_liveness_decide(&ask).reasons, BONA_REASON_MULTIPLE_FACES);
}

static void a_direction_is_met_up_to_45_degrees(void **state)
{
    (void)state;
    assert_true(bona_challenge_met(BONA_TAG_RIGHT, 360.0f));
    assert_true(bona_challenge_met(BONA_TAG_RIGHT, 45.0f));
    assert_true(bona_challenge_met(BONA_TAG_RIGHT, 315.0f));
    assert_false(bona_challenge_met(BONA_TAG_RIGHT, 46.0f));
    assert_false(bona_challenge_met(BONA_TAG_RIGHT, 180.0f));
    assert_true(bona_challenge_met(BONA_TAG_UP, 90.0f));
    assert_true(bona_challenge_met(BONA_TAG_LEFT, 180.0f));
    assert_true(bona_challenge_met(BONA_TAG_DOWN, 270.0f));
}

static void two_perpendicular_directions_are_met_up_to_60_degrees_each(void **state)
{
    uint32_t tags = BONA_TAG_UP | BONA_TAG_RIGHT;

    (void)state;
    assert_true(bona_challenge_met(tags, 45.0f));
    assert_true(bona_challenge_met(tags, 30.0f));
    assert_true(bona_challenge_met(tags, 60.0f));
    assert_false(bona_challenge_met(tags, 29.0f));
    assert_false(bona_challenge_met(tags, 61.0f));
}

static void opposite_directions_and_no_direction_are_never_met(void **state)
{
    (void)state;
    for (int degrees = 0; degrees <= 360; degrees++) {
        assert_false(bona_challenge_met(BONA_TAG_UP | BONA_TAG_DOWN, (float)degrees));
        assert_false(bona_challenge_met(BONA_TAG_LEFT | BONA_TAG_RIGHT, (float)degrees));
    }
    assert_false(bona_challenge_met(BONA_TAG_RIGHT, 0.0f));
    assert_true(bona_challenge_met(0, 0.0f));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_live_face_is_live_without_reasons),
        cmocka_unit_test(the_threshold_itself_is_live_and_just_below_is_not),
        cmocka_unit_test(one_bad_score_rejects_though_the_mean_is_high),
        cmocka_unit_test(a_pair_without_a_motion_score_never_passes),
        cmocka_unit_test(reasons_add_up),
        cmocka_unit_test(pictures_without_a_judgeable_face_leave_it_undecided),
        cmocka_unit_test(several_faces_count_only_when_asked),
        cmocka_unit_test(a_direction_is_met_up_to_45_degrees),
        cmocka_unit_test(two_perpendicular_directions_are_met_up_to_60_degrees_each),
        cmocka_unit_test(opposite_directions_and_no_direction_are_never_met),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
