/* SPDX-License-Identifier: Apache-2.0 */
/* Malformed and hostile model files: a clear refusal, or a network that runs; never a crash, a hang
 * or boundless memory. */
#include "check.h"

#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "nn/grow.h"
#include "nn/net.h"

enum { FLIPS = 4000, RUN_BYTES_MAX = 4 << 20, RUN_MACS_MAX = 5000000 };

/* Loads and, where that succeeds and is cheap, runs. Returns what loading said. */
static bona_err try_bytes(const uint8_t *bytes, size_t size, bona_isa isa, bona_note *note)
{
    bona_net *net = NULL;
    bona_run *run = NULL;
    bona_err err;

    note->text[0] = 0;
    err = bona_net_load(&net, (bona_bytes){ bytes, size }, isa, note);
    if (err != BONA_OK) {
        assert_int_equal(err, BONA_BAD_MODEL);
        assert_true(strlen(note->text) > 0);
        assert_null(net);
        return err;
    }
    if (bona_net_macs(net) < RUN_MACS_MAX && bona_run_new(&run, net) == BONA_OK) {
        if (bona_run_bytes(run) < RUN_BYTES_MAX)
            bona_run_go(run);
        bona_run_free(run);
    }
    bona_net_free(net);
    return err;
}

static void every_truncation_of_a_model_is_refused(void **state)
{
    size_t size;
    uint8_t *bytes = grow_network(3, 12, &size);
    bona_note note;

    (void)state;
    for (size_t cut = 0; cut < size; cut += cut < 2000 || cut + 2000 > size ? 1 : 97)
        if (cut + 6 <
            size) /* the last six bytes are the opset, without which nothing loads either */
            assert_int_equal(try_bytes(bytes, cut, BONA_ISA_REFERENCE, &note), BONA_BAD_MODEL);
    bona_free(bytes);
}

static void flip_bits(uint8_t *bytes, size_t size, int flips, int at_once, uint32_t seed)
{
    onnx_writer random;
    bona_note note;
    int refused = 0;

    onnx_start(&random, seed);
    for (int i = 0; i < flips; i++) {
        size_t at[8];
        int bit[8];

        for (int k = 0; k < at_once; k++) {
            at[k] = onnx_random(&random) % size;
            bit[k] = onnx_random_to(&random, 0, 7);
            bytes[at[k]] ^= (uint8_t)(1 << bit[k]);
        }
        refused +=
            try_bytes(bytes, size, i % 2 ? bona_isa_best() : BONA_ISA_REFERENCE, &note) != BONA_OK;
        for (int k = at_once - 1; k >= 0; k--)
            bytes[at[k]] ^= (uint8_t)(1 << bit[k]);
    }
    assert_true(refused > 0);
}

static void flipped_bits_end_in_an_error_or_a_network(void **state)
{
    (void)state;
    for (uint32_t seed = 1; seed <= 4; seed++) {
        size_t size;
        uint8_t *bytes = grow_network(seed, 12, &size);

        flip_bits(bytes, size, FLIPS / 4, (int)seed, seed);
        bona_free(bytes);
    }
}

/* Flips in the part that is structure: the weights of real files are most of their bytes. */
static void flipped_bits_of_a_real_model_end_in_an_error_or_a_network(void **state)
{
    char path[512];
    uint8_t *bytes;
    size_t size;
    bona_note note;

    (void)state;
    NEED_SHARED();
    snprintf(path, sizeof path, "%s/models/detector/yunet_n_320.onnx", check_shared());
    assert_int_equal(bona_file_read(path, 64 << 20, &bytes, &size, &note), BONA_OK);
    flip_bits(bytes, size < 20000 ? size : 20000, 400, 1, 99);
    bona_free(bytes);
}

