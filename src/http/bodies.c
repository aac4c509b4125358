/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Body buffers that are kept from request to request. A fresh 4 MB from the heap costs a thousand
 * page faults, which is more than receiving it; so up to 16 buffers stay, wiped of the last
 * picture.
 */
#include "http/state.h"

#include "base/mem.h"

bool http_bodies_init(http_bodies *bodies)
{
    return pthread_mutex_init(&bodies->lock, NULL) == 0;
}

void http_bodies_deinit(http_bodies *bodies)
{
    for (int32_t i = 0; i < bodies->count; i++)
        bona_buf_deinit(&bodies->kept[i]);
    bodies->count = 0;
    pthread_mutex_destroy(&bodies->lock);
}

/* The smallest kept buffer that holds the hint; else the largest. -1 when none is kept. */
static int32_t best_fit(const http_bodies *bodies, size_t size)
{
    int32_t best = -1;

    for (int32_t i = 0; i < bodies->count; i++) {
        size_t room = bodies->kept[i].room, chosen = best < 0 ? 0 : bodies->kept[best].room;

        if (best < 0 || (chosen < size ? room > chosen : room >= size && room < chosen))
            best = i;
    }
    return best;
}

bona_buf http_body_take(http_bodies *bodies, size_t size_hint, size_t cap)
{
    bona_buf body;
    int32_t best;

    bona_buf_init(&body, cap);
    pthread_mutex_lock(&bodies->lock);
    best = best_fit(bodies, size_hint);
    if (best >= 0) {
        body = bodies->kept[best];
        body.cap = cap;
        bodies->kept[best] = bodies->kept[--bodies->count];
    }
    pthread_mutex_unlock(&bodies->lock);
    return body;
}

void http_body_give(http_bodies *bodies, bona_buf *body)
{
    bona_wipe(body->data, body->size);
    body->size = 0;
    if (body->room > 0 && body->room <= HTTP_BODY_KEPT_BYTES + 1) {
        pthread_mutex_lock(&bodies->lock);
        if (bodies->count < HTTP_BODIES_KEPT) {
            bodies->kept[bodies->count++] = *body;
            *body = (bona_buf){ 0 };
        }
        pthread_mutex_unlock(&bodies->lock);
    }
    bona_buf_deinit(body);
}

/* As bona_buf_add, but memory that became too small is wiped, which realloc would not do. */
bona_err http_body_add(bona_buf *body, const void *data, size_t size)
{
    bona_buf larger;
    bona_err err;

    if (body->size == 0 || size > body->cap - body->size || body->size + size < body->room)
        return bona_buf_add(body, data, size);
    bona_buf_init(&larger, body->cap);
    err = bona_buf_reserve(&larger, body->size + size);
    if (err != BONA_OK)
        return err;
    (void)bona_buf_add(&larger, body->data, body->size); /* there is room */
    bona_wipe(body->data, body->size);
    bona_buf_deinit(body);
    *body = larger;
    return bona_buf_add(body, data, size);
}
