/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files made to break readers end in a clean error or a picture, in bounded time and memory, and
 * silently. Each is decoded in a process of its own, whose peak memory and end are looked at; under
 * the sanitizers, which need the address space for themselves, memory is not.
 */
#include "check.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "base/file.h"
#include "base/mem.h"
#include "image/decode.h"
#include "pictures.h"

enum {
    SECONDS_MAX = 20,     /* per file; the slowest takes under 1 s */
    PEAK_KIB = 450 * 1024 /* of the process; a picture at the pixel limit takes 300 MB alone */
};

static long peak_kib; /* of all children so far */

/* What the child process leaves for its parent. */
typedef struct outcome {
    bona_err err;
    bona_note note;
} outcome;

static void decode_both_ways(bona_bytes bytes, outcome *result)
{
    bona_image image;

    for (int reduce = 0; reduce < 2; reduce++) {
        result->err = bona_image_decode(&image, bytes, 0, NULL, reduce, NULL, NULL, &result->note);
        bona_image_deinit(&image);
    }
}

/* Decodes in a child; fails the test when that dies, hangs, takes too much memory or writes to
 * standard error. */
static outcome decode_apart(const char *name, bona_bytes bytes)
{
    outcome *result =
        mmap(NULL, sizeof *result, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    struct rusage usage;
    char said[256] = "";
    int pipes[2], status;
    outcome copy;
    pid_t child;

    assert_true(result != MAP_FAILED && pipe(pipes) == 0);
    fflush(NULL);
    child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        dup2(pipes[1], STDERR_FILENO);
        alarm(SECONDS_MAX);
        decode_both_ways(bytes, result);
        _exit(0);
    }
    close(pipes[1]);
    assert_true(wait4(child, &status, 0, &usage) == child);
    assert_true(read(pipes[0], said, sizeof said - 1) >= 0);
    close(pipes[0]);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        fail_msg("%s ends the reader (status %d): %s", name, status, said);
    if (said[0] != 0)
        fail_msg("%s makes a reader talk: %s", name, said);
#ifndef BONA_SANITIZED
    if (usage.ru_maxrss > peak_kib)
        peak_kib = usage.ru_maxrss;
    if (usage.ru_maxrss > PEAK_KIB)
        fail_msg("%s takes %ld KiB", name, usage.ru_maxrss);
#endif
    copy = *result;
    munmap(result, sizeof *result);
    return copy;
}

static void every_hostile_file_ends_in_a_clean_error_or_a_picture(void **state)
{
    char folder[4096];
    struct dirent *entry;
    int files = 0, pictures = 0;
    DIR *dir;

    (void)state;
    NEED_SHARED();
    snprintf(folder, sizeof folder, "%s/data/hostile", check_shared());
    dir = opendir(folder);
    assert_non_null(dir);
    while ((entry = readdir(dir)) != NULL) {
        char path[8192];
        uint8_t *data;
        size_t size;
        outcome result;

        if (entry->d_name[0] == '.')
            continue;
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        assert_int_equal(bona_file_read(path, (size_t)1 << 28, &data, &size, NULL), BONA_OK);
        result = decode_apart(entry->d_name, (bona_bytes){ data, size });
        if (result.err != BONA_OK && strlen(result.note.text) < 10)
            fail_msg("%s gives no reason: %s", entry->d_name, result.note.text);
        files++;
        pictures += result.err == BONA_OK;
        bona_free(data);
    }
    closedir(dir);
    print_message("%d files, %d pictures, %d errors, at most %ld KiB\n", files, pictures,
                  files - pictures, peak_kib);
    assert_true(files > 100 && pictures > 10);
}

static outcome decode_buf(const char *name, const bona_buf *buf)
{
    return decode_apart(name, (bona_bytes){ buf->data, buf->size });
}

/* The last scan of a progressive picture, again and again: small to send, long to decode. */
static void a_jpeg_with_thousands_of_scans_is_refused(void **state)
{
    bona_buf file, bomb;
    size_t scan;

    (void)state;
    picture_make(&file, "progressive.jpg", 1600, 1200);
    for (scan = file.size - 2; file.data[scan] != 0xff || file.data[scan + 1] != 0xda; scan--)
        assert_true(scan > 0);
    bona_buf_init(&bomb, (size_t)1 << 28);
    assert_int_equal(bona_buf_add(&bomb, file.data, file.size - 2), BONA_OK);
    for (int i = 0; i < 3000 && bomb.size < (size_t)45 << 20; i++)
        assert_int_equal(bona_buf_add(&bomb, file.data + scan, file.size - 2 - scan), BONA_OK);
    assert_int_equal(bona_buf_add(&bomb, "\xff\xd9", 2), BONA_OK);
    assert_int_equal(decode_buf("scans", &bomb).err, BONA_BAD_IMAGE);
    bona_buf_deinit(&bomb);
    bona_buf_deinit(&file);
}

/* The size in a header is raised to 9000 x 9000 px, which the limits allow; the bytes behind it are
 * those of 64 x 64. */
