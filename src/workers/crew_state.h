/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of a crew: shared by crew.c (the calls) and dispatch.c (the thread). */
#ifndef BONA_WORKERS_CREW_STATE_H
#define BONA_WORKERS_CREW_STATE_H

#include <pthread.h>

#include "workers/crew.h"

/* EMPTY -> (spawn order) -> ORDERED -> (socket came) -> STARTING -> (says ready) -> IDLE <-> BUSY;
 * any -> EMPTY. */
typedef enum bona_slot_state {
    BONA_SLOT_EMPTY,
    BONA_SLOT_ORDERED,
    BONA_SLOT_STARTING,
    BONA_SLOT_IDLE,
    BONA_SLOT_BUSY
} bona_slot_state;

typedef struct bona_queued bona_queued;

/* A job in the front: waiting in the queue or held by a slot. */
struct bona_queued {
    bona_queued *next;
    uint64_t id;
    bona_slab *slab;
    bona_crew_done done;
    void *arg;
    int64_t submitted_ns, handed_ns, ended_ns;
    uint64_t cpu_ns;
    int32_t tries;
    bona_err err; /* how it ends */
    bool cancelled;
    size_t ask_size;
    uint8_t ask[BONA_ASK_MAX];
};

typedef struct bona_slot {
    bona_slot_state state;
    uint64_t generation; /* of the worker that is or was here */
    int socket;          /* -1 = none */
    pid_t pid;
    int64_t
        due_ns; /* EMPTY: when to order a new one; ORDERED, STARTING, BUSY: when patience ends */
    int32_t stillborn; /* workers in a row that died before they were ready */
    bona_queued *job;  /* BUSY */
} bona_slot;

struct bona_crew {
    bona_work work;
    bona_crew_settings settings; /* complete */
    int control;                 /* to the spawner; -1 = it is gone */
    pid_t spawner;
    int wake; /* eventfd */
    pthread_t thread;
    bool started;
    uint8_t *reply; /* BONA_REPLY_MAX bytes; of the dispatcher alone */

    pthread_mutex_t lock; /* over everything below */
    pthread_cond_t changed;
    bool stopping;
    int64_t stop_due_ns;
    uint64_t next_id, next_generation;
    bona_queued *queue, **queue_end;
    int32_t queued;
    bona_queued
        *finished; /* jobs whose end is decided and whose callback is due; of the dispatcher */
    bona_slot slots[BONA_WORKERS_MAX];
    bona_crew_stats stats;
};

/* Runs until the crew is told to stop and every job has its answer. */
void *bona_dispatch_run(void *crew);

/* Wakes the dispatcher. */
void bona_dispatch_wake(bona_crew *crew);

#endif
