/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One line of JSON per event on standard error. A request's line has ids, sizes, times and codes;
 * nothing a client sent but its trace id, and no address: a log is kept longer than anybody
 * remembers what is in it.
 */
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "service/server.h"
#include "wire/json_write.h"

enum { LINE_MAX_BYTES = PIPE_BUF };

static _Atomic uint64_t lines_lost;

static bona_err put_time(bona_buf *line, int64_t wall_ms)
{
    time_t seconds = (time_t)(wall_ms / 1000);
    struct tm t;

    gmtime_r(&seconds, &t);
    return bona_buf_printf(line, "{\"time\":\"%04d-%02d-%02dT%02d:%02d:%02d.%03dZ\"",
                           t.tm_year + 1900, t.tm_mon + 1, t.tm_mday, t.tm_hour, t.tm_min, t.tm_sec,
                           (int)(wall_ms % 1000));
}

static bona_err put_text(bona_buf *line, const char *name, const char *text)
{
    bona_err err = BONA_OK;

    if (text[0] == 0)
        return BONA_OK;
    err = bona_buf_printf(line, ",\"%s\":", name);
    return err == BONA_OK ? bona_json_put_string(line, text) : err;
}

/*
 * One write, so that lines of several threads do not mix. A pipe that only this process writes to
 * takes PIPE_BUF bytes at once when it says that it is writable; one that is full loses the line,
 * so that nobody waits for a reader of the log.
 */
static bool put_line(const bona_buf *line)
{
    static pthread_mutex_t one = PTHREAD_MUTEX_INITIALIZER;
    struct pollfd log = { .fd = STDERR_FILENO, .events = POLLOUT };
    bool written;

    pthread_mutex_lock(&one);
    written = poll(&log, 1, 0) == 1 && (log.revents & POLLOUT) != 0 &&
              write(STDERR_FILENO, line->data, line->size) == (ssize_t)line->size;
    pthread_mutex_unlock(&one);
    return written;
}

static void finish(bona_buf *line, bona_err err)
{
    if (err != BONA_OK || bona_buf_text(line, "}\n") != BONA_OK || !put_line(line))
        atomic_fetch_add(&lines_lost, 1);
    bona_buf_deinit(line);
}

uint64_t server_log_lost(void)
{
    return atomic_load(&lines_lost);
}

void server_log(const char *level, const char *format, ...)
{
    char text[512];
    bona_buf line;
    va_list args;
    bona_err err;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    bona_buf_init(&line, LINE_MAX_BYTES);
    err = put_time(&line, bona_clock_wall_ms());
    if (err == BONA_OK)
        err = put_text(&line, "level", level);
    if (err == BONA_OK)
        err = put_text(&line, "message", text);
    finish(&line, err);
}

static bona_err put_job(bona_buf *line, const server_job *job)
{
    bona_err err = put_text(line, "job", job->id);

    if (err == BONA_OK)
        err = put_text(line, "client", job->client);
    if (err == BONA_OK)
        err = put_text(line, "trace", job->trace);
    if (err == BONA_OK)
        err = put_text(line, "outcome", job->outcome);
    if (err == BONA_OK)
        err = put_text(line, "errors", job->errors);
    if (err == BONA_OK && job->submitted)
        err = bona_buf_printf(line, ",\"queue_ms\":%.2f,\"vision_ms\":%.2f,\"cpu_ms\":%.2f",
                              job->queue_ms, job->vision_ms, job->cpu_ms);
    if (err == BONA_OK && job->tries > 1)
        err = bona_buf_printf(line, ",\"tries\":%d", (int)job->tries);
    return err;
}

static void count(bona_server *server, const bona_http_end *end)
{
    char label[64];

    snprintf(label, sizeof label, "route=\"%.20s\",status=\"%d\"", end->route, end->status);
    bona_metrics_count(&server->metrics, "bonafide_requests_total", label);
    bona_metrics_time(&server->metrics, TIME_WHOLE, end->ms);
}

void server_log_request(bona_request *request, const bona_http_end *end, void *app)
{
    server_job *job = bona_request_kept(request);
    bona_buf line;
    bona_err err;

    count(app, end);
    bona_buf_init(&line, LINE_MAX_BYTES);
    err = put_time(&line, end->received_ms);
    if (err == BONA_OK)
        err = bona_buf_printf(&line, ",\"route\":\"%s\",\"method\":", end->route);
    if (err == BONA_OK)
        err = bona_json_put_string(&line, end->method);
    if (err == BONA_OK)
        err =
            bona_buf_printf(&line, ",\"status\":%d,\"bytes_in\":%zu,\"bytes_out\":%zu,\"ms\":%.2f",
                            end->status, end->bytes_in, end->bytes_out, end->ms);
    if (err == BONA_OK && job != NULL)
        err = put_job(&line, job);
    finish(&line, err);
    bona_free(job);
}
