/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One request's way through libmicrohttpd: request line, head, body, work, answer. The library
 * calls http_access() once for the head, once per piece of body, and once at the end, all on the
 * connection's own thread.
 */
#include "http/state.h"

#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"

static http_conn *conn_of(struct MHD_Connection *mhd)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

    return info != NULL ? info->socket_context : NULL;
}

void *http_request_line(void *cls, const char *uri, struct MHD_Connection *mhd)
{
    bona_http *http = cls;
    http_conn *conn = conn_of(mhd);
    bona_request *request = conn != NULL ? bona_alloc(1, sizeof *request) : NULL;
    size_t path_size = strcspn(uri, "?");

    if (request == NULL)
        return NULL;
    request->path = bona_alloc(path_size + 1, 1);
    if (request->path == NULL) {
        bona_free(request);
        return NULL;
    }
    memcpy(request->path, uri, path_size);
    request->http = http;
    request->conn = conn;
    request->mhd = mhd;
    request->uri_size = strlen(uri);
    request->start_ns = bona_clock_ns();
    request->received_ms = bona_clock_wall_ms();
    request->area = http_area_of(http, request->path);
    pthread_mutex_init(&request->lock, NULL);
    atomic_fetch_add(&http->requests, 1);
    pthread_mutex_lock(&http->watch.lock);
    conn->request = request;
    pthread_mutex_unlock(&http->watch.lock);
    return request;
}

/* The answer to a preflight of a browser (Fetch standard, CORS protocol). */
static void answer_preflight(bona_request *request, const char *allow)
{
    bona_request_add(request, "Access-Control-Allow-Methods", allow);
    bona_request_add(request, "Access-Control-Allow-Headers",
                     "authorization, api-key, content-type, reference-number, traceparent");
    bona_request_add(request, "Access-Control-Max-Age", "600");
    bona_request_reply(request, 204, NULL, NULL);
}

/* The watch may be answering for the area at this moment. */
static void set_area(bona_request *request, const bona_http_area *area)
{
    pthread_mutex_lock(&request->http->watch.lock);
    request->area = area;
    pthread_mutex_unlock(&request->http->watch.lock);
}

/* Everything that can be said of a request before its body is read; true to read on. */
static bool admit(bona_request *request)
{
    bona_http *http = request->http;
    const char *message = "";
    char allow[64];
    int status = 0;

    request->route = http_route_of(http, request->method, request->path, &status, allow);
    if (request->route != NULL)
        set_area(request, request->route->area);
    if (!http_headers_fit(request, &status, &message)) {
        bona_request_refuse(request, status, message);
        return false;
    }
    if (request->route == NULL && http->s.cors_origin != NULL && allow[0] != 0 &&
        strcmp(request->method, "OPTIONS") == 0) {
        answer_preflight(request, allow);
        return false;
    }
    if (request->route == NULL) {
        if (status == 405)
            bona_request_add(request, "Allow", allow);
        bona_request_refuse(request, status, status == 405 ? "method not allowed" : "no such path");
        return false;
    }
    if (request->route->begin != NULL && !request->route->begin(request, http->s.app))
        return false;
    if (http_body_fits(request, &status, &message))
        return true;
    if (status == 503)
        bona_request_add(request, "Retry-After", "1");
    bona_request_refuse(request, status, message);
    return false;
}

static enum MHD_Result begin(bona_request *request, const char *method)
{
    http_watch *watch = &request->http->watch;

    request->begun = true;
    strncpy(request->method, method, sizeof request->method - 1);
    if (admit(request)) {
        http_watch_phase(watch, request->conn, HTTP_BODY);
        return MHD_YES;
    }
    if (!request->has_body)
        return MHD_YES; /* answered in the next call, which keeps the connection */
    request->early = true;
    pthread_mutex_lock(&watch->lock);
    http_watch_linger(watch, request->conn->fd);
    pthread_mutex_unlock(&watch->lock);
    return http_reply_queue(request);
}

static const char *why_cut(const bona_request *request)
{
    return request->cut_status == 413 ? "the body is larger than this path accepts"
                                      : "too many bodies are being received";
}

/* A body has passed a limit on its way; false when the connection was ended. */
static bool refuse_rest(bona_request *request, int status)
{
    http_watch *watch = &request->http->watch;

    request->cut_status = status;
    bona_request_body_done(request);
    if (request->http->tls)
        return request->bytes_in < request->route->body_max + HTTP_LINGER_BYTES;
    pthread_mutex_lock(&watch->lock);
    http_cut_locked(request->conn, status, why_cut(request));
    pthread_mutex_unlock(&watch->lock);
    return false;
}

/* What is set aside at once; a larger body earns its room by arriving. */
static size_t first_room(const bona_request *request)
{
    return request->announced < HTTP_BODY_KEPT_BYTES ? (size_t)request->announced
                                                     : HTTP_BODY_KEPT_BYTES;
}

static enum MHD_Result take_body(bona_request *request, const char *data, size_t *size)
{
    bona_http *http = request->http;
    size_t add = *size;
    bona_err err;

