/* SPDX-License-Identifier: Apache-2.0 */
/* Clients and API keys in the embedded database. */
#include <string.h>
#include <time.h>

#include "store/sqlite_db.h"

static const char *const count_change = "UPDATE counter SET value = value + 1 WHERE name = 'keys'";

/*
 * SQLite's data_version changes with every commit of another connection and costs no disk access;
 * only then is the counter read, since most commits are bookkeeping.
 */
bona_err bona_sqlite_keys_version(bona_db *db, int64_t *version, bona_note *note)
{
    int64_t data_version = 0;
    bona_err err = bona_sqlite_number(db, "PRAGMA data_version", &data_version, note);

    if (err == BONA_OK && (data_version != db->data_version || db->keys_version == 0))
        err = bona_sqlite_number(db, "SELECT value FROM counter WHERE name = 'keys'",
                                 &db->keys_version, note);
    if (err != BONA_OK)
        return err;
    db->data_version = data_version;
    *version = db->keys_version;
    return BONA_OK;
}

static bona_err read_client_keys(bona_db *db, bona_snapshot *snapshot, bona_note *note)
{
    sqlite3_stmt *rows;
    bona_err err = bona_sqlite_prepare(
        db, &rows, "SELECT client, key FROM client_key ORDER BY client, serial DESC", note);
    int step;

    if (err != BONA_OK)
        return err;
    while (err == BONA_OK && (step = sqlite3_step(rows)) != SQLITE_DONE) {
        if (step != SQLITE_ROW)
            err = bona_sqlite_fail(db, "reading clients", note);
        else if (sqlite3_column_bytes(rows, 1) == BONA_HMAC_KEY_BYTES)
            err = bona_snapshot_add_key(snapshot, (const char *)sqlite3_column_text(rows, 0),
                                        sqlite3_column_blob(rows, 1));
    }
    sqlite3_finalize(rows);
    return err;
}

static bona_err read_api_keys(bona_db *db, bona_snapshot *snapshot, bona_note *note)
{
    sqlite3_stmt *rows;
    bona_err err =
        bona_sqlite_prepare(db, &rows, "SELECT name, hash FROM api_key ORDER BY serial", note);
    int step;

    if (err != BONA_OK)
        return err;
    while (err == BONA_OK && (step = sqlite3_step(rows)) != SQLITE_DONE) {
        if (step != SQLITE_ROW)
            err = bona_sqlite_fail(db, "reading API keys", note);
        else if (sqlite3_column_bytes(rows, 1) == BONA_HASH_BYTES)
            err = bona_snapshot_add_api_key(snapshot, (const char *)sqlite3_column_text(rows, 0),
                                            sqlite3_column_blob(rows, 1));
    }
    sqlite3_finalize(rows);
    return err;
}

bona_err bona_sqlite_read_keys(bona_db *db, bona_snapshot *snapshot, bona_note *note)
{
    bona_err err = bona_sqlite_run(db, "BEGIN", note); /* one moment in time for all three reads */

    if (err != BONA_OK)
        return err;
    err = bona_sqlite_number(db, "SELECT value FROM counter WHERE name = 'keys'",
                             &snapshot->version, note);
    if (err == BONA_OK)
        err = read_client_keys(db, snapshot, note);
    if (err == BONA_OK)
        err = read_api_keys(db, snapshot, note);
    return bona_sqlite_end(db, err, note);
}

static bona_err count_keys(bona_db *db, const char *id, int64_t *count, bona_note *note)
{
    sqlite3_stmt *row;
    bona_err err =
        bona_sqlite_prepare(db, &row, "SELECT count(*) FROM client_key WHERE client = ?1", note);

    if (err != BONA_OK)
        return err;
    sqlite3_bind_text(row, 1, id, -1, SQLITE_STATIC);
    if (sqlite3_step(row) == SQLITE_ROW)
        *count = sqlite3_column_int64(row, 0);
    else
        err = bona_sqlite_fail(db, "counting keys", note);
    sqlite3_finalize(row);
    return err;
}

/* Inserts (text, blob, time) and counts the change. */
static bona_err insert(bona_db *db, const char *sql, const char *name, const uint8_t *blob,
                       int size, int64_t now_ms, bona_note *note)
{
    sqlite3_stmt *statement;
    bona_err err = bona_sqlite_prepare(db, &statement, sql, note);

    if (err != BONA_OK)
        return err;
    sqlite3_bind_text(statement, 1, name, -1, SQLITE_STATIC);
    sqlite3_bind_blob(statement, 2, blob, size, SQLITE_STATIC);
    sqlite3_bind_int64(statement, 3, now_ms);
    err = bona_sqlite_finish(db, statement, note);
    return err == BONA_OK ? bona_sqlite_run(db, count_change, note) : err;
}

