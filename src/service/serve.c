/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Start and end of the server. The order is a matter of security: networks, then the fork of the
 * workers, and only after that keys, database, TLS and listener, so that no worker ever had any of
 * these in its memory.
 */
#include "service/serve.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "service/secrets.h"
#include "service/server.h"

enum {
    PEM_MAX = 1 << 20, /* bytes of a certificate or key file */
    DRAIN_MS = 10000,  /* running requests may take this long once the end was asked for, ms; */
    GRACE_MS = 500,    /* then this for their workers; with the 2 s each that the spawner and the
                          database may take, the end comes within 15 s */
    FILES_PER_REQUEST = 3, /* descriptors: socket, slab, a copy while draining */
    FILES_BESIDE = 256     /* descriptors for everything else */
};

/* What workers and database have to say for the log. */
static void warn(void *arg, const char *line)
{
    (void)arg;
    server_log("warning", "%s", line);
}

static bona_err start_crew(bona_server *server, bona_note *note)
{
    const bona_config *c = &server->config;
    bona_crew_settings settings = { .workers = (int32_t)c->workers,
                                    .queue_max = (int32_t)c->queue_max,
                                    .deadline_ms = (int32_t)c->deadline_ms,
                                    .warn = warn };
    bona_err err = bona_pack_load(&server->pack, c->models[0] ? c->models : NULL, note);
    bona_work work;

    if (err != BONA_OK)
        return err;
    bona_pack_describe(server->pack, server->networks, sizeof server->networks);
    work = bona_vision_work(server->pack);
    return bona_crew_new(&server->crew, &work, &settings, note);
}

/* What may change while the server runs; also on SIGHUP. The keys stay. */
static void apply_rules(bona_server *server, const bona_config *c)
{
    pthread_rwlock_wrlock(&server->rules_lock);
    server->rules.heif = c->heif;
    server->rules.photo_px_min = (int32_t)c->photo_px_min;
    server->rules.photo_px_max = (int32_t)c->photo_px_max;
    server->rules.photo_bytes_max = (size_t)c->photo_bytes_max;
    server->rules.liveness_age_s_max = c->liveness_age_s_max;
    server->rules.verify_liveness = c->verify_liveness;
    server->token_lifetime_s_max = c->token_lifetime_s_max;
    pthread_rwlock_unlock(&server->rules_lock);
}

static bona_err open_store(bona_server *server, bona_note *note)
{
    bona_store_settings settings = { .where = server->config.state,
                                     .serve = true,
                                     .retention_days = (int32_t)server->config.retention_days,
                                     .warn = warn };

    return bona_store_open(&server->store, &settings, note);
}

/* Enough descriptors for every allowed connection; what the system refuses is only warned of. */
static void raise_file_limit(const bona_config *c)
{
    rlim_t wanted = (rlim_t)c->connections_max * FILES_PER_REQUEST + FILES_BESIDE;
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted)
        return;
    limit.rlim_cur = wanted < limit.rlim_max ? wanted : limit.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur < wanted)
        printf("warning: only %llu files may be open; %llu would be right for %lld connections\n",
               (unsigned long long)limit.rlim_cur, (unsigned long long)wanted,
               (long long)c->connections_max);
}

/* A key that others can read is no key. */
static void warn_of_open_key(const char *path)
{
    struct stat seen;

    if (path[0] != 0 && stat(path, &seen) == 0 && (seen.st_mode & 077) != 0)
        printf("warning: %s can be read by others (mode %03o); 600 would be right\n", path,
               (unsigned)seen.st_mode & 0777);
}

static bona_err read_pem(const char *path, char **pem, bona_note *note)
{
    uint8_t *data = NULL;
    size_t size = 0;
    bona_err err;

    *pem = NULL;
    if (path[0] == 0)
        return BONA_OK;
    err = bona_file_read(path, PEM_MAX, &data, &size, note);
    *pem = (char *)data;
    return err == BONA_OK ? BONA_OK : bona_fail_in(note, BONA_BAD_CONFIG, path);
}

static bona_err start_http(bona_server *server, bona_note *note)
{
    const bona_config *c = &server->config;
    char address[64], *cert = NULL, *key = NULL;
    bona_http_settings s = {
        .threads = (int32_t)c->threads,
        .connections_max = (int32_t)c->connections_max,
        .connections_per_address_max = (int32_t)c->connections_per_address_max,
        .header_ms = (int32_t)c->header_ms,
        .idle_ms = (int32_t)c->idle_ms,
        .body_rate_min = (int32_t)c->body_rate_min,
        .bodies_max = (size_t)c->bodies_bytes_max,
        .cors_origin = c->cors[0] ? c->cors : NULL,
        .app = server,
        .done = server_log_request,
    };
    bona_err err;

    if (!bona_config_address(c, address, &s.port))
        return bona_fail(note, BONA_BAD_CONFIG, "listen is not ADDR:PORT");
    server_routes(server);
    s.address = address;
    s.routes = server->routes;
    s.route_count = server->route_count;
    s.areas = server->areas;
    s.area_count = server->area_count;
    err = read_pem(c->tls_cert, &cert, note);
    if (err == BONA_OK)
        err = read_pem(c->tls_key, &key, note);
    s.tls_cert = cert;
    s.tls_key = key;
    raise_file_limit(c);
    if (err == BONA_OK)
        err = bona_http_start(&server->http, &s, note);
    if (key != NULL)
        bona_wipe(key, strlen(key));
    bona_free(cert);
    bona_free(key);
    return err;
}

