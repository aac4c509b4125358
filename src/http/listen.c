/* SPDX-License-Identifier: Apache-2.0 */
/* Start and end of the front; see http.h. */
#include "http/state.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"

enum { BACKLOG = 1024 }; /* connections the kernel keeps until they are accepted */

/* TLS 1.2 with forward secrecy and AEAD only, and 1.3 (BSI TR-02102-2, sections 3.3 and 3.4). */
static const char tls_rules[] = "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:-KX-ALL:+ECDHE-ECDSA:"
                                "+ECDHE-RSA:-CIPHER-ALL:+AES-256-GCM:+AES-128-GCM:"
                                "+CHACHA20-POLY1305:-MAC-ALL:+AEAD:%SERVER_PRECEDENCE";

static void apply_defaults(bona_http_settings *s)
{
    if (s->address == NULL)
        s->address = "127.0.0.1";
    if (s->threads < 1)
        s->threads = 1;
    if (s->connections_max < 1)
        s->connections_max = 1024;
    if (s->connections_per_address_max < 1)
        s->connections_per_address_max = 512;
    if (s->header_ms < 1)
        s->header_ms = 10000;
    if (s->idle_ms < 1)
        s->idle_ms = 60000;
    if (s->body_rate_min < 1)
        s->body_rate_min = 16384;
    if (s->bodies_max < 1)
        s->bodies_max = (size_t)1 << 30;
}

static bool read_address(const bona_http_settings *s, struct sockaddr_storage *address,
                         socklen_t *size)
{
    struct sockaddr_in *four = (struct sockaddr_in *)(void *)address;
    struct sockaddr_in6 *six = (struct sockaddr_in6 *)(void *)address;

    *address = (struct sockaddr_storage){ 0 };
    if (inet_pton(AF_INET, s->address, &four->sin_addr) == 1) {
        four->sin_family = AF_INET;
        four->sin_port = htons(s->port);
        *size = sizeof *four;
        return true;
    }
    if (inet_pton(AF_INET6, s->address, &six->sin6_addr) == 1) {
        six->sin6_family = AF_INET6;
        six->sin6_port = htons(s->port);
        *size = sizeof *six;
        return true;
    }
    return false;
}

static bona_err open_listener(bona_http *http, bona_note *note)
{
    struct sockaddr_storage address;
    socklen_t size;
    int yes = 1;

    if (!read_address(&http->s, &address, &size))
        return bona_fail(note, BONA_BAD_CONFIG, "listen: \"%.60s\" is no numeric address",
                         http->s.address);
    http->listen_fd = socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (http->listen_fd < 0 ||
        setsockopt(http->listen_fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) != 0 ||
        bind(http->listen_fd, (struct sockaddr *)&address, size) != 0 ||
        listen(http->listen_fd, BACKLOG) != 0 ||
        getsockname(http->listen_fd, (struct sockaddr *)&address, &size) != 0)
        return bona_fail(note, BONA_IO, "listen: cannot use %s port %u: %s", http->s.address,
                         http->s.port, strerror(errno));
    http->port =
        ntohs(address.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)(void *)&address)->sin6_port
                                            : ((struct sockaddr_in *)(void *)&address)->sin_port);
    return BONA_OK;
}

static void connection_event(void *cls, struct MHD_Connection *mhd, void **context,
                             enum MHD_ConnectionNotificationCode code)
{
    bona_http *http = cls;
    http_conn *conn = *context;

    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        const union MHD_ConnectionInfo *info =
            MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD);

        conn = info != NULL ? bona_alloc(1, sizeof *conn) : NULL;
        *context = conn;
        if (conn == NULL)
            return;
        conn->http = http;
        conn->fd = info->connect_fd;
        http_watch_add(&http->watch, conn);
    } else if (conn != NULL) {
        http_watch_remove(&http->watch, conn);
        bona_free(conn);
        *context = NULL;
    }
}

static void quiet(void *cls, const char *format, va_list args)
{
    (void)cls, (void)format,
        (void)args; /* what clients do wrong is counted, not logged line by line */
}

