/* SPDX-License-Identifier: Apache-2.0 */
/* Vector kernels against the reference kernels, on random networks with odd sizes, paddings, groups
 * and fusions. */
#include "check.h"

#include <math.h>
#include <pthread.h>
#include <string.h>

#include "base/mem.h"
#include "nn/grow.h"
#include "nn/net.h"

#define TOLERANCE \
    1e-4 /* of the output's largest element; sums in another order differ by rounding only */

#define LEAST_SCALE \
    0.1 /* values inside are around 1: where an output cancels to less, their rounding remains */

enum { NETWORKS = 1000, NODES = 14, RUNS = 2 };

static int64_t elements_of(bona_shape shape)
{
    int64_t count = 1;

    for (int32_t i = 0; i < shape.rank; i++)
        count *= shape.dim[i];
    return count;
}

static void compare(const bona_net *net, const bona_run *run, const bona_run *other, uint32_t seed)
{
    for (int32_t i = 0; i < bona_net_output_count(net); i++) {
        const float *a = bona_run_output(run, i), *b = bona_run_output(other, i);
        int64_t count = elements_of(bona_net_output_shape(net, i));
        double scale = LEAST_SCALE, worst = 0;

        for (int64_t j = 0; j < count; j++) {
            scale = fmax(scale, fabs((double)a[j]));
            worst = fabs((double)a[j] - (double)b[j]) > worst || isnan(b[j])
                        ? fabs((double)a[j] - (double)b[j])
                        : worst;
        }
        if (!(worst <= TOLERANCE * scale))
            fail_msg("network %u, output %s: off by %g of %g", seed, bona_net_output_name(net, i),
                     worst, scale);
    }
}

static void compare_network(uint32_t seed, bona_isa isa)
{
    bona_note note;
    bona_net *plain = NULL, *fast = NULL;
    bona_run *run = NULL, *other = NULL;
    size_t size;
    uint8_t *bytes = grow_network(seed, NODES, &size);
    int64_t count;

    if (bona_net_load(&plain, (bona_bytes){ bytes, size }, BONA_ISA_REFERENCE, &note) != BONA_OK ||
        bona_net_load(&fast, (bona_bytes){ bytes, size }, isa, &note) != BONA_OK)
        fail_msg("network %u: %s", seed, note.text);
    assert_int_equal(bona_net_isa(fast), isa);
    assert_int_equal(bona_run_new(&run, plain), BONA_OK);
    assert_int_equal(bona_run_new(&other, fast), BONA_OK);
    count = elements_of(bona_net_input(plain));
    for (int r = 0; r < RUNS; r++) { /* the second run finds the arena as the first left it */
        for (int64_t i = 0; i < count; i++)
            bona_run_input(run)[i] = bona_run_input(other)[i] =
                (float)((i + r) * 7919 % 2003) / 1001.0f - 1.0f;
        bona_run_go(run);
        bona_run_go(other);
        compare(plain, run, other, seed);
    }
    bona_run_free(run);
    bona_run_free(other);
    bona_net_free(plain);
    bona_net_free(fast);
    bona_free(bytes);
}

static void vector_kernels_agree_with_the_reference(void **state)
{
    (void)state;
    if (bona_isa_best() == BONA_ISA_REFERENCE) {
        print_message("left out: this CPU has reference kernels only\n");
        skip();
    }
    for (bona_isa isa = BONA_ISA_AVX2; isa <= bona_isa_best(); isa++)
        for (uint32_t seed = 1; seed <= NETWORKS; seed++)
            compare_network(seed, isa);
}

typedef struct worker {
    const bona_net *net;
    bona_run *run;
} worker;

static void *run_often(void *data)
{
    worker *w = data;

    for (int i = 0; i < 50; i++)
        bona_run_go(w->run);
    return NULL;
}

static void threads_share_a_network_and_agree_to_the_bit(void **state)
{
    enum { THREADS = 3 };
    size_t size;
    uint8_t *bytes = grow_network(11, NODES, &size);
    bona_net *net = NULL;
    worker workers[THREADS];
    pthread_t threads[THREADS];

    (void)state;
    assert_int_equal(bona_net_load(&net, (bona_bytes){ bytes, size }, bona_isa_best(), NULL),
                     BONA_OK);
    for (int i = 0; i < THREADS; i++) {
        workers[i].net = net;
        assert_int_equal(bona_run_new(&workers[i].run, net), BONA_OK);
        for (int64_t j = 0; j < elements_of(bona_net_input(net)); j++)
            bona_run_input(workers[i].run)[j] = (float)(j % 13) - 6.0f;
        assert_int_equal(pthread_create(&threads[i], NULL, run_often, &workers[i]), 0);
    }
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    for (int i = 1; i < THREADS; i++)
        for (int32_t k = 0; k < bona_net_output_count(net); k++)
            assert_memory_equal(bona_run_output(workers[0].run, k),
                                bona_run_output(workers[i].run, k),
                                (size_t)elements_of(bona_net_output_shape(net, k)) * sizeof(float));
    for (int i = 0; i < THREADS; i++)
        bona_run_free(workers[i].run);
    bona_net_free(net);
    bona_free(bytes);
}

/* What `bench nets --steps` measures is the run, in parts. */
static void steps_one_by_one_are_the_run(void **state)
{
    (void)state;
    for (uint32_t seed = 1; seed <= 20; seed++) {
        size_t size;
        uint8_t *bytes = grow_network(seed, NODES, &size);
        bona_net *net = NULL;
        bona_run *run = NULL, *other = NULL;
        int64_t macs = 0;

        assert_int_equal(bona_net_load(&net, (bona_bytes){ bytes, size }, bona_isa_best(), NULL),
                         BONA_OK);
        assert_int_equal(bona_run_new(&run, net), BONA_OK);
        assert_int_equal(bona_run_new(&other, net), BONA_OK);
        for (int64_t i = 0; i < elements_of(bona_net_input(net)); i++)
            bona_run_input(run)[i] = bona_run_input(other)[i] = (float)(i % 17) - 8.0f;
        bona_run_go(run);
        for (int32_t i = 0; i < bona_net_step_count(net); i++) {
            bona_run_step(other, i);
            macs += bona_net_step(net, i).macs;
        }
        if (bona_isa_best() != BONA_ISA_REFERENCE) {
            assert_int_equal(macs, bona_net_macs(net));
            for (int32_t i = 0; i < bona_net_output_count(net); i++)
                assert_memory_equal(bona_run_output(run, i), bona_run_output(other, i),
                                    (size_t)elements_of(bona_net_output_shape(net, i)) *
                                        sizeof(float));
        }
        bona_run_free(run);
        bona_run_free(other);
        bona_net_free(net);
        bona_free(bytes);
    }
}

static void the_same_seed_grows_the_same_network(void **state)
{
    size_t size[2];
    uint8_t *first = grow_network(7, NODES, &size[0]), *second = grow_network(7, NODES, &size[1]);

    (void)state;
    assert_int_equal(size[0], size[1]);
    assert_memory_equal(first, second, size[0]);
    bona_free(first);
    bona_free(second);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(vector_kernels_agree_with_the_reference),
        cmocka_unit_test(threads_share_a_network_and_agree_to_the_bit),
        cmocka_unit_test(steps_one_by_one_are_the_run),
        cmocka_unit_test(the_same_seed_grows_the_same_network),
    };

    return cmocka_run_group_tests_name("nn_agree", tests, NULL, NULL);
}