bona_err bona_sqlite_client_add(bona_db *db, const char *id, const uint8_t key[BONA_HMAC_KEY_BYTES],
                                int64_t now_ms, bona_note *note)
{
    int64_t count = 0;
    bona_err err = bona_sqlite_begin(db, note);

    if (err != BONA_OK)
        return err;
    err = count_keys(db, id, &count, note);
    if (err == BONA_OK && count >= BONA_CLIENT_KEYS_MAX)
        err = bona_fail(note, BONA_BAD_ARGUMENT,
                        "client %s has %lld keys already, %d is the most: revoke it and begin anew",
                        id, (long long)count, BONA_CLIENT_KEYS_MAX);
    if (err == BONA_OK)
        err = insert(db, "INSERT INTO client_key (client, key, created_ms) VALUES (?1, ?2, ?3)", id,
                     key, BONA_HMAC_KEY_BYTES, now_ms, note);
    return bona_sqlite_end(db, err, note);
}

bona_err bona_sqlite_api_key_add(bona_db *db, const char *name, const uint8_t hash[BONA_HASH_BYTES],
                                 int64_t now_ms, bona_note *note)
{
    bona_err err = bona_sqlite_begin(db, note);

    if (err == BONA_OK)
        err = insert(db, "INSERT INTO api_key (name, hash, created_ms) VALUES (?1, ?2, ?3)", name,
                     hash, BONA_HASH_BYTES, now_ms, note);
    else
        return err;
    return bona_sqlite_end(db, err, note);
}

static bona_err revoke(bona_db *db, const char *sql, const char *what, const char *name,
                       bona_note *note)
{
    sqlite3_stmt *statement;
    bona_err err = bona_sqlite_begin(db, note);

    if (err != BONA_OK)
        return err;
    err = bona_sqlite_prepare(db, &statement, sql, note);
    if (err == BONA_OK) {
        sqlite3_bind_text(statement, 1, name, -1, SQLITE_STATIC);
        err = bona_sqlite_finish(db, statement, note);
    }
    if (err == BONA_OK && sqlite3_changes(db->handle) == 0)
        err = bona_fail(note, BONA_NOT_FOUND, "there is no %s %.64s", what, name);
    if (err == BONA_OK)
        err = bona_sqlite_run(db, count_change, note);
    return bona_sqlite_end(db, err, note);
}

/*
 * Pages with a key that is gone stay in the write-ahead log while a server holds the database, so
 * the log is cut. Another connection may be at a checkpoint of its own, which SQLite does not wait
 * for; after two seconds the log stays until the next revoke or the end of the server.
 */
static void cut_log(bona_db *db)
{
    const struct timespec pause = { .tv_nsec = 50000000 };

    for (int i = 0; i < 40; i++) {
        if (sqlite3_wal_checkpoint_v2(db->handle, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL) !=
            SQLITE_BUSY)
            return;
        nanosleep(&pause, NULL);
    }
}

bona_err bona_sqlite_client_revoke(bona_db *db, const char *id, bona_note *note)
{
    bona_err err = revoke(db, "DELETE FROM client_key WHERE client = ?1", "client", id, note);

    if (err == BONA_OK)
        cut_log(db);
    return err;
}

bona_err bona_sqlite_api_key_revoke(bona_db *db, const char *name, bona_note *note)
{
    return revoke(db, "DELETE FROM api_key WHERE name = ?1", "API key", name, note);
}

/* Rows of name, number of keys, time of the first. */
static bona_err list(bona_db *db, const char *sql, bona_store_each_id each, void *arg,
                     bona_note *note)
{
    sqlite3_stmt *rows;
    bona_err err = bona_sqlite_prepare(db, &rows, sql, note);
    int step = SQLITE_DONE;

    if (err != BONA_OK)
        return err;
    while ((step = sqlite3_step(rows)) == SQLITE_ROW)
        if (!each(arg, (const char *)sqlite3_column_text(rows, 0), sqlite3_column_int(rows, 1),
                  sqlite3_column_int64(rows, 2)))
            break;
    if (step != SQLITE_ROW && step != SQLITE_DONE)
        err = bona_sqlite_fail(db, "listing", note);
    sqlite3_finalize(rows);
    return err;
}

bona_err bona_sqlite_client_list(bona_db *db, bona_store_each_id each, void *arg, bona_note *note)
{
    return list(
        db,
        "SELECT client, count(*), min(created_ms) FROM client_key GROUP BY client ORDER BY client",
        each, arg, note);
}

bona_err bona_sqlite_api_key_list(bona_db *db, bona_store_each_id each, void *arg, bona_note *note)
{
    return list(db,
                "SELECT name, count(*), min(created_ms) FROM api_key GROUP BY name ORDER BY name",
                each, arg, note);
}
