/* SPDX-License-Identifier: Apache-2.0 */
/* Work over a list on all cores; see run.h. */
#include "eval/run.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"

enum { THREADS_MAX = 64, PROGRESS_MS = 200 };

typedef struct crew {
    const bona_pack *pack;
    int64_t count;
    bona_eval_work work;
    void *state;
    const char *label;
    bool show;
    int64_t started_ns;
    atomic_llong next, done;
    atomic_int err;
    pthread_mutex_t lock; /* of note and shown_ns */
    bona_note note;
    int64_t shown_ns;
} crew;

static void show_progress(crew *c, int64_t done)
{
    double seconds = bona_clock_ms_since(c->started_ns) / 1000;
    double left = done > 0 ? seconds / (double)done * (double)(c->count - done) : 0;

    if (!c->show)
        return;
    pthread_mutex_lock(&c->lock);
    if (done == c->count || bona_clock_ms_since(c->shown_ns) > PROGRESS_MS) {
        c->shown_ns = bona_clock_ns();
        fprintf(stderr, "\r%s %lld/%lld  %.0f%%  %.0f s left   ", c->label, (long long)done,
                (long long)c->count, 100.0 * (double)done / (double)c->count, left);
        if (done == c->count)
            fprintf(stderr, "\n");
    }
    pthread_mutex_unlock(&c->lock);
}

static void stop_with(crew *c, bona_err err, const bona_note *note)
{
    int none = BONA_OK;

    if (!atomic_compare_exchange_strong(&c->err, &none, (int)err))
        return;
    pthread_mutex_lock(&c->lock);
    c->note = *note;
    pthread_mutex_unlock(&c->lock);
}

static void *thread_main(void *arg)
{
    crew *c = arg;
    bona_engine *engine = NULL;
    bona_note note = { "" };
    bona_err err = bona_engine_new(&engine, c->pack);

    while (err == BONA_OK && atomic_load(&c->err) == BONA_OK) {
        int64_t index = atomic_fetch_add(&c->next, 1);

        if (index >= c->count)
            break;
        err = c->work(c->state, engine, index, &note);
        show_progress(c, atomic_fetch_add(&c->done, 1) + 1);
    }
    if (err != BONA_OK)
        stop_with(c, err, &note);
    bona_engine_free(engine);
    return NULL;
}

bona_err bona_eval_run(const bona_pack *pack, int32_t threads, int64_t count, bona_eval_work work,
                       void *state, const char *label, bona_note *note)
{
    crew c = { .pack = pack, .count = count, .work = work, .state = state, .label = label };
    pthread_t ids[THREADS_MAX];
    int32_t started = 0;

    if (threads <= 0)
        threads = (int32_t)sysconf(_SC_NPROCESSORS_ONLN);
    if (threads > THREADS_MAX)
        threads = THREADS_MAX;
    if (threads > count)
        threads = (int32_t)count;
    c.show = isatty(STDERR_FILENO) != 0;
    c.started_ns = bona_clock_ns();
    pthread_mutex_init(&c.lock, NULL);
    while (started < threads && pthread_create(&ids[started], NULL, thread_main, &c) == 0)
        started++;
    if (started == 0 && count > 0)
        atomic_store(&c.err, BONA_NO_MEMORY);
    for (int32_t i = 0; i < started; i++)
        pthread_join(ids[i], NULL);
    pthread_mutex_destroy(&c.lock);
    if (atomic_load(&c.err) != BONA_OK && note != NULL)
        *note = c.note;
    return (bona_err)atomic_load(&c.err);
}