static struct MHD_Daemon *start_daemon(bona_http *http)
{
    const bona_http_settings *s = &http->s;
    unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ITC;
    struct MHD_OptionItem tls[] = {
        { MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)(uintptr_t)s->tls_cert },
        { MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)(uintptr_t)s->tls_key },
        { MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)(uintptr_t)tls_rules },
        { MHD_OPTION_END, 0, NULL }
    };
    struct MHD_OptionItem none[] = { { MHD_OPTION_END, 0, NULL } };

    if (http->tls)
        flags |= MHD_USE_TLS;
    if (strchr(s->address, ':') != NULL)
        flags |= MHD_USE_IPv6;
    return MHD_start_daemon(
        flags | MHD_USE_ERROR_LOG, http->port, NULL, NULL, http_access, http,
        MHD_OPTION_EXTERNAL_LOGGER, quiet, NULL, MHD_OPTION_LISTEN_SOCKET, http->listen_fd,
        MHD_OPTION_THREAD_POOL_SIZE, (unsigned)(s->threads > 1 ? s->threads : 0),
        MHD_OPTION_CONNECTION_LIMIT, (unsigned)s->connections_max,
        MHD_OPTION_PER_IP_CONNECTION_LIMIT, (unsigned)s->connections_per_address_max,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)HTTP_POOL_BYTES, MHD_OPTION_STRICT_FOR_CLIENT,
        1, MHD_OPTION_NOTIFY_CONNECTION, connection_event, http, MHD_OPTION_NOTIFY_COMPLETED,
        http_completed, http, MHD_OPTION_URI_LOG_CALLBACK, http_request_line, http,
        MHD_OPTION_ARRAY, http->tls ? tls : none, MHD_OPTION_END);
}

bona_err bona_http_start(bona_http **http, const bona_http_settings *settings, bona_note *note)
{
    bona_http *h = bona_alloc(1, sizeof *h);
    bona_err err;

    if (h == NULL)
        return bona_fail(note, BONA_NO_MEMORY, "http: no memory");
    h->s = *settings;
    h->listen_fd = -1;
    h->watch.epoll_fd = h->watch.wake_fd = -1;
    h->tls = settings->tls_cert != NULL;
    apply_defaults(&h->s);
    err = http_bodies_init(&h->bodies) ? open_listener(h, note) : BONA_NO_MEMORY;
    if (err == BONA_OK)
        err = http_watch_start(&h->watch, note);
    if (err == BONA_OK) {
        h->daemon = start_daemon(h);
        if (h->daemon == NULL)
            err = bona_fail(note, h->tls ? BONA_BAD_CONFIG : BONA_IO, "http: cannot start%s",
                            h->tls ? "; the certificate and key have to be PEM and fit each other"
                                   : "");
    }
    h->s.address = h->s.tls_cert = h->s.tls_key = NULL; /* borrowed for the start only */
    if (err != BONA_OK) {
        bona_http_stop(h);
        return err;
    }
    *http = h;
    return BONA_OK;
}

uint16_t bona_http_port(const bona_http *http)
{
    return http->port;
}

void bona_http_drain(bona_http *http)
{
    atomic_store(&http->draining, true);
    MHD_quiesce_daemon(http->daemon);
}

void bona_http_stop(bona_http *http)
{
    if (http == NULL)
        return;
    if (http->daemon != NULL) {
        MHD_quiesce_daemon(http->daemon); /* else it would close the listener, which is ours */
        MHD_stop_daemon(http->daemon);
    }
    http_watch_stop(&http->watch);
    if (http->listen_fd >= 0)
        close(http->listen_fd);
    http_bodies_deinit(&http->bodies);
    bona_free(http);
}

void bona_http_look(bona_http *http, bona_http_stats *stats)
{
    pthread_mutex_lock(&http->watch.lock);
    *stats = (bona_http_stats){ .connections = http->watch.conn_count,
                                .requests = atomic_load(&http->requests),
                                .timeouts = http->watch.timeouts,
                                .gone = http->watch.gone,
                                .body_bytes = atomic_load(&http->bodies.held) };
    pthread_mutex_unlock(&http->watch.lock);
}
