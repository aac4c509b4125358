/* SPDX-License-Identifier: Apache-2.0 */
/* A pack file with some members replaced; see pack_edit.h. */
#include "eval/pack_edit.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "eval/json_facts.h"

#define PACK_BYTES_MAX ((size_t)1 << 20)

/* The folder of a path, real and absolute; false if there is none. */
static bool folder_of(char folder[PATH_MAX], const char *path)
{
    char copy[PATH_MAX];
    char *slash;

    snprintf(copy, sizeof copy, "%s", path);
    slash = strrchr(copy, '/');
    if (slash == NULL)
        snprintf(copy, sizeof copy, ".");
    else
        slash[slash == copy] = 0;
    return realpath(copy, folder) != NULL;
}

/* The way from one folder to another, both real and absolute: "../../models". */
static void way(char *out, size_t room, const char *from, const char *to)
{
    size_t shared = 0, used = 0, i = 0;

    for (; from[i] != 0 && from[i] == to[i]; i++)
        if (from[i] == '/')
            shared = i + 1;
    if ((from[i] == 0 || from[i] == '/') && (to[i] == 0 || to[i] == '/'))
        shared = i;
    from += shared + (from[shared] == '/');
    to += shared + (to[shared] == '/');
    out[0] = 0;
    for (; *from != 0 && used + 4 < room; from = *from == '/' ? from + 1 : from) {
        used += (size_t)snprintf(out + used, room - used, "../");
        from += strcspn(from, "/");
    }
    snprintf(out + used, room - used, "%s%s", to, *to != 0 ? "/" : "");
}

/* The first part of an absolute path: where two folders share not even that,
 * they may lie on different disks, and a relative name would only look movable. */
static bool same_tree(const char *a, const char *b)
{
    size_t first = strcspn(a + 1, "/") + 1;

    return strncmp(a, b, first) == 0 && (b[first] == '/' || b[first] == 0);
}

static void move_file(json_t *network, const char *here, const char *there)
{
    const char *file = json_string_value(json_object_get(network, "file"));
    char path[2 * PATH_MAX], folder[PATH_MAX], moved[4 * PATH_MAX];
    const char *name;

    if (file == NULL || file[0] == '/')
        return;
    snprintf(path, sizeof path, "%s/%s", here, file);
    name = strrchr(path, '/') + 1;
    if (!folder_of(folder, path))
        snprintf(moved, sizeof moved, "%s", path);
    else if (!same_tree(folder, there))
        snprintf(moved, sizeof moved, "%s/%s", folder, name);
    else {
        way(moved, sizeof moved - PATH_MAX, there, folder);
        snprintf(moved + strlen(moved), PATH_MAX, "%s", name);
    }
    json_object_set_new(network, "file", json_string(moved));
}

/* File names follow when the pack goes to another folder. */
static void move_files(json_t *pack, const char *from, const char *to)
{
    char here[PATH_MAX], there[PATH_MAX];
    const char *role;
    json_t *value, *network;
    size_t i;

    if (!folder_of(here, from) || !folder_of(there, to) || strcmp(here, there) == 0)
        return;
    json_object_foreach(json_object_get(pack, "roles"), role, value)
    {
        if (json_is_object(value))
            move_file(value, here, there);
        json_array_foreach(value, i, network)
        {
            move_file(network, here, there);
        }
    }
}

bona_err bona_pack_edit(const char *from, const char *to, const char *part, json_t *values,
                        bona_note *note)
{
    uint8_t *text = NULL;
    size_t size = 0;
    json_error_t error;
    json_t *pack = NULL;
    bona_buf out;
    bona_err err =
        values == NULL ? BONA_NO_MEMORY : bona_file_read(from, PACK_BYTES_MAX, &text, &size, note);

    bona_buf_init(&out, 2 * PACK_BYTES_MAX);
    if (err == BONA_OK) {
        pack = json_loadb((const char *)text, size, JSON_REJECT_DUPLICATES, &error);
        if (!json_is_object(pack))
            err = bona_fail(note, BONA_BAD_PACK, "%s: no JSON object", from);
    }
    if (err == BONA_OK && json_object_get(pack, part) == NULL)
        json_object_set_new(pack, part, json_object());
    if (err == BONA_OK) {
        json_object_update(json_object_get(pack, part), values);
        move_files(pack, from, to);
        err = bona_json_dump(&out, json_incref(pack));
    }
    if (err == BONA_OK)
        err = bona_file_write(to, out.data, out.size, note);
    json_decref(pack);
    json_decref(values);
    bona_free(text);
    bona_buf_deinit(&out);
    return err;
}