/* A file that unpacks to far more than its size: two bytes per node. */
static void a_million_empty_nodes_are_refused(void **state)
{
    enum { NODES = 1000000 };
    bona_buf graph, model;
    bona_note note;
    uint8_t head[6] = { 7 * 8 + 2 };
    size_t length = 2 * NODES;
    int n = 1;

    (void)state;
    bona_buf_init(&graph, 4 * NODES);
    bona_buf_init(&model, 4 * NODES);
    for (int i = 0; i < NODES; i++)
        assert_int_equal(bona_buf_add(&graph, "\x0a\x00", 2), BONA_OK);
    for (; length > 127; length >>= 7)
        head[n++] = (uint8_t)(length | 128);
    head[n++] = (uint8_t)length;
    assert_int_equal(bona_buf_add(&model, head, (size_t)n), BONA_OK);
    assert_int_equal(bona_buf_add(&model, graph.data, graph.size), BONA_OK);
    assert_int_equal(try_bytes(model.data, model.size, BONA_ISA_REFERENCE, &note), BONA_BAD_MODEL);
    bona_buf_deinit(&graph);
    bona_buf_deinit(&model);
}

/* What a model says wrongly, and a word that the note must hold. */
typedef struct wrong {
    const char *op, *inputs, *attributes, *word;
} wrong;

/* x is 1 x 8 x 6 x 6, w 16 x 8 x 3 x 3, d 8 x 1 x 3 x 3, b 16 floats, m 7 x 9, s 8 x 1 x 1, h 2
 * ints {1, -1}, t 4 floats. */
static const wrong wrongs[] = {
    { "Conv", "x", "", "1 inputs" },
    { "Conv", "x nothing", "", "nothing, is not computed" },
    { "Conv", "y w", "", "y, is not computed" },
    { "Conv", "w w", "", "input 0 is a constant" },
    { "Conv", "x w m", "", "63 biases for 16" },
    { "Conv", "x x", "", "must be a constant" },
    { "Conv", "x m", "", "weights of 2 dimensions" },
    { "Conv", "x w", "group=3", "in 3 groups" },
    { "Conv", "x w", "group=0", "in 0 groups" },
    { "Conv", "x w", "group=-8", "in -8 groups" },
    { "Conv", "x w", "group=9223372036854775807", "groups" },
    { "Conv", "x w", "kernel_shape=[5,5]", "kernel_shape 5x5, weights 3x3" },
    { "Conv", "x w", "strides=[0,1]", "strides[0] is 0" },
    { "Conv", "x w", "strides=[1]", "strides has 1 numbers" },
    { "Conv", "x w", "pads=[-1,0,0,0]", "pads[0] is -1" },
    { "Conv", "x w", "pads=[0,0,4611686018427387904,0]", "pads[2]" },
    { "Conv", "x w", "dilations=[9,9]", "a window of 19 over 6" },
    { "Conv", "x w", "auto_pad='SAME_UPPER'", "auto_pad" },
    { "MaxPool", "x", "", "kernel_shape is missing" },
    { "MaxPool", "x", "kernel_shape=[7,7]", "a window of 7 over 6" },
    { "MaxPool", "x", "kernel_shape=[2,2] pads=[2,2,2,2]", "with padding 2 and 2" },
    { "MaxPool", "x", "kernel_shape=[3,3] strides=[2,2] ceil_mode=1", "ceil_mode" },
    { "Gemm", "x m", "transB=1", "input of 4 dimensions" },
    { "MatMul", "x m", "", "input of 4 dimensions" },
    { "Add", "x m", "", "do not go together" },
    { "Add", "w w", "", "both inputs are constants" },
    { "PRelu", "x b", "", "channels alone" },
    { "PRelu", "x x", "", "must be a constant" },
    { "Clip", "x - b", "", "16 elements, one is wanted" },
    { "Clip", "x", "min=2.0f max=1.0f", "limits 2 and 1" },
    { "BatchNormalization", "x b b b b", "", "16 elements for 8 channels" },
    { "Softmax", "x", "axis=4", "axis 4" },
    { "Softmax", "x", "axis=1", "not the last" },
    { "Flatten", "x", "axis=9", "axis 9" },
    { "Reshape", "x h", "", "" }, /* { 1, -1 } is right: the one line that must load */
    { "Reshape", "w h", "", "y is not computed" }, /* a constant stays one */
    { "MatMul", "m m", "", "input 0 is a constant" },
    { "PRelu", "w b", "", "input 0 is a constant" },
    { "Reshape", "x b", "", "int64" },
    { "Reshape", "x x", "", "must be a constant" },
    { "Squeeze", "x", "axes=[1]", "dimension 1 is 8" },
    { "Squeeze", "x", "axes=[0,0]", "axis 0" },
    { "Unsqueeze", "x", "axes=[0]", "5 dimensions" },
    { "Transpose", "x", "perm=[0,1,2,2]", "twice" },
    { "Transpose", "x", "perm=[0,1,2,4]", "outside" },
    { "Transpose", "x", "perm=[0,1]", "2 numbers" },
    { "Resize", "x - t", "mode='linear'", "mode must be nearest" },
    { "Resize", "x - t", "nearest_mode='floor' coordinate_transformation_mode='asymmetric'",
      "factor" },
    { "Pad", "x h", "", "2 pads for 4" },
    { "Pad", "x", "pads=[0,0,-1,0,0,0,0,0]", "pads -1" },
    { "Pad", "x", "pads=[0,0,0,0,0,0,1048576,1048576]", "dimension 2 would be" },
    { "Concat", "x w", "axis=1", "differs" },
    { "Concat", "x x", "", "axis" },
    { "Concat", "x x", "axis=7", "axis 7" },
    { "Loop", "x", "", "the operator is unknown" },
    { "Identity", "x", "", "is not computed" }, /* the output would be the input itself */
};

