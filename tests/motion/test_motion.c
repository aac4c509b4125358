/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The 3-D test on drawn pairs with their true meshes, no networks: turning heads pass and point the
 * right way, photos that are moved, tilted, bent or all of it do not, even when the meshes are made
 * to claim a turn.
 */
#include "check.h"

#include <math.h>
#include <string.h>

#include "base/cpu.h"
#include "motion/evidence.h"
#include "synth/pairs.h"

enum { WIDTH_PX = 320, TURNS = 10, FLATS = 2 };

static bona_motion_view view_of(const synth_picture *p, bona_mesh_point *mesh)
{
    bona_motion_view view = { .image = synth_look(p), .box = p->truth.box, .mesh = mesh };

    memcpy(view.points, p->truth.points, sizeof view.points);
    for (int32_t n = 0; n < BONA_MESH_POINTS; n++)
        mesh[n] = (bona_mesh_point){ p->truth.mesh[n].x, p->truth.mesh[n].y, p->truth.mesh[n].z };
    return view;
}

static bona_mesh_point meshes[2][BONA_MESH_POINTS];

static bona_motion_ask ask_of(const synth_pair *pair)
{
    return (bona_motion_ask){ .first = view_of(&pair->first, meshes[0]),
                              .second = view_of(&pair->second, meshes[1]) };
}

static bona_motion_result measure(const bona_motion_ask *ask)
{
    bona_motion_result result = { 0 };

    assert_int_equal(bona_motion_measure(&result, ask, NULL), BONA_OK);
    assert_true(result.motion > 0 && result.motion <= 1);
    assert_true(result.direction >= 0 && result.direction <= 360);
    return result;
}

static void turning_heads_pass_and_point_within_8_degrees(void **state)
{
    (void)state;
    for (uint64_t n = 1; n <= TURNS; n++) {
        synth_pair pair;
        bona_motion_ask ask;
        bona_motion_result r;
        float off;

        assert_true(synth_pair_make(&pair, SYNTH_LIVE_TURN, n, WIDTH_PX));
        ask = ask_of(&pair);
        r = measure(&ask);
        off = fabsf(remainderf(r.direction - pair.direction, 360));
        if (r.motion < 0.5f || off >= 8)
            print_message("pair %d: motion %.3f, direction %.1f for %.1f, turn %.1f for %.1f\n",
                          (int)n, (double)r.motion, (double)r.direction, (double)pair.direction,
                          (double)r.turn_deg, (double)pair.turn_deg);
        assert_true(r.motion >= 0.5f && r.turned && off < 8);
        assert_float_equal(r.turn_deg, pair.turn_deg,
                           0.2 * (double)pair.turn_deg + 4); /* carried sideways as well */
        synth_pair_free(&pair);
    }
}

/* Tilts a mesh about its middle by `deg` in space, as a network that is deceived by a photo would.
 */
static void pretend_turn(bona_mesh_point *mesh, float deg)
{
    float slope = tanf(deg / 57.29578f), middle = 0.5f * (mesh[234].x + mesh[454].x);

    for (int32_t n = 0; n < BONA_MESH_POINTS; n++)
        mesh[n].z += slope * (mesh[n].x - middle);
}

static void flat_photos_never_pass(void **state)
{
    (void)state;
    for (int32_t kind = SYNTH_FLAT_MOVED; kind < SYNTH_KINDS; kind++) {
        for (uint64_t n = 1; n <= FLATS; n++) {
            synth_pair pair;
            bona_motion_ask ask;

            assert_true(synth_pair_make(&pair, (synth_kind)kind, n, WIDTH_PX));
            ask = ask_of(&pair);
            assert_true(measure(&ask).motion < 0.5f);
            pretend_turn(meshes[1], 12);
            assert_true(measure(&ask).motion < 0.5f);
            assert_true(measure(&ask).turn_deg >
                        6); /* the meshes did claim a turn; the pixels denied it */
            synth_pair_free(&pair);
        }
    }
}

static void a_shift_without_a_turn_does_not_pass(void **state)
{
    (void)state;
    for (uint64_t n = 1; n <= 3; n++) {
        synth_pair pair;
        bona_motion_ask ask;

        assert_true(synth_pair_make(&pair, SYNTH_LIVE_SHIFT, n, WIDTH_PX));
        ask = ask_of(&pair);
        assert_true(measure(&ask).motion < 0.5f);
        synth_pair_free(&pair);
    }
}

