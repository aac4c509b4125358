/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A `liveness_file` changed in a hundred thousand ways inside an otherwise good form of the
 * identity API: every one is answered with HTTP 400, code 2007, in words (its specification,
 * section 6), and with nothing else.
 */
#include "check.h"

#include <string.h>

#include "base/mem.h"
#include "dialect/dialect.h"
#include "wire/base64.h"
#include "wire/container.h"

enum { CHANGES = 100000, FILE_MAX = 4096, FORM_MAX = 16384, TRAY = 32768, CORRUPTED = 2007 };

static const char start[] = "--b\r\nContent-Disposition: form-data; name=\"liveness_file\"; "
                            "filename=\"f\"\r\n\r\n";
static const char between[] = "\r\n--b\r\nContent-Disposition: form-data; "
                              "name=\"encrypted_image\"\r\n\r\n";
static const char end[] = "\r\n--b--\r\n";

typedef struct desk {
    bona_rules rules;
    uint8_t *file, *other; /* two sealed ones */
    size_t size, other_size;
    char photo[512]; /* encrypted, as base64 */
    uint8_t tray[TRAY];
    size_t used;
} desk;

static uint8_t *reserve(void *slab, size_t size, size_t *offset)
{
    desk *self = slab;

    if (size > TRAY - self->used)
        return NULL;
    *offset = self->used;
    self->used += size;
    return self->tray + *offset;
}

static void keep(void *slab, size_t offset, size_t size)
{
    ((desk *)slab)->used = offset + size;
}

static void seal(const desk *self, uint8_t **file, size_t *size)
{
    static const uint8_t pictures[1500] = { 0xFF, 0xD8, 0xFF, 7, 8, 9 };
    const bona_container content = { .created_ms = 1700000000123,
                                     .mode = BONA_CAPTURE_INTERACTIVE,
                                     .frame_count = 2,
                                     .frames = { { pictures, 900 }, { pictures + 900, 600 } },
                                     .live = { 0.5F, 0.75F } };

    assert_int_equal(bona_container_seal(&content, self->rules.keys.liveness_key, file, size, NULL),
                     BONA_OK);
}

static void open_desk(desk *self)
{
    uint8_t sealed[64 + BONA_SEAL_TAG];

    memset(self, 0, sizeof *self);
    bona_rules_defaults(&self->rules);
    assert_int_equal(bona_seal_keys_read(&self->rules.keys, NULL), BONA_OK);
    seal(self, &self->file, &self->size);
    seal(self, &self->other, &self->other_size);
    assert_int_equal(
        bona_photo_seal(&self->rules.keys,
                        (bona_bytes){ (const uint8_t *)"a photo of 24 bytes, say", 24 }, sealed),
        BONA_OK);
    bona_base64_encode(self->photo, sealed, 24 + BONA_SEAL_TAG, BONA_BASE64_STRICT);
}

static void close_desk(desk *self)
{
    bona_free(self->file);
    bona_free(self->other);
}

/* The form with this liveness file, read as the server does it. */
static bool read_form(desk *self, const uint8_t *file, size_t size, bona_refusal *refusal)
{
    const bona_tray tray = { self, reserve, keep };
    const bona_head head = { "multipart/form-data; boundary=b", NULL };
    bona_buf body;
    bona_ask ask;
    bool good;

    self->used = 0;
    *refusal = (bona_refusal){ 0 };
    bona_buf_init(&body, FORM_MAX);
    assert_int_equal(bona_buf_text(&body, start), BONA_OK);
    assert_int_equal(bona_buf_add(&body, file, size), BONA_OK);
    assert_int_equal(bona_buf_text(&body, between), BONA_OK);
    assert_int_equal(bona_buf_text(&body, self->photo), BONA_OK);
    assert_int_equal(bona_buf_text(&body, end), BONA_OK);
    good = bona_dialect_identity.read(&ask, &head, &body, &tray, &self->rules, refusal);
    bona_buf_deinit(&body);
    return good;
}

static uint32_t next_random(uint32_t *seed)
{
    *seed ^= *seed << 13; /* G. Marsaglia, "Xorshift RNGs" */
    *seed ^= *seed >> 17;
    *seed ^= *seed << 5;
    return *seed;
}

/* One to eight bits flipped, a cut at either end, bytes put in or over, or the tail of the other
 * file. Returns the new size. */
static size_t change(const desk *self, uint8_t file[FILE_MAX], uint32_t *seed)
{
    size_t size = self->size, at = next_random(seed) % size, count = 1 + next_random(seed) % 8;

    memcpy(file, self->file, size);
    switch (next_random(seed) % 6) {
    case 0:
        for (size_t i = 0; i < count; i++)
            file[next_random(seed) % size] ^= (uint8_t)(1 << next_random(seed) % 8);
        return size;
    case 1:
        return at;
    case 2:
        memmove(file, file + at, size - at);
        return size - at;
    case 3:
        memmove(file + at + count, file + at, size - at);
        for (size_t i = 0; i < count; i++)
            file[at + i] = (uint8_t)next_random(seed);
        return size + count;
    case 4:
        for (size_t i = at; i < size && i < at + count; i++)
            file[i] = (uint8_t)next_random(seed);
        return size;
    default:
        memcpy(file + at, self->other + at, self->other_size - at);
        return self->other_size;
    }
}

static void a_changed_liveness_file_is_2007_and_nothing_else(void **state)
{
    static desk self;
    static uint8_t file[FILE_MAX];
    bona_refusal refusal;
    uint32_t seed = 20261;
    int changed = 0, unchanged = 0;

    (void)state;
    open_desk(&self);
    assert_int_equal(self.size, self.other_size);
    assert_true(read_form(&self, self.file, self.size, &refusal));
    while (changed < CHANGES) {
        size_t size = change(&self, file, &seed);
        bool good = read_form(&self, file, size, &refusal);

        if (size == self.size &&
            (memcmp(file, self.file, size) == 0 || memcmp(file, self.other, size) == 0)) {
            assert_true(good); /* flipped twice, or cut or spliced at the very start */
            unchanged++;
            continue;
        }
        if (good || refusal.status != 400 || refusal.code != CORRUPTED ||
            strcmp(refusal.text, "corrupted liveness data error") != 0)
            fail_msg("change %d: %s, %d, code %d", changed, good ? "taken" : "refused",
                     refusal.status, refusal.code);
        changed++;
    }
    print_message("%d changed files are 2007; %d more came out unchanged\n", changed, unchanged);
    assert_in_range(unchanged, 0, CHANGES / 50);
    close_desk(&self);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_changed_liveness_file_is_2007_and_nothing_else),
    };

    return cmocka_run_group_tests_name("dialect_liveness_file", tests, NULL, NULL);
}
