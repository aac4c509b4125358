/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the embedded database: shared by sqlite.c, sqlite_keys.c and sqlite_jobs.c. */
#ifndef BONA_STORE_SQLITE_DB_H
#define BONA_STORE_SQLITE_DB_H

#include <sqlite3.h>

#include "store/ops.h"

struct bona_db {
    sqlite3 *handle;
    int64_t data_version; /* of SQLite, at the last look */
    int64_t keys_version; /* then */
};

/* What the database says, as a note. Returns BONA_STORE. */
bona_err bona_sqlite_fail(bona_db *db, const char *doing, bona_note *note);

/* Runs statements without results. */
bona_err bona_sqlite_run(bona_db *db, const char *sql, bona_note *note);

/* A statement; the caller finalizes it. */
bona_err bona_sqlite_prepare(bona_db *db, sqlite3_stmt **statement, const char *sql,
                             bona_note *note);

/* Steps a statement that gives no rows and finalizes it. */
bona_err bona_sqlite_finish(bona_db *db, sqlite3_stmt *statement, bona_note *note);

/* Begins a change; ends it, by COMMIT when `err` is BONA_OK and it succeeds, else by ROLLBACK.
 * Returns the error. */
bona_err bona_sqlite_begin(bona_db *db, bona_note *note);
bona_err bona_sqlite_end(bona_db *db, bona_err err, bona_note *note);

/* The first column of the first row of a query. */
bona_err bona_sqlite_number(bona_db *db, const char *sql, int64_t *value, bona_note *note);

/* sqlite_keys.c */
bona_err bona_sqlite_keys_version(bona_db *db, int64_t *version, bona_note *note);
bona_err bona_sqlite_read_keys(bona_db *db, bona_snapshot *snapshot, bona_note *note);
bona_err bona_sqlite_client_add(bona_db *db, const char *id, const uint8_t key[BONA_HMAC_KEY_BYTES],
                                int64_t now_ms, bona_note *note);
bona_err bona_sqlite_client_revoke(bona_db *db, const char *id, bona_note *note);
bona_err bona_sqlite_api_key_add(bona_db *db, const char *name, const uint8_t hash[BONA_HASH_BYTES],
                                 int64_t now_ms, bona_note *note);
bona_err bona_sqlite_api_key_revoke(bona_db *db, const char *name, bona_note *note);
bona_err bona_sqlite_client_list(bona_db *db, bona_store_each_id each, void *arg, bona_note *note);
bona_err bona_sqlite_api_key_list(bona_db *db, bona_store_each_id each, void *arg, bona_note *note);

/* sqlite_jobs.c */
bona_err bona_sqlite_add_jobs(bona_db *db, const bona_job_record *const *records, size_t count,
                              bona_note *note);
bona_err bona_sqlite_list_jobs(bona_db *db, const char *reference, int32_t limit,
                               bona_store_each_job each, void *arg, bona_note *note);
bona_err bona_sqlite_prune_jobs(bona_db *db, int64_t before_ms, int32_t limit, int32_t *removed,
                                bona_note *note);

#endif
