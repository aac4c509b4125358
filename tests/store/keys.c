/* SPDX-License-Identifier: Apache-2.0 */
/* Clients and API keys: who is found, how soon, and what lies on the disk. */
#include "store/folder.h"

#include <sqlite3.h>

#include "base/clock.h"
#include "store/schema.h"

static int32_t keys_of(bona_store *store, const char *id)
{
    bona_client_keys keys;

    return bona_store_client_keys(store, id, strlen(id), &keys) == BONA_OK ? keys.count : 0;
}

/* Milliseconds until a client has so many keys in a store; 2000 when that never came. */
static double wait_for(bona_store *store, const char *id, int32_t count)
{
    int64_t start = bona_clock_ns();

    while (keys_of(store, id) != count && bona_clock_ms_since(start) < 2000)
        usleep(5000);
    return bona_clock_ms_since(start);
}

static void a_running_server_sees_changes_of_a_command_within_a_second(void **state)
{
    bona_store *server = folder_open(*state, true);
    bona_store *command = folder_open(*state, false);
    uint8_t key[BONA_HMAC_KEY_BYTES];

    assert_int_equal(keys_of(server, "bank"), 0);
    assert_int_equal(bona_store_client_add(command, "bank", key, NULL), BONA_OK);
    assert_true(wait_for(server, "bank", 1) < 1000);
    assert_int_equal(bona_store_client_add(command, "bank", key, NULL), BONA_OK);
    assert_true(wait_for(server, "bank", 2) < 1000);
    assert_int_equal(bona_store_client_revoke(command, "bank", NULL), BONA_OK);
    assert_true(wait_for(server, "bank", 0) < 1000);
    bona_store_close(command);
    bona_store_close(server);
}

static void a_further_key_comes_first_and_the_older_one_stays(void **state)
{
    bona_store *store = folder_open(*state, false);
    uint8_t first[BONA_HMAC_KEY_BYTES], second[BONA_HMAC_KEY_BYTES];
    bona_client_keys keys;

    assert_int_equal(bona_store_client_add(store, "a", first, NULL), BONA_OK);
    assert_int_equal(bona_store_client_add(store, "a", second, NULL), BONA_OK);
    assert_memory_not_equal(first, second, sizeof first);
    assert_int_equal(bona_store_client_keys(store, "ab", 1, &keys), BONA_OK);
    assert_int_equal(keys.count, 2);
    assert_memory_equal(keys.keys[0], second, sizeof second);
    assert_memory_equal(keys.keys[1], first, sizeof first);
    for (int i = 2; i < BONA_CLIENT_KEYS_MAX; i++)
        assert_int_equal(bona_store_client_add(store, "a", first, NULL), BONA_OK);
    assert_int_equal(bona_store_client_add(store, "a", first, NULL), BONA_BAD_ARGUMENT);
    bona_store_close(store);
}

static void every_client_is_found_among_many_and_nobody_else(void **state)
{
    enum { CLIENTS = 60 };
    bona_store *store = folder_open(*state, false);
    uint8_t keys[CLIENTS][BONA_HMAC_KEY_BYTES];
    bona_client_keys found;
    char id[32];

    for (int i = 0; i < CLIENTS; i++) {
        snprintf(id, sizeof id, "c%d", i * 37 % CLIENTS); /* c1, c10, c11, ... share beginnings */
        assert_int_equal(bona_store_client_add(store, id, keys[i * 37 % CLIENTS], NULL), BONA_OK);
    }
    for (int i = 0; i < CLIENTS; i++) {
        snprintf(id, sizeof id, "c%d", i);
        assert_int_equal(bona_store_client_keys(store, id, strlen(id), &found), BONA_OK);
        assert_int_equal(found.count, 1);
        assert_memory_equal(found.keys[0], keys[i], sizeof keys[i]);
    }
    assert_int_equal(keys_of(store, "c"), 0);
    assert_int_equal(keys_of(store, "c60"), 0);
    assert_int_equal(keys_of(store, ""), 0);
    assert_int_equal(keys_of(store, "C1"), 0);
    bona_store_close(store);
}

static void ids_are_1_to_64_of_letters_digits_dot_underscore_and_dash(void **state)
{
    static const char *const wrong[] = { "", "a b", "a/b", "../x", "\xc3\xa4", "a'b", "a\nb" };
    char longest[66];
    bona_store *store = folder_open(*state, false);
    uint8_t key[BONA_HMAC_KEY_BYTES];
    bona_note note;

    memset(longest, 'x', sizeof longest);
    longest[64] = 0;
    assert_int_equal(bona_store_client_add(store, longest, key, NULL), BONA_OK);
    longest[64] = 'x';
    longest[65] = 0;
    assert_int_equal(bona_store_client_add(store, longest, key, NULL), BONA_BAD_ARGUMENT);
    assert_int_equal(bona_store_client_add(store, "A-z_0.9", key, NULL), BONA_OK);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_int_equal(bona_store_client_add(store, wrong[i], key, &note), BONA_BAD_ARGUMENT);
    assert_false(bona_store_id_valid("a\0b", 3));
    bona_store_close(store);
}

