/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The thread beside libmicrohttpd: it ends connections that are too slow, notices clients that
 * leave while their request is being worked on (the library does not look at a suspended
 * connection), and drains sockets that were answered before their body had come: closing one with
 * unread bytes would reset it, and the client would never see the answer.
 */
#include "http/state.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"

enum { TAG_LINGER = 0, TAG_WAKE = 1, EVENTS_MAX = 64, DRAIN_BYTES = 65536 };

static int64_t in_ms(int64_t ms)
{
    return bona_clock_ns() + ms * 1000000;
}

/* ---- sockets to be drained ---- */

void http_watch_linger(http_watch *watch, int fd)
{
    struct epoll_event event = { .events = EPOLLIN | EPOLLRDHUP, .data.u64 = TAG_LINGER };
    int copy;

    if (watch->linger_count == HTTP_LINGER_MAX)
        return;
    copy = dup(fd);
    if (copy < 0)
        return;
    if (epoll_ctl(watch->epoll_fd, EPOLL_CTL_ADD, copy, &event) != 0) {
        close(copy);
        return;
    }
    watch->linger[watch->linger_count++] =
        (http_linger){ .fd = copy, .deadline_ns = in_ms(HTTP_LINGER_MS) };
}

/* Throws away what has come. Returns false when it is over: end of stream, an error, or a bound. */
static bool drain_one(http_linger *linger, int64_t now)
{
    static char
        nowhere[DRAIN_BYTES]; /* stays empty: MSG_TRUNC throws bytes away uncopied, tcp(7) */

    while (now < linger->deadline_ns && linger->bytes < HTTP_LINGER_BYTES) {
        ssize_t size = recv(linger->fd, nowhere, sizeof nowhere, MSG_DONTWAIT | MSG_TRUNC);

        if (size < 0)
            return errno == EAGAIN || errno == EINTR;
        if (size == 0)
            return false;
        linger->bytes += (size_t)size;
    }
    return false;
}

static void drain_all(http_watch *watch)
{
    int64_t now = bona_clock_ns();

    for (int32_t i = 0; i < watch->linger_count;) {
        if (drain_one(&watch->linger[i], now)) {
            i++;
            continue;
        }
        close(watch->linger[i].fd); /* this takes it out of epoll, being the last copy */
        watch->linger[i] = watch->linger[--watch->linger_count];
    }
}

/* ---- deadlines ---- */

/* A body has to come at the least rate in every window, so that a fast start buys no idle hour. */
static bool body_is_slow(http_conn *conn)
{
    size_t received = atomic_load(&conn->received);
    size_t wanted = (size_t)conn->http->s.body_rate_min * HTTP_BODY_WINDOW_MS / 1000;

    if (received - conn->window_received < wanted)
        return true;
    conn->window_received = received;
    conn->deadline_ns = in_ms(HTTP_BODY_WINDOW_MS);
    return false;
}

static void check_deadline(http_watch *watch, http_conn *conn, int64_t now)
{
    if (conn->cut || conn->deadline_ns == 0 || now < conn->deadline_ns)
        return;
    if (conn->phase == HTTP_BODY && !body_is_slow(conn))
        return;
    watch->timeouts += conn->phase != HTTP_HEADERS || conn->first;
    if (conn->phase == HTTP_BODY || (conn->phase == HTTP_HEADERS && conn->first)) {
        http_cut_locked(conn, 408, "the request came too slowly");
        return;
    }
    conn->cut = true;
    shutdown(conn->fd, SHUT_RDWR);
}

/* ---- departures ---- */

/*
 * A client that closed and one that only finished sending look alike. An interim answer (RFC 9110,
 * section 15.2: clients must be able to read any number of them, but for those of HTTP/1.0) tells
 * them apart: a closed socket resets the connection.
 */
