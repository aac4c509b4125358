/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the server remembers: clients with their HMAC keys, API keys as hashes, and one line of
 * bookkeeping per job. Never a picture, never a face vector.
 *
 * A store is a table of functions (bona_store_ops) behind the calls below, so that a second
 * database fits in without a change above. Lookups are answered from a snapshot in memory; the
 * database is never on a request's way. Records go through a bounded queue to one writer thread;
 * when the database is slow, locked or full they are counted and dropped with a warning, and the
 * answer to the client is not touched. What another process changes (client add) is seen within a
 * second.
 */
#ifndef BONA_STORE_STORE_H
#define BONA_STORE_STORE_H

#include "base/err.h"

enum {
    BONA_ID_MAX = 64,         /* characters of a client id or API key name: A-Za-z0-9._- */
    BONA_HMAC_KEY_BYTES = 64, /* bytes of a client's key (512 bits) */
    BONA_CLIENT_KEYS_MAX = 8, /* keys one client may have at a time */
    BONA_API_KEY_CHARS =
        43, /* characters of an API key: 32 random bytes as base64url without padding */
    BONA_REFERENCE_MAX = 256, /* bytes of a reference number; longer ones are cut */
    BONA_JOB_TEXT_MAX = 512   /* bytes of error codes or network hashes of one job */
};

/* One line of bookkeeping. Texts are UTF-8, terminated; longer ones are cut by the caller. */
typedef struct bona_job_record {
    char job_id[BONA_ID_MAX + 1];
    int64_t received_ms;          /* Unix time, milliseconds */
    char client[BONA_ID_MAX + 1]; /* "" = none (identity API) */
    char dialect[32];             /* "bws", "images", "identity" */
    char reference[BONA_REFERENCE_MAX + 1];
    int32_t status;   /* HTTP status */
    char outcome[32]; /* "live", "not_live", "undecided", "compared", "refused", "failed" ... */
    char errors[BONA_JOB_TEXT_MAX + 1]; /* error codes, comma separated */
    double score;                       /* the one shown to the client; NAN = none */
    double live[2], motion[2];          /* per picture; NAN = none */
    double total_ms, queue_ms, vision_ms;
    char networks[BONA_JOB_TEXT_MAX +
                  1]; /* short hashes of the networks that judged, comma separated */
} bona_job_record;

typedef struct bona_store_settings {
    const char
        *where; /* folder of the embedded database; made with mode 0700 where it is missing */
    bool serve; /* start the writer thread and the watch for changes (for a server); else direct,
                   for a command */
    int32_t retention_days; /* jobs older than this are removed hourly; 0 = keep for ever */
    int32_t queue_max;      /* records waiting for the writer; 0 = 4096 */

    /* One line when the database begins to fail and when it works again; on a thread of the store.
     * NULL = nobody listens. */
    void (*warn)(void *arg, const char *line);
    void *warn_arg;
} bona_store_settings;

typedef struct bona_store bona_store;

typedef struct bona_store_stats {
    int32_t clients, api_keys;
    int32_t queued; /* records waiting */
    uint64_t written;
    uint64_t dropped; /* records lost: queue full, or the database refused them for too long */
    uint64_t errors;  /* failures of the database, each logged once per second at most */
    bool healthy;     /* the last write succeeded */
    char last_error[256];
} bona_store_stats;

/*
 * Opens (and, where needed, makes or migrates) the store.
 * Returns BONA_OK, BONA_STORE (cannot be opened, schema from a newer version), BONA_BAD_ARGUMENT or
 * BONA_NO_MEMORY.
 */
bona_err bona_store_open(bona_store **store, const bona_store_settings *settings, bona_note *note);
/* Writes what is queued (bounded: 5 s) and closes. NULL is fine. */
void bona_store_close(bona_store *store);

/* Whether a text is a client id or API key name: 1 to 64 of A-Za-z0-9._- */
bool bona_store_id_valid(const char *id, size_t size);

/* ---- lookups: from memory, thread-safe, never touch the database ---- */

typedef struct bona_client_keys {
    int32_t count;                                           /* 0..BONA_CLIENT_KEYS_MAX */
    uint8_t keys[BONA_CLIENT_KEYS_MAX][BONA_HMAC_KEY_BYTES]; /* newest first; wipe after use */
} bona_client_keys;

/* The keys of a client. Returns BONA_OK or BONA_NOT_FOUND. `id` need not be terminated. */
bona_err bona_store_client_keys(bona_store *store, const char *id, size_t id_size,
                                bona_client_keys *keys);

/*
 * Finds the name that belongs to an API key: its SHA-256 is compared with every stored one in
 * constant time. Returns BONA_OK (name filled) or BONA_NOT_FOUND.
 */
bona_err bona_store_api_key_name(bona_store *store, const char *api_key, size_t size,
                                 char name[BONA_ID_MAX + 1]);

/* ---- bookkeeping ---- */

/* Queues a record (copied) for the writer; never blocks, never fails upwards: a full queue is
 * counted. */
void bona_store_record(bona_store *store, const bona_job_record *record);

void bona_store_look(bona_store *store, bona_store_stats *stats);

/* Reads the snapshot anew now (SIGHUP). Returns BONA_OK or BONA_STORE (the old one stays). */
bona_err bona_store_reload(bona_store *store);

/* ---- for commands: straight to the database ---- */

/* Adds a random key to a client, making it where needed. Returns BONA_OK, BONA_BAD_ARGUMENT (id,
 * too many keys) or BONA_STORE. */
bona_err bona_store_client_add(bona_store *store, const char *id, uint8_t key[BONA_HMAC_KEY_BYTES],
                               bona_note *note);
/* Removes a client with all its keys. Returns BONA_OK, BONA_NOT_FOUND or BONA_STORE. */
bona_err bona_store_client_revoke(bona_store *store, const char *id, bona_note *note);

/* Makes an API key; a further one where the name has one. Same returns; `api_key` is terminated and
 * never shown again. */
bona_err bona_store_api_key_add(bona_store *store, const char *name,
                                char api_key[BONA_API_KEY_CHARS + 1], bona_note *note);
bona_err bona_store_api_key_revoke(bona_store *store, const char *name, bona_note *note);

/* One line per client or API key name; keys are never listed. `each` returns false to stop. */
typedef bool (*bona_store_each_id)(void *arg, const char *id, int32_t keys, int64_t created_ms);
bona_err bona_store_client_list(bona_store *store, bona_store_each_id each, void *arg,
                                bona_note *note);
bona_err bona_store_api_key_list(bona_store *store, bona_store_each_id each, void *arg,
                                 bona_note *note);

/* Jobs, newest first; `reference` (NULL = all) matches exactly; at most `limit` (0 = all). */
typedef bool (*bona_store_each_job)(void *arg, const bona_job_record *record);
bona_err bona_store_job_list(bona_store *store, const char *reference, int32_t limit,
                             bona_store_each_job each, void *arg, bona_note *note);

#endif