static void no_movement_is_refused_and_has_no_direction(void **state)
{
    synth_pair pair;
    bona_motion_ask ask;
    bona_motion_result r;

    (void)state;
    assert_true(synth_pair_make(&pair, SYNTH_LIVE_STILL, 2, WIDTH_PX));
    ask = ask_of(&pair); /* other noise, slightly other light */
    assert_true(measure(&ask).motion < 0.5f);
    ask.second = ask.first; /* byte-identical */
    r = measure(&ask);
    assert_true(r.motion < 0.01f);
    assert_int_equal(r.why, BONA_MOTION_STILL);
    assert_true(r.direction == 0 && !r.turned);
    synth_pair_free(&pair);
}

/* One person's turning head against another's: the skin differs, and unlike vectors refuse the
 * pair. */
static void different_persons_are_refused(void **state)
{
    synth_pair pair, other;
    bona_motion_ask ask;
    bona_motion_result r;

    (void)state;
    assert_true(synth_pair_make(&pair, SYNTH_LIVE_TURN, 2, WIDTH_PX));
    assert_true(synth_pair_make(&other, SYNTH_LIVE_TURN, 5, WIDTH_PX));
    ask = ask_of(&pair);
    r = measure(&ask);
    assert_true(r.motion >= 0.5f);
    bona_motion_settle_person(&r, 0.5f, 0.2f);
    assert_true(r.motion >= 0.5f && !r.doubt_person);
    ask.second = view_of(&other.second, meshes[1]);
    r = measure(&ask);
    assert_true(r.motion < 0.5f || r.doubt_person);
    bona_motion_settle_person(&r, -0.1f, 0.2f);
    assert_true(r.motion < 0.5f);
    assert_int_equal(r.why, BONA_MOTION_PERSONS);
    synth_pair_free(&pair);
    synth_pair_free(&other);
}

/* 0.3 is enough for faces of one skin and shape, not for others; far turned heads are asked for
 * less. */
static void unlike_faces_must_be_more_alike_by_their_vectors(void **state)
{
    static const struct {
        float turn_deg, cost, residual, similarity;
        bool passes;
    } rows[] = {
        { 25, 0.6f, 0.05f, 0.3f, true },   { 25, 0.6f, 0.05f, 0.2f, false },
        { 8, 0.6f, 0.05f, 0.4f, true },    { 8, 0.6f, 0.05f, 0.38f, false },
        { 25, 1.15f, 0.05f, 0.3f, false }, { 25, 0.6f, 0.13f, 0.3f, false },
        { 25, 1.15f, 0.13f, 0.7f, true },  { 25, 9, 0.05f, 0.47f, true },
        { 35, 0.6f, 0.05f, 0.14f, true },  { 50, 9, 0.05f, 0.01f, true },
        { 50, 0.6f, 0.15f, 0.05f, false }, { 50, 0.6f, 0.05f, -0.01f, false },
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        bona_motion_result r = { .motion = 0.9f, .turn_deg = rows[i].turn_deg };

        r.cues[BONA_CUE_head_cost] = rows[i].cost;
        r.cues[BONA_CUE_residual] = rows[i].residual;
        bona_motion_settle_person(&r, rows[i].similarity, 0.26f);
        if ((r.motion >= 0.5f) != rows[i].passes)
            fail_msg("row %zu: motion %g", i, (double)r.motion);
        assert_true(rows[i].passes || r.why == BONA_MOTION_PERSONS);
    }
}

static void without_a_mesh_only_the_shift_is_told(void **state)
{
    synth_pair pair;
    bona_motion_ask ask;
    bona_motion_result r;

    (void)state;
    assert_true(synth_pair_make(&pair, SYNTH_LIVE_STILL, 3, 160));
    ask = ask_of(&pair);
    for (int32_t n = 0; n < BONA_POINTS; n++)
        ask.second.points[n].x += 20;
    ask.second.mesh = NULL;
    r = measure(&ask);
    assert_int_equal(r.why, BONA_MOTION_NO_MESH);
    assert_true(r.motion < 0.5f);
    assert_true(fabsf(remainderf(r.direction, 360)) < 10); /* to larger x */
    synth_pair_free(&pair);
}

