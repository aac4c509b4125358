/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the HTTP front share; nobody else includes it. */
#ifndef BONA_HTTP_STATE_H
#define BONA_HTTP_STATE_H

#include <microhttpd.h>
#include <pthread.h>
#include <stdatomic.h>

#include "http/http.h"

enum {
    HTTP_LINGER_MAX = 256,        /* sockets drained at a time after an early answer */
    HTTP_LINGER_MS = 10000,       /* each at most this long */
    HTTP_LINGER_BYTES = 64 << 20, /* and this far, bytes */
    HTTP_REPLY_MS = 30000,        /* until an answer is taken, ms */
    HTTP_BODY_WINDOW_MS = 10000,  /* over which the rate of a body is measured, ms */
    HTTP_TICK_MS = 250,           /* between two looks at the deadlines */
    HTTP_POOL_BYTES = 131072, /* of libmicrohttpd per connection: over its own limits come ours */
    HTTP_BODIES_KEPT = 16,    /* body buffers kept for the next request */
    HTTP_BODY_KEPT_BYTES = 8 << 20 /* larger ones are not kept, bytes */
};

typedef enum http_phase {
    HTTP_HEADERS, /* waiting for a request */
    HTTP_BODY,    /* reading its body */
    HTTP_JOB,     /* suspended while somebody works on it */
    HTTP_REPLY    /* sending */
} http_phase;

/* One connection. In the list of the watch from its start to its end. */
typedef struct http_conn {
    bona_http *http;
    struct http_conn *before, *after;
    int fd;
    http_phase phase;       /* this and the rest under the watch's lock */
    int64_t deadline_ns;    /* of the phase; 0 = none */
    atomic_size_t received; /* bytes of the body so far */
    size_t window_received; /* of these, before the current window */
    bool first;             /* no request was complete yet */
    bool cut;               /* was ended by us */
    bool probed;            /* a half-closed client was sent a byte to see whether it lives */
    bona_request *request;
    uint64_t serial; /* what events of the watch name, since an address may be used again */
} http_conn;

/* A socket whose answer is sent and whose body is thrown away. */
typedef struct http_linger {
    int fd;
    int64_t deadline_ns;
    size_t bytes;
} http_linger;

/* The thread that looks after deadlines, departures and sockets to be drained. */
typedef struct http_watch {
    pthread_t thread;
    pthread_mutex_t lock;
    int epoll_fd, wake_fd;
    atomic_bool stop;
    bool started;
    http_conn *conns;
    int32_t conn_count;
    uint64_t next_serial;
    http_linger linger[HTTP_LINGER_MAX];
    int32_t linger_count;
    uint64_t timeouts, gone;
} http_watch;

typedef struct http_bodies {
    pthread_mutex_t lock;
    bona_buf kept[HTTP_BODIES_KEPT];
    int32_t count;
    atomic_size_t held; /* bytes of all bodies under way, also where the handler has moved them */
} http_bodies;

struct bona_http {
    bona_http_settings s;
    struct MHD_Daemon *daemon;
    int listen_fd;
    uint16_t port;
    bool tls;
    atomic_bool draining;
    atomic_int requests;
    http_watch watch;
    http_bodies bodies;
};

typedef struct http_line {
    char *name, *value;
} http_line;

struct bona_request {
    bona_http *http;
    http_conn *conn;
    struct MHD_Connection *mhd;
    const bona_route *route;
    const bona_http_area *area;
    char *path; /* copy of the path, not decoded, without the query */
    size_t uri_size;
    char method[16];
    bool begun;     /* the first call was made */
    bool interim;   /* the client knows interim answers: RFC 9110, section 15.2 */
    bool early;     /* answered before the body was read */
    int cut_status; /* why the rest of the body is thrown away: 413, 503; 0 = it is not */
    bool has_body;
    uint64_t announced; /* Content-Length, 0 = none */
    bona_buf body;
    size_t body_counted; /* bytes of it in http_bodies.held, until the request is over */
    size_t bytes_in;
    int64_t start_ns, received_ms;
    void *kept;

    pthread_mutex_t lock; /* the rest */
    bool suspended, replied;
    bool sent_past; /* libmicrohttpd has nothing left to send */
    int status;
    const char *type;
    http_line lines[BONA_HTTP_HEADERS_OUT];
    int32_t line_count;
    uint8_t *out;
    size_t out_size;
    bool left; /* the client went away */
    void (*gone)(void *arg);
    void *gone_arg;
};

/* bodies.c */
bool http_bodies_init(http_bodies *bodies);
void http_bodies_deinit(http_bodies *bodies);
bona_buf http_body_take(http_bodies *bodies, size_t size_hint, size_t cap);
bona_err http_body_add(bona_buf *body, const void *data, size_t size);
void http_body_give(http_bodies *bodies, bona_buf *body); /* wiped */

/* router.c */
const bona_http_area *http_area_of(const bona_http *http, const char *path);
/* The route; NULL and 404 or 405 (then `allow` holds the methods of that path) when there is none.
 */
const bona_route *http_route_of(const bona_http *http, const char *method, const char *path,
                                int *status, char allow[64]);

/* limits.c: whether the headers are within every limit; else status and message. */
bool http_headers_fit(bona_request *request, int *status, const char **message);
/* Whether the announced body is within its limits; asked after the caller was let in. */
bool http_body_fits(const bona_request *request, int *status, const char **message);

/* watch.c */
bona_err http_watch_start(http_watch *watch, bona_note *note);
void http_watch_stop(http_watch *watch);
void http_watch_add(http_watch *watch, http_conn *conn);
void http_watch_remove(http_watch *watch, http_conn *conn);
void http_watch_phase(http_watch *watch, http_conn *conn, http_phase phase);
void http_watch_linger(http_watch *watch,
                       int fd); /* a copy of this descriptor is drained and closed */

/* cut.c: writes a whole answer to a socket that libmicrohttpd is still reading from, and ends it.
 * Under the watch's lock. */
void http_cut_locked(http_conn *conn, int status, const char *message);
/* Whether the client of a suspended request has finished sending. */
bool http_half_closed(const bona_request *request);
/* Sends the reply of a suspended request past libmicrohttpd, which would take the end of what the
 * client sends for its departure. */
void http_send_past(bona_request *request);

/* request.c */
enum MHD_Result http_access(void *cls, struct MHD_Connection *mhd, const char *url,
                            const char *method, const char *version, const char *data, size_t *size,
                            void **context);
void *http_request_line(void *cls, const char *uri, struct MHD_Connection *mhd);
void http_completed(void *cls, struct MHD_Connection *mhd, void **context,
                    enum MHD_RequestTerminationCode code);
void http_request_gone(bona_request *request); /* the client left; not under its lock */

/* reply.c */
enum { HTTP_LINES_OUT = BONA_HTTP_HEADERS_OUT + 8, HTTP_DATE = 40 };
/* Every header line of a reply but its length, borrowed; returns how many. `date` is filled. */
int32_t http_reply_lines(const bona_request *request, char date[HTTP_DATE],
                         http_line lines[HTTP_LINES_OUT]);
enum MHD_Result http_reply_queue(bona_request *request);
void http_reply_free(bona_request *request);

#endif
