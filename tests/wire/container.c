/* SPDX-License-Identifier: Apache-2.0 */
/* Liveness files: what goes in comes out, and nothing else is ever accepted. */
#include "wire/hex.h"

#include <math.h>

#include "base/mem.h"
#include "wire/container.h"

enum { CHANGED_FILES = 100000, BYTES_MAX = 65536 };

static const char key[] = "01234567890123456789012345678901";
static const char other_key[] = "01234567890123456789012345678902";

static bona_container three_frames(void)
{
    static const uint8_t bytes[] = "first picture, the second and a third";

    return (bona_container){ .created_ms = 1700000000123,
                             .mode = BONA_CAPTURE_INTERACTIVE,
                             .frame_count = 3,
                             .frames = { { bytes, 13 }, { bytes + 15, 10 }, { bytes + 30, 7 } },
                             .live = { 0.25F, NAN, 1 } };
}

static bona_err open_it(bona_container *out, const uint8_t *file, size_t size, const char *with,
                        uint8_t *plain)
{
    return bona_container_open(out, (bona_bytes){ file, size }, with, plain, NULL);
}

static void what_goes_in_comes_out(void **state)
{
    const bona_container in = three_frames();
    bona_container out;
    uint8_t *file, plain[BYTES_MAX];
    size_t size;

    (void)state;
    assert_int_equal(bona_container_seal(&in, key, &file, &size, NULL), BONA_OK);
    assert_int_equal(open_it(&out, file, size, key, plain), BONA_OK);
    assert_int_equal(out.created_ms, in.created_ms);
    assert_int_equal(out.mode, in.mode);
    assert_int_equal(out.frame_count, 3);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(out.frames[i].size, in.frames[i].size);
        assert_memory_equal(out.frames[i].data, in.frames[i].data, in.frames[i].size);
        assert_true(out.frames[i].data >= plain && out.frames[i].data < plain + size);
    }
    assert_true(out.live[0] == 0.25F && isnan(out.live[1]) && out.live[2] == 1);
    assert_int_equal(open_it(&out, file, size, other_key, plain), BONA_BAD_CONTAINER);
    bona_free(file);
}

/* docs/liveness-container.md says how it was computed. */
static void the_documented_vector_opens(void **state)
{
    static const char text[] = "42464c5601000102030405060708090a0bf2e1c22062557c444471f518bf297e"
                               "778212ed9f60b0fdd22c834d1e56c9e2b25c76ba791a694dc0f0dbff1121";
    uint8_t file[128], plain[128];
    size_t size = hex_read(file, sizeof file, text, strlen(text));
    bona_container out;

    (void)state;
    assert_int_equal(open_it(&out, file, size, key, plain), BONA_OK);
    assert_int_equal(out.created_ms, 1700000000123);
    assert_int_equal(out.mode, BONA_CAPTURE_INTERACTIVE);
    assert_int_equal(out.frame_count, 2);
    assert_memory_equal(out.frames[0].data, "abc", 3);
    assert_memory_equal(out.frames[1].data, "defg", 4);
    assert_true(out.live[0] == 0.75F && isnan(out.live[1]));
}

static void two_files_of_the_same_frames_share_no_nonce(void **state)
{
    const bona_container in = three_frames();
    uint8_t *first, *second;
    size_t size;

    (void)state;
    assert_int_equal(bona_container_seal(&in, key, &first, &size, NULL), BONA_OK);
    assert_int_equal(bona_container_seal(&in, key, &second, &size, NULL), BONA_OK);
    assert_memory_equal(first, second, 5);
    assert_memory_not_equal(first + 5, second + 5, BONA_SEAL_NONCE);
    bona_free(first);
    bona_free(second);
}

static void what_cannot_be_is_not_sealed(void **state)
{
    bona_container wrong[6];
    uint8_t *file;
    size_t size;

    (void)state;
    for (size_t i = 0; i < 6; i++)
        wrong[i] = three_frames();
    wrong[0].frame_count = 0;
    wrong[1].frame_count = BONA_FRAMES_MAX + 1;
    wrong[2].mode = (bona_capture)3;
    wrong[3].created_ms = -1;
    wrong[4].frames[2].size = 0;
    wrong[5].live[0] = 1.5F;
    for (size_t i = 0; i < 6; i++)
        assert_int_equal(bona_container_seal(&wrong[i], key, &file, &size, NULL),
                         BONA_BAD_ARGUMENT);
}

