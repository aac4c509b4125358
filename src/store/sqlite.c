/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The embedded database: folder, file, connection, migrations. WAL mode, so that the commands read
 * and write while a server runs; the folder is 0700 and the files 0600, because the HMAC keys in it
 * have to be readable to be of use.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "store/schema.h"
#include "store/sqlite_db.h"

enum {
    BUSY_TIMEOUT_MS = 2000, /* ms to wait for another process's lock */
    CACHE_KIB = 512,        /* KiB of page cache per connection */
    PATH_CHARS = 4096
};

static const char *const file_name = "bonafide.db";

bona_err bona_sqlite_fail(bona_db *db, const char *doing, bona_note *note)
{
    return bona_fail(note, BONA_STORE, "database, %s: %s (%d)", doing, sqlite3_errmsg(db->handle),
                     sqlite3_extended_errcode(db->handle));
}

bona_err bona_sqlite_run(bona_db *db, const char *sql, bona_note *note)
{
    return sqlite3_exec(db->handle, sql, NULL, NULL, NULL) == SQLITE_OK
               ? BONA_OK
               : bona_sqlite_fail(db, sql, note);
}

bona_err bona_sqlite_prepare(bona_db *db, sqlite3_stmt **statement, const char *sql,
                             bona_note *note)
{
    return sqlite3_prepare_v2(db->handle, sql, -1, statement, NULL) == SQLITE_OK
               ? BONA_OK
               : bona_sqlite_fail(db, sql, note);
}

bona_err bona_sqlite_finish(bona_db *db, sqlite3_stmt *statement, bona_note *note)
{
    bona_err err =
        sqlite3_step(statement) == SQLITE_DONE ? BONA_OK : bona_sqlite_fail(db, "writing", note);

    sqlite3_finalize(statement);
    return err;
}

bona_err bona_sqlite_begin(bona_db *db, bona_note *note)
{
    return bona_sqlite_run(db, "BEGIN IMMEDIATE", note);
}

bona_err bona_sqlite_end(bona_db *db, bona_err err, bona_note *note)
{
    if (err == BONA_OK)
        err = bona_sqlite_run(db, "COMMIT", note);
    if (err != BONA_OK && sqlite3_get_autocommit(db->handle) == 0)
        (void)bona_sqlite_run(db, "ROLLBACK", NULL);
    return err;
}

bona_err bona_sqlite_number(bona_db *db, const char *sql, int64_t *value, bona_note *note)
{
    sqlite3_stmt *statement;
    bona_err err = bona_sqlite_prepare(db, &statement, sql, note);

    if (err != BONA_OK)
        return err;
    if (sqlite3_step(statement) == SQLITE_ROW)
        *value = sqlite3_column_int64(statement, 0);
    else
        err = bona_sqlite_fail(db, sql, note);
    sqlite3_finalize(statement);
    return err;
}

/* Whether a folder is empty or holds our database: then it is ours to close to others. */
static bool is_ours(const char *folder)
{
    DIR *entries = opendir(folder);
    bool empty = true, database = false;

    if (entries == NULL)
        return false;
    for (const struct dirent *entry = readdir(entries); entry != NULL; entry = readdir(entries)) {
        empty = empty && (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0);
        database = database || strcmp(entry->d_name, file_name) == 0;
    }
    closedir(entries);
    return empty || database;
}

static bona_err prepare_folder(const char *folder, bona_note *note)
{
    struct stat seen;

    if (mkdir(folder, 0700) == 0)
        return BONA_OK;
    if (errno != EEXIST)
        return bona_fail(note, BONA_STORE, "state folder %.120s cannot be made: %s", folder,
                         strerror(errno));
    if (stat(folder, &seen) != 0 || !S_ISDIR(seen.st_mode))
        return bona_fail(note, BONA_STORE, "%.120s is not a folder", folder);
    if (seen.st_uid != geteuid())
        return bona_fail(note, BONA_STORE,
                         "state folder %.120s belongs to user %u, who could change the keys in it: "
                         "run this as that user, or give the folder to user %u",
                         folder, (unsigned)seen.st_uid, (unsigned)geteuid());
    if ((seen.st_mode & 077) == 0)
        return BONA_OK;
    if (!is_ours(folder) || chmod(folder, 0700) != 0)
        return bona_fail(note, BONA_STORE,
                         "state folder %.120s is open to others (mode %03o): 700 would be right",
                         folder, (unsigned)seen.st_mode & 0777);
    return BONA_OK;
}

/* A folder that was open to others until now may hold what they put there. */
static bona_err check_owner(const char *path, bona_note *note)
{
    static const char *const ends[] = { "", "-wal", "-shm", "-journal" };
    char file[PATH_CHARS + 16];
    struct stat about;

    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        snprintf(file, sizeof file, "%s%s", path, ends[i]);
        if (lstat(file, &about) != 0) {
            if (errno == ENOENT)
                continue;
            return bona_fail(note, BONA_STORE, "%.120s: %s", file, strerror(errno));
        }
        if (!S_ISREG(about.st_mode))
            return bona_fail(note, BONA_STORE, "%.120s is no plain file", file);
        if (about.st_uid != geteuid())
            return bona_fail(note, BONA_STORE,
                             "%.120s belongs to user %u, who could have put keys into it: use "
                             "another state folder, or give the file to user %u",
                             file, (unsigned)about.st_uid, (unsigned)geteuid());
    }
    return BONA_OK;
}

