/* SPDX-License-Identifier: Apache-2.0 */
/* Quality measures on patches and meshes whose values follow from the formulas in face/measure.h.
 */
#include "check.h"

#include <math.h>
#include <string.h>

#include "face/measure.h"

enum { SIDE = BONA_MEASURE_SIDE_PX };

static bona_patch patch;

static void fill(float (*grey)(int x, int y))
{
    for (int y = 0; y < SIDE; y++) {
        for (int x = 0; x < SIDE; x++)
            patch.grey[y * SIDE + x] = grey(x, y);
    }
}

static float black(int x, int y)
{
    (void)x, (void)y;
    return 5;
}

static float white(int x, int y)
{
    (void)x, (void)y;
    return 254;
}

static float grey_noise(int x, int y)
{
    return (float)((x * 7919 + y * 104729) % 200 + 30);
}

static float soft_wave(int x, int y)
{
    return 128 + 60 * sinf((float)(x + y) / 12);
}

static float fine_wave(int x, int y)
{
    return 128 + 60 * sinf((float)(x + y) * 1.1f);
}

static void black_and_white_faces_are_badly_exposed(void **state)
{
    (void)state;
    fill(black);
    assert_float_equal(bona_measure_exposure(&patch), 0, 0.5f);
    fill(white);
    assert_float_equal(bona_measure_exposure(&patch), 1 / 1.01f,
                       0.5f); /* 1 / (share + 0.01), share = 1 */
    fill(grey_noise);
    assert_true(bona_measure_exposure(&patch) > 99);
}

static void contrast_is_the_entropy_of_the_grey_levels(void **state)
{
    (void)state;
    fill(black);
    assert_float_equal(bona_measure_contrast(&patch), 0, 1e-3f); /* one level: 0 bit */
    fill(grey_noise);
    assert_float_equal(bona_measure_contrast(&patch), 12.5f * log2f(200),
                       1.5f); /* 200 even levels */
}

static void fine_detail_is_sharper_than_coarse_detail(void **state)
{
    float coarse;

    (void)state;
    fill(soft_wave);
    coarse = bona_measure_sharpness(&patch);
    fill(fine_wave);
    assert_true(coarse < 10);
    assert_true(bona_measure_sharpness(&patch) > 90);
}

static void face_size_is_50_at_70_px_between_the_eyes(void **state)
{
    (void)state;
    assert_float_equal(bona_measure_face_size(70, NAN), 50, 1e-3f);
    assert_float_equal(bona_measure_face_size(35, 60), 50, 1e-2f); /* seen at 60 degrees */
    assert_true(bona_measure_face_size(140, 0) > 95);
}

static void pose_falls_with_the_squared_cosine(void **state)
{
    static bona_mesh mesh;

    (void)state;
    mesh.yaw = 45;
    assert_float_equal(bona_measure_pose(&mesh), 50, 1e-2f);
    mesh.yaw = 0;
    mesh.pitch = -60;
    assert_float_equal(bona_measure_pose(&mesh), 25, 1e-2f);
}

/* Eyes 30 wide, 100 from the middle of the eyes to the chin, mouth 50 wide. */
static bona_mesh plain_mesh(void)
{
    bona_mesh mesh = { 0 };

    mesh.x[BONA_MESH_RIGHT_EYE_OUTER] = 10;
    mesh.x[BONA_MESH_RIGHT_EYE_INNER] = 40;
    mesh.x[BONA_MESH_LEFT_EYE_INNER] = 60;
    mesh.x[BONA_MESH_LEFT_EYE_OUTER] = 90;
    mesh.x[BONA_MESH_CHIN] = 50;
    mesh.y[BONA_MESH_CHIN] = 100;
    mesh.x[BONA_MESH_MOUTH_RIGHT] = 25;
    mesh.x[BONA_MESH_MOUTH_LEFT] = 75;
    return mesh;
}

static void the_less_open_eye_counts(void **state)
{
    bona_mesh mesh = plain_mesh();

    (void)state;
    mesh.eye_open[0] = 0.15f; /* 0.15 x 30 / 100 = 0.045, the middle of the sigmoid */
    mesh.eye_open[1] = 0.4f;
    assert_float_equal(bona_measure_eyes_open(&mesh), 50, 0.1f);
    mesh.eye_open[0] = NAN;
    mesh.eye_open[1] = NAN;
    assert_float_equal(bona_measure_eyes_open(&mesh), -1, 0);
}

static void an_open_mouth_is_not_closed(void **state)
{
    bona_mesh mesh = plain_mesh();

    (void)state;
    mesh.mouth_open = 0.4f; /* 0.4 x 50 / 100 = 0.2, the middle of the sigmoid */
    assert_float_equal(bona_measure_mouth_closed(&mesh), 50, 0.1f);
    mesh.mouth_open = 0;
    assert_true(bona_measure_mouth_closed(&mesh) > 95);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(black_and_white_faces_are_badly_exposed),
        cmocka_unit_test(contrast_is_the_entropy_of_the_grey_levels),
        cmocka_unit_test(fine_detail_is_sharper_than_coarse_detail),
        cmocka_unit_test(face_size_is_50_at_70_px_between_the_eyes),
        cmocka_unit_test(pose_falls_with_the_squared_cosine),
        cmocka_unit_test(the_less_open_eye_counts),
        cmocka_unit_test(an_open_mouth_is_not_closed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
