/* SPDX-License-Identifier: Apache-2.0 */
/* The engine with the reference pack on real pictures. What is expected of a picture stands in the
 * manifest of the shared data. */
#include "check.h"

#include <math.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "engine/pack.h"

static bona_pack *pack;
static bona_engine *engine;
static bona_check_report report;

static bona_bytes read_picture(const char *name)
{
    char path[4096];
    uint8_t *bytes = NULL;
    size_t size = 0;

    snprintf(path, sizeof path, "%s/data/%s", check_shared(), name);
    assert_int_equal(bona_file_read(path, 50 << 20, &bytes, &size, NULL), BONA_OK);
    return (bona_bytes){ bytes, size };
}

static void check_one(const char *name, uint32_t flags)
{
    bona_bytes bytes = read_picture(name);
    bona_check_ask ask = { .pictures = { bytes }, .picture_count = 1, .flags = flags };

    assert_int_equal(bona_check(engine, &ask, &report), BONA_OK);
    bona_free((void *)bytes.data);
}

static void a_live_face_is_live_and_a_screen_is_not(void **state)
{
    (void)state;
    NEED_SHARED();
    check_one("webcam_a/live/17424090493399343.jpg", 0);
    assert_int_equal(report.decision, BONA_LIVE);
    assert_int_equal(report.reasons, 0);
    assert_int_equal(report.pictures[0].face_count, 1);
    check_one("webcam_a/replay/1742409376720565.jpg", 0);
    assert_int_equal(report.decision, BONA_NOT_LIVE);
    assert_int_equal(report.reasons, BONA_REASON_PASSIVE);
    assert_true(report.live > 0 && report.live < 0.5f);
}

static void the_same_question_gives_the_same_answer(void **state)
{
    bona_picture first;

    (void)state;
    NEED_SHARED();
    check_one("webcam_a/live/17424090493399343.jpg", BONA_WANT_QUALITY);
    memcpy(&first, &report.pictures[0], sizeof first);
    check_one("webcam_a/replay/1742409376720565.jpg", BONA_WANT_QUALITY);
    check_one("webcam_a/live/17424090493399343.jpg", BONA_WANT_QUALITY);
    assert_memory_equal(&first, &report.pictures[0], sizeof first);
}

static void all_orientations_give_the_same_upright_face(void **state)
{
    char name[80];

    (void)state;
    NEED_SHARED();
    for (int orientation = 1; orientation <= 8; orientation++) {
        snprintf(name, sizeof name, "exif_face/17322902972494256_o%d.jpg", orientation);
        check_one(name, 0);
        assert_int_equal(report.pictures[0].face_count, 1);
        assert_int_equal(report.pictures[0].rotated, 0);
        assert_float_equal(report.pictures[0].faces[0].box.x, 167, 6);
        assert_float_equal(report.pictures[0].faces[0].box.y, 193, 6);
    }
}

static void a_turned_picture_is_turned_back_when_asked(void **state)
{
    /* Stored with orientation 6, 3, 8, the pixels lie turned; without EXIF the engine has to see
     * that itself. */
    static const int orientations[] = { 6, 3, 8 }, degrees[] = { 90, 180, 270 };
    char name[80];

    (void)state;
    NEED_SHARED();
    for (int i = 0; i < 3; i++) {
        snprintf(name, sizeof name, "exif_face/17322902972494256_o%d.jpg", orientations[i]);
        check_one(name, BONA_KEEP_EXIF | BONA_FIND_TURN);
        assert_int_equal(report.pictures[0].rotated, degrees[i]);
        assert_int_equal(report.pictures[0].width, 640);
        assert_int_equal(report.pictures[0].height, 480);
        assert_float_equal(report.pictures[0].faces[0].box.x, 167, 8);
        assert_float_equal(report.pictures[0].faces[0].box.y, 193, 8);
        check_one(name, BONA_KEEP_EXIF | BONA_BEST_TURN);
        assert_int_equal(report.pictures[0].rotated, degrees[i]);
        check_one(name, BONA_KEEP_EXIF);
        assert_int_equal(report.pictures[0].rotated, 0);
    }
}

static void a_wall_has_no_face_and_noise_is_no_picture(void **state)
{
    const uint8_t noise[] = "this is not a picture";
    bona_check_ask ask = { .pictures = { { noise, sizeof noise } }, .picture_count = 1 };

    (void)state;
    NEED_SHARED();
    check_one("exif/Landscape_1.jpg", BONA_FIND_TURN);
    assert_int_equal(report.decision, BONA_UNDECIDED);
    assert_int_equal(report.reasons, BONA_REASON_NO_FACE);
    assert_int_equal(report.pictures[0].judged, -1);
    assert_int_equal(bona_check(engine, &ask, &report), BONA_OK);
    assert_int_equal(report.decision, BONA_UNDECIDED);
    assert_int_equal(report.reasons, BONA_REASON_BAD_PICTURE);
    assert_int_equal(report.pictures[0].err, BONA_IMAGE_FORMAT);
}