/* SQLite gives its side files the mode of the database, so the database is made first. */
static bona_err prepare_file(const char *path, bona_note *note)
{
    struct stat about;
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);

    if (fd >= 0) {
        close(fd);
        return BONA_OK;
    }
    /*
     * One that is there already must not be opened here: closing any descriptor of a file drops all
     * of the process's POSIX locks on it, and with them those of its other connection. The next
     * command would then take itself for the last user and remove the write-ahead log in use.
     */
    if (errno != EEXIST)
        return bona_fail(note, BONA_STORE, "%.120s cannot be made: %s", path, strerror(errno));
    if (lstat(path, &about) != 0 || !S_ISREG(about.st_mode))
        return bona_fail(note, BONA_STORE, "%.120s is no plain file", path);
    if ((about.st_mode & 0777) != 0600 && chmod(path, 0600) != 0)
        return bona_fail(note, BONA_STORE, "%.120s cannot be closed to others: %s", path,
                         strerror(errno));
    return BONA_OK;
}

static bona_err migrate_step(bona_db *db, int64_t version, bona_note *note)
{
    char pragma[64];
    bona_err err = bona_sqlite_run(db, bona_schema_steps[version], note);

    snprintf(pragma, sizeof pragma, "PRAGMA user_version = %d", (int)version + 1);
    if (err == BONA_OK)
        err = bona_sqlite_run(db, pragma, note);
    if (err == BONA_OK && version == 0) {
        snprintf(pragma, sizeof pragma, "PRAGMA application_id = %d", BONA_SCHEMA_APPLICATION);
        err = bona_sqlite_run(db, pragma, note);
    }
    return err;
}

static bona_err read_version(bona_db *db, int64_t *version, bona_note *note)
{
    int64_t application = 0;
    bona_err err = bona_sqlite_number(db, "PRAGMA user_version", version, note);

    if (err == BONA_OK)
        err = bona_sqlite_number(db, "PRAGMA application_id", &application, note);
    if (err == BONA_OK && *version > 0 && application != BONA_SCHEMA_APPLICATION)
        err = bona_fail(note, BONA_STORE,
                        "the database belongs to another program (application id %lld)",
                        (long long)application);
    if (err == BONA_OK && *version > BONA_SCHEMA_VERSION)
        err =
            bona_fail(note, BONA_STORE,
                      "the database has version %lld, this program knows up to %d: use a newer one",
                      (long long)*version, BONA_SCHEMA_VERSION);
    return err;
}

/* Brings the tables to today's version, all steps in one change; another process may be doing the
 * same. */
static bona_err migrate(bona_db *db, bona_note *note)
{
    int64_t version = 0;
    bona_err err = read_version(db, &version, note);

    if (err != BONA_OK || version == BONA_SCHEMA_VERSION)
        return err;
    err = bona_sqlite_begin(db, note);
    if (err != BONA_OK)
        return err;
    err = read_version(db, &version, note);
    for (; err == BONA_OK && version < BONA_SCHEMA_VERSION; version++)
        err = migrate_step(db, version, note);
    return bona_sqlite_end(db, err, note);
}

static bona_err configure(bona_db *db, bool durable, bona_note *note)
{
    char pragma[64];
    bona_err err;

    sqlite3_busy_timeout(db->handle, BUSY_TIMEOUT_MS);
    snprintf(pragma, sizeof pragma, "PRAGMA cache_size = -%d", CACHE_KIB);
    err = bona_sqlite_run(db, "PRAGMA journal_mode = WAL", note);
    if (err == BONA_OK)
        err = bona_sqlite_run(
            db, durable ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL", note);
    if (err == BONA_OK)
        err = bona_sqlite_run(db, pragma, note);
    if (err == BONA_OK)
        err = bona_sqlite_run(db, "PRAGMA secure_delete = ON",
                              note); /* a revoked key leaves the file */
    return err;
}

static void close_db(bona_db *db)
{
    if (db == NULL)
        return;
    sqlite3_close(db->handle);
    bona_free(db);
}

static bona_err open_db(bona_db **db_out, const char *where, bool durable, bona_note *note)
{
    char path[PATH_CHARS];
    int length = snprintf(path, sizeof path, "%s/%s", where, file_name);
    bona_db *db;
    bona_err err;

    if (where[0] == 0 || length >= (int)sizeof path)
        return bona_fail(note, BONA_STORE,
                         "a state folder of %zu characters: 1 to %zu would be right", strlen(where),
                         sizeof path - strlen(file_name) - 2);
    err = prepare_folder(where, note);
    if (err == BONA_OK)
        err = check_owner(path, note);
    if (err == BONA_OK)
        err = prepare_file(path, note);
    if (err != BONA_OK)
        return err;
    db = bona_alloc(1, sizeof *db);
    if (db == NULL)
        return BONA_NO_MEMORY;
    if (sqlite3_open_v2(path, &db->handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) !=
        SQLITE_OK)
        err = bona_sqlite_fail(db, "opening", note);
    if (err == BONA_OK)
        err = configure(db, durable, note);
    if (err == BONA_OK)
        err = migrate(db, note);
    if (err != BONA_OK) {
        close_db(db);
        return err;
    }
    *db_out = db;
    return BONA_OK;
}

const bona_store_ops bona_store_sqlite = {
    .name = "SQLite",
    .open = open_db,
    .close = close_db,
    .keys_version = bona_sqlite_keys_version,
    .read_keys = bona_sqlite_read_keys,
    .client_add = bona_sqlite_client_add,
    .client_revoke = bona_sqlite_client_revoke,
    .api_key_add = bona_sqlite_api_key_add,
    .api_key_revoke = bona_sqlite_api_key_revoke,
    .client_list = bona_sqlite_client_list,
    .api_key_list = bona_sqlite_api_key_list,
    .add_jobs = bona_sqlite_add_jobs,
    .list_jobs = bona_sqlite_list_jobs,
    .prune_jobs = bona_sqlite_prune_jobs,
};
