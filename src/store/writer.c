/* SPDX-License-Identifier: Apache-2.0 */
/* Bookkeeping on a thread of its own; see writer.h. */
#include "store/writer.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/mem.h"

enum {
    QUEUE_MAX_DEFAULT = 4096, /* records */
    BATCH_MAX = 256,          /* records written in one change */
    GATHER_MS = 50, /* ms a first record waits for company: a change costs more than a record */
    RETRY_MS = 500, /* ms between tries while the database refuses */
    RETRY_FOR_MS = 60000,     /* ms after which a batch is given up */
    CLOSE_MS = 1000,          /* ms to write what is left at the end, if the database is busy */
    PRUNE_EVERY_MS = 3600000, /* ms: retention is looked after hourly */
    PRUNE_ROWS = 5000,        /* rows removed in one change, so that others get their turn */
    LINE_CHARS = 320
};

typedef struct queued {
    struct queued *next;
    bona_job_record record;
} queued;

struct bona_writer {
    const bona_store_ops *ops;
    bona_store_settings settings; /* `where` is not used after opening */
    bona_db *db;                  /* of the thread */
    pthread_t thread;

    pthread_mutex_t lock; /* over everything below */
    pthread_cond_t changed;
    queued *first, **end;
    int32_t waiting;  /* records in the queue */
    int32_t in_batch; /* records the thread holds */
    bool stopping;
    int64_t stop_due_ns;
    uint64_t written, dropped, errors;
    bool healthy;
    char last_error[256];
};

static struct timespec in_ms(int64_t ms)
{
    struct timespec at;

    clock_gettime(CLOCK_MONOTONIC, &at);
    at.tv_sec += ms / 1000;
    at.tv_nsec += ms % 1000 * 1000000;
    if (at.tv_nsec >= 1000000000) {
        at.tv_sec++;
        at.tv_nsec -= 1000000000;
    }
    return at;
}

/* Takes up to BATCH_MAX records; waits for one until `wait_ms` have passed or the end is asked for.
 */
static size_t take_batch(bona_writer *writer, queued *batch[BATCH_MAX], int64_t wait_ms)
{
    struct timespec until = in_ms(wait_ms);
    size_t count = 0;

    pthread_mutex_lock(&writer->lock);
    while (writer->first == NULL && !writer->stopping)
        if (pthread_cond_timedwait(&writer->changed, &writer->lock, &until) == ETIMEDOUT)
            break;
    until = in_ms(GATHER_MS);
    while (writer->first != NULL && writer->waiting < BATCH_MAX && !writer->stopping)
        if (pthread_cond_timedwait(&writer->changed, &writer->lock, &until) == ETIMEDOUT)
            break;
    while (writer->first != NULL && count < BATCH_MAX) {
        batch[count] = writer->first;
        writer->first = batch[count++]->next;
    }
    if (writer->first == NULL)
        writer->end = &writer->first;
    writer->waiting -= (int32_t)count;
    writer->in_batch = (int32_t)count;
    pthread_mutex_unlock(&writer->lock);
    return count;
}

/* Notes how a change went; says so when that is news. */
static void note_result(bona_writer *writer, bona_err err, const bona_note *note)
{
    char line[LINE_CHARS];
    bool news;

    pthread_mutex_lock(&writer->lock);
    news = writer->healthy != (err == BONA_OK);
    writer->healthy = err == BONA_OK;
    if (err != BONA_OK) {
        writer->errors++;
        snprintf(writer->last_error, sizeof writer->last_error, "%s", note->text);
    }
    pthread_mutex_unlock(&writer->lock);
    if (!news || writer->settings.warn == NULL)
        return;
    if (err == BONA_OK)
        snprintf(line, sizeof line, "the database takes records again");
    else
        snprintf(line, sizeof line, "records wait, answers go on: %s", note->text);
    writer->settings.warn(writer->settings.warn_arg, line);
}

/* Sleeps between tries; false when there is no time left for another. */
static bool pause_before_retry(bona_writer *writer, int64_t started_ns)
{
    struct timespec until = in_ms(RETRY_MS);
    bool more;

    pthread_mutex_lock(&writer->lock);
    if (!writer->stopping)
        pthread_cond_timedwait(&writer->changed, &writer->lock, &until);
    more = writer->stopping ? bona_clock_ns() < writer->stop_due_ns
                            : bona_clock_ms_since(started_ns) < RETRY_FOR_MS;
    pthread_mutex_unlock(&writer->lock);
    return more;
}

static void write_batch(bona_writer *writer, queued *const *batch, size_t count)
{
    const bona_job_record *records[BATCH_MAX];
    int64_t started = bona_clock_ns();
    bona_note note = { "" };
    bona_err err;

    for (size_t i = 0; i < count; i++)
        records[i] = &batch[i]->record;
    do {
        err = writer->ops->add_jobs(writer->db, records, count, &note);
        note_result(writer, err, &note);
    } while (err != BONA_OK && pause_before_retry(writer, started));
    for (size_t i = 0; i < count; i++)
        bona_free(batch[i]);
    pthread_mutex_lock(&writer->lock);
    writer->in_batch = 0;
    if (err == BONA_OK)
        writer->written += count;
    else
        writer->dropped += count;
    pthread_mutex_unlock(&writer->lock);
}

