/* SPDX-License-Identifier: Apache-2.0 */
/* Who does what: jobs move between queue, slots and the list of finished ones; see slots.h. */
#include "workers/slots.h"

#include <limits.h>
#include <unistd.h>

#include "base/clock.h"
#include "workers/message.h"

enum {
    BACKOFF_MS_MIN = 100,  /* ms before a worker that was never ready is replaced */
    BACKOFF_MS_MAX = 5000, /* ms, after doubling */
    PATIENCE_DOUBLINGS = 4 /* of ready_ms, for workers that were not ready in time */
};

static const int64_t ns_per_ms = 1000000;

void bona_slots_count(bona_crew *crew)
{
    crew->stats.alive = crew->stats.busy = 0;
    for (int32_t i = 0; i < crew->settings.workers; i++) {
        bona_slot_state state = crew->slots[i].state;

        crew->stats.alive += state == BONA_SLOT_IDLE || state == BONA_SLOT_BUSY;
        crew->stats.busy += state == BONA_SLOT_BUSY;
    }
    pthread_cond_broadcast(&crew->changed);
}

static bona_queued *pop(bona_crew *crew)
{
    bona_queued *job = crew->queue;

    if (job == NULL)
        return NULL;
    crew->queue = job->next;
    if (crew->queue == NULL)
        crew->queue_end = &crew->queue;
    crew->queued--;
    job->next = NULL;
    return job;
}

static void push_front(bona_crew *crew, bona_queued *job)
{
    job->next = crew->queue;
    if (crew->queue == NULL)
        crew->queue_end = &job->next;
    crew->queue = job;
    crew->queued++;
}

/* The callback follows outside of the lock. */
static void finish(bona_crew *crew, bona_queued *job, bona_err err)
{
    job->err = err;
    job->ended_ns = bona_clock_ns();
    job->next = crew->finished;
    crew->finished = job;
}

/* Its worker is gone: once more, if there is a try left. */
static void try_again(bona_crew *crew, bona_queued *job, bona_err fault)
{
    if (job->tries < BONA_JOB_TRIES && !job->cancelled) {
        crew->stats.retried++;
        push_front(crew, job);
    } else {
        finish(crew, job, fault);
    }
}

static bool order(bona_crew *crew, bona_order what, int32_t slot)
{
    bona_control control = { .what = what,
                             .slot = slot,
                             .generation = crew->slots[slot].generation };

    return crew->control >= 0 && bona_message_send(crew->control, &control, sizeof control, NULL, 0,
                                                   -1, false) == BONA_OK;
}

static void set_backoff(bona_slot *slot, int64_t now)
{
    int64_t pause_ms = 0;

    if (slot->stillborn > 0) {
        int32_t doublings = slot->stillborn < 7 ? slot->stillborn - 1 : 6;

        pause_ms = (int64_t)BACKOFF_MS_MIN << doublings;
        if (pause_ms > BACKOFF_MS_MAX)
            pause_ms = BACKOFF_MS_MAX;
    }
    slot->due_ns = now + pause_ms * ns_per_ms;
}

/* Gives up on a worker; `fault` says why, for its job. */
void bona_slots_drop(bona_crew *crew, int32_t index, bona_err fault)
{
    bona_slot *slot = &crew->slots[index];
    bona_queued *job = slot->job;

    if (slot->state == BONA_SLOT_IDLE || slot->state == BONA_SLOT_BUSY)
        crew->stats.replaced++;
    else
        slot->stillborn++;
    (void)order(crew, BONA_ORDER_KILL, index); /* a dead one is none the worse for it */
    if (slot->socket >= 0)
        close(slot->socket);
    slot->socket = -1;
    slot->state = BONA_SLOT_EMPTY;
    slot->job = NULL;
    set_backoff(slot, bona_clock_ns());
    if (job != NULL)
        try_again(crew, job, fault);
    bona_slots_count(crew);
}

/* On a machine so busy that a worker was not ready in time the next one would not be either: it is
 * given longer. */
static int64_t patience_ns(const bona_crew *crew, const bona_slot *slot)
{
    int32_t doublings = slot->stillborn < PATIENCE_DOUBLINGS ? slot->stillborn : PATIENCE_DOUBLINGS;

    return (crew->settings.ready_ms * ns_per_ms) << doublings;
}

