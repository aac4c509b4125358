/* SPDX-License-Identifier: Apache-2.0 */
/* The procedural head keeps its promises: same numbers, same pixels; points lie where the geometry
 * says. */
#include "check.h"
#include "synth/pairs.h"

#include <math.h>
#include <string.h>

static float far_apart(bona_point a, bona_point b)
{
    return hypotf(a.x - b.x, a.y - b.y);
}

static void same_seed_gives_the_same_pixels(void **state)
{
    synth_scene scene;
    synth_picture a, b;

    (void)state;
    synth_scene_default(&scene, 5);
    scene.camera.width = 160;
    scene.camera.height = 120;
    assert_true(synth_draw_head(&a, &scene));
    assert_true(synth_draw_head(&b, &scene));
    assert_memory_equal(a.rgb, b.rgb, (size_t)a.width * (size_t)a.height * 3);
    scene.person.skin[0] *= 0.5f;
    synth_picture_free(&b);
    assert_true(synth_draw_head(&b, &scene));
    assert_memory_not_equal(a.rgb, b.rgb, (size_t)a.width * (size_t)a.height * 3);
    synth_picture_free(&a);
    synth_picture_free(&b);
}

/* A frontal face is symmetric about the line x = 0, which projects to the middle of the picture. */
static void frontal_points_mirror_each_other(void **state)
{
    synth_scene scene;
    synth_picture p;

    (void)state;
    synth_scene_default(&scene, 9);
    assert_true(synth_draw_head(&p, &scene));
    assert_float_equal(p.truth.points[0].x + p.truth.points[1].x, 640.0, 0.1);
    assert_float_equal(p.truth.points[3].x + p.truth.points[4].x, 640.0, 0.1);
    assert_float_equal(p.truth.points[2].x, 320.0, 0.1);
    assert_true(p.truth.points[0].y < p.truth.points[2].y &&
                p.truth.points[2].y < p.truth.points[3].y);
    assert_true(p.truth.mesh[1].z <
                p.truth.mesh[234].z); /* the nose is nearer than the cheek's rim */
    synth_picture_free(&p);
}

/* Iris and pupil are the darkest of the eye: their place in the pixels must be the truth's. */
static void pupils_are_dark_where_the_truth_says(void **state)
{
    synth_scene scene;
    synth_picture p;

    (void)state;
    synth_scene_default(&scene, 2);
    scene.pose.yaw = 20;
    assert_true(synth_draw_head(&p, &scene));
    for (int32_t e = 0; e < 2; e++) {
        int32_t x = (int32_t)p.truth.points[e].x, y = (int32_t)p.truth.points[e].y;

        assert_true(p.rgb[3 * (y * p.width + x) + 1] < 90);
        assert_true(p.rgb[3 * ((y + 30) * p.width + x) + 1] > 90); /* the cheek below */
    }
    synth_picture_free(&p);
}

/* A head that turns to larger x moves its nose there against the outline: direction 360 (or just
 * above 0). */
static void directions_follow_the_turn(void **state)
{
    static const struct {
        synth_pose to;
        float direction;
    } rows[] = {
        { { 20, 0, 0 }, 360 }, { { -20, 0, 0 }, 180 }, { { 0, 15, 0 }, 90 }, { { 0, -15, 0 }, 270 }
    };
    synth_scene scene;
    synth_picture a, b;

    (void)state;
    synth_scene_default(&scene, 4);
    assert_true(synth_draw_head(&a, &scene));
    for (size_t n = 0; n < sizeof rows / sizeof *rows; n++) {
        float off;

        scene.pose = rows[n].to;
        assert_true(synth_draw_head(&b, &scene));
        off = fabsf(synth_direction(&a.truth, &b.truth) - rows[n].direction);
        assert_true(fminf(off, 360 - off) < 5);
        assert_float_equal(synth_turn_deg((synth_pose){ 0, 0, 30 }, rows[n].to), n < 2 ? 20 : 15,
                           0.01);
        synth_picture_free(&b);
    }
    synth_picture_free(&a);
}

/* A sheet without bend is a plane: its points obey one homography, and without tilt a similarity.
 */
static void a_moved_photo_keeps_its_shape(void **state)
{
    synth_scene scene;
    synth_photo photo;
    synth_picture shown, a, b;
    float ratio;

    (void)state;
    synth_scene_default(&scene, 6);
    synth_photo_default(&photo, 6);
    assert_true(synth_draw_head(&shown, &scene));
    assert_true(synth_draw_photo(&a, &photo, &shown));
    photo.x += 0.1f;
    photo.size *= 1.2f;
    photo.pose.roll = 10;
    assert_true(synth_draw_photo(&b, &photo, &shown));
    ratio = far_apart(b.truth.points[0], b.truth.points[1]) /
            far_apart(a.truth.points[0], a.truth.points[1]);
    assert_float_equal(ratio, 1.2, 0.01);
    ratio = far_apart(b.truth.points[2], b.truth.points[3]) /
            far_apart(a.truth.points[2], a.truth.points[3]);
    assert_float_equal(ratio, 1.2, 0.01);
    synth_picture_free(&shown);
    synth_picture_free(&a);
    synth_picture_free(&b);
}

static void every_kind_of_pair_can_be_drawn(void **state)
{
    (void)state;
    for (int32_t kind = 0; kind < SYNTH_KINDS; kind++) {
        synth_pair pair;
        size_t bytes;

        assert_true(synth_pair_make(&pair, (synth_kind)kind, 3, 160));
        bytes = (size_t)pair.first.width * (size_t)pair.first.height * 3;
        assert_memory_not_equal(pair.first.rgb, pair.second.rgb, bytes);
        assert_int_equal(pair.turn_deg > 7, kind == SYNTH_LIVE_TURN);
        assert_int_equal(pair.direction > 0, kind == SYNTH_LIVE_TURN);
        synth_pair_free(&pair);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(same_seed_gives_the_same_pixels),
        cmocka_unit_test(frontal_points_mirror_each_other),
        cmocka_unit_test(pupils_are_dark_where_the_truth_says),
        cmocka_unit_test(directions_follow_the_turn),
        cmocka_unit_test(a_moved_photo_keeps_its_shape),
        cmocka_unit_test(every_kind_of_pair_can_be_drawn),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