static void prune(bona_writer *writer)
{
    int64_t before = bona_clock_wall_ms() - (int64_t)writer->settings.retention_days * 86400000;
    bona_note note = { "" };
    int32_t removed = PRUNE_ROWS;

    while (removed == PRUNE_ROWS) {
        bona_err err = writer->ops->prune_jobs(writer->db, before, PRUNE_ROWS, &removed, &note);

        if (err != BONA_OK) {
            note_result(writer, err, &note);
            return;
        }
    }
}

static bool is_over(bona_writer *writer)
{
    bool ended;

    pthread_mutex_lock(&writer->lock);
    ended = writer->stopping && (writer->first == NULL || bona_clock_ns() >= writer->stop_due_ns);
    pthread_mutex_unlock(&writer->lock);
    return ended;
}

static void *run(void *arg)
{
    bona_writer *writer = arg;
    queued *batch[BATCH_MAX];
    int64_t pruned = 0;
    bool prunes = writer->settings.retention_days > 0;

    while (!is_over(writer)) {
        size_t count;

        if (prunes && (pruned == 0 || bona_clock_ms_since(pruned) >= PRUNE_EVERY_MS)) {
            prune(writer);
            pruned = bona_clock_ns();
        }
        count = take_batch(writer, batch, PRUNE_EVERY_MS);
        if (count > 0)
            write_batch(writer, batch, count);
    }
    return NULL;
}

static void release(bona_writer *writer)
{
    while (writer->first != NULL) {
        queued *next = writer->first->next;

        bona_free(writer->first);
        writer->first = next;
    }
    writer->ops->close(writer->db);
    pthread_cond_destroy(&writer->changed);
    pthread_mutex_destroy(&writer->lock);
    bona_free(writer);
}

/* The server's signals are for the threads that want them. */
static int start_thread(bona_writer *writer)
{
    sigset_t all, before;
    int failed;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    failed = pthread_create(&writer->thread, NULL, run, writer);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return failed;
}

bona_err bona_writer_new(bona_writer **writer_out, const bona_store_ops *ops,
                         const bona_store_settings *settings, bona_note *note)
{
    bona_writer *writer = bona_alloc(1, sizeof *writer);
    pthread_condattr_t monotonic;
    bona_err err;

    if (writer == NULL)
        return BONA_NO_MEMORY;
    writer->ops = ops;
    writer->settings = *settings;
    if (writer->settings.queue_max == 0)
        writer->settings.queue_max = QUEUE_MAX_DEFAULT;
    writer->end = &writer->first;
    writer->healthy = true;
    pthread_mutex_init(&writer->lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&writer->changed, &monotonic);
    pthread_condattr_destroy(&monotonic);
    err = ops->open(&writer->db, settings->where, false, note);
    if (err == BONA_OK && start_thread(writer) != 0)
        err = bona_fail(note, BONA_STORE, "no thread for the database");
    if (err != BONA_OK) {
        release(writer);
        return err;
    }
    *writer_out = writer;
    return BONA_OK;
}

void bona_writer_free(bona_writer *writer)
{
    if (writer == NULL)
        return;
    pthread_mutex_lock(&writer->lock);
    writer->stopping = true;
    writer->stop_due_ns = bona_clock_ns() + (int64_t)CLOSE_MS * 1000000;
    pthread_cond_broadcast(&writer->changed);
    pthread_mutex_unlock(&writer->lock);
    pthread_join(writer->thread, NULL);
    release(writer);
}

void bona_writer_add(bona_writer *writer, const bona_job_record *record)
{
    queued *item = bona_alloc(1, sizeof *item);

    if (item != NULL)
        item->record = *record;
    pthread_mutex_lock(&writer->lock);
    if (item == NULL || writer->stopping || writer->waiting >= writer->settings.queue_max) {
        writer->dropped++;
        pthread_mutex_unlock(&writer->lock);
        bona_free(item);
        return;
    }
    *writer->end = item;
    writer->end = &item->next;
    writer->waiting++;
    if (writer->waiting == 1 || writer->waiting == BATCH_MAX)
        pthread_cond_broadcast(&writer->changed);
    pthread_mutex_unlock(&writer->lock);
}

void bona_writer_look(bona_writer *writer, bona_store_stats *stats)
{
    pthread_mutex_lock(&writer->lock);
    stats->queued = writer->waiting + writer->in_batch;
    stats->written = writer->written;
    stats->dropped = writer->dropped;
    stats->errors = writer->errors;
    stats->healthy = writer->healthy;
    snprintf(stats->last_error, sizeof stats->last_error, "%s", writer->last_error);
    pthread_mutex_unlock(&writer->lock);
}
