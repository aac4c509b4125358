/* SPDX-License-Identifier: Apache-2.0 */
/* The one way of a request: who asks, what is asked, and off to the workers. What comes back is for
 * outcome.c. */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/random.h"
#include "service/server.h"
#include "wire/container.h"

/* Over the body's size: alignment of up to 17 pictures and the last group of base64; bytes. */
enum { SLAB_MARGIN = 8192 };

static uint8_t *tray_reserve(void *slab, size_t size, size_t *offset)
{
    return bona_slab_reserve(slab, size, offset);
}

static void tray_keep(void *slab, size_t offset, size_t size)
{
    bona_slab_keep(slab, offset, size);
}

/* A random GUID (RFC 9562, version 4), and the same 32 digits without hyphens. */
static void name_job(server_job *job)
{
    uint8_t b[16];
    char *hex = job->request_id;

    bona_random(b, sizeof b);
    b[6] = (uint8_t)((b[6] & 0x0F) | 0x40);
    b[8] = (uint8_t)((b[8] & 0x3F) | 0x80);
    for (int i = 0; i < 16; i++)
        snprintf(hex + 2 * i, 3, "%02x", b[i]);
    snprintf(job->id, sizeof job->id, "%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12, hex + 16,
             hex + 20);
}

/* The trace id of a `traceparent` (W3C Trace Context, section 3.2): "00-" 32 hex "-" 16 hex "-" 2
 * hex. */
static void take_trace(server_job *job)
{
    const char *header = bona_request_header(job->request, "traceparent");

    if (header == NULL || strlen(header) < 55 || header[2] != '-' || header[35] != '-' ||
        strspn(header + 3, "0123456789abcdef") != 32)
        return;
    memcpy(job->trace, header + 3, 32);
}

static void refuse(server_job *job, const bona_refusal *refusal)
{
    bona_buf body;

    bona_buf_init(&body, 4096);
    snprintf(job->outcome, sizeof job->outcome, "refused");
    snprintf(job->errors, sizeof job->errors, "%d", refusal->code);
    if (job->dialect->refuse(&body, refusal, job->request_id) != BONA_OK)
        bona_buf_clear(&body);
    if (refusal->status == 503)
        bona_request_add(job->request, "Retry-After", "1");
    bona_request_reply(job->request, refusal->status, "application/json", &body);
    bona_buf_deinit(&body);
}

/* The client is known (or need not be): from here on the request has an id, and its dialect looks
 * at the head. */
static bool enter(bona_server *server, bona_request *request, const bona_dialect *dialect,
                  const char *client)
{
    server_job *job = bona_alloc(1, sizeof *job);
    bona_refusal refusal;
    bona_head head = { bona_request_header(request, "Content-Type"),
                       bona_request_header(request, "Reference-Number") };

    if (job == NULL) {
        bona_request_refuse(request, 500, "out of memory");
        return false;
    }
    bona_request_keep(request, job);
    job->server = server;
    job->request = request;
    job->dialect = dialect;
    snprintf(job->client, sizeof job->client, "%s", client);
    name_job(job);
    take_trace(job);
    if (!dialect->admit(&head, &refusal)) {
        refuse(job, &refusal);
        return false;
    }
    if (dialect == &bona_dialect_bws && head.reference != NULL)
        snprintf(job->reference, sizeof job->reference, "%s", head.reference);
    return true;
}

bool server_begin_bws(bona_request *request, void *app)
{
    char client[BONA_ID_MAX + 1];

    return server_auth_bws(app, request, client) && enter(app, request, &bona_dialect_bws, client);
}

bool server_begin_images(bona_request *request, void *app)
{
    char client[BONA_ID_MAX + 1];

    return server_auth_api_key(app, request, client) &&
           enter(app, request, &bona_dialect_images, client);
}

bool server_begin_identity(bona_request *request, void *app)
{
    return enter(app, request, &bona_dialect_identity, "");
}

static bool read_body(server_job *job, bona_slab *slab, bona_refusal *refusal)
{
    bona_server *server = job->server;
    bona_tray tray = { slab, tray_reserve, tray_keep };
    bona_head head = { bona_request_header(job->request, "Content-Type"), NULL };
    bona_rules rules;
    uint8_t end = 0;
    bona_buf none = { .data = &end }, *body = bona_request_body(job->request);
    bool good;

    pthread_rwlock_rdlock(&server->rules_lock);
    rules = server->rules;
    pthread_rwlock_unlock(&server->rules_lock);
    good = job->dialect->read(&job->ask, &head, body->data != NULL ? body : &none, &tray, &rules,
                              refusal);
    bona_wipe(&rules.keys, sizeof rules.keys);
    bona_request_body_done(job->request);
    return good;
}

static bona_slice slice(bona_span span)
{
    return (bona_slice){ span.offset, span.size };
}

static bona_vision_ask vision_ask(const bona_ask *ask)
{
    bona_vision_ask v;

    memset(&v, 0, sizeof v); /* padding included: it crosses the wall */
    v.kind = ask->match ? BONA_VISION_MATCH : BONA_VISION_CHECK;
    if (ask->match) {
        v.match.photo = slice(ask->pictures[0]);
        v.match.frame_count = ask->frame_count;
        v.match.photo_formats = ask->formats;
        v.match.frame_formats = ask->frame_formats;
        v.match.photo_flags = ask->flags;
        v.match.photo_limits = ask->limits;
        v.match.frame_limits.side_px_max = BONA_CONTAINER_SIDE_PX_MAX;
        for (int32_t i = 0; i < ask->frame_count; i++)
            v.match.frames[i] = slice(ask->frames[i]);
        return v;
    }
    v.check.picture_count = ask->picture_count;
    v.check.tags = ask->tags;
    v.check.formats = ask->formats;
    v.check.flags = ask->flags;
    v.check.limits = ask->limits;
    for (int32_t i = 0; i < ask->picture_count; i++)
        v.check.pictures[i] = slice(ask->pictures[i]);
    return v;
}

static void client_gone(void *arg)
{
    server_job *job = arg;

    bona_crew_cancel(job->server->crew, job->crew_id);
}

/* No report: the answer is one of the rows of the table for trouble. */
static void reply_trouble(server_job *job, bona_err err)
{
    bona_outcome none = { .err = err };

    server_done(job, &none);
}

static void submit(server_job *job, bona_slab *slab)
{
    bona_vision_ask ask = vision_ask(&job->ask);
    bona_server *server = job->server;
    bona_err err = BONA_BUSY;

    if (atomic_load(&server->ready) && !atomic_load(&server->stopping)) {
        job->submitted = true;
        err = bona_vision_submit(server->crew, &ask, slab, server_done, job, &job->crew_id);
    }
    if (err == BONA_OK) {
        bona_request_on_gone(job->request, client_gone, job);
        return;
    }
    job->submitted = false;
    bona_slab_free(slab);
    reply_trouble(job, err);
}

void server_serve(bona_request *request, void *app)
{
    server_job *job = bona_request_kept(request);
    bona_slab *slab = NULL;
    bona_refusal refusal;

    (void)app;
    if (bona_slab_new(&slab, bona_request_body(request)->size + SLAB_MARGIN) != BONA_OK) {
        reply_trouble(job, BONA_NO_MEMORY);
        return;
    }
    if (!read_body(job, slab, &refusal)) {
        bona_slab_free(slab);
        refuse(job, &refusal);
        return;
    }
    submit(job, slab);
}