static uint8_t *wrong_model(const wrong *line, int opset, size_t *size)
{
    const float fourth[4] = { 1, 1, 0.5f, 0 };
    onnx_writer w;

    onnx_start(&w, 1);
    w.opset = opset;
    onnx_input(&w, "x", 4, (int64_t[]){ 1, 8, 6, 6 });
    onnx_random_floats(&w, "w", 4, (int64_t[]){ 16, 8, 3, 3 }, 1);
    onnx_random_floats(&w, "d", 4, (int64_t[]){ 8, 1, 3, 3 }, 1);
    onnx_random_floats(&w, "b", 1, (int64_t[]){ 16 }, 1);
    onnx_random_floats(&w, "m", 2, (int64_t[]){ 7, 9 }, 1);
    onnx_random_floats(&w, "s", 3, (int64_t[]){ 8, 1, 1 }, 1);
    onnx_floats(&w, "t", 1, (int64_t[]){ 4 }, fourth);
    onnx_ints(&w, "h", 2, (int64_t[]){ 1, -1 });
    onnx_node(&w, line->op, line->inputs, "y", line->attributes);
    onnx_output(&w, "y");
    return onnx_finish(&w, size);
}

static void what_is_wrong_stands_in_the_note(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof wrongs / sizeof *wrongs; i++) {
        size_t size;
        uint8_t *bytes = wrong_model(&wrongs[i], 11, &size);
        bona_note note;
        bona_err err = try_bytes(bytes, size, BONA_ISA_REFERENCE, &note);

        if ((err == BONA_OK) != (wrongs[i].word[0] == 0) ||
            strstr(note.text, wrongs[i].word) == NULL)
            fail_msg("%s %s %s: \"%s\" without \"%s\"", wrongs[i].op, wrongs[i].inputs,
                     wrongs[i].attributes, note.text, wrongs[i].word);
        bona_free(bytes);
    }
}

static void only_known_opsets_are_read(void **state)
{
    const wrong relu = { "Relu", "x", "", "" };
    const int opsets[] = { 6, 7, 13, 14 };
    bona_note note;

    (void)state;
    for (int i = 0; i < 4; i++) {
        size_t size;
        uint8_t *bytes = wrong_model(&relu, opsets[i], &size);

        assert_int_equal(try_bytes(bytes, size, BONA_ISA_REFERENCE, &note) == BONA_OK,
                         opsets[i] >= 7 && opsets[i] <= 13);
        bona_free(bytes);
    }
}

