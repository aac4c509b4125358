/* SPDX-License-Identifier: Apache-2.0 */
/* A state folder of its own for each test, removed afterwards; and looks at what lies in it. */
#ifndef BONA_TESTS_STORE_FOLDER_H
#define BONA_TESTS_STORE_FOLDER_H

#include "check.h"

#include <dirent.h>
#include <string.h>
#include <sys/stat.h>

#include "store/store.h"

/* cmocka setup and teardown: *state is the path of a folder that does not exist yet. */
static inline int folder_make(void **state)
{
    char base[] = "/tmp/bona_store_XXXXXX";
    char *path = malloc(64);

    if (path == NULL || mkdtemp(base) == NULL)
        return -1;
    snprintf(path, 64, "%s/state", base);
    *state = path;
    return 0;
}

static inline int folder_remove(void **state)
{
    char *path = *state;
    char file[512];
    DIR *entries = opendir(path);

    for (struct dirent *entry = entries != NULL ? readdir(entries) : NULL; entry != NULL;
         entry = readdir(entries)) {
        snprintf(file, sizeof file, "%s/%s", path, entry->d_name);
        unlink(file);
    }
    if (entries != NULL)
        closedir(entries);
    rmdir(path);
    *strrchr(path, '/') = 0;
    rmdir(path);
    free(path);
    return 0;
}

/* Opens a store there; fails the test with the note. */
static inline bona_store *folder_open(const char *path, bool serve)
{
    const bona_store_settings settings = { .where = path, .serve = serve };
    bona_store *store = NULL;
    bona_note note = { "" };

    if (bona_store_open(&store, &settings, &note) != BONA_OK)
        fail_msg("%s", note.text);
    return store;
}

/* Whether these bytes lie in any file of the folder. */
static inline bool folder_holds(const char *path, const void *bytes, size_t size)
{
    static uint8_t content[1 << 22];
    char file[512];
    DIR *entries = opendir(path);
    bool found = false;

    for (struct dirent *entry = entries != NULL ? readdir(entries) : NULL; entry != NULL;
         entry = readdir(entries)) {
        FILE *in;

        snprintf(file, sizeof file, "%s/%s", path, entry->d_name);
        in = fopen(file, "rb");
        if (in == NULL)
            continue;
        found =
            found || memmem(content, fread(content, 1, sizeof content, in), bytes, size) != NULL;
        fclose(in);
    }
    closedir(entries);
    return found;
}

#endif