void bona_slots_order(bona_crew *crew, int64_t now)
{
    for (int32_t i = 0; i < crew->settings.workers; i++) {
        bona_slot *slot = &crew->slots[i];

        if (slot->state != BONA_SLOT_EMPTY || slot->due_ns > now || crew->control < 0)
            continue;
        slot->generation = crew->next_generation++;
        if (order(crew, BONA_ORDER_SPAWN, i)) {
            slot->state = BONA_SLOT_ORDERED;
            slot->due_ns = now + patience_ns(crew, slot);
        } else {
            slot->due_ns = now + BACKOFF_MS_MIN * ns_per_ms;
        }
    }
}

/* Gives `job` to an idle worker; false when that worker turns out to be gone. */
static bool hand_over(bona_crew *crew, bona_slot *slot, bona_queued *job)
{
    bona_job_head head = { .id = job->id, .ask_size = job->ask_size };
    int fd = -1;

    if (job->slab != NULL) {
        head.slab_size = bona_slab_used(job->slab);
        fd = head.slab_size > 0 ? bona_slab_fd(job->slab) : -1;
    }
    if (bona_message_send(slot->socket, &head, sizeof head, job->ask, job->ask_size, fd, false) !=
        BONA_OK)
        return false;
    job->tries++;
    job->handed_ns = bona_clock_ns();
    slot->job = job;
    slot->state = BONA_SLOT_BUSY;
    slot->due_ns = job->handed_ns + crew->settings.deadline_ms * ns_per_ms;
    return true;
}

void bona_slots_hand_out(bona_crew *crew)
{
    bool any = false;

    for (int32_t i = 0; i < crew->settings.workers && crew->queue != NULL; i++) {
        bona_queued *job;

        if (crew->slots[i].state != BONA_SLOT_IDLE)
            continue;
        job = pop(crew);
        if (!hand_over(crew, &crew->slots[i], job)) {
            push_front(crew, job);
            bona_slots_drop(crew, i, BONA_WORKER_LOST);
        }
        any = true;
    }
    if (any)
        bona_slots_count(crew);
}

void bona_slots_sweep(bona_crew *crew)
{
    bona_queued **link = &crew->queue;

    while (*link != NULL) {
        bona_queued *job = *link;

        if (job->cancelled) {
            *link = job->next;
            crew->queued--;
            finish(crew, job, BONA_INTERNAL);
        } else {
            link = &job->next;
        }
    }
    crew->queue_end = link;
}

void bona_slots_check(bona_crew *crew, int64_t now)
{
    for (int32_t i = 0; i < crew->settings.workers; i++) {
        const bona_slot *slot = &crew->slots[i];

        if (slot->state == BONA_SLOT_EMPTY || slot->state == BONA_SLOT_IDLE || slot->due_ns > now)
            continue;
        crew->stats.stuck += slot->state == BONA_SLOT_BUSY;
        bona_slots_drop(crew, i, BONA_TIMEOUT);
    }
}

/* Nobody will ever do these. */
static void give_up_all(bona_crew *crew, bona_err err)
{
    for (bona_queued *job = pop(crew); job != NULL; job = pop(crew))
        finish(crew, job, err);
    for (int32_t i = 0; i < crew->settings.workers; i++) {
        if (crew->slots[i].job != NULL)
            finish(crew, crew->slots[i].job, err);
        crew->slots[i].job = NULL;
    }
}

bool bona_slots_over(bona_crew *crew, int64_t now)
{
    if (crew->stats.spawner_lost && crew->stats.alive == 0)
        give_up_all(crew, BONA_WORKER_LOST);
    if (!crew->stopping)
        return false;
    if (now >= crew->stop_due_ns)
        give_up_all(crew, BONA_BUSY);
    return crew->queue == NULL && (crew->stats.busy == 0 || now >= crew->stop_due_ns);
}

int bona_slots_timeout_ms(const bona_crew *crew, int64_t now)
{
    int64_t due = crew->stopping ? crew->stop_due_ns : INT64_MAX;
    int64_t ms;

    for (int32_t i = 0; i < crew->settings.workers; i++) {
        const bona_slot *slot = &crew->slots[i];
        bool timed =
            slot->state != BONA_SLOT_IDLE && (slot->state != BONA_SLOT_EMPTY || crew->control >= 0);

        if (timed && slot->due_ns < due)
            due = slot->due_ns;
    }
    if (due == INT64_MAX)
        return -1;
    ms = due > now ? (due - now + ns_per_ms - 1) / ns_per_ms : 0;
    return ms < INT_MAX ? (int)ms : INT_MAX;
}
