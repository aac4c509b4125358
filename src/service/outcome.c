/* SPDX-License-Identifier: Apache-2.0 */
/* What the workers said becomes the response, the bookkeeping and the metrics. Runs on the crew's
 * thread. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "service/server.h"

enum { RESPONSE_MAX = 65536 }; /* bytes; a response with 32 faces is under 16 KB */

static void record(server_job *job, const bona_answer *answer, const bona_summary *summary,
                   int status)
{
    bona_job_record r = { .received_ms = bona_request_received_ms(job->request),
                          .status = status,
                          .score = summary->score,
                          .live = { (double)NAN, (double)NAN },
                          .motion = { (double)NAN, (double)NAN },
                          .queue_ms = job->queue_ms,
                          .vision_ms = job->vision_ms };

    r.total_ms = (double)(bona_clock_wall_ms() - r.received_ms);
    snprintf(r.job_id, sizeof r.job_id, "%s", job->id);
    snprintf(r.client, sizeof r.client, "%s", job->client);
    snprintf(r.dialect, sizeof r.dialect, "%s", job->dialect->name);
    snprintf(r.reference, sizeof r.reference, "%s", job->reference);
    snprintf(r.outcome, sizeof r.outcome, "%s", job->outcome);
    snprintf(r.errors, sizeof r.errors, "%s", job->errors);
    snprintf(r.networks, sizeof r.networks, "%s", job->server->networks);
    for (int32_t i = 0; answer->check != NULL && i < answer->check->picture_count; i++) {
        const bona_picture *picture = &answer->check->pictures[i];

        if (picture->judged < 0)
            continue;
        if (picture->faces[picture->judged].live > 0)
            r.live[i] = (double)picture->faces[picture->judged].live;
        if (picture->faces[picture->judged].motion > 0)
            r.motion[i] = (double)picture->faces[picture->judged].motion;
    }
    bona_store_record(job->server->store, &r);
}

static const char *decode_label(char label[64], bona_err err)
{
    snprintf(label, 64, "error=\"%.40s\"", bona_err_name(err));
    return label;
}

static void count(server_job *job, const bona_outcome *outcome, const bona_answer *answer)
{
    bona_metrics *metrics = &job->server->metrics;
    char label[64];

    if (outcome->err == BONA_OK) {
        bona_metrics_time(metrics, TIME_QUEUE, job->queue_ms);
        bona_metrics_time(metrics, TIME_VISION, job->vision_ms);
    }
    snprintf(label, sizeof label, "route=\"%s\",outcome=\"%.20s\"", job->dialect->name,
             job->outcome);
    bona_metrics_count(metrics, "bonafide_decisions_total", label);
    for (int32_t i = 0; answer->check != NULL && i < answer->check->picture_count; i++)
        if (answer->check->pictures[i].err != BONA_OK)
            bona_metrics_count(metrics, "bonafide_decode_failures_total",
                               decode_label(label, answer->check->pictures[i].err));
}

/* Headers that tell the caller which call this was. */
static void add_headers(server_job *job, int status)
{
    bona_request *request = job->request;

    if (job->dialect == &bona_dialect_bws) {
        bona_request_add(request, "jobid", job->id);
        bona_request_add(request, "bws-version", bona_version());
        if (job->reference[0] != 0)
            bona_request_add(request, "reference-number", job->reference);
    } else if (job->dialect == &bona_dialect_images) {
        bona_request_add(request, "x-request-id", job->request_id);
    }
    if (status == 503)
        bona_request_add(request, "Retry-After", "1");
}

static bona_answer read_answer(const server_job *job, const bona_outcome *outcome)
{
    bona_answer answer = { .err = outcome->err, .request_id = job->request_id };
    const bona_vision_reply *reply = outcome->reply;

    if (answer.err != BONA_OK)
        return answer;
    answer.err = reply->err;
    if (reply->err == BONA_OK && reply->kind == BONA_VISION_CHECK)
        answer.check = &reply->check;
    else if (reply->err == BONA_OK)
        answer.match = &reply->match;
    return answer;
}

void server_done(void *arg, const bona_outcome *outcome)
{
    server_job *job = arg;
    bona_answer answer = read_answer(job, outcome);
    bona_summary summary = { .outcome = "failed", .score = (double)NAN };
    bona_buf body;
    int status;

    job->queue_ms = outcome->queue_ms;
    job->vision_ms = outcome->work_ms;
    job->cpu_ms = outcome->cpu_ms;
    job->tries = outcome->tries;
    bona_buf_init(&body, RESPONSE_MAX);
    if (outcome->cancelled) {
        status = 408; /* for whoever may still be reading */
        if (job->dialect->shape(&body, status, "the client went away") != BONA_OK)
            bona_buf_clear(&body);
    } else {
        status = job->dialect->write(&body, &job->ask, &answer, &summary);
    }
    if (status == 0) {
        bona_buf_clear(&body);
        status = 500;
    }
    snprintf(job->outcome, sizeof job->outcome, "%s",
             outcome->cancelled ? "cancelled" : summary.outcome);
    snprintf(job->errors, sizeof job->errors, "%s", summary.errors);
    count(job, outcome, &answer);
    if (job->submitted)
        record(job, &answer, &summary, status);
    add_headers(job, status);
    bona_request_reply(job->request, status, "application/json", &body);
    bona_buf_deinit(&body);
}