static void what_cannot_be_measured_is_an_error_with_a_note(void **state)
{
    synth_pair pair;
    bona_motion_result r = { .motion = 7 };
    bona_motion_ask ask;
    bona_note note = { "" };

    (void)state;
    assert_true(synth_pair_make(&pair, SYNTH_LIVE_STILL, 3, 160));
    ask = ask_of(&pair);
    ask.second.box.w = 0;
    assert_int_equal(bona_motion_measure(&r, &ask, &note), BONA_BAD_ARGUMENT);
    assert_non_null(strstr(note.text, "second"));
    ask = ask_of(&pair);
    meshes[0][100].z = NAN;
    assert_int_equal(bona_motion_measure(&r, &ask, &note), BONA_BAD_ARGUMENT);
    ask = ask_of(&pair);
    ask.first.points[2].y = INFINITY;
    assert_int_equal(bona_motion_measure(&r, &ask, &note), BONA_BAD_ARGUMENT);
    assert_true(r.motion == 7); /* untouched on error */
    synth_pair_free(&pair);
}

/* A mesh far outside the picture, of no height, or turned away must give a low score, never a
 * crash. */
static void absurd_meshes_do_not_pass(void **state)
{
    synth_pair pair;
    bona_motion_ask ask;

    (void)state;
    assert_true(synth_pair_make(&pair, SYNTH_LIVE_TURN, 3, 160));
    for (int32_t kind = 0; kind < 3; kind++) {
        ask = ask_of(&pair);
        for (int32_t n = 0; n < BONA_MESH_POINTS; n++) {
            if (kind == 0)
                meshes[1][n] = (bona_mesh_point){ 50, 50, 0 };
            if (kind == 1)
                meshes[1][n].x += 1e7f;
            if (kind == 2)
                meshes[0][n].z *= -1e6f;
        }
        assert_true(measure(&ask).motion < 0.5f);
    }
    synth_pair_free(&pair);
}

/* The copy for AVX2 rounds otherwise. For the pairs drawn here all cues agree within 0.0003 and the
 * direction within 0.05 degrees; three and two times that is allowed. */
static void both_copies_of_the_loops_agree(void **state)
{
    (void)state;
#if defined(__x86_64__)
    if (!bona_cpu_has_avx2())
        skip();
    for (int32_t kind = 0; kind < SYNTH_KINDS; kind++) {
        synth_pair pair;
        bona_motion_ask ask;
        bona_evidence plain, wide;

        assert_true(synth_pair_make(&pair, (synth_kind)kind, 7, WIDTH_PX));
        ask = ask_of(&pair);
        assert_int_equal(bona_evidence_gather(&plain, &ask.first, &ask.second), BONA_OK);
        assert_int_equal(bona_evidence_gather_wide(&wide, &ask.first, &ask.second), BONA_OK);
        for (int32_t n = 0; n < BONA_CUE_COUNT; n++)
            if (!(fabsf(plain.cue[n] - wide.cue[n]) <= 0.001f * (1 + fabsf(plain.cue[n]))))
                fail_msg("kind %d, %s: %g and %g", (int)kind, bona_motion_cue_name(n),
                         (double)plain.cue[n], (double)wide.cue[n]);
        if (kind == SYNTH_LIVE_TURN)
            assert_true(fabsf(remainderf(plain.direction - wide.direction, 360)) < 0.1f);
        synth_pair_free(&pair);
    }
#else
    skip();
#endif
}

static void every_cue_has_a_name(void **state)
{
    int32_t n = 0;

    (void)state;
    while (bona_motion_cue_name(n) != NULL)
        n++;
    assert_true(n > 10 && n <= BONA_MOTION_CUES_MAX);
    assert_null(bona_motion_cue_name(-1));
    assert_string_equal(bona_motion_cue_name(0), "turn_seen");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(turning_heads_pass_and_point_within_8_degrees),
        cmocka_unit_test(flat_photos_never_pass),
        cmocka_unit_test(a_shift_without_a_turn_does_not_pass),
        cmocka_unit_test(no_movement_is_refused_and_has_no_direction),
        cmocka_unit_test(different_persons_are_refused),
        cmocka_unit_test(unlike_faces_must_be_more_alike_by_their_vectors),
        cmocka_unit_test(without_a_mesh_only_the_shift_is_told),
        cmocka_unit_test(what_cannot_be_measured_is_an_error_with_a_note),
        cmocka_unit_test(absurd_meshes_do_not_pass),
        cmocka_unit_test(both_copies_of_the_loops_agree),
        cmocka_unit_test(every_cue_has_a_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