static void a_header_that_promises_more_than_the_file_holds_costs_little(void **state)
{
    static const struct {
        const char *name;
        size_t width_at, height_at;
        unsigned bytes;
        bool big_endian, is_picture;
    } lies[] = {
        { "bottom_up.bmp", 18, 22, 4, false, false }, { "plain.tga", 12, 14, 2, false, false },
        { "packed.tga", 12, 14, 2, false, false },    { "plain.gif", 6, 8, 2, false, true },
        { "rgb.png", 16, 20, 4, true, false },
    };

    (void)state;
    for (size_t i = 0; i < sizeof lies / sizeof lies[0]; i++) {
        bona_buf file;
        outcome result;

        picture_make(&file, lies[i].name, 64, 64);
        for (unsigned k = 0; k < lies[i].bytes; k++) {
            unsigned shift = 8 * (lies[i].big_endian ? lies[i].bytes - 1 - k : k);

            file.data[lies[i].width_at + k] = file.data[lies[i].height_at + k] =
                (uint8_t)(9000 >> shift);
        }
        result = decode_buf(lies[i].name, &file);
        /* A GIF's canvas may be larger than its first frame, so that one is a picture. */
        if ((result.err == BONA_OK) != lies[i].is_picture)
            fail_msg("%s: %s %s", lies[i].name, bona_err_name(result.err), result.note.text);
        bona_buf_deinit(&file);
    }
}

/* Tiles that are much wider than the picture: each would be unpacked in full. The tag is 322
 * (TIFF 6.0, section 15); its entry gets the type LONG. */
static void a_tiff_whose_tiles_are_far_larger_than_the_picture_is_refused(void **state)
{
    static const uint8_t entry[] = { 0x42, 0x01 }, wide[] = { 4, 0, 1, 0, 0, 0, 0, 0, 0, 1 };
    bona_buf file;
    uint8_t *at;

    (void)state;
    picture_make(&file, "tiles.tif", 64, 64);
    assert_memory_equal(file.data, "II", 2);
    at = file.data + file.size - sizeof entry;
    while (memcmp(at, entry, sizeof entry) != 0 || at[3] != 0 || at[4] != 1)
        assert_true(--at > file.data);
    memcpy(at + sizeof entry, wide, sizeof wide);
    assert_int_equal(decode_buf("wide tiles", &file).err, BONA_IMAGE_TOO_BIG);
    bona_buf_deinit(&file);
}

/* 2,147,483,647 squared pixels of 32 bits: so many bytes are no int64_t. */
static void a_bmp_whose_size_overflows_is_refused(void **state)
{
    bona_buf file;
    outcome result;

    (void)state;
    picture_make(&file, "bottom_up.bmp", 8, 8);
    memcpy(file.data + 18, "\xff\xff\xff\x7f\xff\xff\xff\x7f", 8);
    memcpy(file.data + 28, "\x20", 1);
    result = decode_buf("overflow", &file);
    assert_int_equal(result.err, BONA_BAD_IMAGE);
    assert_non_null(strstr(result.note.text, "2147483647 x 2147483647 px of 32 bits"));
    bona_buf_deinit(&file);
}

static void text_formats_cannot_promise_pixels_they_do_not_hold(void **state)
{
    static const char *const headers[] = { "P1\n9000 9000\n0 1 0", "P2\n9000 9000 255\n1 2 3",
                                           "P3\n9000 9000 255\n1 2 3", "P6 9000 9000 255\nabc" };

    (void)state;
    for (size_t i = 0; i < sizeof headers / sizeof headers[0]; i++) {
        outcome result = decode_apart(
            headers[i], (bona_bytes){ (const uint8_t *)headers[i], strlen(headers[i]) });

        assert_int_equal(result.err, BONA_BAD_IMAGE);
    }
}

/* One byte of each file at a time is turned to 0xff or flipped. */
static void files_with_a_wrong_byte_end_cleanly(void **state)
{
    (void)state;
    for (int32_t i = 0; i < picture_recipe_count; i++) {
        bona_buf file;
        size_t step;

        if (picture_recipes[i].format == BONA_FORMAT_HEIF)
            continue; /* slow to decode; the fuzz target covers it */
        picture_make(&file, picture_recipes[i].name, 37, 23);
        step = 1 + file.size / 200;
        for (size_t at = 0; at < file.size; at += at < 100 ? 1 : step) {
            uint8_t before = file.data[at];
            bona_image image;

            file.data[at] = at % 2 ? 0xff : (uint8_t)(before ^ 0x80);
            if (bona_image_decode(&image, (bona_bytes){ file.data, file.size }, 0,
                                  &(bona_limits){ .pixels_max = 1000000 }, false, NULL, NULL,
                                  NULL) != BONA_OK)
                assert_null(image.rgb);
            bona_image_deinit(&image);
            file.data[at] = before;
        }
        bona_buf_deinit(&file);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_hostile_file_ends_in_a_clean_error_or_a_picture),
        cmocka_unit_test(a_jpeg_with_thousands_of_scans_is_refused),
        cmocka_unit_test(a_header_that_promises_more_than_the_file_holds_costs_little),
        cmocka_unit_test(a_bmp_whose_size_overflows_is_refused),
        cmocka_unit_test(a_tiff_whose_tiles_are_far_larger_than_the_picture_is_refused),
        cmocka_unit_test(text_formats_cannot_promise_pixels_they_do_not_hold),
        cmocka_unit_test(files_with_a_wrong_byte_end_cleanly),
    };

    return cmocka_run_group_tests_name("image_hostile", tests, NULL, NULL);
}