    *size = 0;
    request->bytes_in += add;
    atomic_fetch_add(&request->conn->received, add);
    if (request->replied)
        return MHD_YES;
    if (request->cut_status != 0 || request->bytes_in > request->route->body_max)
        return refuse_rest(request, request->cut_status ? request->cut_status : 413) ? MHD_YES
                                                                                     : MHD_NO;
    if (request->body.cap == 0) {
        request->body =
            http_body_take(&http->bodies, first_room(request), request->route->body_max);
        if (bona_buf_reserve(&request->body, first_room(request)) != BONA_OK)
            return MHD_NO;
    }
    request->body_counted += add;
    if (atomic_fetch_add(&http->bodies.held, add) + add > http->s.bodies_max)
        return refuse_rest(request, 503) ? MHD_YES : MHD_NO;
    err = http_body_add(&request->body, data, add);
    return err == BONA_OK ? MHD_YES : MHD_NO;
}

static enum MHD_Result finish(bona_request *request)
{
    bool queue;

    if (!request->replied && request->cut_status == 503)
        bona_request_add(request, "Retry-After", "1");
    if (!request->replied && request->cut_status != 0)
        bona_request_refuse(request, request->cut_status, why_cut(request));
    if (!request->replied) {
        http_watch_phase(&request->http->watch, request->conn, HTTP_JOB);
        request->route->serve(request, request->http->s.app);
    }
    pthread_mutex_lock(&request->lock);
    queue = request->replied;
    if (!queue) {
        request->suspended = true;
        MHD_suspend_connection(request->mhd);
    }
    pthread_mutex_unlock(&request->lock);
    return queue ? http_reply_queue(request) : MHD_YES;
}

enum MHD_Result http_access(void *cls, struct MHD_Connection *mhd, const char *url,
                            const char *method, const char *version, const char *data, size_t *size,
                            void **context)
{
    bona_request *request = *context;

    (void)cls, (void)mhd, (void)url;
    if (request == NULL)
        return MHD_NO; /* no memory */
    if (!request->begun) {
        request->interim = strcmp(version, "HTTP/1.1") == 0;
        return begin(request, method);
    }
    if (*size > 0)
        return take_body(request, data, size);
    if (request->suspended) {
        request->suspended = false;
        return request->sent_past ? MHD_NO : http_reply_queue(request);
    }
    return finish(request);
}

void http_request_gone(bona_request *request)
{
    void (*gone)(void *arg);

    pthread_mutex_lock(&request->lock);
    request->left = true;
    gone = request->gone;
    request->gone = NULL;
    if (gone != NULL)
        gone(request->gone_arg);
    pthread_mutex_unlock(&request->lock);
}

static void report_end(bona_request *request, enum MHD_RequestTerminationCode code)
{
    bool answered = code == MHD_REQUEST_TERMINATED_COMPLETED_OK || request->conn->cut;
    bona_http_end end = { .status = answered ? request->status : 499,
                          .bytes_in = request->bytes_in,
                          .bytes_out = request->out_size,
                          .ms = bona_clock_ms_since(request->start_ns),
                          .received_ms = request->received_ms,
                          .method = request->method,
                          .route = request->route ? request->route->name : request->area->name };

    if (request->http->s.done != NULL)
        request->http->s.done(request, &end, request->http->s.app);
}

void http_completed(void *cls, struct MHD_Connection *mhd, void **context,
                    enum MHD_RequestTerminationCode code)
{
    bona_http *http = cls;
    bona_request *request = *context;

    (void)mhd;
    if (request == NULL)
        return;
    *context = NULL;
    http_watch_phase(&http->watch, request->conn, HTTP_HEADERS);
    report_end(request, code);
    bona_request_body_done(request);
    atomic_fetch_sub(&http->bodies.held, request->body_counted);
    http_reply_free(request);
    pthread_mutex_destroy(&request->lock);
    bona_free(request->path);
    bona_free(request);
    atomic_fetch_sub(&http->requests, 1);
}

const char *bona_request_header(const bona_request *request, const char *name)
{
    return MHD_lookup_connection_value(request->mhd, MHD_HEADER_KIND, name);
}

const char *bona_request_path(const bona_request *request)
{
    return request->path;
}

bona_buf *bona_request_body(bona_request *request)
{
    return &request->body;
}

int64_t bona_request_received_ms(const bona_request *request)
{
    return request->received_ms;
}

const bona_route *bona_request_route(const bona_request *request)
{
    return request->route;
}

void bona_request_body_done(bona_request *request)
{
    if (request->body.cap > 0)
        http_body_give(&request->http->bodies, &request->body);
    request->body = (bona_buf){ 0 };
}

void bona_request_keep(bona_request *request, void *state)
{
    request->kept = state;
}

void *bona_request_kept(const bona_request *request)
{
    return request->kept;
}

void bona_request_on_gone(bona_request *request, void (*gone)(void *arg), void *arg)
{
    pthread_mutex_lock(&request->lock);
    if (gone != NULL && request->left && !request->replied)
        gone(arg); /* it left before anybody could be told */
    else
        request->gone = gone;
    request->gone_arg = arg;
    pthread_mutex_unlock(&request->lock);
}