static void groups_count_their_faces_and_judge_the_largest(void **state)
{
    (void)state;
    NEED_SHARED();
    check_one("multi_face/deepinsight_t1.jpg", 0);
    assert_int_equal(report.pictures[0].face_count, 6);
    assert_int_equal(report.pictures[0].judged, 0);
    for (int i = 1; i < 6; i++) {
        bona_box a = report.pictures[0].faces[i - 1].box, b = report.pictures[0].faces[i].box;

        assert_true(a.w * a.h >= b.w * b.h);
    }
    check_one("multi_face/deepinsight_t1.jpg", BONA_ONE_FACE);
    assert_int_equal(report.decision, BONA_UNDECIDED);
    assert_int_equal(report.reasons, BONA_REASON_MULTIPLE_FACES);
    assert_float_equal(report.live, 0, 0);
}

static void quality_is_computed_when_asked_for(void **state)
{
    const bona_face *face = &report.pictures[0].faces[0];

    (void)state;
    NEED_SHARED();
    check_one("webcam_a/live/17424090493399343.jpg", 0);
    assert_true(isnan(face->yaw));
    assert_float_equal(face->quality.sharpness, -1, 0);
    check_one("webcam_a/live/17424090493399343.jpg", BONA_WANT_QUALITY);
    assert_true(fabsf(face->yaw) < 15 && fabsf(face->roll) < 15);
    assert_true(face->quality.unified > 50 && face->quality.exposure > 50);
    assert_true(face->quality.eyes_open > 50 && face->quality.mouth_closed > 50);
}

static void wrong_questions_are_refused(void **state)
{
    bona_check_ask none = { .picture_count = 0 }, three = { .picture_count = 3 },
                   tag = { .picture_count = 1, .tags = 64 };
    bona_match_ask frames = { .frame_count = 0 };
    static bona_match_report match;

    (void)state;
    NEED_SHARED();
    assert_int_equal(bona_check(engine, &none, &report), BONA_BAD_ARGUMENT);
    assert_int_equal(bona_check(engine, &three, &report), BONA_BAD_ARGUMENT);
    assert_int_equal(bona_check(engine, &tag, &report), BONA_BAD_ARGUMENT);
    assert_int_equal(bona_match(engine, &frames, &match), BONA_BAD_ARGUMENT);
}

static void the_same_person_matches_and_another_does_not(void **state)
{
    static bona_match_report match;
    bona_match_ask ask = { .frame_count = 1 };
    bona_bytes a, b;

    (void)state;
    NEED_SHARED();
    a = read_picture("webcam_a/live/17424090493399343.jpg");
    b = read_picture("exif_face/17431749162910223_o1.jpg");
    ask.photo = a;
    ask.frames[0] = b;
    assert_int_equal(bona_match(engine, &ask, &match), BONA_OK);
    assert_true(match.compared);
    assert_false(match.same);
    ask.frames[0] = a;
    assert_int_equal(bona_match(engine, &ask, &match), BONA_OK);
    assert_true(match.same);
    assert_float_equal(match.similarity, 1, 1e-4f);
    bona_free((void *)a.data);
    bona_free((void *)b.data);
}

static int set_up(void **state)
{
    bona_note note = { "" };

    (void)state;
    if (check_shared() == NULL)
        return 0;
    if (bona_pack_load(&pack, BONA_TEST_SOURCE "/packs/reference.json", &note) != BONA_OK) {
        print_message("%s\n", note.text);
        return 1;
    }
    return bona_engine_new(&engine, pack) == BONA_OK ? 0 : 1;
}

static int tear_down(void **state)
{
    (void)state;
    bona_engine_free(engine);
    bona_pack_free(pack);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_live_face_is_live_and_a_screen_is_not),
        cmocka_unit_test(the_same_question_gives_the_same_answer),
        cmocka_unit_test(all_orientations_give_the_same_upright_face),
        cmocka_unit_test(a_turned_picture_is_turned_back_when_asked),
        cmocka_unit_test(a_wall_has_no_face_and_noise_is_no_picture),
        cmocka_unit_test(groups_count_their_faces_and_judge_the_largest),
        cmocka_unit_test(quality_is_computed_when_asked_for),
        cmocka_unit_test(wrong_questions_are_refused),
        cmocka_unit_test(the_same_person_matches_and_another_does_not),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
