/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The process wall: jobs are done by worker processes that own one socket and nothing else.
 *
 *   front (this process) --control socket-- spawner --fork-- worker 0..N-1
 *          \------------ one socketpair per worker, handed over with SCM_RIGHTS ----/
 *
 * bona_crew_new() forks the spawner and has to be called while the process has one thread and
 * before it owns any key, database, TLS state or listener; nothing else ever forks.
 * bona_crew_start() starts the one dispatcher thread that hands out jobs, watches deadlines and has
 * dead or stuck workers replaced. Everything after that is thread-safe.
 *
 * What a worker does is a table of functions, so that tests can put misbehaving ones there; the
 * real one is vision.h.
 */
#ifndef BONA_WORKERS_CREW_H
#define BONA_WORKERS_CREW_H

#include <sys/types.h>

#include "workers/slab.h"

enum {
    BONA_WORKERS_MAX = 64,  /* worker processes */
    BONA_ASK_MAX = 1024,    /* bytes of a question */
    BONA_REPLY_MAX = 32768, /* bytes of an answer */
    BONA_JOB_TRIES = 2      /* workers that one job may cost */
};

/* One job as the worker sees it. */
typedef struct bona_job {
    uint64_t id;
    const void *ask; /* plain data */
    size_t ask_size; /* bytes */
} bona_job;

/* Where a worker puts its answer. */
typedef struct bona_reply {
    uint8_t *data; /* BONA_REPLY_MAX bytes */
    size_t size;   /* bytes used; set by `work` */
} bona_reply;

/* What a crew does. All but `accept` run in the worker. */
typedef struct bona_work {
    void *shared; /* made before bona_crew_new, shared copy-on-write by all workers (the loaded
                     networks) */

    /* Before the lockdown: allocate, load lazily loaded things, touch everything once. *state goes
     * to `work`. */
    bona_err (*prepare)(void *shared, void **state);

    /* Behind the wall. `slab` is readable only and ends when this returns. */
    void (*work)(void *state, const bona_job *job, bona_bytes slab, bona_reply *reply);

    /* In the front, on the dispatcher thread: whether an answer is one that `work` could have
     * given. NULL takes all. */
    bool (*accept)(const void *ask, size_t ask_size, const void *reply, size_t reply_size);
} bona_work;

/* 0 = the default in the comment. */
typedef struct bona_crew_settings {
    int32_t workers;     /* processes, default one per core this process may use */
    int32_t queue_max;   /* jobs waiting, default 64 */
    int32_t deadline_ms; /* per try, default 10000 ms */
    int32_t ready_ms;    /* a worker has to be ready by then, default 60000 ms; doubled up to four
                            times while none is */
    size_t
        memory_max; /* address space of a worker, default 2 GiB over what it has when it is ready */

    /* One line about a worker that went away, for the log; on the dispatcher thread. NULL = nobody
     * listens. */
    void (*warn)(void *arg, const char *line);
    void *warn_arg;
} bona_crew_settings;

typedef struct bona_crew bona_crew;

/* How a job ended. Valid during the callback. */
typedef struct bona_outcome {
    uint64_t id;
    /*
     * BONA_OK; BONA_WORKER_LOST (two workers died on it or answered garbage), BONA_TIMEOUT (second
     * try passed its deadline as well), BONA_NO_MEMORY (it could not be handed out) or BONA_BUSY
     * (the crew stopped before it was its turn).
     */
    bona_err err;
    bool cancelled;    /* bona_crew_cancel came first; err is BONA_INTERNAL then */
    const void *reply; /* BONA_OK only; checked by `accept` */
    size_t reply_size; /* bytes */
    int32_t tries;     /* workers that had it */
    double queue_ms;   /* from submit to the last hand-over */
    double work_ms;    /* wall time of `work` as the front saw it, hand-over and wake-up included */
    double cpu_ms;     /* CPU time of `work` as the worker reports it, 0..work_ms x cores */
} bona_outcome;

/* Called exactly once per submitted job, on the dispatcher thread: hand over and return, never
 * block. */
typedef void (*bona_crew_done)(void *arg, const bona_outcome *outcome);

typedef struct bona_crew_stats {
    int32_t workers; /* wanted */
    int32_t alive;   /* ready for jobs or busy */
    int32_t busy;
    int32_t queued;
    int32_t queue_max;
    bool spawner_lost; /* no replacement is possible any more: the server has to end */
    uint64_t replaced; /* workers that went away without being asked to, dead or killed */
    uint64_t stuck;    /* of these, killed for a passed deadline */
    uint64_t garbage;  /* of these, killed for an answer that cannot be */
    uint64_t done;     /* jobs answered */
    uint64_t retried;  /* second tries */
    uint64_t lost;     /* jobs that ended in BONA_WORKER_LOST */
    uint64_t timeouts; /* jobs that ended in BONA_TIMEOUT */
    uint64_t refused;  /* jobs refused with BONA_BUSY */
    uint64_t cancelled;
    uint64_t cpu_ns; /* spent in `work` by all workers, as reported */
} bona_crew_stats;

/*
 * Forks the spawner, which makes the workers at once. `work` is copied; what it points to stays the
 * caller's. Returns BONA_OK, BONA_NO_MEMORY, BONA_BAD_ARGUMENT (settings out of range),
 * BONA_INTERNAL (the process has more than one thread) or BONA_IO.
 */
bona_err bona_crew_new(bona_crew **crew, const bona_work *work, const bona_crew_settings *settings,
                       bona_note *note);

/* Starts the dispatcher. Returns BONA_OK or BONA_IO. */
bona_err bona_crew_start(bona_crew *crew, bona_note *note);

/* Whether every worker is ready (for /readyz); waits up to `wait_ms` for it (0 = only looks). */
bool bona_crew_ready(bona_crew *crew, int32_t wait_ms);

/*
 * Queues a job. `ask` is copied. On BONA_OK the slab (may be NULL) belongs to the crew, which wipes
 * it before `done` is called; otherwise it stays the caller's and `done` is never called. *id (may
 * be NULL) names the job for cancelling. Returns BONA_OK, BONA_BUSY (queue full, not started or
 * stopping), BONA_BAD_ARGUMENT (ask_size) or BONA_NO_MEMORY.
 */
bona_err bona_crew_submit(bona_crew *crew, const void *ask, size_t ask_size, bona_slab *slab,
                          bona_crew_done done, void *arg, uint64_t *id);

/*
 * The client went away. A waiting job leaves the queue at once; one that runs is finished and its
 * answer dropped. `done` is called in any case, with `cancelled` set unless the answer was already
 * on its way. Unknown ids are ignored.
 */
void bona_crew_cancel(bona_crew *crew, uint64_t id);

void bona_crew_look(bona_crew *crew, bona_crew_stats *stats);

/* Process ids of the workers that are alive, at most `room`; returns how many. For metrics and
 * tests. */
int32_t bona_crew_pids(bona_crew *crew, pid_t *pids, int32_t room);

/*
 * Refuses new jobs, waits up to `grace_ms` for waiting and running ones, answers what is left with
 * BONA_BUSY, ends workers, spawner and dispatcher. Every `done` has been called when it returns.
 * After it a submit is refused, a cancel does nothing, and bona_crew_free follows. NULL is fine,
 * for both.
 */
void bona_crew_stop(bona_crew *crew, int32_t grace_ms);

/* Of a crew that was stopped. */
void bona_crew_free(bona_crew *crew);

#endif
