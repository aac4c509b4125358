/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The dispatcher: one thread that waits on the spawner, on every worker and on the calls of other
 * threads, hands out jobs and gives up on workers. Slots are changed by this thread only, under the
 * lock because others count them.
 */
#include "workers/slots.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "workers/message.h"

enum { LINE_CHARS = 160 }; /* of a warning */

static const int64_t clock_slack_ns =
    100000000; /* by which a worker's CPU time may seem to exceed the wall time */

void bona_dispatch_wake(bona_crew *crew)
{
    const uint64_t one = 1;
    ssize_t written = write(crew->wake, &one, sizeof one);

    (void)written; /* a full counter has woken it already */
}

static void warn(const bona_crew *crew, const char *line)
{
    if (crew->settings.warn != NULL)
        crew->settings.warn(crew->settings.warn_arg, line);
}

static void tally(bona_crew *crew, const bona_queued *job)
{
    crew->stats.cancelled += job->cancelled;
    crew->stats.done += job->err == BONA_OK;
    crew->stats.lost += job->err == BONA_WORKER_LOST;
    crew->stats.timeouts += job->err == BONA_TIMEOUT;
    crew->stats.cpu_ns += job->cpu_ns;
}

/* Wipes the pictures, tells the one who asked, frees. */
static void conclude(bona_crew *crew, bona_queued *job, size_t reply_size)
{
    bona_outcome outcome = { .id = job->id, .err = job->err, .tries = job->tries };
    int64_t handed = job->tries > 0 ? job->handed_ns : job->ended_ns;

    bona_slab_free(job->slab);
    pthread_mutex_lock(&crew->lock);
    outcome.cancelled = job->cancelled; /* the last moment at which cancelling counts */
    if (outcome.cancelled)
        outcome.err = job->err = BONA_INTERNAL;
    tally(crew, job);
    pthread_mutex_unlock(&crew->lock);
    if (outcome.err == BONA_OK) {
        outcome.reply = crew->reply;
        outcome.reply_size = reply_size;
    }
    outcome.queue_ms = (double)(handed - job->submitted_ns) / 1e6;
    outcome.work_ms = (double)(job->ended_ns - handed) / 1e6;
    outcome.cpu_ms = (double)job->cpu_ns / 1e6;
    if (job->done != NULL)
        job->done(job->arg, &outcome);
    bona_free(job);
}

static void conclude_finished(bona_crew *crew)
{
    bona_queued *job = crew->finished;

    crew->finished = NULL;
    while (job != NULL) {
        bona_queued *next = job->next;

        conclude(crew, job, 0);
        job = next;
    }
}

static void lock_and_drop(bona_crew *crew, int32_t index, bona_err fault, bool garbage)
{
    char line[LINE_CHARS];

    if (garbage) {
        snprintf(line, sizeof line,
                 "worker %d (process %d) gave an answer that cannot be; it is replaced", index,
                 (int)crew->slots[index].pid);
        warn(crew, line);
    }
    pthread_mutex_lock(&crew->lock);
    crew->stats.garbage += garbage;
    bona_slots_drop(crew, index, fault);
    pthread_mutex_unlock(&crew->lock);
}

/* Whether an answer is to the job that this worker has, complete, possible in time, and of a kind
 * that `work` gives. */
static bool answer_fits(const bona_crew *crew, const bona_queued *job, const bona_says_head *says,
                        size_t reply_size, int64_t now)
{
    if (job == NULL || says->what != BONA_SAYS_ANSWER || says->id != job->id ||
        says->size != reply_size || says->reserved != 0)
        return false;
    if (says->cpu_ns > (uint64_t)(now - job->handed_ns) + (uint64_t)clock_slack_ns)
        return false; /* one thread cannot use more CPU time than passed; clocks may differ by a
                         tick */
    return crew->work.accept == NULL ||
           crew->work.accept(job->ask, job->ask_size, crew->reply, reply_size);
}

static void take_answer(bona_crew *crew, int32_t index, const bona_says_head *says,
                        size_t reply_size)
{
    bona_slot *slot = &crew->slots[index];
    bona_queued *job = slot->job;
    int64_t now = bona_clock_ns();

    if (!answer_fits(crew, job, says, reply_size, now)) {
        lock_and_drop(crew, index, BONA_WORKER_LOST, true);
        return;
    }
    pthread_mutex_lock(&crew->lock);
    job->err = BONA_OK;
    job->ended_ns = now;
    job->cpu_ns = says->cpu_ns;
    slot->job = NULL;
    slot->state = BONA_SLOT_IDLE;
    bona_slots_hand_out(
        crew); /* before the wiping and the callback, so that the worker does not wait for them */
    bona_slots_count(crew);
    pthread_mutex_unlock(&crew->lock);
    conclude(crew, job, reply_size);
}