static void an_api_key_is_known_by_its_hash_alone(void **state)
{
    bona_store *store = folder_open(*state, false);
    char first[BONA_API_KEY_CHARS + 1], second[BONA_API_KEY_CHARS + 1], name[BONA_ID_MAX + 1];

    assert_int_equal(bona_store_api_key_add(store, "shop", first, NULL), BONA_OK);
    assert_int_equal(bona_store_api_key_add(store, "app", second, NULL), BONA_OK);
    assert_int_equal(strlen(first), BONA_API_KEY_CHARS);
    assert_int_equal(bona_store_api_key_name(store, first, strlen(first), name), BONA_OK);
    assert_string_equal(name, "shop");
    assert_int_equal(bona_store_api_key_name(store, second, strlen(second), name), BONA_OK);
    assert_string_equal(name, "app");
    first[5] ^= 1;
    assert_int_equal(bona_store_api_key_name(store, first, strlen(first), name), BONA_NOT_FOUND);
    first[5] ^= 1;
    assert_int_equal(bona_store_api_key_name(store, first, strlen(first) - 1, name),
                     BONA_NOT_FOUND);
    assert_false(folder_holds(*state, first, strlen(first)));
    assert_true(folder_holds(*state, "shop", 4));
    assert_int_equal(bona_store_api_key_revoke(store, "shop", NULL), BONA_OK);
    assert_int_equal(bona_store_api_key_revoke(store, "shop", NULL), BONA_NOT_FOUND);
    assert_int_equal(bona_store_api_key_name(store, first, strlen(first), name), BONA_NOT_FOUND);
    bona_store_close(store);
}

static void a_revoked_key_leaves_the_disk(void **state)
{
    bona_store *store = folder_open(*state, false);
    uint8_t key[BONA_HMAC_KEY_BYTES];

    assert_int_equal(bona_store_client_add(store, "bank", key, NULL), BONA_OK);
    bona_store_close(store);
    assert_true(folder_holds(*state, key, sizeof key));
    store = folder_open(*state, false);
    assert_int_equal(bona_store_client_revoke(store, "bank", NULL), BONA_OK);
    bona_store_close(store);
    assert_false(folder_holds(*state, key, sizeof key));
}

static void a_revoked_key_leaves_the_disk_under_a_running_server(void **state)
{
    bona_store *server = folder_open(*state, true), *command = folder_open(*state, false);
    uint8_t key[BONA_HMAC_KEY_BYTES];

    assert_int_equal(bona_store_client_add(command, "bank", key, NULL), BONA_OK);
    assert_true(folder_holds(*state, key, sizeof key));
    assert_int_equal(bona_store_client_revoke(command, "bank", NULL), BONA_OK);
    assert_false(folder_holds(*state, key, sizeof key));
    bona_store_close(command);
    bona_store_close(server);
}

static void assert_mode(const char *folder, const char *file, mode_t mode)
{
    char path[512];
    struct stat seen;

    snprintf(path, sizeof path, "%s/%s", folder, file);
    assert_int_equal(stat(path, &seen), 0);
    assert_int_equal(seen.st_mode & 07777, mode);
}

static void folder_and_files_are_closed_to_others(void **state)
{
    mode_t before = umask(0);
    bona_store *store = folder_open(*state, true);

    umask(before);
    assert_mode(*state, "", 0700);
    assert_mode(*state, "bonafide.db", 0600);
    assert_mode(*state, "bonafide.db-wal", 0600);
    assert_mode(*state, "bonafide.db-shm", 0600);
    bona_store_close(store);
}

static void a_folder_that_others_use_is_refused_and_an_empty_one_closed(void **state)
{
    const bona_store_settings settings = { .where = *state };
    bona_store *store = NULL;
    char path[512];
    bona_note note;
    FILE *file;

    assert_int_equal(mkdir(*state, 0755), 0);
    snprintf(path, sizeof path, "%s/notes.txt", (char *)*state);
    file = fopen(path, "w");
    assert_non_null(file);
    fclose(file);
    assert_int_equal(bona_store_open(&store, &settings, &note), BONA_STORE);
    assert_non_null(strstr(note.text, "700 would be right"));
    assert_mode(*state, "", 0755);
    unlink(path);
    bona_store_close(folder_open(*state, false));
    assert_mode(*state, "", 0700);
}

/* In a folder for everybody somebody may have made one under our name before us. */
static void a_folder_of_another_user_is_refused(void **state)
{
    bona_store *store;
    bona_note note = { "" };
    const char *folder = *state;

    if (geteuid() != 0)
        skip();
    assert_int_equal(mkdir(folder, 0700), 0);
    assert_int_equal(chown(folder, 65533, 65533), 0);
    assert_int_equal(bona_store_open(&store, &(bona_store_settings){ .where = folder }, &note),
                     BONA_STORE);
    assert_non_null(strstr(note.text, "belongs to user 65533"));
}

