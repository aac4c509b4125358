/* SPDX-License-Identifier: Apache-2.0 */
/* Every single allocation of loading and running made to fail: an error each time, no crash,
 * nothing lost. */
#include "check.h"

#include "base/mem.h"
#include "nn/grow.h"
#include "nn/net.h"

#ifdef BONA_FAIL_ALLOC
static bona_err load_and_run(const uint8_t *bytes, size_t size, bona_isa isa)
{
    bona_net *net = NULL;
    bona_run *run = NULL;
    bona_note note;
    bona_err err = bona_net_load(&net, (bona_bytes){ bytes, size }, isa, &note);

    if (err == BONA_OK)
        err = bona_run_new(&run, net);
    if (err == BONA_OK)
        bona_run_go(run);
    bona_run_free(run);
    bona_net_free(net);
    return err;
}

static void each_failing_allocation_is_reported(bona_isa isa)
{
    size_t size;
    uint8_t *bytes = grow_network(11, 14, &size);
    int reached = 1;

    for (long n = 1; reached; n++) {
        bona_err err;

        bona_alloc_fail_at(n);
        err = load_and_run(bytes, size, isa);
        reached = bona_alloc_failed();
        assert_int_equal(err, reached ? BONA_NO_MEMORY : BONA_OK);
    }
    bona_alloc_fail_at(0);
    bona_free(bytes);
}
#endif

static void no_failing_allocation_passes_unnoticed(void **state)
{
    (void)state;
#ifdef BONA_FAIL_ALLOC
    for (bona_isa isa = BONA_ISA_REFERENCE; isa <= bona_isa_best(); isa++)
        each_failing_allocation_is_reported(isa);
#else
    print_message("left out: built without BONA_FAIL_ALLOC\n");
    skip();
#endif
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_failing_allocation_passes_unnoticed),
    };

    return cmocka_run_group_tests_name("nn_memory", tests, NULL, NULL);
}
