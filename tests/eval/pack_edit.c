/* SPDX-License-Identifier: Apache-2.0 */
/* What becomes of a pack's file names when a copy of it is written into another folder. */
#include "check.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "eval/pack_edit.h"

static char root[PATH_MAX];

static const char *below(const char *name)
{
    static char path[2][2 * PATH_MAX];
    static int turn;

    turn = !turn;
    snprintf(path[turn], sizeof path[turn], "%s/%s", root, name);
    return path[turn];
}

static void put(const char *name, const char *text)
{
    FILE *file = fopen(below(name), "w");

    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

/* Folders p/models and q beside it; the pack lies in p/packs. */
static int make_folders(void **state)
{
    char made[] = "/tmp/bona_pack_edit_XXXXXX";

    (void)state;
    if (mkdtemp(made) == NULL || realpath(made, root) == NULL)
        return 1;
    mkdir(below("p"), 0700);
    mkdir(below("p/packs"), 0700);
    mkdir(below("p/models"), 0700);
    mkdir(below("p2"), 0700);
    put("p/packs/old.json", "{\"roles\":{\"detect\":{\"file\":\"../models/d.onnx\"},"
                            "\"spoof\":[{\"file\":\"s.onnx\"},{\"file\":\"/abs/t.onnx\"}]}}");
    return 0;
}

static int remove_folders(void **state)
{
    static const char *const names[] = {
        "p/packs/old.json", "p/packs/new.json", "p2/new.json", "p/packs", "p/models", "p", "p2", ""
    };

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        remove(below(names[i]));
    return 0;
}

/* The three names of the copy written to `name`. */
static void copy_to(const char *name, const char *detect, const char *first, const char *second)
{
    json_error_t error;
    bona_note note = { "" };
    char from[2 * PATH_MAX];
    json_t *pack;
    const char *file[3];

    snprintf(from, sizeof from, "%s", below("p/packs/old.json"));
    assert_int_equal(
        bona_pack_edit(from, below(name), "fusion", json_pack("{s:f}", "threshold", 0.5), &note),
        BONA_OK);
    pack = json_load_file(below(name), 0, &error);
    assert_non_null(pack);
    assert_int_equal(json_unpack(pack, "{s:{s:{s:s},s:[{s:s},{s:s}]}}", "roles", "detect", "file",
                                 &file[0], "spoof", "file", &file[1], "file", &file[2]),
                     0);
    assert_string_equal(file[0], detect);
    assert_string_equal(file[1], first);
    assert_string_equal(file[2], second);
    json_decref(pack);
}

static void names_stay_in_the_same_folder(void **state)
{
    (void)state;
    copy_to("p/packs/new.json", "../models/d.onnx", "s.onnx", "/abs/t.onnx");
}

static void names_become_relative_to_a_folder_of_the_same_tree(void **state)
{
    (void)state;
    /* "p" begins like "p2" and is another folder. */
    copy_to("p2/new.json", "../p/models/d.onnx", "../p/packs/s.onnx", "/abs/t.onnx");
}

static void names_become_absolute_where_only_the_root_is_shared(void **state)
{
    char other[] = "/dev/shm/bona_pack_edit_XXXXXX", to[64], detect[2 * PATH_MAX],
         first[2 * PATH_MAX];
    json_error_t error;
    bona_note note = { "" };
    const char *file[2];
    json_t *pack;

    (void)state;
    if (mkdtemp(other) == NULL)
        skip();
    snprintf(to, sizeof to, "%s/new.json", other);
    snprintf(detect, sizeof detect, "%s/p/models/d.onnx", root);
    snprintf(first, sizeof first, "%s/p/packs/s.onnx", root);
    assert_int_equal(bona_pack_edit(below("p/packs/old.json"), to, "fusion",
                                    json_pack("{s:f}", "threshold", 0.5), &note),
                     BONA_OK);
    pack = json_load_file(to, 0, &error);
    assert_int_equal(json_unpack(pack, "{s:{s:{s:s},s:[{s:s}]}}", "roles", "detect", "file",
                                 &file[0], "spoof", "file", &file[1]),
                     0);
    assert_string_equal(file[0], detect);
    assert_string_equal(file[1], first);
    json_decref(pack);
    unlink(to);
    rmdir(other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_stay_in_the_same_folder),
        cmocka_unit_test(names_become_relative_to_a_folder_of_the_same_tree),
        cmocka_unit_test(names_become_absolute_where_only_the_root_is_shared),
    };

    return cmocka_run_group_tests_name("eval_pack_edit", tests, make_folders, remove_folders);
}