/* Closing a folder that was open to all leaves in it what they put there. */
static void files_of_another_user_are_refused(void **state)
{
    static const char *const names[] = { "bonafide.db", "bonafide.db-wal", "bonafide.db-shm" };
    const bona_store_settings settings = { .where = *state };
    bona_store *store;
    char path[512];

    if (geteuid() != 0)
        skip();
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        bona_note note = { "" };
        FILE *file;

        bona_store_close(folder_open(*state, false));
        snprintf(path, sizeof path, "%s/%s", (char *)*state, names[i]);
        file = fopen(path, "a");
        assert_non_null(file);
        fclose(file);
        assert_int_equal(chmod(*state, 0777), 0);
        assert_int_equal(chown(path, 65533, 65533), 0);
        assert_int_equal(bona_store_open(&store, &settings, &note), BONA_STORE);
        assert_non_null(strstr(note.text, "belongs to user 65533"));
        assert_int_equal(chown(path, 0, 0), 0);
    }
    bona_store_close(folder_open(*state, false));
}

/* Runs statements on the file itself. */
static void tamper(const char *folder, const char *sql)
{
    char path[512];
    sqlite3 *handle;

    snprintf(path, sizeof path, "%s/bonafide.db", folder);
    assert_int_equal(sqlite3_open(path, &handle), SQLITE_OK);
    assert_int_equal(sqlite3_exec(handle, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(handle);
}

static void a_database_of_version_1_is_brought_up_to_date_with_its_keys(void **state)
{
    bona_store *store;
    char step[128];

    assert_int_equal(mkdir(*state, 0700), 0);
    tamper(*state, bona_schema_steps[0]);
    snprintf(step, sizeof step, "PRAGMA user_version = 1; PRAGMA application_id = %d",
             BONA_SCHEMA_APPLICATION);
    tamper(*state, step);
    tamper(*state,
           "INSERT INTO client_key (client, key, created_ms) VALUES ('old', randomblob(64), 5)");
    store = folder_open(*state, false);
    assert_int_equal(keys_of(store, "old"), 1);
    bona_store_close(store);
    tamper(*state, "DROP INDEX job_reference"); /* it fails the test if the step did not run */
}

static void databases_of_the_future_and_of_others_are_left_alone(void **state)
{
    const bona_store_settings settings = { .where = *state };
    bona_store *store = NULL;
    bona_note note;

    bona_store_close(folder_open(*state, false));
    tamper(*state, "PRAGMA user_version = 99");
    assert_int_equal(bona_store_open(&store, &settings, &note), BONA_STORE);
    assert_non_null(strstr(note.text, "version 99"));
    tamper(*state, "PRAGMA user_version = 2; PRAGMA application_id = 7");
    assert_int_equal(bona_store_open(&store, &settings, &note), BONA_STORE);
    assert_non_null(strstr(note.text, "another program"));
    assert_null(store);
}

static bool take_row(void *arg, const char *id, int32_t keys, int64_t created_ms)
{
    char *text = arg;

    snprintf(text + strlen(text), 200 - strlen(text), "%s:%d:%d ", id, keys, created_ms > 0);
    return true;
}

static void a_list_names_ids_and_counts_and_no_key(void **state)
{
    bona_store *store = folder_open(*state, false);
    uint8_t key[BONA_HMAC_KEY_BYTES];
    char text[200] = "";

    assert_int_equal(bona_store_client_add(store, "b", key, NULL), BONA_OK);
    assert_int_equal(bona_store_client_add(store, "a", key, NULL), BONA_OK);
    assert_int_equal(bona_store_client_add(store, "b", key, NULL), BONA_OK);
    assert_int_equal(bona_store_client_list(store, take_row, text, NULL), BONA_OK);
    assert_string_equal(text, "a:1:1 b:2:1 ");
    bona_store_close(store);
}

#define IN_A_FOLDER(test) cmocka_unit_test_setup_teardown(test, folder_make, folder_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_A_FOLDER(a_running_server_sees_changes_of_a_command_within_a_second),
        IN_A_FOLDER(a_further_key_comes_first_and_the_older_one_stays),
        IN_A_FOLDER(every_client_is_found_among_many_and_nobody_else),
        IN_A_FOLDER(ids_are_1_to_64_of_letters_digits_dot_underscore_and_dash),
        IN_A_FOLDER(an_api_key_is_known_by_its_hash_alone),
        IN_A_FOLDER(a_revoked_key_leaves_the_disk),
        IN_A_FOLDER(a_revoked_key_leaves_the_disk_under_a_running_server),
        IN_A_FOLDER(folder_and_files_are_closed_to_others),
        IN_A_FOLDER(a_folder_that_others_use_is_refused_and_an_empty_one_closed),
        IN_A_FOLDER(a_folder_of_another_user_is_refused),
        IN_A_FOLDER(files_of_another_user_are_refused),
        IN_A_FOLDER(a_database_of_version_1_is_brought_up_to_date_with_its_keys),
        IN_A_FOLDER(databases_of_the_future_and_of_others_are_left_alone),
        IN_A_FOLDER(a_list_names_ids_and_counts_and_no_key),
    };

    return cmocka_run_group_tests_name("store_keys", tests, NULL, NULL);
}
