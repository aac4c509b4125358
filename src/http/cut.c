/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Answers past libmicrohttpd. It cannot answer while it reads a body, and what it resumes it reads
 * from first: a client that has finished sending would lose its answer. In both states it only
 * reads, so the answer is written to the socket beside it. Under TLS the connection just ends.
 */
#include "http/state.h"

#include <stdio.h>
#include <sys/socket.h>

enum { HEAD_MAX = 16384 }; /* bytes of the header lines of an answer */

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

/* libmicrohttpd leaves a suspended connection alone, so nobody else reads from it or closes it. */
bool http_half_closed(const bona_request *request)
{
    char byte;

    return !request->http->tls && recv(request->conn->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

static bool write_reply(bona_buf *answer, const bona_request *request)
{
    http_line lines[HTTP_LINES_OUT];
    char date[HTTP_DATE];
    int32_t count = http_reply_lines(request, date, lines);
    bona_err err =
        bona_buf_printf(answer, "HTTP/1.1 %d %s\r\n", request->status, reason_of(request->status));

    for (int32_t i = 0; i < count && err == BONA_OK; i++)
        err = bona_buf_printf(answer, "%s: %s\r\n", lines[i].name, lines[i].value);
    if (err == BONA_OK)
        err = bona_buf_printf(answer, "Content-Length: %zu\r\n\r\n", request->out_size);
    if (err == BONA_OK)
        err = bona_buf_add(answer, request->out, request->out_size);
    return err == BONA_OK;
}

void http_send_past(bona_request *request)
{
    http_watch *watch = &request->http->watch;
    bona_buf answer;

    pthread_mutex_lock(&watch->lock);
    request->conn->probed = true; /* no interim answer may come after this one */
    pthread_mutex_unlock(&watch->lock);
    bona_buf_init(&answer, request->out_size + HEAD_MAX);
    /* Once a part of it is out, nobody may begin it again: who does not read gets no more. */
    request->sent_past =
        write_reply(&answer, request) &&
        send(request->conn->fd, answer.data, answer.size, MSG_DONTWAIT | MSG_NOSIGNAL) > 0;
    bona_buf_deinit(&answer);
    pthread_mutex_lock(&watch->lock);
    request->conn->cut |= request->sent_past;
    pthread_mutex_unlock(&watch->lock);
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
