/* SPDX-License-Identifier: Apache-2.0 */
/* For those who watch the server: alive, ready, and numbers. */
#include "service/server.h"

enum { METRICS_MAX = 131072 }; /* bytes */

static void answer(bona_request *request, bool healthy)
{
    bona_buf body;

    bona_buf_init(&body, 64);
    if (bona_buf_text(&body, healthy ? "Healthy" : "Unhealthy") != BONA_OK)
        bona_buf_clear(&body);
    bona_request_reply(request, healthy ? 200 : 503, "text/plain", &body);
    bona_buf_deinit(&body);
}

void server_live(bona_request *request, void *app)
{
    (void)app;
    answer(request, true); /* whoever can say this is alive */
}

void server_ready(bona_request *request, void *app)
{
    bona_server *server = app;
    bona_crew_stats crew;

    bona_crew_look(server->crew, &crew);
    answer(request, atomic_load(&server->ready) && !atomic_load(&server->stopping) &&
                        crew.alive > 0 && !crew.spawner_lost);
}

static bona_err put_all(bona_server *server, bona_buf *out)
{
    bona_crew_stats crew;
    bona_store_stats store;
    bona_http_stats http;
    bona_err err;

    bona_crew_look(server->crew, &crew);
    bona_store_look(server->store, &store);
    bona_http_look(server->http, &http);

    const struct {
        const char *name, *type;
        double value;
    } rows[] = {
        { "bonafide_workers", "gauge", crew.workers },
        { "bonafide_workers_alive", "gauge", crew.alive },
        { "bonafide_workers_busy", "gauge", crew.busy },
        { "bonafide_workers_replaced_total", "counter", (double)crew.replaced },
        { "bonafide_workers_stuck_total", "counter", (double)crew.stuck },
        { "bonafide_workers_garbage_total", "counter", (double)crew.garbage },
        { "bonafide_queue_depth", "gauge", crew.queued },
        { "bonafide_queue_max", "gauge", crew.queue_max },
        { "bonafide_jobs_done_total", "counter", (double)crew.done },
        { "bonafide_jobs_retried_total", "counter", (double)crew.retried },
        { "bonafide_jobs_lost_total", "counter", (double)crew.lost },
        { "bonafide_jobs_timeout_total", "counter", (double)crew.timeouts },
        { "bonafide_jobs_refused_total", "counter", (double)crew.refused },
        { "bonafide_jobs_cancelled_total", "counter", (double)crew.cancelled },
        { "bonafide_vision_cpu_seconds_total", "counter", (double)crew.cpu_ns / 1e9 },
        { "bonafide_connections", "gauge", http.connections },
        { "bonafide_requests_under_way", "gauge", http.requests },
        { "bonafide_slow_clients_total", "counter", (double)http.timeouts },
        { "bonafide_gone_clients_total", "counter", (double)http.gone },
        { "bonafide_body_bytes_held", "gauge", (double)http.body_bytes },
        { "bonafide_log_lines_lost_total", "counter", (double)server_log_lost() },
        { "bonafide_clients", "gauge", store.clients },
        { "bonafide_api_keys", "gauge", store.api_keys },
        { "bonafide_records_written_total", "counter", (double)store.written },
        { "bonafide_records_dropped_total", "counter", (double)store.dropped },
        { "bonafide_database_errors_total", "counter", (double)store.errors },
        { "bonafide_database_healthy", "gauge", store.healthy },
    };

    err = bona_metrics_write(&server->metrics, out);
    for (size_t i = 0; i < sizeof rows / sizeof *rows && err == BONA_OK; i++)
        err = bona_metrics_put(out, rows[i].name, rows[i].type, rows[i].value);
    return err;
}

void server_metrics(bona_request *request, void *app)
{
    bona_buf body;

    bona_buf_init(&body, METRICS_MAX);
    if (put_all(app, &body) == BONA_OK)
        bona_request_reply(request, 200, "text/plain; version=0.0.4", &body);
    else
        bona_request_refuse(request, 500, "no memory for the metrics");
    bona_buf_deinit(&body);
}
