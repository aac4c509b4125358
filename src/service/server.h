/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the service share; nobody else includes it. */
#ifndef BONA_SERVICE_SERVER_H
#define BONA_SERVICE_SERVER_H

#include <pthread.h>
#include <stdatomic.h>

#include "dialect/dialect.h"
#include "http/http.h"
#include "service/config.h"
#include "service/metrics.h"
#include "store/store.h"
#include "workers/vision.h"

enum { SERVER_ROUTES = 8, SERVER_AREAS = 4, JOB_ID_TEXT = 37 };

typedef struct bona_server {
    bona_config config;
    bona_rules rules; /* under rules_lock: SIGHUP changes them */
    int64_t token_lifetime_s_max;
    pthread_rwlock_t rules_lock;
    bona_pack *pack;
    char networks[BONA_JOB_TEXT_MAX + 1]; /* which ones judge */
    bona_crew *crew;
    bona_store *store;
    bona_http *http;
    atomic_bool ready;    /* the workers were ready once */
    atomic_bool stopping; /* no new jobs */
    bona_metrics metrics;
    bona_route routes[SERVER_ROUTES];
    int32_t route_count;
    bona_http_area areas[SERVER_AREAS];
    int32_t area_count;
    char images_prefix[BONA_CONFIG_TEXT];
} bona_server;

/* One request that passed its authentication, from then to its last byte. */
typedef struct server_job {
    bona_server *server;
    bona_request *request;
    const bona_dialect *dialect;
    bona_ask ask;
    uint64_t crew_id;
    bool submitted;
    char id[JOB_ID_TEXT]; /* GUID */
    char request_id[33];  /* the same as 32 hex digits */
    char trace[33];       /* trace id of the caller, "" = none */
    char client[BONA_ID_MAX + 1];
    char reference[BONA_REFERENCE_MAX + 1];
    char outcome[32], errors[160];
    double queue_ms, vision_ms, cpu_ms;
    int32_t tries;
} server_job;

/* routes.c */
void server_routes(bona_server *server);

/* auth.c: who is asking? Reply with 401 (false) or fill `client` (true). */
bool server_auth_bws(bona_server *server, bona_request *request, char client[BONA_ID_MAX + 1]);
bool server_auth_api_key(bona_server *server, bona_request *request, char client[BONA_ID_MAX + 1]);

/* life.c: the one way of a request */
bool server_begin_bws(bona_request *request, void *app);
bool server_begin_images(bona_request *request, void *app);
bool server_begin_identity(bona_request *request, void *app);
void server_serve(bona_request *request, void *app);

/* outcome.c: what the workers said becomes the response and the bookkeeping; on the crew's thread
 */
void server_done(void *arg, const bona_outcome *outcome);

/* health.c */
void server_live(bona_request *request, void *app);
void server_ready(bona_request *request, void *app);
void server_metrics(bona_request *request, void *app);

/* log.c: one line of JSON on standard error */
void server_log_request(bona_request *request, const bona_http_end *end, void *app);
uint64_t server_log_lost(void); /* lines that nobody took: a full pipe, a log that is gone */
__attribute__((format(printf, 2, 3))) void server_log(const char *level, const char *format, ...);

#endif
