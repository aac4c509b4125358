/* SPDX-License-Identifier: Apache-2.0 */
/* Single operators against values worked out by hand from the ONNX operator definitions; both kinds
 * of kernels. */
#include "check.h"

#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "nn/load.h"
#include "nn/net.h"
#include "nn/plan.h"
#include "nn/write.h"

#define TOLERANCE 1e-6f

typedef struct row {
    const char *op, *inputs, *attributes;
    int64_t dim[4]; /* of x, whose elements are 1, -2, 3, -4 ... */
    int count;      /* elements of the result */
    float wanted[16];
    int opset;
} row;

/* Constants: one = {1}, half = {0.5}, ab = {2, 3} as 2x1x1, w = 1x1x2x2 of {1, 2, 3, 4}, dw =
 * 2x1x1x1 of {2, 3}, */
/* two = {2, 2} and four vectors for BatchNormalization, sc = {1, 1, 2, 3}, g = 2x4 of 1..8, pads in
 * p, shape in s. */
static const row rows[] = {
    { "Relu", "x", "", { 1, 1, 1, 4 }, 4, { 1, 0, 3, 0 }, 11 },
    { "LeakyRelu", "x", "alpha=0.5f", { 1, 1, 1, 4 }, 4, { 1, -1, 3, -2 }, 11 },
    { "PRelu", "x ab", "", { 1, 2, 1, 2 }, 4, { 1, -4, 3, -12 }, 11 },
    { "Clip", "x", "min=-3.0f max=2.0f", { 1, 1, 1, 4 }, 4, { 1, -2, 2, -3 }, 6 + 1 },
    { "Clip", "x - one", "", { 1, 1, 1, 4 }, 4, { 1, -2, 1, -4 }, 11 },
    { "Sigmoid", "x", "", { 1, 1, 1, 2 }, 2, { 0.73105858f, 0.11920292f }, 11 },
    { "HardSigmoid", "x", "", { 1, 1, 1, 4 }, 4, { 0.7f, 0.1f, 1, 0 }, 11 },
    { "HardSwish", "x", "", { 1, 1, 1, 4 }, 4, { 2.0f / 3, -1.0f / 3, 3, 0 }, 11 },
    { "Add", "x ab", "", { 1, 2, 1, 2 }, 4, { 3, 0, 6, -1 }, 11 },
    { "Sub", "ab x", "", { 1, 2, 1, 2 }, 4, { 1, 4, 0, 7 }, 11 },
    { "Mul", "x x", "", { 1, 2, 1, 2 }, 4, { 1, 4, 9, 16 }, 11 },
    { "Div", "x half", "", { 1, 2, 1, 2 }, 4, { 2, -4, 6, -8 }, 11 },
    { "Div", "half x", "", { 1, 1, 1, 2 }, 2, { 0.5f, -0.25f }, 11 },
    { "BatchNormalization",
      "x two one2 half2 three",
      "epsilon=1.0f",
      { 1, 2, 1, 2 },
      4,
      { 1.5f, -1.5f, 3.5f, -3.5f },
      11 },
    { "Softmax", "x", "axis=3", { 1, 1, 1, 2 }, 2, { 0.95257413f, 0.04742587f }, 11 },
    { "Conv", "x w", "", { 1, 1, 2, 3 }, 2, { 1 - 4 - 12 + 20, -2 + 6 + 15 - 24 }, 11 },
    { "Conv", "x w", "pads=[0,0,1,1] strides=[2,2]", { 1, 1, 3, 1 }, 2, { 1 - 6, 3 }, 11 },
    { "Conv", "x dw", "group=2", { 1, 2, 1, 2 }, 4, { 2, -4, 9, -12 }, 11 },
    { "MaxPool", "x", "kernel_shape=[2,2]", { 1, 1, 2, 3 }, 2, { 5, 5 }, 11 },
    { "MaxPool",
      "x",
      "kernel_shape=[1,2] strides=[1,2] pads=[0,1,0,0]",
      { 1, 1, 1, 3 },
      2,
      { 1, 3 },
      11 },
    { "AveragePool",
      "x",
      "kernel_shape=[1,2] pads=[0,1,0,0]",
      { 1, 1, 1, 2 },
      2,
      { 1, -0.5f },
      11 },
    { "AveragePool",
      "x",
      "kernel_shape=[1,2] pads=[0,1,0,0] count_include_pad=1",
      { 1, 1, 1, 2 },
      2,
      { 0.5f, -0.5f },
      11 },
    { "GlobalAveragePool", "x", "", { 1, 2, 1, 2 }, 2, { -0.5f, -0.5f }, 11 },
    { "Transpose", "x", "perm=[0,2,3,1]", { 1, 2, 1, 3 }, 6, { 1, -4, -2, 5, 3, -6 }, 11 },
    { "Transpose", "x", "", { 1, 2, 1, 3 }, 6, { 1, -4, -2, 5, 3, -6 }, 11 },
    { "Resize",
      "x - sc",
      "coordinate_transformation_mode='half_pixel'",
      { 1, 1, 1, 2 },
      12,
      { 1, 1, 1, -2, -2, -2, 1, 1, 1, -2, -2, -2 },
      11 },
    { "Pad", "x p one", "", { 1, 1, 1, 2 }, 8, { 1, 1, 1, 1, 1, 1, -2, 1 }, 11 },
    { "Concat", "x x", "axis=2", { 1, 2, 1, 2 }, 8, { 1, -2, 1, -2, 3, -4, 3, -4 }, 11 },
    { "Reshape", "x s", "", { 1, 2, 1, 2 }, 4, { 1, -2, 3, -4 }, 11 },
    { "Squeeze", "x", "axes=[2]", { 1, 2, 1, 2 }, 4, { 1, -2, 3, -4 }, 11 },
};

