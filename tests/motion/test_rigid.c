/* SPDX-License-Identifier: Apache-2.0 */
/* Geometry of the 3-D test against turns that are known exactly. */
#include "check.h"

#include <math.h>

#include "motion/rigid.h"

enum { COUNT = 60 };

static void cloud(bona_mesh_point *p)
{
    for (int32_t n = 0; n < COUNT; n++) {
        float t = 0.7f * (float)n;

        p[n] = (bona_mesh_point){ 40 * cosf(t) + 3 * (float)(n % 5), 55 * sinf(1.3f * t),
                                  20 * cosf(2.1f * t) };
    }
}

/* The expected matrix is written out by hand: a turn by `deg` about the picture's vertical, then
 * times 1.7. */
static void a_known_turn_scale_and_shift_come_back(void **state)
{
    const float deg = 23, c = cosf(deg / 57.29578f), s = sinf(deg / 57.29578f);
    bona_mesh_point a[COUNT], b[COUNT];
    bona_rigid r;

    (void)state;
    cloud(a);
    for (int32_t n = 0; n < COUNT; n++)
        b[n] = (bona_mesh_point){ 1.7f * (c * a[n].x + s * a[n].z) + 100, 1.7f * a[n].y - 30,
                                  1.7f * (-s * a[n].x + c * a[n].z) + 5 };
    r = bona_rigid_fit(a, b, COUNT);
    assert_float_equal(r.scale, 1.7, 1e-3);
    assert_float_equal(r.turn[0][0], c, 1e-3);
    assert_float_equal(r.turn[0][2], s, 1e-3);
    assert_float_equal(r.turn[1][1], 1, 1e-3);
    assert_float_equal(r.residual, 0, 2e-3);
}

static void a_mirrored_shape_is_no_rigid_movement(void **state)
{
    bona_mesh_point a[COUNT], b[COUNT];

    (void)state;
    cloud(a);
    for (int32_t n = 0; n < COUNT; n++)
        b[n] = (bona_mesh_point){ -a[n].x, a[n].y, a[n].z };
    assert_true(bona_rigid_fit(a, b, COUNT).residual > 0.3f);
}

/* One point many times has no turn: the identity, scale 1 and no division by zero. */
static void equal_points_give_finite_numbers(void **state)
{
    bona_mesh_point a[COUNT] = { { 0 } };
    bona_rigid r = bona_rigid_fit(a, a, COUNT);

    (void)state;
    assert_true(isfinite(r.scale) && isfinite(r.turn[0][0]) && isfinite(r.residual));
}

static void directions_count_counter_clockwise_from_larger_x(void **state)
{
    (void)state;
    assert_float_equal(bona_direction_deg(1, 0), 360,
                       1e-3); /* right; 0 would read as "not computed" */
    assert_float_equal(bona_direction_deg(0, -1), 90, 1e-3); /* up is smaller y */
    assert_float_equal(bona_direction_deg(-1, 0), 180, 1e-3);
    assert_float_equal(bona_direction_deg(0, 1), 270, 1e-3);
    assert_float_equal(bona_direction_deg(1, 1), 315, 1e-3);
}

/* A head that looks along the camera's axis seems turned to the side on which it is; taking the
 * place out undoes it. */
static void the_place_in_the_picture_is_taken_out(void **state)
{
    const float side = atanf(0.25f); /* 160 px off the middle at a focal length of 640 px */
    bona_vec3 seen = { sinf(side), 0, -cosf(side) };
    bona_vec3 axis = bona_facing_from_axis(seen, (bona_point){ 480, 240 }, 640, 480, 1.0f);

    (void)state;
    assert_float_equal(axis.x, 0, 1e-4);
    assert_float_equal(axis.z, -1, 1e-4);
    assert_float_equal(bona_angle_deg(seen, axis), side * 57.29578f, 1e-2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_known_turn_scale_and_shift_come_back),
        cmocka_unit_test(a_mirrored_shape_is_no_rigid_movement),
        cmocka_unit_test(equal_points_give_finite_numbers),
        cmocka_unit_test(directions_count_counter_clockwise_from_larger_x),
        cmocka_unit_test(the_place_in_the_picture_is_taken_out),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
