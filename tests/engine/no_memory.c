/* SPDX-License-Identifier: Apache-2.0 */
/* Every allocation of a check, a pair and a comparison made to fail in turn: BONA_NO_MEMORY each
 * time, no crash, nothing lost. */
#include "check.h"

#include "base/file.h"
#include "base/mem.h"
#include "engine/pack.h"

#ifdef BONA_FAIL_ALLOC
static bona_pack *pack;
static bona_bytes photo;
static bona_check_report report;
static bona_match_report match;

/* A new engine each time, so that the memory of every network is taken anew. */
static bona_err check_pair(void)
{
    bona_check_ask ask = { .pictures = { photo, photo },
                           .picture_count = 2,
                           .flags = BONA_WANT_QUALITY | BONA_FIND_TURN };
    bona_engine *engine = NULL;
    bona_err err = bona_engine_new(&engine, pack);

    if (err == BONA_OK)
        err = bona_check(engine, &ask, &report);
    bona_engine_free(engine);
    return err;
}

static bona_err match_frames(void)
{
    bona_match_ask ask = { .photo = photo,
                           .frames = { photo, photo },
                           .frame_count = 2,
                           .photo_flags = BONA_WANT_QUALITY | BONA_WANT_LIVE };
    bona_engine *engine = NULL;
    bona_err err = bona_engine_new(&engine, pack);

    if (err == BONA_OK)
        err = bona_match(engine, &ask, &match);
    bona_engine_free(engine);
    return err;
}

static bona_err load(void)
{
    bona_pack *loaded = NULL;
    bona_note note;
    bona_err err = bona_pack_load(&loaded, BONA_TEST_SOURCE "/packs/two_nets.json", &note);

    bona_pack_free(loaded);
    return err;
}

static void fail_in_turn(bona_err (*work)(void), long step)
{
    int reached = 1;

    for (long n = 1; reached; n += step) {
        bona_err err;

        bona_alloc_fail_at(n);
        err = work();
        reached = bona_alloc_failed();
        bona_alloc_fail_at(0);
        if (err != (reached ? BONA_NO_MEMORY : BONA_OK))
            fail_msg("allocation %ld: %s", n, bona_err_name(err));
    }
}

static void a_pair_survives_every_failing_allocation(void **state)
{
    (void)state;
    NEED_SHARED();
    fail_in_turn(check_pair, 1);
}

static void a_comparison_survives_every_failing_allocation(void **state)
{
    (void)state;
    NEED_SHARED();
    fail_in_turn(match_frames, 1);
}

static void loading_survives_failing_allocations(void **state)
{
    (void)state;
    NEED_SHARED();
    fail_in_turn(load, 7); /* loading makes thousands; every seventh is tried */
}

static int set_up(void **state)
{
    char path[4096];
    uint8_t *bytes = NULL;
    size_t size = 0;

    (void)state;
    if (check_shared() == NULL)
        return 0;
    snprintf(path, sizeof path, "%s/data/webcam_a/live/17424090493399343.jpg", check_shared());
    if (bona_file_read(path, 50 << 20, &bytes, &size, NULL) != BONA_OK)
        return 1;
    photo = (bona_bytes){ bytes, size };
    return bona_pack_load(&pack, BONA_TEST_SOURCE "/packs/reference.json", NULL) == BONA_OK ? 0 : 1;
}

static int tear_down(void **state)
{
    (void)state;
    bona_free((void *)photo.data);
    bona_pack_free(pack);
    return 0;
}
#endif

int main(void)
{
#ifdef BONA_FAIL_ALLOC
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pair_survives_every_failing_allocation),
        cmocka_unit_test(a_comparison_survives_every_failing_allocation),
        cmocka_unit_test(loading_survives_failing_allocations),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
#else
    puts("left out: needs the build option BONA_FAIL_ALLOC (make failalloc)");
    return 77;
#endif
}