/* Shapes of the input, the weights and the data behind them that nobody should believe. */
static void sizes_that_do_not_fit_are_refused(void **state)
{
    static const struct {
        int64_t input[4], weight[4];
        size_t bytes;
        const char *word;
    } rows[] = {
        { { 1, 1, 1 << 20, 1 << 20 }, { 1, 1, 1, 1 }, 4, "elements" },
        { { 1, 1, INT64_MAX, 1 }, { 1, 1, 1, 1 }, 4, "dimension 2 would be 0" },
        { { 1, 1, -4, 1 }, { 1, 1, 1, 1 }, 4, "dimension 2 would be 0" },
        { { 0, 1, 4, 4 }, { 1, 1, 1, 1 }, 4, "the first 0" },
        { { 2, 1, 4, 4 }, { 1, 1, 1, 1 }, 4, "the first 2" },
        { { 1, 1, 4, 4 }, { 1 << 20, 1 << 20, 1, 1 }, 4, "more than" },
        { { 1, 1, 4, 4 }, { -1, 1, 1, 1 }, 4, "dimension 0 is -1" },
        { { 1, 1, 4, 4 }, { 1, 1, 3, 3 }, 32, "32 bytes" },
        { { 1, 1, 4, 4 }, { 1, 1, 3, 3 }, 40, "40 bytes" },
        { { 1, 1, 4, 4 }, { 1, 1, 0, 3 }, 0, "0 elements" },
        { { 1, 1, 200, 200 }, { 1, 1, 65, 65 }, 65 * 65 * 4, "a kernel of 65x65" },
        { { 1, 1, 4000, 4000 }, { 1000, 1, 64, 1 }, 256000, "elements" },
    };
    static const uint8_t zeros[256000];

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        onnx_writer w;
        size_t size;
        uint8_t *bytes;
        bona_note note;

        onnx_start(&w, 1);
        onnx_input(&w, "x", 4, rows[i].input);
        onnx_raw(&w, "w", 1, 4, rows[i].weight, zeros, rows[i].bytes);
        onnx_node(&w, "Conv", "x w", "y", "");
        onnx_output(&w, "y");
        bytes = onnx_finish(&w, &size);
        assert_int_equal(try_bytes(bytes, size, bona_isa_best(), &note), BONA_BAD_MODEL);
        if (strstr(note.text, rows[i].word) == NULL)
            fail_msg("row %zu: \"%s\" without \"%s\"", i, note.text, rows[i].word);
        bona_free(bytes);
    }
}

static void a_cycle_is_refused(void **state)
{
    onnx_writer w;
    size_t size;
    uint8_t *bytes;
    bona_note note;

    (void)state;
    onnx_start(&w, 1);
    onnx_input(&w, "x", 4, (int64_t[]){ 1, 8, 6, 6 });
    onnx_node(&w, "Add", "x b", "a", "");
    onnx_node(&w, "Relu", "a", "b", "");
    onnx_output(&w, "b");
    bytes = onnx_finish(&w, &size);
    assert_int_equal(try_bytes(bytes, size, bona_isa_best(), &note), BONA_BAD_MODEL);
    assert_non_null(strstr(note.text, "b, is not computed before"));
    bona_free(bytes);
}

static void a_declared_output_shape_must_be_the_computed_one(void **state)
{
    onnx_writer w;
    size_t size;
    uint8_t *bytes;
    bona_note note;

    (void)state;
    for (int64_t height = 5; height <= 6; height++) {
        onnx_start(&w, 1);
        onnx_input(&w, "x", 4, (int64_t[]){ 1, 8, 6, 6 });
        onnx_node(&w, "Relu", "x", "y", "");
        onnx_output_shape(&w, "y", 4, (int64_t[]){ 1, 8, height, 6 });
        bytes = onnx_finish(&w, &size);
        assert_int_equal(try_bytes(bytes, size, bona_isa_best(), &note),
                         height == 6 ? BONA_OK : BONA_BAD_MODEL);
        bona_free(bytes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_truncation_of_a_model_is_refused),
        cmocka_unit_test(flipped_bits_end_in_an_error_or_a_network),
        cmocka_unit_test(flipped_bits_of_a_real_model_end_in_an_error_or_a_network),
        cmocka_unit_test(a_million_empty_nodes_are_refused),
        cmocka_unit_test(what_is_wrong_stands_in_the_note),
        cmocka_unit_test(only_known_opsets_are_read),
        cmocka_unit_test(sizes_that_do_not_fit_are_refused),
        cmocka_unit_test(a_cycle_is_refused),
        cmocka_unit_test(a_declared_output_shape_must_be_the_computed_one),
    };

    return cmocka_run_group_tests_name("nn_hostile", tests, NULL, NULL);
}