/* A file with the given bytes as its content, sealed properly. */
static size_t seal_content(uint8_t *file, const uint8_t *content, size_t size)
{
    memcpy(file, "BFLV\x01nonce nonce!", BONA_CONTAINER_HEAD);
    assert_int_equal(bona_seal((const uint8_t *)key, (bona_bytes){ file + 5, BONA_SEAL_NONCE },
                               (bona_bytes){ file, 5 }, (bona_bytes){ content, size },
                               file + BONA_CONTAINER_HEAD),
                     BONA_OK);
    return BONA_CONTAINER_HEAD + size + BONA_SEAL_TAG;
}

/* Protobuf by hand: field 1 varint (0x08), field 2 varint (0x10), field 3 message (0x1a) with field
 * 1 bytes (0x0a) and 2 float (0x15). */
static void sealed_content_is_checked_too(void **state)
{
    static const struct {
        const char *name, *hex;
        bona_err err;
    } cases[] = {
        { "one frame", "080110011a050a03616263", BONA_OK },
        { "one frame with a score", "080110021a0a0a03616263150000403f", BONA_OK },
        { "an unknown field besides", "080110011a050a03616263f80107", BONA_OK },
        { "no frame", "08011001", BONA_BAD_CONTAINER },
        { "no time", "10011a050a03616263", BONA_BAD_CONTAINER },
        { "a negative time", "08ffffffffffffffffff0110011a050a03616263", BONA_BAD_CONTAINER },
        { "mode 3", "080110031a050a03616263", BONA_BAD_CONTAINER },
        { "no mode", "08011a050a03616263", BONA_BAD_CONTAINER },
        { "an empty frame", "080110011a020a00", BONA_BAD_CONTAINER },
        { "a frame of nothing", "080110011a00", BONA_BAD_CONTAINER },
        { "a score of 1.5", "080110011a0a0a03616263150000c03f", BONA_BAD_CONTAINER },
        { "a score that is no number", "080110011a0a0a03616263150000c07f", BONA_BAD_CONTAINER },
        { "a score below 0", "080110011a0a0a0361626315000000bf", BONA_BAD_CONTAINER },
        { "a length beyond the end", "080110011a050a04616263", BONA_BAD_CONTAINER },
        { "a cut varint", "0880", BONA_BAD_CONTAINER },
        { "17 frames",
          "080110011a030a01611a030a01611a030a01611a030a01611a030a01611a030a01611a030a01611a030a0161"
          "1a030a0161"
          "1a030a01611a030a01611a030a01611a030a01611a030a01611a030a01611a030a01611a030a0161",
          BONA_BAD_CONTAINER },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint8_t content[512], file[600], plain[600];
        size_t size = hex_read(content, sizeof content, cases[i].hex, strlen(cases[i].hex));
        bona_container out;
        bona_err err;

        size = seal_content(file, content, size);
        err = open_it(&out, file, size, key, plain);
        if (err != cases[i].err)
            fail_msg("%s: %s", cases[i].name, bona_err_name(err));
    }
}

static void a_million_empty_frames_cost_no_more_memory_than_the_file(void **state)
{
    enum { FRAMES = 1000000 };
    uint8_t *content = malloc(2 * FRAMES + 4), *file = malloc(2 * FRAMES + 100),
            *plain = malloc(2 * FRAMES + 100);
    bona_container out;
    size_t size;

    (void)state;
    assert_true(content != NULL && file != NULL && plain != NULL);
    memcpy(content, "\x08\x01\x10\x01", 4);
    for (size_t i = 0; i < FRAMES; i++)
        memcpy(content + 4 + 2 * i, "\x1a\x00", 2);
    size = seal_content(file, content, 4 + 2 * (size_t)FRAMES);
    assert_int_equal(open_it(&out, file, size, key, plain), BONA_BAD_CONTAINER);
    free(content);
    free(file);
    free(plain);
}