static void constants(onnx_writer *w)
{
    onnx_floats(w, "one", 1, (int64_t[]){ 1 }, (float[]){ 1 });
    onnx_floats(w, "half", 0, NULL, (float[]){ 0.5f });
    onnx_floats(w, "ab", 3, (int64_t[]){ 2, 1, 1 }, (float[]){ 2, 3 });
    onnx_floats(w, "w", 4, (int64_t[]){ 1, 1, 2, 2 }, (float[]){ 1, 2, 3, 4 });
    onnx_floats(w, "dw", 4, (int64_t[]){ 2, 1, 1, 1 }, (float[]){ 2, 3 });
    onnx_floats(w, "two", 1, (int64_t[]){ 2 }, (float[]){ 2, 2 });
    onnx_floats(w, "one2", 1, (int64_t[]){ 2 }, (float[]){ 1, 1 });
    onnx_floats(w, "half2", 1, (int64_t[]){ 2 }, (float[]){ 0.5f, 0.5f });
    onnx_floats(w, "three", 1, (int64_t[]){ 2 }, (float[]){ 3, 3 });
    onnx_floats(w, "sc", 1, (int64_t[]){ 4 }, (float[]){ 1, 1, 2, 3 });
    onnx_ints(w, "p", 8, (int64_t[]){ 0, 0, 1, 1, 0, 0, 0, 1 });
    onnx_ints(w, "s", 3, (int64_t[]){ 0, -1, 2 });
}

static void check_row(const row *r, bona_isa isa)
{
    onnx_writer w;
    size_t size;
    uint8_t *bytes;
    bona_note note;
    bona_net *net = NULL;
    bona_run *run = NULL;
    int64_t count = 1, got = r->dim[1] * r->dim[2] * r->dim[3];

    onnx_start(&w, 1);
    w.opset = r->opset;
    onnx_input(&w, "x", 4, r->dim);
    constants(&w);
    onnx_node(&w, r->op, r->inputs, "y", r->attributes);
    onnx_output(&w, "y");
    bytes = onnx_finish(&w, &size);
    if (bona_net_load(&net, (bona_bytes){ bytes, size }, isa, &note) != BONA_OK)
        fail_msg("%s: %s", r->op, note.text);
    assert_int_equal(bona_run_new(&run, net), BONA_OK);
    for (int64_t i = 0; i < got; i++) /* i counts in C H W order, the run wants H W C */
        bona_run_input(run)[i % (r->dim[2] * r->dim[3]) * r->dim[1] + i / (r->dim[2] * r->dim[3])] =
            (float)(i % 2 ? -(i + 1) : i + 1);
    bona_run_go(run);
    for (int32_t i = 0; i < bona_net_output_shape(net, 0).rank; i++)
        count *= bona_net_output_shape(net, 0).dim[i];
    assert_int_equal(count, r->count);
    for (int i = 0; i < r->count; i++)
        if (!(fabsf(bona_run_output(run, 0)[i] - r->wanted[i]) <= TOLERANCE))
            fail_msg("%s %s %s, %s: element %d is %g, not %g", r->op, r->inputs, r->attributes,
                     bona_isa_name(isa), i, (double)bona_run_output(run, 0)[i],
                     (double)r->wanted[i]);
    bona_run_free(run);
    bona_net_free(net);
    bona_free(bytes);
}

static void operators_give_what_their_definition_says(void **state)
{
    (void)state;
    for (bona_isa isa = BONA_ISA_REFERENCE; isa <= bona_isa_best(); isa++)
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
            check_row(&rows[i], isa);
}

