/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The HTTP/1.1 front: connections, limits, deadlines, routes. It has never heard of a face.
 *
 * Relies on libmicrohttpd 0.9.75 (epoll threads, suspended connections, GnuTLS). What that library
 * leaves to its user is done here: deadlines for slow clients, the end of a connection while a
 * request is being worked on, answers to requests whose body is still on its way, and every size
 * limit.
 *
 * Life of a request: headers are in -> limits, route, `begin` (may refuse: the body is not read
 * then) -> body -> `serve`, which replies at once or later from any thread -> `done`.
 */
#ifndef BONA_HTTP_HTTP_H
#define BONA_HTTP_HTTP_H

#include "base/buf.h"

enum {
    BONA_HTTP_URI_MAX = 8192,      /* bytes of the request target; longer: 414 */
    BONA_HTTP_HEADERS_MAX = 25600, /* bytes of all header lines; more: 431 */
    BONA_HTTP_HEADERS_OUT = 12     /* header lines a handler may add to its reply */
};

typedef struct bona_http bona_http;
typedef struct bona_request bona_request;

/* Who owns a prefix of paths, and how its errors look. */
typedef struct bona_http_area {
    const char *prefix; /* "/api/v1/liveness/"; "" owns the rest */
    const char *name;   /* for logs and metrics */
    const char *type;   /* content type of what `shape` writes */
    /* Writes the body of an error that the front itself found: 400 404 405 408 411 413 414 415 431
     * 503. */
    bona_err (*shape)(bona_buf *body, int status, const char *message);
} bona_http_area;

typedef enum bona_route_flag {
    BONA_ROUTE_LENGTH =
        1 << 0 /* Content-Length is mandatory: 411 without, also for chunked bodies */
} bona_route_flag;

typedef struct bona_route {
    const char *method; /* "GET" (serves HEAD as well) or "POST" */
    const char *path;   /* matched exactly */
    const char *name;   /* for logs and metrics */
    const bona_http_area *area;
    size_t body_max; /* bytes, the limit itself is accepted */
    uint32_t flags;  /* set of bona_route_flag */
    /* The headers are in. Returns true to read on; false after it has replied. NULL = read on. */
    bool (*begin)(bona_request *request, void *app);
    /* The whole request is in. Replies, now or later. */
    void (*serve)(bona_request *request, void *app);
} bona_route;

/* How a request ended, for logs and metrics. */
typedef struct bona_http_end {
    int status;          /* that was answered; 499 = the client went away first */
    size_t bytes_in;     /* of the body */
    size_t bytes_out;    /* of the body */
    double ms;           /* from the request line to the last byte of the answer */
    int64_t received_ms; /* Unix time, milliseconds */
    const char *method;
    const char *route; /* name of the route or, without one, of the area */
} bona_http_end;

/* 0 or NULL = the default in the comment. */
typedef struct bona_http_settings {
    const char *address;                 /* numeric IPv4 or IPv6 address, default 127.0.0.1 */
    uint16_t port;                       /* 0 = any free one */
    int32_t threads;                     /* that do input and output, default 1 */
    int32_t connections_max;             /* in all, default 1024 */
    int32_t connections_per_address_max; /* default 512 */
    int32_t header_ms;                   /* until the headers are in, default 10000 ms */
    int32_t idle_ms;       /* until the next request of a connection is in, default 60000 ms */
    int32_t body_rate_min; /* bytes per second, default 16384 */
    size_t bodies_max;     /* bytes of all bodies held at a time, default 1 GiB; more: 503 */
    const char *tls_cert, *tls_key; /* PEM text; NULL = no TLS */
    const char *cors_origin;        /* value of Access-Control-Allow-Origin; NULL = no CORS */
    const bona_route *routes;       /* borrowed until bona_http_stop */
    int32_t route_count;
    const bona_http_area *areas; /* borrowed likewise; the last one has the prefix "" */
    int32_t area_count;
    void *app;
    /* Once per request, on any thread, when everything about it is over. */
    void (*done)(bona_request *request, const bona_http_end *end, void *app);
} bona_http_settings;

typedef struct bona_http_stats {
    int32_t connections;
    int32_t requests;    /* being received, worked on or answered */
    uint64_t timeouts;   /* connections ended for slowness */
    uint64_t gone;       /* clients that left before their answer */
    uint64_t body_bytes; /* of all requests under way */
} bona_http_stats;

/* Opens the socket and starts. Returns BONA_OK, BONA_BAD_CONFIG (address, certificate), BONA_IO or
 * BONA_NO_MEMORY. */
bona_err bona_http_start(bona_http **http, const bona_http_settings *settings, bona_note *note);

/* The port that is listened on. */
uint16_t bona_http_port(const bona_http *http);

/* Stops accepting connections; requests under way go on, and each answer closes its connection. */
void bona_http_drain(bona_http *http);

/* Ends. Every request has to be replied to before (bona_http_look: requests). NULL is fine. */
void bona_http_stop(bona_http *http);

void bona_http_look(bona_http *http, bona_http_stats *stats);

/* ---- a request, in `begin`, `serve` and `done` ---- */

/* The value of a header line (the first of that name, letter case does not matter), or NULL. */
const char *bona_request_header(const bona_request *request, const char *name);
const char *bona_request_path(const bona_request *request);
bona_buf *bona_request_body(bona_request *request); /* may be changed in place */
int64_t bona_request_received_ms(const bona_request *request);
const bona_route *bona_request_route(const bona_request *request); /* NULL when none matched */

/* Wipes the body and gives its memory back before the reply. */
void bona_request_body_done(bona_request *request);

/* What the handlers remember about this request; NULL at first. */
void bona_request_keep(bona_request *request, void *state);
void *bona_request_kept(const bona_request *request);

/*
 * After `serve` decided to reply later: `gone` is called at most once if the client leaves, on
 * another thread, or within this call where it has left already; it must not call back into the
 * request. The request still has to be replied to. NULL takes it back; after that returns it is not
 * running.
 */
void bona_request_on_gone(bona_request *request, void (*gone)(void *arg), void *arg);

/* Adds a header line to the reply; both are copied. Values with control characters are left out. */
void bona_request_add(bona_request *request, const char *name, const char *value);

/*
 * Replies: exactly once, from any thread. The bytes of `body` are taken (it is empty afterwards;
 * may be NULL). The request must not be touched after this, except in `begin` and `serve` before
 * they return.
 */
void bona_request_reply(bona_request *request, int status, const char *type, bona_buf *body);

/* Replies with the error shape of the area. */
void bona_request_refuse(bona_request *request, int status, const char *message);

#endif