/* What a worker has to say. */
static void hear(bona_crew *crew, int32_t index)
{
    bona_slot *slot = &crew->slots[index];
    bona_says_head says;
    size_t size = 0;
    bona_received got = bona_message_receive(slot->socket, &says, sizeof says, crew->reply,
                                             BONA_REPLY_MAX, &size, NULL, false);

    if (got == BONA_GOT_NOTHING)
        return;
    if (got == BONA_GOT_END) {
        lock_and_drop(crew, index, BONA_WORKER_LOST, false);
    } else if (got == BONA_GOT_BROKEN) {
        lock_and_drop(crew, index, BONA_WORKER_LOST, true);
    } else if (slot->state == BONA_SLOT_STARTING && says.what == BONA_SAYS_READY && size == 0) {
        pthread_mutex_lock(&crew->lock);
        slot->state = BONA_SLOT_IDLE;
        slot->stillborn = 0;
        bona_slots_count(crew);
        pthread_mutex_unlock(&crew->lock);
    } else {
        take_answer(crew, index, &says, size);
    }
}

static void note_death(const bona_crew *crew, const bona_control *event)
{
    char line[LINE_CHARS];

    if (crew->stopping)
        return;
    if (WIFSIGNALED(event->status))
        snprintf(line, sizeof line, "worker %d (process %d) ended by signal %d%s", event->slot,
                 (int)event->pid, WTERMSIG(event->status),
                 WTERMSIG(event->status) == SIGSYS ? ", a forbidden system call" : "");
    else
        snprintf(line, sizeof line, "worker %d (process %d) ended with status %d", event->slot,
                 (int)event->pid, WEXITSTATUS(event->status));
    warn(crew, line);
}

/* One event of the spawner, which is trusted: it reads no pictures. */
static void take_event(bona_crew *crew, const bona_control *event, int fd)
{
    bona_slot *slot = &crew->slots[event->slot];
    bool mine = slot->generation == event->generation && slot->state == BONA_SLOT_ORDERED;

    assert(event->slot >= 0 && event->slot < crew->settings.workers);
    if (event->what == BONA_EVENT_DIED)
        note_death(crew, event);
    pthread_mutex_lock(&crew->lock);
    if (event->what == BONA_EVENT_BORN && mine && fd >= 0) {
        slot->socket = fd;
        slot->pid = event->pid;
        slot->state = BONA_SLOT_STARTING;
        fd = -1;
    } else if (event->what == BONA_EVENT_NOT_BORN && mine) {
        bona_slots_drop(crew, event->slot, BONA_WORKER_LOST);
    }
    pthread_mutex_unlock(&crew->lock);
    if (fd >= 0)
        close(fd); /* too late: the slot was given up, and that ended it */
}

static void hear_spawner(bona_crew *crew)
{
    bona_control event;
    bona_received got;
    int fd;

    while ((got = bona_message_receive(crew->control, &event, sizeof event, NULL, 0, NULL, &fd,
                                       false)) == BONA_GOT_MESSAGE)
        take_event(crew, &event, fd);
    if (got == BONA_GOT_NOTHING)
        return;
    pthread_mutex_lock(&crew->lock);
    close(crew->control);
    crew->control = -1;
    crew->stats.spawner_lost = true;
    pthread_cond_broadcast(&crew->changed);
    pthread_mutex_unlock(&crew->lock);
    warn(crew, "the spawner is gone: workers cannot be replaced any more");
}

/* Waits for something to happen and hears everybody who has something to say. */
static void listen_once(bona_crew *crew, int timeout_ms)
{
    struct pollfd watched[BONA_WORKERS_MAX + 2];
    nfds_t total = (nfds_t)crew->settings.workers + 2;
    uint64_t wakes;

    watched[0] = (struct pollfd){ .fd = crew->wake, .events = POLLIN };
    watched[1] = (struct pollfd){ .fd = crew->control, .events = POLLIN }; /* poll skips -1 */
    for (int32_t i = 0; i < crew->settings.workers; i++)
        watched[i + 2] = (struct pollfd){ .fd = crew->slots[i].socket, .events = POLLIN };
    if (poll(watched, total, timeout_ms) < 0)
        return;
    if (watched[0].revents != 0 && read(crew->wake, &wakes, sizeof wakes) < 0)
        assert(errno == EAGAIN);
    for (int32_t i = 0; i < crew->settings.workers; i++)
        if (watched[i + 2].revents != 0 && crew->slots[i].socket == watched[i + 2].fd)
            hear(crew, i);
    if (watched[1].revents != 0)
        hear_spawner(crew);
}

static void close_sockets(bona_crew *crew)
{
    for (int32_t i = 0; i < crew->settings.workers; i++) {
        if (crew->slots[i].socket >= 0)
            close(crew->slots[i].socket);
        crew->slots[i] = (bona_slot){ .socket = -1 };
    }
}

void *bona_dispatch_run(void *arg)
{
    bona_crew *crew = arg;
    bool ended = false;
    int timeout_ms;

    while (!ended) {
        int64_t now = bona_clock_ns();

        pthread_mutex_lock(&crew->lock);
        bona_slots_sweep(crew);
        bona_slots_check(crew, now);
        bona_slots_order(crew, now);
        bona_slots_hand_out(crew);
        ended = bona_slots_over(crew, now);
        timeout_ms = bona_slots_timeout_ms(crew, now);
        pthread_mutex_unlock(&crew->lock);
        conclude_finished(crew);
        if (!ended)
            listen_once(crew, timeout_ms);
    }
    pthread_mutex_lock(&crew->lock);
    close_sockets(crew);
    bona_slots_count(crew);
    pthread_mutex_unlock(&crew->lock);
    return NULL;
}
