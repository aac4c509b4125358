/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The reference networks against the check vectors that came with them (models.json: first values,
 * mean and Euclidean length of every output for a given input, computed by ONNX Runtime).
 */
#include "check.h"

#include <float.h>
#include <jansson.h>
#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "nn/net.h"

#define TOLERANCE 1e-4 /* of the output's scale */

enum { NETWORKS = 12 };

/* x[i] = ((i*7919) % 2003) / 2002 * (high - low) + low, i counting in N C H W order; the run wants
 * H W C. */
static void fill_input(bona_run *run, bona_shape shape, const char *formula)
{
    float *input = bona_run_input(run);
    double high, low;
    int64_t i = 0;

    assert_int_equal(sscanf(formula, "x[i]=((i*7919)%%2003)/2002*(%lf-(%lf))", &high, &low), 2);
    for (int32_t c = 0; c < shape.dim[1]; c++)
        for (int32_t at = 0; at < shape.dim[2] * shape.dim[3]; at++, i++)
            input[at * shape.dim[1] + c] =
                (float)((double)((i * 7919) % 2003) / 2002 * (high - low) + low);
}

static double worse(double a, double b)
{
    return a > b || isnan(a) ? a : b;
}

/*
 * Largest difference to the vector, in units of the output's scale: the largest first value or the
 * root mean square. Differences up to one rounding step of 1.0 do not count: ONNX Runtime's Sigmoid
 * is exact to that, and no more, where its result is near 0 (YuNet's obj outputs are around 1e-6
 * and come in steps of 3e-8).
 */
static double output_difference(const float *got, bona_shape shape, json_t *wanted)
{
    json_t *first = json_object_get(wanted, "first");
    double l2 = json_number_value(json_object_get(wanted, "l2")), sum = 0, squares = 0, worst = 0;
    double count = 1, scale;

    for (int32_t i = 0; i < shape.rank; i++)
        count *= shape.dim[i];
    scale = l2 / sqrt(count);
    for (size_t i = 0; i < json_array_size(first); i++)
        scale = fmax(scale, fabs(json_number_value(json_array_get(first, i))));
    for (size_t i = 0; i < json_array_size(first); i++)
        worst = worse(fabs(json_number_value(json_array_get(first, i)) - (double)got[i]), worst);
    for (int64_t i = 0; i < (int64_t)count; i++) {
        sum += (double)got[i];
        squares += (double)got[i] * (double)got[i];
    }
    worst = worse(fabs(sum / count - json_number_value(json_object_get(wanted, "mean"))), worst);
    worst = worse(fabs(sqrt(squares) - l2) / sqrt(count), worst);
    return worst <= (double)FLT_EPSILON ? 0 : worst / scale;
}

static double network_difference(json_t *model, bona_isa isa)
{
    char path[512];
    uint8_t *bytes;
    size_t size;
    bona_note note;
    bona_net *net = NULL;
    bona_run *run = NULL;
    json_t *check = json_object_get(model, "check"), *wanted;
    const char *name;
    double worst = 0;
    int64_t start, load_ns, run_ns;

    snprintf(path, sizeof path, "%s/models/%s", check_shared(),
             json_string_value(json_object_get(model, "file")));
    assert_int_equal(bona_file_read(path, 64 << 20, &bytes, &size, &note), BONA_OK);
    start = bona_clock_thread_ns();
    if (bona_net_load(&net, (bona_bytes){ bytes, size }, isa, &note) != BONA_OK)
        fail_msg("%s: %s", path, note.text);
    load_ns = bona_clock_thread_ns() - start;
    assert_int_equal(bona_net_isa(net), isa);
    assert_int_equal(bona_net_macs(net), json_integer_value(json_object_get(model, "macs")));
    assert_int_equal(bona_run_new(&run, net), BONA_OK);
    fill_input(run, bona_net_input(net), json_string_value(json_object_get(check, "input")));
    start = bona_clock_thread_ns();
    bona_run_go(run);
    run_ns = bona_clock_thread_ns() - start;
    assert_int_equal(json_object_size(json_object_get(check, "outputs")),
                     bona_net_output_count(net));
    json_object_foreach(json_object_get(check, "outputs"), name, wanted)
    {
        int32_t index = bona_net_output_index(net, name);

        assert_in_range(index, 0, bona_net_output_count(net) - 1);
        worst = worse(output_difference(bona_run_output(run, index),
                                        bona_net_output_shape(net, index), wanted),
                      worst);
    }
    print_message("%-9s %-26s %.1e of its scale, load %.1f ms, run %.2f ms, %zu + %zu KB\n",
                  bona_isa_name(isa), json_string_value(json_object_get(model, "id")), worst,
                  (double)load_ns / 1e6, (double)run_ns / 1e6, bona_net_bytes(net) / 1024,
                  bona_run_bytes(run) / 1024);
    bona_run_free(run);
    bona_net_free(net);
    bona_free(bytes);
    return worst;
}

static void check_networks(bona_isa isa)
{
    char path[512];
    json_t *root, *models;
    json_error_t error;

    snprintf(path, sizeof path, "%s/models/models.json", check_shared());
    root = json_load_file(path, 0, &error);
    assert_non_null(root);
    models = json_object_get(root, "models");
    assert_int_equal(json_array_size(models), NETWORKS);
    for (size_t i = 0; i < NETWORKS; i++)
        assert_true(network_difference(json_array_get(models, i), isa) <= TOLERANCE);
    json_decref(root);
}

static void the_reference_kernels_reproduce_every_check_vector(void **state)
{
    (void)state;
    NEED_SHARED();
    check_networks(BONA_ISA_REFERENCE);
}

static void the_fastest_kernels_reproduce_every_check_vector(void **state)
{
    (void)state;
    NEED_SHARED();
    for (bona_isa isa = BONA_ISA_AVX2; isa <= bona_isa_best(); isa++)
        check_networks(isa);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_reference_kernels_reproduce_every_check_vector),
        cmocka_unit_test(the_fastest_kernels_reproduce_every_check_vector),
    };

    return cmocka_run_group_tests_name("nn_vectors", tests, NULL, NULL);
}