static void print_start(const bona_server *server)
{
    const bona_config *c = &server->config;
    const bona_seal_keys *keys = &server->rules.keys;
    bona_crew_stats crew;
    char address[64];
    uint16_t port;
    bool tls = c->tls_cert[0] != 0, bare;

    bona_crew_look(server->crew, &crew);
    (void)bona_config_address(c, address, &port);
    bare = strncmp(address, "127.", 4) != 0 && strcmp(address, "::1") != 0;
    printf("bonafide %s on %s://%s%s%s:%u\n", bona_version(), tls ? "https" : "http",
           strchr(address, ':') ? "[" : "", address, strchr(address, ':') ? "]" : "",
           bona_http_port(server->http));
    printf("networks: %s (%s); workers: %d; state: %s\n", c->models[0] ? c->models : "default",
           server->networks, (int)crew.workers, c->state);
    printf("identity API: photo %lld to %lld px, at most %lld bytes; request at most %lld bytes\n",
           (long long)c->photo_px_min, (long long)c->photo_px_max, (long long)c->photo_bytes_max,
           (long long)c->identity_bytes_max);
    if (keys->photo_key_default)
        printf("warning: PARAM_DECRYPT_KEY is the public default\n");
    if (keys->photo_iv_default)
        printf("warning: PARAM_DECRYPT_IV is the public default\n");
    if (keys->liveness_key_default)
        printf("warning: BONAFIDE_LIVENESS_KEY is the public default\n");
    warn_of_open_key(c->tls_key);
    if (bare && !tls)
        printf("warning: reachable from other machines without TLS\n");
    if (bare)
        printf("warning: the identity API has no authentication; put one in front of it\n");
    fflush(stdout);
}

/* ---- while it runs ---- */

static void reload(bona_server *server, int argc, char **argv)
{
    bona_config fresh;
    bona_note note = { "" };
    bona_err err = bona_store_reload(server->store);

    if (err != BONA_OK)
        server_log("warning", "the database cannot be read anew: %s", bona_err_text(err));
    err = bona_config_read(&fresh, argc, argv, &note);
    if (err != BONA_OK) {
        server_log("warning", "configuration not read anew: %s", note.text);
        return;
    }
    apply_rules(server, &fresh);
    server_log("info", "keys and configuration read anew");
}

/* Returns BONA_OK when the end was asked for. */
static bona_err run(bona_server *server, const sigset_t *signals, int argc, char **argv,
                    bona_note *note)
{
    const struct timespec tick = { .tv_nsec = 100000000 };

    for (;;) {
        bona_crew_stats crew;
        int signal = sigtimedwait(signals, NULL, &tick);

        if (signal == SIGTERM || signal == SIGINT)
            return BONA_OK;
        if (signal == SIGHUP)
            reload(server, argc, argv);
        if (!atomic_load(&server->ready) && bona_crew_ready(server->crew, 0)) {
            atomic_store(&server->ready, true);
            printf("ready\n");
            fflush(stdout);
        }
        bona_crew_look(server->crew, &crew);
        if (crew.spawner_lost)
            return bona_fail(note, BONA_INTERNAL, "the process that makes workers is gone");
    }
}

/* Readiness first, then no new connections; what runs is answered. */
static void end(bona_server *server)
{
    int64_t start = bona_clock_ns();
    bona_http_stats stats = { 0 };

    atomic_store(&server->stopping, true);
    if (server->http != NULL) {
        bona_http_drain(server->http);
        do {
            const struct timespec pause = { .tv_nsec = 20000000 };

            nanosleep(&pause, NULL);
            bona_http_look(server->http, &stats);
        } while (stats.requests > 0 && bona_clock_ms_since(start) < DRAIN_MS);
    }
    bona_crew_stop(server->crew, GRACE_MS);
    bona_http_stop(server->http); /* until here connections may ask for health and metrics */
    bona_crew_free(server->crew);
    bona_store_close(server->store);
    bona_pack_free(server->pack);
    bona_seal_keys_wipe(&server->rules.keys);
}

static bona_err start(bona_server *server, bona_note *note)
{
    bona_secrets secrets;
    bona_err err = bona_secrets_hide(&secrets, note);

    if (err == BONA_OK)
        err = start_crew(server, note);
    if (err == BONA_OK)
        err = bona_secrets_take(&secrets, &server->rules.keys, note);
    if (err == BONA_OK)
        err = open_store(server, note);
    if (err == BONA_OK)
        err = bona_crew_start(server->crew, note);
    if (err == BONA_OK)
        err = start_http(server, note);
    return err;
}

/* Bodies with pictures and keys pass through this process: no core file, and nobody traces it. */
static void forbid_dumps(void)
{
    const struct rlimit none = { 0, 0 };

    setrlimit(RLIMIT_CORE, &none);
#ifndef BONA_SANITIZED
    prctl(PR_SET_DUMPABLE, 0);
#endif
}

bona_err bona_serve(const bona_config *config, int argc, char **argv, bona_note *note)
{
    bona_server *server = bona_alloc(1, sizeof *server);
    sigset_t signals;
    bona_err err;

    if (server == NULL)
        return bona_fail(note, BONA_NO_MEMORY, "no memory");
    forbid_dumps();
    server->config = *config;
    pthread_rwlock_init(&server->rules_lock, NULL);
    bona_metrics_init(&server->metrics);
    bona_rules_defaults(&server->rules);
    apply_rules(server, config);
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGHUP);
    sigprocmask(SIG_BLOCK, &signals, NULL); /* before any thread; the spawner has its own mask */
    signal(SIGPIPE, SIG_IGN);
    err = start(server, note);
    if (err == BONA_OK) {
        print_start(server);
        err = run(server, &signals, argc, argv, note);
    }
    end(server);
    pthread_rwlock_destroy(&server->rules_lock);
    bona_free(server);
    return err;
}
