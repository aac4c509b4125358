/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ends a connection in the middle of a request, with a word of why. libmicrohttpd cannot answer
 * while it reads a body, so the answer is written to the socket beside it; it only reads in that
 * state. Under TLS the connection just ends.
 */
#include "http/state.h"

#include <stdio.h>
#include <sys/socket.h>

static const char *reason_of(int status)
{
    const char *text = MHD_get_reason_phrase_for((unsigned)status);

    return text != NULL ? text : "Error";
}

static void write_answer(const http_conn *conn, int status, const char *message)
{
    const bona_http *http = conn->http;
    const bona_http_area *area = conn->request != NULL && conn->request->area != NULL
                                     ? conn->request->area
                                     : &http->s.areas[http->s.area_count - 1];
    bona_buf body, answer;

    bona_buf_init(&body, 4096);
    bona_buf_init(&answer, 8192);
    if (area->shape(&body, status, message) == BONA_OK &&
        bona_buf_printf(&answer,
                        "HTTP/1.1 %d %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\n%s"
                        "Connection: close\r\n\r\n",
                        status, reason_of(status), area->type, body.size,
                        status == 503 ? "Retry-After: 1\r\n" : "") == BONA_OK &&
        bona_buf_add(&answer, body.data, body.size) == BONA_OK &&
        send(conn->fd, answer.data, answer.size, MSG_DONTWAIT | MSG_NOSIGNAL) > 0)
        shutdown(conn->fd, SHUT_WR);
    bona_buf_deinit(&body);
    bona_buf_deinit(&answer);
}

void http_cut_locked(http_conn *conn, int status, const char *message)
{
    conn->cut = true;
    if (conn->request != NULL)
        conn->request->status = status;
    if (!conn->http->tls) {
        write_answer(conn, status, message);
        http_watch_linger(&conn->http->watch, conn->fd);
    }
    shutdown(conn->fd, SHUT_RDWR); /* libmicrohttpd sees the end and lets go of its descriptor */
}