static uint32_t next_random(uint32_t *seed)
{
    *seed ^= *seed << 13; /* G. Marsaglia, "Xorshift RNGs" */
    *seed ^= *seed >> 17;
    *seed ^= *seed << 5;
    return *seed;
}

/* One change: flipped bits, a cut, bytes put in, or the tail of another file. Returns the new size.
 */
static size_t change(uint8_t *file, size_t size, const uint8_t *other, size_t other_size,
                     uint32_t *seed)
{
    uint32_t kind = next_random(seed) % 5;
    size_t at = next_random(seed) % size;
    size_t count = 1 + next_random(seed) % 8;

    if (kind == 0) {
        for (size_t i = 0; i < count; i++)
            file[next_random(seed) % size] ^= (uint8_t)(1 << next_random(seed) % 8);
    } else if (kind == 1) {
        return at;
    } else if (kind == 2) {
        memmove(file + at + count, file + at, size - at);
        for (size_t i = 0; i < count; i++)
            file[at + i] = (uint8_t)next_random(seed);
        return size + count;
    } else if (kind == 3) {
        if (at >= other_size)
            return at;
        memcpy(file + at, other + at, other_size - at);
        return other_size;
    } else {
        for (size_t i = at; i < size && i < at + count; i++)
            file[i] = (uint8_t)next_random(seed);
    }
    return size;
}

static void a_hundred_thousand_changed_files_are_refused(void **state)
{
    const bona_container in = three_frames();
    uint8_t *file, *other, changed[BYTES_MAX], plain[BYTES_MAX];
    size_t size, other_size;
    uint32_t seed = 20231;
    int same = 0;

    (void)state;
    assert_int_equal(bona_container_seal(&in, key, &file, &size, NULL), BONA_OK);
    assert_int_equal(bona_container_seal(&in, key, &other, &other_size, NULL), BONA_OK);
    for (int i = 0; i < CHANGED_FILES; i++) {
        bona_container out;
        size_t now;
        bona_err err;

        memcpy(changed, file, size);
        now = change(changed, size, other, other_size, &seed);
        err = open_it(&out, changed, now, key, plain);
        if ((now == size && memcmp(changed, file, size) == 0) ||
            (now == other_size && memcmp(changed, other, other_size) == 0))
            same++; /* two flips of one bit, or a splice from the very start */
        else
            assert_int_equal(err, BONA_BAD_CONTAINER);
    }
    assert_true(same < CHANGED_FILES / 50);
    bona_free(file);
    bona_free(other);
}

/* The content changed before it is sealed: what a holder of the key could do. Any answer, but never
 * a crash. */
static void changed_content_under_the_right_key_never_crashes(void **state)
{
    uint8_t content[256], file[400], plain[400], other[16];
    uint32_t seed = 77;
    int opened = 0;

    (void)state;
    memset(other, 0x1a, sizeof other);
    for (int i = 0; i < CHANGED_FILES; i++) {
        static const char good[] = "080110021a0a0a03616263150000403f1a050a03646566";
        size_t size = hex_read(content, sizeof content, good, strlen(good));
        bona_container out;
        bona_err err;

        size = change(content, size, other, sizeof other, &seed);
        if (size == 0)
            continue;
        size = seal_content(file, content, size);
        err = open_it(&out, file, size, key, plain);
        assert_true(err == BONA_OK || err == BONA_BAD_CONTAINER);
        opened += err == BONA_OK;
        for (int k = 0; err == BONA_OK && k < out.frame_count; k++)
            assert_true(out.frames[k].size > 0 &&
                        out.frames[k].data + out.frames[k].size <= plain + size);
    }
    assert_in_range(opened, 1, CHANGED_FILES - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_goes_in_comes_out),
        cmocka_unit_test(the_documented_vector_opens),
        cmocka_unit_test(two_files_of_the_same_frames_share_no_nonce),
        cmocka_unit_test(what_cannot_be_is_not_sealed),
        cmocka_unit_test(sealed_content_is_checked_too),
        cmocka_unit_test(a_million_empty_frames_cost_no_more_memory_than_the_file),
        cmocka_unit_test(a_hundred_thousand_changed_files_are_refused),
        cmocka_unit_test(changed_content_under_the_right_key_never_crashes),
    };

    return cmocka_run_group_tests_name("wire_container", tests, NULL, NULL);
}
