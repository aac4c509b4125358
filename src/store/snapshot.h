/* SPDX-License-Identifier: Apache-2.0 */
/* Clients and API keys in memory, sorted for lookup. Holds keys, so it is wiped when it goes. */
#ifndef BONA_STORE_SNAPSHOT_H
#define BONA_STORE_SNAPSHOT_H

#include "store/store.h"

enum { BONA_HASH_BYTES = 32 }; /* SHA-256 */

typedef struct bona_snapshot_client {
    char id[BONA_ID_MAX + 1];
    bona_client_keys keys;
} bona_snapshot_client;

typedef struct bona_snapshot_api_key {
    char name[BONA_ID_MAX + 1];
    uint8_t hash[BONA_HASH_BYTES];
} bona_snapshot_api_key;

/* Zeroed = empty. */
typedef struct bona_snapshot {
    bona_snapshot_client *clients; /* ascending by id */
    size_t client_count, client_room;
    bona_snapshot_api_key *api_keys;
    size_t api_key_count, api_key_room;
    int64_t version; /* of the keys, as the database counts */
} bona_snapshot;

void bona_snapshot_deinit(bona_snapshot *snapshot);

/*
 * Adds a key; calls come in ascending order of ids, newest key first within one; keys beyond
 * BONA_CLIENT_KEYS_MAX are left out. Returns BONA_OK or BONA_NO_MEMORY.
 */
bona_err bona_snapshot_add_key(bona_snapshot *snapshot, const char *id,
                               const uint8_t key[BONA_HMAC_KEY_BYTES]);
bona_err bona_snapshot_add_api_key(bona_snapshot *snapshot, const char *name,
                                   const uint8_t hash[BONA_HASH_BYTES]);

/* The client of that id, or NULL. */
const bona_snapshot_client *bona_snapshot_client_find(const bona_snapshot *snapshot, const char *id,
                                                      size_t id_size);

/* The name whose key has this hash, or NULL; looks at every one, each in constant time. */
const char *bona_snapshot_api_key_find(const bona_snapshot *snapshot,
                                       const uint8_t hash[BONA_HASH_BYTES]);

#endif
