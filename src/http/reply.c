/* SPDX-License-Identifier: Apache-2.0 */
/* Answers: gathered by whoever works on the request, sent by the connection's own thread. */
#include "http/state.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/mem.h"

enum { ERROR_BODY_MAX = 4096 }; /* bytes */

static bool is_printable(const char *value)
{
    for (const char *c = value; *c != 0; c++)
        if ((unsigned char)*c < ' ' || *c == 0x7F)
            return false;
    return true;
}

void bona_request_add(bona_request *request, const char *name, const char *value)
{
    http_line line;

    if (request->line_count == BONA_HTTP_HEADERS_OUT || !is_printable(value))
        return;
    line = (http_line){ bona_strdup(name), bona_strdup(value) };
    if (line.name == NULL || line.value == NULL) {
        bona_free(line.name);
        bona_free(line.value);
        return;
    }
    request->lines[request->line_count++] = line;
}

void bona_request_reply(bona_request *request, int status, const char *type, bona_buf *body)
{
    struct MHD_Connection *mhd = request->mhd;
    bool resume;

    pthread_mutex_lock(&request->lock);
    request->status = status;
    request->type = type;
    if (body != NULL)
        request->out = bona_buf_take(body, &request->out_size);
    request->gone = NULL;
    request->replied = true;
    resume = request->suspended;
    pthread_mutex_unlock(&request->lock);
    if (resume && http_half_closed(request))
        http_send_past(request);
    if (resume)
        MHD_resume_connection(mhd);
}

void bona_request_refuse(bona_request *request, int status, const char *message)
{
    bona_buf body;

    bona_buf_init(&body, ERROR_BODY_MAX);
    if (request->area->shape(&body, status, message) != BONA_OK)
        bona_buf_clear(&body);
    bona_request_reply(request, status, request->area->type, &body);
    bona_buf_deinit(&body);
}

/* RFC 9110, section 5.6.7: the day and month names are English in every locale. */
static void http_date(int64_t wall_ms, char out[HTTP_DATE])
{
    static const char days[] = "SunMonTueWedThuFriSat";
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    time_t seconds = (time_t)(wall_ms / 1000);
    struct tm t;

    gmtime_r(&seconds, &t);
    snprintf(out, HTTP_DATE, "%.3s, %02d %.3s %04d %02d:%02d:%02d GMT", days + 3 * t.tm_wday,
             t.tm_mday, months + 3 * t.tm_mon, t.tm_year + 1900, t.tm_hour, t.tm_min, t.tm_sec);
}

int32_t http_reply_lines(const bona_request *request, char date[HTTP_DATE],
                         http_line lines[HTTP_LINES_OUT])
{
    const bona_http *http = request->http;
    int32_t count = 0;

    if (request->type != NULL && request->out_size > 0)
        lines[count++] = (http_line){ "Content-Type", (char *)(uintptr_t)request->type };
    if (http->s.cors_origin != NULL) {
        lines[count++] =
            (http_line){ "Access-Control-Allow-Origin", (char *)(uintptr_t)http->s.cors_origin };
        lines[count++] =
            (http_line){ "Access-Control-Expose-Headers", "jobid, bws-version, reference-number" };
        lines[count++] = (http_line){ "Vary", "Origin" };
    }
    if (atomic_load(&http->draining) ||
        request->early) /* else bytes of its body could be a request */
        lines[count++] = (http_line){ "Connection", "close" };
    /* After Connection: with that line libmicrohttpd forgets that a date is there and adds one. */
    http_date(request->received_ms, date);
    lines[count++] = (http_line){ "Date", date };
    for (int32_t i = 0; i < request->line_count; i++)
        lines[count++] = request->lines[i];
    return count;
}

static bool add_lines(struct MHD_Response *response, const bona_request *request)
{
    http_line lines[HTTP_LINES_OUT];
    char date[HTTP_DATE];
    int32_t count = http_reply_lines(request, date, lines);
    bool good = true;

    for (int32_t i = 0; i < count; i++)
        good &= MHD_add_response_header(response, lines[i].name, lines[i].value) == MHD_YES;
    return good;
}

enum MHD_Result http_reply_queue(bona_request *request)
{
    struct MHD_Response *response;
    enum MHD_Result result = MHD_NO;

    http_watch_phase(&request->http->watch, request->conn, HTTP_REPLY);
    response = MHD_create_response_from_buffer_with_free_callback(request->out_size, request->out,
                                                                  bona_free);
    if (response == NULL)
        return MHD_NO;
    request->out = NULL; /* the response has it */
    if (add_lines(response, request))
        result = MHD_queue_response(request->mhd, (unsigned)request->status, response);
    MHD_destroy_response(response);
    return result;
}

void http_reply_free(bona_request *request)
{
    for (int32_t i = 0; i < request->line_count; i++) {
        bona_free(request->lines[i].name);
        bona_free(request->lines[i].value);
    }
    bona_free(request->out);
}
