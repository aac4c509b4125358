/* SPDX-License-Identifier: Apache-2.0 */
/* The store: a snapshot for lookups, a watch for changes, a writer for bookkeeping; see store.h. */
#include "store/store.h"

#include <openssl/sha.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/random.h"
#include "store/ops.h"
#include "store/writer.h"

enum { WATCH_MS = 500 }; /* ms between looks for changes of other processes */

struct bona_store {
    const bona_store_ops *ops;
    bona_store_settings settings; /* `where` is not used after opening */
    bona_writer *writer;          /* NULL for commands */
    pthread_t watcher;

    pthread_mutex_t db_lock; /* over db; taken before `lock` where both are */
    bona_db *db;

    pthread_mutex_t lock; /* over everything below; never held during a call of the database */
    pthread_cond_t changed;
    bool stopping, watching;
    bona_snapshot snapshot;
    uint64_t written, errors; /* of this object's own calls */
    uint64_t watch_errors;
    bool watch_healthy;
};

bool bona_store_id_valid(const char *id, size_t size)
{
    static const char allowed[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";

    if (size == 0 || size > BONA_ID_MAX)
        return false;
    for (size_t i = 0; i < size; i++)
        if (id[i] == 0 || strchr(allowed, id[i]) == NULL)
            return false;
    return true;
}

/* Reads the keys anew; db_lock is held. */
static bona_err reload_locked(bona_store *store, bona_note *note)
{
    bona_snapshot fresh = { 0 }, old;
    bona_err err = store->ops->read_keys(store->db, &fresh, note);

    if (err != BONA_OK) {
        bona_snapshot_deinit(&fresh);
        return err;
    }
    pthread_mutex_lock(&store->lock);
    old = store->snapshot;
    store->snapshot = fresh;
    pthread_mutex_unlock(&store->lock);
    bona_snapshot_deinit(&old);
    return BONA_OK;
}

bona_err bona_store_reload(bona_store *store)
{
    bona_err err;

    pthread_mutex_lock(&store->db_lock);
    err = reload_locked(store, NULL);
    pthread_mutex_unlock(&store->db_lock);
    return err;
}

static bona_err look_for_changes(bona_store *store, bona_note *note)
{
    int64_t version = 0;
    bona_err err;

    pthread_mutex_lock(&store->db_lock);
    err = store->ops->keys_version(store->db, &version, note);
    if (err == BONA_OK && version != store->snapshot.version) /* written under db_lock only */
        err = reload_locked(store, note);
    pthread_mutex_unlock(&store->db_lock);
    return err;
}

static void note_watch(bona_store *store, bona_err err, const bona_note *note)
{
    bool news;

    pthread_mutex_lock(&store->lock);
    news = store->watch_healthy != (err == BONA_OK);
    store->watch_healthy = err == BONA_OK;
    store->watch_errors += err != BONA_OK;
    pthread_mutex_unlock(&store->lock);
    if (news && err != BONA_OK && store->settings.warn != NULL)
        store->settings.warn(store->settings.warn_arg, note->text);
}

static void *watch(void *arg)
{
    bona_store *store = arg;
    struct timespec until;
    bona_note note = { "" };

    pthread_mutex_lock(&store->lock);
    while (!store->stopping) {
        clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_nsec += WATCH_MS * 1000000L;
        until.tv_sec += until.tv_nsec / 1000000000L;
        until.tv_nsec %= 1000000000L;
        pthread_cond_timedwait(&store->changed, &store->lock, &until);
        if (store->stopping)
            break;
        pthread_mutex_unlock(&store->lock);
        note_watch(store, look_for_changes(store, &note), &note);
        pthread_mutex_lock(&store->lock);
    }
    pthread_mutex_unlock(&store->lock);
    return NULL;
}

static bona_err start_threads(bona_store *store, bona_note *note)
{
    sigset_t all, before;
    int failed;
    bona_err err = bona_writer_new(&store->writer, store->ops, &store->settings, note);

    if (err != BONA_OK)
        return err;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    failed = pthread_create(&store->watcher, NULL, watch, store);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    store->watching = failed == 0;
    return failed == 0 ? BONA_OK : bona_fail(note, BONA_STORE, "no thread for the database");
}

bona_err bona_store_open(bona_store **store_out, const bona_store_settings *settings,
                         bona_note *note)
{
    bona_store *store;
    pthread_condattr_t monotonic;
    bona_err err;

    if (settings->where == NULL || settings->retention_days < 0 || settings->queue_max < 0)
        return bona_fail(note, BONA_BAD_ARGUMENT,
                         "a store needs a folder, and settings of 0 or more");
    store = bona_alloc(1, sizeof *store);
    if (store == NULL)
        return BONA_NO_MEMORY;
    store->ops = &bona_store_sqlite;
    store->settings = *settings;
    store->watch_healthy = true;
    pthread_mutex_init(&store->db_lock, NULL);
    pthread_mutex_init(&store->lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&store->changed, &monotonic);
    pthread_condattr_destroy(&monotonic);
    err = store->ops->open(&store->db, settings->where, true, note);
    if (err == BONA_OK)
        err = reload_locked(store, note);
    if (err == BONA_OK && settings->serve)
        err = start_threads(store, note);
    if (err != BONA_OK) {
        bona_store_close(store);
        return err;
    }
    *store_out = store;
    return BONA_OK;
}

void bona_store_close(bona_store *store)
{
    if (store == NULL)
        return;
    pthread_mutex_lock(&store->lock);
    store->stopping = true;
    pthread_cond_broadcast(&store->changed);
    pthread_mutex_unlock(&store->lock);
    if (store->watching)
        pthread_join(store->watcher, NULL);
    bona_writer_free(store->writer);
    store->ops->close(store->db);
    bona_snapshot_deinit(&store->snapshot);
    pthread_cond_destroy(&store->changed);
    pthread_mutex_destroy(&store->lock);
    pthread_mutex_destroy(&store->db_lock);
    bona_free(store);
}

bona_err bona_store_client_keys(bona_store *store, const char *id, size_t id_size,
                                bona_client_keys *keys)
{
    const bona_snapshot_client *client;

    pthread_mutex_lock(&store->lock);
    client = bona_snapshot_client_find(&store->snapshot, id, id_size);
    if (client != NULL)
        *keys = client->keys;
    pthread_mutex_unlock(&store->lock);
    return client != NULL ? BONA_OK : BONA_NOT_FOUND;
}

bona_err bona_store_api_key_name(bona_store *store, const char *api_key, size_t size,
                                 char name[BONA_ID_MAX + 1])
{
    uint8_t hash[BONA_HASH_BYTES];
    const char *found;

    if (size != BONA_API_KEY_CHARS)
        return BONA_NOT_FOUND; /* the length is no secret */
    SHA256((const uint8_t *)api_key, size, hash);
    pthread_mutex_lock(&store->lock);
    found = bona_snapshot_api_key_find(&store->snapshot, hash);
    if (found != NULL)
        memcpy(name, found, strlen(found) + 1);
    pthread_mutex_unlock(&store->lock);
    return found != NULL ? BONA_OK : BONA_NOT_FOUND;
}

void bona_store_record(bona_store *store, const bona_job_record *record)
{
    bona_err err;

    if (store->writer != NULL) {
        bona_writer_add(store->writer, record);
        return;
    }
    pthread_mutex_lock(&store->db_lock);
    err = store->ops->add_jobs(store->db, &record, 1, NULL);
    pthread_mutex_unlock(&store->db_lock);
    pthread_mutex_lock(&store->lock);
    store->written += err == BONA_OK;
    store->errors += err != BONA_OK;
    pthread_mutex_unlock(&store->lock);
}

void bona_store_look(bona_store *store, bona_store_stats *stats)
{
    *stats = (bona_store_stats){ .healthy = true };
    if (store->writer != NULL)
        bona_writer_look(store->writer, stats);
    pthread_mutex_lock(&store->lock);
    stats->clients = (int32_t)store->snapshot.client_count;
    stats->api_keys = (int32_t)store->snapshot.api_key_count;
    stats->written += store->written;
    stats->errors += store->errors + store->watch_errors;
    stats->healthy = stats->healthy && store->watch_healthy;
    pthread_mutex_unlock(&store->lock);
}

static bona_err check_id(const char *what, const char *id, bona_note *note)
{
    size_t size = strlen(id);

    if (bona_store_id_valid(id, size))
        return BONA_OK;
    return bona_fail(note, BONA_BAD_ARGUMENT,
                     "%s of %zu characters: 1 to %d of A-Za-z0-9._- would be right", what, size,
                     BONA_ID_MAX);
}

/* After a change of ours the own snapshot follows at once. */
static bona_err changed_locked(bona_store *store, bona_err err, bona_note *note)
{
    return err == BONA_OK ? reload_locked(store, note) : err;
}

bona_err bona_store_client_add(bona_store *store, const char *id, uint8_t key[BONA_HMAC_KEY_BYTES],
                               bona_note *note)
{
    bona_err err = check_id("client id", id, note);

    if (err != BONA_OK)
        return err;
    bona_random(key, BONA_HMAC_KEY_BYTES);
    pthread_mutex_lock(&store->db_lock);
    err = changed_locked(
        store, store->ops->client_add(store->db, id, key, bona_clock_wall_ms(), note), note);
    pthread_mutex_unlock(&store->db_lock);
    return err;
}

bona_err bona_store_client_revoke(bona_store *store, const char *id, bona_note *note)
{
    bona_err err;

    pthread_mutex_lock(&store->db_lock);
    err = changed_locked(store, store->ops->client_revoke(store->db, id, note), note);
    pthread_mutex_unlock(&store->db_lock);
    return err;
}

/* 43 characters of 6 random bits each: no less to guess than 256 bits. */
static void draw_api_key(char api_key[BONA_API_KEY_CHARS + 1])
{
    static const char alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    uint8_t random[BONA_API_KEY_CHARS];

    bona_random(random, sizeof random);
    for (size_t i = 0; i < BONA_API_KEY_CHARS; i++)
        api_key[i] = alphabet[random[i] % 64];
    api_key[BONA_API_KEY_CHARS] = 0;
    bona_wipe(random, sizeof random);
}

bona_err bona_store_api_key_add(bona_store *store, const char *name,
                                char api_key[BONA_API_KEY_CHARS + 1], bona_note *note)
{
    uint8_t hash[BONA_HASH_BYTES];
    bona_err err = check_id("name", name, note);

    if (err != BONA_OK)
        return err;
    draw_api_key(api_key);
    SHA256((const uint8_t *)api_key, BONA_API_KEY_CHARS, hash);
    pthread_mutex_lock(&store->db_lock);
    err = changed_locked(
        store, store->ops->api_key_add(store->db, name, hash, bona_clock_wall_ms(), note), note);
    pthread_mutex_unlock(&store->db_lock);
    return err;
}

bona_err bona_store_api_key_revoke(bona_store *store, const char *name, bona_note *note)
{
    bona_err err;

    pthread_mutex_lock(&store->db_lock);
    err = changed_locked(store, store->ops->api_key_revoke(store->db, name, note), note);
    pthread_mutex_unlock(&store->db_lock);
    return err;
}

bona_err bona_store_client_list(bona_store *store, bona_store_each_id each, void *arg,
                                bona_note *note)
{
    bona_err err;

    pthread_mutex_lock(&store->db_lock);
    err = store->ops->client_list(store->db, each, arg, note);
    pthread_mutex_unlock(&store->db_lock);
    return err;
}

bona_err bona_store_api_key_list(bona_store *store, bona_store_each_id each, void *arg,
                                 bona_note *note)
{
    bona_err err;

    pthread_mutex_lock(&store->db_lock);
    err = store->ops->api_key_list(store->db, each, arg, note);
    pthread_mutex_unlock(&store->db_lock);
    return err;
}

bona_err bona_store_job_list(bona_store *store, const char *reference, int32_t limit,
                             bona_store_each_job each, void *arg, bona_note *note)
{
    bona_err err;

    pthread_mutex_lock(&store->db_lock);
    err = store->ops->list_jobs(store->db, reference, limit, each, arg, note);
    pthread_mutex_unlock(&store->db_lock);
    return err;
}