static void probe(http_conn *conn)
{
    static const char interim[] = "HTTP/1.1 102 Processing\r\n\r\n";

    if (conn->probed || conn->http->tls || !conn->request->interim)
        return;
    conn->probed = true;
    if (send(conn->fd, interim, sizeof interim - 1, MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
        shutdown(conn->fd, SHUT_RDWR);
}

static void conn_event(http_watch *watch, uint64_t serial, uint32_t events)
{
    for (http_conn *conn = watch->conns; conn != NULL; conn = conn->after) {
        if (conn->serial != serial || conn->phase != HTTP_JOB || conn->request == NULL)
            continue;
        if (events & (EPOLLHUP | EPOLLERR)) {
            watch->gone++;
            http_request_gone(conn->request);
        } else if (events & EPOLLRDHUP) {
            probe(conn);
        }
        return;
    }
}

/* ---- the list of connections ---- */

void http_watch_add(http_watch *watch, http_conn *conn)
{
    pthread_mutex_lock(&watch->lock);
    conn->first = true;
    conn->serial = watch->next_serial++;
    conn->deadline_ns = in_ms(conn->http->s.header_ms);
    conn->after = watch->conns;
    if (watch->conns != NULL)
        watch->conns->before = conn;
    watch->conns = conn;
    watch->conn_count++;
    pthread_mutex_unlock(&watch->lock);
}

void http_watch_remove(http_watch *watch, http_conn *conn)
{
    pthread_mutex_lock(&watch->lock);
    if (conn->phase == HTTP_JOB)
        epoll_ctl(watch->epoll_fd, EPOLL_CTL_DEL, conn->fd, NULL);
    if (conn->before != NULL)
        conn->before->after = conn->after;
    else
        watch->conns = conn->after;
    if (conn->after != NULL)
        conn->after->before = conn->before;
    watch->conn_count--;
    pthread_mutex_unlock(&watch->lock);
}

void http_watch_phase(http_watch *watch, http_conn *conn, http_phase phase)
{
    struct epoll_event event = { .events = EPOLLRDHUP | EPOLLET, .data.u64 = conn->serial };

    pthread_mutex_lock(&watch->lock);
    if (conn->phase == HTTP_JOB && phase != HTTP_JOB)
        epoll_ctl(watch->epoll_fd, EPOLL_CTL_DEL, conn->fd, NULL);
    if (conn->phase != HTTP_JOB && phase == HTTP_JOB)
        epoll_ctl(watch->epoll_fd, EPOLL_CTL_ADD, conn->fd, &event);
    conn->phase = phase;
    if (phase == HTTP_HEADERS) {
        conn->request = NULL;
        conn->first = false;
        conn->deadline_ns = in_ms(conn->http->s.idle_ms);
    } else if (phase == HTTP_BODY) {
        atomic_store(&conn->received, 0);
        conn->window_received = 0;
        conn->deadline_ns = in_ms(HTTP_BODY_WINDOW_MS);
    } else {
        conn->deadline_ns = phase == HTTP_REPLY ? in_ms(HTTP_REPLY_MS) : 0;
    }
    conn->probed = false;
    pthread_mutex_unlock(&watch->lock);
}

/* ---- the thread ---- */

static void *watch_run(void *arg)
{
    http_watch *watch = arg;
    struct epoll_event events[EVENTS_MAX];
    int64_t next_tick = 0;

    while (!atomic_load(&watch->stop)) {
        int count = epoll_wait(watch->epoll_fd, events, EVENTS_MAX, HTTP_TICK_MS);
        int64_t now = bona_clock_ns();

        pthread_mutex_lock(&watch->lock);
        for (int i = 0; i < count; i++)
            if (events[i].data.u64 > TAG_WAKE)
                conn_event(watch, events[i].data.u64, events[i].events);
        drain_all(watch);
        if (now >= next_tick) {
            for (http_conn *conn = watch->conns; conn != NULL; conn = conn->after)
                check_deadline(watch, conn, now);
            next_tick = now + (int64_t)HTTP_TICK_MS * 1000000;
        }
        pthread_mutex_unlock(&watch->lock);
    }
    return NULL;
}

bona_err http_watch_start(http_watch *watch, bona_note *note)
{
    struct epoll_event event = { .events = EPOLLIN, .data.u64 = TAG_WAKE };

    watch->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    watch->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    watch->next_serial = TAG_WAKE + 1;
    pthread_mutex_init(&watch->lock, NULL);
    if (watch->epoll_fd >= 0 && watch->wake_fd >= 0 &&
        epoll_ctl(watch->epoll_fd, EPOLL_CTL_ADD, watch->wake_fd, &event) == 0 &&
        pthread_create(&watch->thread, NULL, watch_run, watch) == 0) {
        watch->started = true;
        return BONA_OK;
    }
    return bona_fail(note, BONA_IO, "http: cannot start the watch: %s", strerror(errno));
}

void http_watch_stop(http_watch *watch)
{
    uint64_t one = 1;

    atomic_store(&watch->stop, true);
    if (watch->started) {
        if (write(watch->wake_fd, &one, sizeof one) != (ssize_t)sizeof one)
            errno = 0; /* it wakes up within a tick anyway */
        pthread_join(watch->thread, NULL);
        pthread_mutex_destroy(&watch->lock);
    }
    for (int32_t i = 0; i < watch->linger_count; i++)
        close(watch->linger[i].fd);
    if (watch->epoll_fd >= 0)
        close(watch->epoll_fd);
    if (watch->wake_fd >= 0)
        close(watch->wake_fd);
}
