/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The 3-D test with the reference networks on real pictures of the shared folder. What happened in
 * front of the camera is what the folder's manifest says: heads that turned (label live, move=...),
 * photos that were moved, tilted or bent. A sample; `bonafide evaluate motion` counts them all.
 */
#include "check.h"

#include <math.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "engine/pack.h"
#include "motion/sequence.h"

enum { FILE_BYTES_MAX = 16 << 20 };

static bona_pack *pack;
static bona_engine *engine;

static int open_engine(void **state)
{
    char path[512];

    (void)state;
    if (check_shared() == NULL)
        return 0;
    snprintf(path, sizeof path, "%s/packs/reference.json", BONA_TEST_SOURCE);
    return bona_pack_load(&pack, path, NULL) != BONA_OK ||
           bona_engine_new(&engine, pack) != BONA_OK;
}

static int close_engine(void **state)
{
    (void)state;
    bona_engine_free(engine);
    bona_pack_free(pack);
    return 0;
}

static void open_moment(moment *m, const char *name)
{
    char path[512];
    uint8_t *data = NULL;
    size_t size = 0;

    snprintf(path, sizeof path, "%s/data/%s", check_shared(), name);
    assert_int_equal(bona_file_read(path, FILE_BYTES_MAX, &data, &size, NULL), BONA_OK);
    assert_true(moment_open(m, engine, (bona_bytes){ data, size }));
    bona_free(data);
    assert_true(m->usable);
}

static bona_motion_result measure(const char *first, const char *second)
{
    static moment a, b;
    bona_motion_result result;
    float similarity;

    open_moment(&a, first);
    open_moment(&b, second);
    result = moment_pair(&a, &b, pack->pair_similarity_min, &similarity);
    moment_close(&a);
    moment_close(&b);
    return result;
}

static void turning_heads_pass_into_the_right_quadrant(void **state)
{
    static const struct {
        const char *first, *second;
        float direction;
    } rows[] = {
        { "phone_f/live_seq/real_t01.30.jpg", "phone_f/live_seq/real_t04.00.jpg", 360 },
        { "webcam_c/live_seq/17050397917304466.jpg", "webcam_c/live_seq/17050397947664437.jpg",
          180 },
        { "webcam_a/live/17424090493399343.jpg", "webcam_a/live_seq/17424090522529948.jpg", 90 },
        { "webcam_c/live_seq/1705039796386735.jpg", "webcam_c/live_seq/17050397988940132.jpg",
          270 },
    };

    (void)state;
    NEED_SHARED();
    for (size_t n = 0; n < sizeof rows / sizeof *rows; n++) {
        bona_motion_result r = measure(rows[n].first, rows[n].second);

        assert_true(r.motion >= 0.5f && r.turned);
        assert_true(fabsf(remainderf(r.direction - rows[n].direction, 360)) <= 45);
    }
}

static void turned_moved_and_bent_photos_do_not(void **state)
{
    static const char *const rows[][2] = {
        { "nuaa/print_seq/0001_00_01_03_82.jpg", "nuaa/print_seq/0001_00_01_03_141.jpg" },
        { "nuaa/print_seq/0005_00_04_03_302.jpg", "nuaa/print_seq/0005_00_04_03_345.jpg" },
        { "nuaa/print_seq/0009_01_03_03_141.jpg", "nuaa/print_seq/0009_01_03_03_200.jpg" },
        { "nuaa/print_seq/0002_01_04_03_77.jpg", "nuaa/print/0002_01_04_03_114.jpg" },
    };

    (void)state;
    NEED_SHARED();
    for (size_t n = 0; n < sizeof rows / sizeof *rows; n++)
        assert_true(measure(rows[n][0], rows[n][1]).motion < 0.5f);
}

static void a_still_sitter_and_the_same_picture_twice_do_not(void **state)
{
    static const char *const first = "nuaa/live/0005_00_00_02_248.jpg";

    (void)state;
    NEED_SHARED();
    assert_true(measure(first, "nuaa/live/0005_00_00_02_359.jpg").motion < 0.5f);
    assert_true(measure(first, first).motion < 0.01f);
    assert_true(measure(first, first).direction == 0);
}

/* Two sitters in one room, frontal and turned: whatever the motion, the pair is refused. */
static void two_persons_are_refused(void **state)
{
    (void)state;
    NEED_SHARED();
    assert_true(
        measure("webcam_a/live/17424090493399343.jpg", "webcam_c/live_seq/17050397947664437.jpg")
            .motion < 0.5f);
    assert_true(
        measure("nuaa/live/0005_00_00_02_248.jpg", "nuaa/live/0001_00_00_01_116.jpg").motion <
        0.5f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(turning_heads_pass_into_the_right_quadrant),
        cmocka_unit_test(turned_moved_and_bent_photos_do_not),
        cmocka_unit_test(a_still_sitter_and_the_same_picture_twice_do_not),
        cmocka_unit_test(two_persons_are_refused),
    };

    return cmocka_run_group_tests(tests, open_engine, close_engine);
}
