/* SPDX-License-Identifier: Apache-2.0 */
/* What a network gets to see: whole numbers of 0..255, in its order of channels, by mean and scale.
 */
#include "check.h"

#include <math.h>

#include "face/viewer.h"
#include "nn/load.h"

/* Sides whose areas leave 1, 2, 3 and no pixel beside groups of four. */
static const int32_t sides[][2] = { { 5, 5 }, { 6, 3 }, { 5, 3 }, { 4, 4 }, { 1, 1 } };
static const float values[] = { -7, 0, 0.49f, 0.5f, 99.6f, 254.5f, 255.4f, 256, 1000 };
static const float wanted[] = { 0, 0, 0, 1, 100, 255, 255, 255, 255 };
enum { VALUES = sizeof values / sizeof values[0] };

/* A network that gives back what it gets: a 1x1 convolution with ones on its diagonal. */
static bona_net *echo(int32_t width, int32_t height)
{
    static const float diagonal[9] = { 1, 0, 0, 0, 1, 0, 0, 0, 1 };
    onnx_writer w;

    onnx_start(&w, 1);
    onnx_input(&w, "x", 4, (int64_t[]){ 1, 3, height, width });
    onnx_floats(&w, "w", 4, (int64_t[]){ 3, 3, 1, 1 }, diagonal);
    onnx_node(&w, "Conv", "x w", "y", "");
    onnx_output(&w, "y");
    return onnx_load(&w, bona_isa_best());
}

static void check(int32_t width, int32_t height, bool bgr)
{
    bona_model model = { .net = echo(width, height),
                         .input = { .width = width,
                                    .height = height,
                                    .bgr = bgr,
                                    .mean = { 10, 20, 30 },
                                    .scale = { 1, 0.5f, 0.25f } } };
    bona_viewer viewer;
    int32_t pixels = width * height;
    const float *out;
    float *in;

    bona_viewer_init(&viewer, &model);
    assert_int_equal(bona_viewer_wake(&viewer), BONA_OK);
    in = bona_viewer_pixels(&viewer);
    for (int32_t i = 0; i < 3 * pixels; i++)
        in[i] = values[i % VALUES];
    bona_viewer_go(&viewer);
    out = bona_viewer_output(&viewer, 0);
    for (int32_t i = 0; i < pixels; i++) {
        for (int32_t c = 0; c < 3; c++) {
            float whole = wanted[(3 * i + (bgr ? 2 - c : c)) % VALUES];
            float right = (whole - model.input.mean[c]) * model.input.scale[c];

            if (fabsf(out[c * pixels + i] - right) > 1e-4f)
                fail_msg("%d x %d, bgr %d, pixel %d, channel %d: %g, not %g", (int)width,
                         (int)height, bgr, (int)i, (int)c, (double)out[c * pixels + i],
                         (double)right);
        }
    }
    bona_viewer_deinit(&viewer);
    bona_net_free(model.net);
}

static void every_pixel_is_rounded_ordered_and_scaled(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof sides / sizeof sides[0]; i++)
        for (int bgr = 0; bgr < 2; bgr++)
            check(sides[i][0], sides[i][1], bgr == 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(
        every_pixel_is_rounded_ordered_and_scaled) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
