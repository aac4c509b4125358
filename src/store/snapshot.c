/* SPDX-License-Identifier: Apache-2.0 */
/* Keys in memory; see snapshot.h. */
#include "store/snapshot.h"

#include <openssl/crypto.h>
#include <string.h>

#include "base/mem.h"

void bona_snapshot_deinit(bona_snapshot *snapshot)
{
    bona_wipe(snapshot->clients, snapshot->client_room * sizeof *snapshot->clients);
    bona_wipe(snapshot->api_keys, snapshot->api_key_room * sizeof *snapshot->api_keys);
    bona_free(snapshot->clients);
    bona_free(snapshot->api_keys);
    *snapshot = (bona_snapshot){ 0 };
}

/* Room for one more item; the old array is wiped, which realloc would not do. */
static void *one_more(void *items, size_t count, size_t *room, size_t size)
{
    size_t larger = *room > 0 ? *room * 2 : 8;
    void *grown;

    if (count < *room)
        return items;
    grown = bona_alloc(larger, size);
    if (grown == NULL)
        return NULL;
    if (count > 0)
        memcpy(grown, items, count * size);
    bona_wipe(items, *room * size);
    bona_free(items);
    *room = larger;
    return grown;
}

bona_err bona_snapshot_add_key(bona_snapshot *snapshot, const char *id,
                               const uint8_t key[BONA_HMAC_KEY_BYTES])
{
    bona_snapshot_client *last =
        snapshot->client_count > 0 ? &snapshot->clients[snapshot->client_count - 1] : NULL;

    if (last == NULL || strcmp(last->id, id) != 0) {
        void *grown = one_more(snapshot->clients, snapshot->client_count, &snapshot->client_room,
                               sizeof *snapshot->clients);

        if (grown == NULL)
            return BONA_NO_MEMORY;
        snapshot->clients = grown;
        last = &snapshot->clients[snapshot->client_count++];
        memset(last, 0, sizeof *last);
        memcpy(last->id, id, strnlen(id, BONA_ID_MAX));
    }
    if (last->keys.count < BONA_CLIENT_KEYS_MAX)
        memcpy(last->keys.keys[last->keys.count++], key, BONA_HMAC_KEY_BYTES);
    return BONA_OK;
}

bona_err bona_snapshot_add_api_key(bona_snapshot *snapshot, const char *name,
                                   const uint8_t hash[BONA_HASH_BYTES])
{
    void *grown = one_more(snapshot->api_keys, snapshot->api_key_count, &snapshot->api_key_room,
                           sizeof *snapshot->api_keys);
    bona_snapshot_api_key *item;

    if (grown == NULL)
        return BONA_NO_MEMORY;
    snapshot->api_keys = grown;
    item = &snapshot->api_keys[snapshot->api_key_count++];
    memset(item, 0, sizeof *item);
    memcpy(item->name, name, strnlen(name, BONA_ID_MAX));
    memcpy(item->hash, hash, BONA_HASH_BYTES);
    return BONA_OK;
}

const bona_snapshot_client *bona_snapshot_client_find(const bona_snapshot *snapshot, const char *id,
                                                      size_t id_size)
{
    size_t low = 0, high = snapshot->client_count;

    if (id_size == 0 || id_size > BONA_ID_MAX)
        return NULL;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const bona_snapshot_client *client = &snapshot->clients[middle];
        size_t size = strlen(client->id);
        int order = memcmp(client->id, id, size < id_size ? size : id_size);

        if (order == 0 && size == id_size)
            return client;
        if (order < 0 || (order == 0 && size < id_size))
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

const char *bona_snapshot_api_key_find(const bona_snapshot *snapshot,
                                       const uint8_t hash[BONA_HASH_BYTES])
{
    const char *name = NULL;

    for (size_t i = 0; i < snapshot->api_key_count; i++)
        if (CRYPTO_memcmp(snapshot->api_keys[i].hash, hash, BONA_HASH_BYTES) == 0)
            name = snapshot->api_keys[i].name;
    return name;
}