/* Bit patterns of IEEE 754 binary16: 1.5, -2, the smallest subnormal, the largest finite, zero with
 * sign, infinity. */
static void float16_weights_are_widened_exactly(void **state)
{
    const uint16_t halves[] = { 0x3e00, 0xc000, 0x0001, 0x7bff, 0x8000, 0x7c00 };
    const float wanted[] = { 1.5f, -2.0f, 0x1p-24f, 65504.0f, 0.0f, INFINITY };
    onnx_writer w;
    bona_net *net;
    bona_run *run = NULL;

    (void)state;
    onnx_start(&w, 1);
    onnx_input(&w, "x", 4, (int64_t[]){ 1, 6, 1, 1 });
    onnx_raw(&w, "half", 10, 3, (int64_t[]){ 6, 1, 1 }, halves, sizeof halves);
    onnx_node(&w, "Mul", "x half", "y", "");
    onnx_output(&w, "y");
    net = onnx_load(&w, BONA_ISA_REFERENCE);
    assert_int_equal(bona_run_new(&run, net), BONA_OK);
    for (int i = 0; i < 6; i++)
        bona_run_input(run)[i] = 1;
    bona_run_go(run);
    for (int i = 0; i < 6; i++)
        assert_true(bona_run_output(run, 0)[i] == wanted[i]);
    bona_run_free(run);
    bona_net_free(net);
}

/* A constant that is given other shapes on the way is still that constant. */
static void a_reshaped_constant_is_a_constant(void **state)
{
    const float factors[6] = { 1, -2, 3, 0.5f, 0, 8 };

    (void)state;
    for (bona_isa isa = BONA_ISA_REFERENCE; isa <= bona_isa_best(); isa++) {
        bona_net *net;
        bona_run *run = NULL;
        onnx_writer w;

        onnx_start(&w, 1);
        onnx_input(&w, "x", 4, (int64_t[]){ 1, 6, 1, 1 });
        onnx_floats(&w, "row", 2, (int64_t[]){ 1, 6 }, factors);
        onnx_ints(&w, "column", 2, (int64_t[]){ 6, 1 });
        onnx_node(&w, "Reshape", "row column", "turned", "");
        onnx_node(&w, "Unsqueeze", "turned", "each", "axes=[2]");
        onnx_node(&w, "Mul", "x each", "y", "");
        onnx_output(&w, "y");
        net = onnx_load(&w, isa);
        assert_int_equal(bona_run_new(&run, net), BONA_OK);
        for (int i = 0; i < 6; i++)
            bona_run_input(run)[i] = (float)(i + 1);
        bona_run_go(run);
        for (int i = 0; i < 6; i++)
            assert_true(bona_run_output(run, 0)[i] == factors[i] * (float)(i + 1));
        bona_run_free(run);
        bona_net_free(net);
    }
}

static void buffers_of_the_same_step_never_overlap(void **state)
{
    enum { BUFFERS = 200 };
    bona_buffer buffers[BUFFERS];
    onnx_writer random;
    size_t bytes, live;

    (void)state;
    onnx_start(&random, 5);
    for (int i = 0; i < BUFFERS; i++) {
        int first = onnx_random_to(&random, 0, 50);

        buffers[i] = (bona_buffer){ .bytes = (size_t)onnx_random_to(&random, 0, 5000),
                                    .first = first,
                                    .last = first + onnx_random_to(&random, 0, 9) };
    }
    assert_int_equal(bona_plan(buffers, BUFFERS, &bytes), BONA_OK);
    for (int i = 0; i < BUFFERS; i++)
        for (int j = 0; j < i; j++)
            if (buffers[i].first <= buffers[j].last && buffers[j].first <= buffers[i].last)
                assert_true(buffers[i].offset + buffers[i].bytes <= buffers[j].offset ||
                            buffers[j].offset + buffers[j].bytes <= buffers[i].offset ||
                            buffers[i].bytes == 0 || buffers[j].bytes == 0);
    for (int step = 0; step < 60; step++) { /* the arena holds what lives at once */
        live = 0;
        for (int i = 0; i < BUFFERS; i++)
            live += buffers[i].first <= step && step <= buffers[i].last ? buffers[i].bytes : 0;
        assert_true(live <= bytes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(operators_give_what_their_definition_says),
        cmocka_unit_test(float16_weights_are_widened_exactly),
        cmocka_unit_test(a_reshaped_constant_is_a_constant),
        cmocka_unit_test(buffers_of_the_same_step_never_overlap),
    };

    return cmocka_run_group_tests_name("nn_ops", tests, NULL, NULL);
}
