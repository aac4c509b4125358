/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a database has to be able to do for a store. Each call is made by one thread at a time per
 * connection; every error is BONA_STORE with the database's own words in the note, unless said
 * otherwise. Changes are whole or not there.
 */
#ifndef BONA_STORE_OPS_H
#define BONA_STORE_OPS_H

#include "store/snapshot.h"
#include "store/store.h"

typedef struct bona_db bona_db; /* one connection */

typedef struct bona_store_ops {
    const char *name;

    /*
     * Opens a connection; makes and migrates what is missing. With `durable` a change survives a
     * power failure once it is reported (commands); without, the last moments may be lost
     * (bookkeeping).
     */
    bona_err (*open)(bona_db **db, const char *where, bool durable, bona_note *note);
    void (*close)(bona_db *db);

    /* A number that changes whenever clients or API keys do, cheap enough to ask twice a second. */
    bona_err (*keys_version)(bona_db *db, int64_t *version, bona_note *note);
    bona_err (*read_keys)(bona_db *db, bona_snapshot *snapshot, bona_note *note);

    bona_err (*client_add)(bona_db *db, const char *id, const uint8_t key[BONA_HMAC_KEY_BYTES],
                           int64_t now_ms, bona_note *note); /* BONA_BAD_ARGUMENT: too many keys */
    bona_err (*client_revoke)(bona_db *db, const char *id, bona_note *note); /* BONA_NOT_FOUND */
    bona_err (*api_key_add)(bona_db *db, const char *name, const uint8_t hash[BONA_HASH_BYTES],
                            int64_t now_ms, bona_note *note);
    bona_err (*api_key_revoke)(bona_db *db, const char *name, bona_note *note); /* BONA_NOT_FOUND */
    bona_err (*client_list)(bona_db *db, bona_store_each_id each, void *arg, bona_note *note);
    bona_err (*api_key_list)(bona_db *db, bona_store_each_id each, void *arg, bona_note *note);

    /* All of the records, or none. */
    bona_err (*add_jobs)(bona_db *db, const bona_job_record *const *records, size_t count,
                         bona_note *note);
    bona_err (*list_jobs)(bona_db *db, const char *reference, int32_t limit,
                          bona_store_each_job each, void *arg, bona_note *note);
    /* Removes at most `limit` jobs received before `before_ms`; *removed says how many. */
    bona_err (*prune_jobs)(bona_db *db, int64_t before_ms, int32_t limit, int32_t *removed,
                           bona_note *note);
} bona_store_ops;

extern const bona_store_ops bona_store_sqlite;

#endif
