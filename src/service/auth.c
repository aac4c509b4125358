/* SPDX-License-Identifier: Apache-2.0 */
/* Who is asking? Decided on the headers alone, before any body is read; every refusal looks the
 * same. */
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/mem.h"
#include "service/server.h"
#include "wire/jwt.h"

/* What follows "Bearer " in any letter case, or NULL. */
static const char *bearer(const char *authorization)
{
    if (authorization == NULL || strncasecmp(authorization, "Bearer", 6) != 0 ||
        (authorization[6] != ' ' && authorization[6] != '\t'))
        return NULL;
    authorization += 6;
    return authorization + strspn(authorization, " \t");
}

static bool refuse(bona_request *request, bool presented)
{
    bona_request_add(request, "WWW-Authenticate",
                     presented ? "Bearer error=\"invalid_token\"" : "Bearer");
    bona_request_refuse(request, 401, "missing or wrong credentials");
    return false;
}

/* Any of the client's keys will do. As many are tried for everybody, so that the time says neither
 * whether a client exists nor how many keys it has. */
static bool signed_by(bona_server *server, const bona_jwt *jwt, const char *token, size_t size)
{
    bona_client_keys keys = { 0 }; /* of zeros where there is none; their results do not count */
    bool known =
        bona_store_client_keys(server->store, jwt->subject, strlen(jwt->subject), &keys) == BONA_OK;
    bool good = false;

    for (int32_t i = 0; i < BONA_CLIENT_KEYS_MAX; i++)
        good |=
            bona_jwt_verify(jwt, token, size, keys.keys[i], BONA_HMAC_KEY_BYTES) && i < keys.count;
    bona_wipe(&keys, sizeof keys);
    return good && known;
}

bool server_auth_bws(bona_server *server, bona_request *request, char client[BONA_ID_MAX + 1])
{
    const char *authorization = bona_request_header(request, "Authorization");
    const char *token = bearer(authorization);
    int64_t lifetime_s_max;
    bona_jwt jwt;
    size_t size;

    if (token == NULL)
        return refuse(request, authorization != NULL);
    pthread_rwlock_rdlock(&server->rules_lock);
    lifetime_s_max = server->token_lifetime_s_max;
    pthread_rwlock_unlock(&server->rules_lock);
    size = strlen(token);
    if (bona_jwt_read(&jwt, token, size, "BWS", bona_clock_wall_ms() / 1000, lifetime_s_max,
                      NULL) != BONA_OK ||
        !signed_by(server, &jwt, token, size))
        return refuse(request, true);
    memcpy(client, jwt.subject, strlen(jwt.subject) + 1);
    return true;
}

bool server_auth_api_key(bona_server *server, bona_request *request, char client[BONA_ID_MAX + 1])
{
    const char *authorization = bona_request_header(request, "Authorization");
    const char *key = bona_request_header(request, "api-key");

    if (key == NULL)
        key = bearer(authorization);
    if (key == NULL || bona_store_api_key_name(server->store, key, strlen(key), client) != BONA_OK)
        return refuse(request, key != NULL || authorization != NULL);
    return true;
}
