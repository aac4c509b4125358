/* SPDX-License-Identifier: Apache-2.0 */
/* Workers that misbehave on demand, and a front that counts how their jobs end. */
#ifndef BONA_TESTS_WORKERS_RIG_H
#define BONA_TESTS_WORKERS_RIG_H

#include "check.h"

#include <pthread.h>

#include "workers/crew.h"

/* What a job asks its worker to do. */
typedef enum rig_act {
    RIG_SUM,         /* answer with the sum of the slab's bytes */
    RIG_SLEEP,       /* the same, after busy `value` milliseconds */
    RIG_OPEN,        /* open a file */
    RIG_SOCKET,      /* open a socket */
    RIG_EXEC,        /* become another program */
    RIG_FORK,        /* make a process */
    RIG_KILL_PARENT, /* end the spawner */
    RIG_EXECUTABLE,  /* map memory that can be executed */
    RIG_WRITE_SLAB,  /* change the picture */
    RIG_UNLOCK_SLAB, /* make the picture's mapping writable and change it */
    RIG_DIE,         /* end by a signal */
    RIG_LOOP,        /* never come back */
    RIG_HOG,         /* allocate `value` MiB and answer with the number that was given */
    RIG_GARBAGE,     /* answer what `accept` refuses */
    RIG_LONG,        /* answer more than a reply may have */
    RIG_WRONG_JOB,   /* answer with the number of another job, by hand */
    RIG_TALK         /* answer twice */
} rig_act;

typedef struct rig_ask {
    int32_t act;
    int32_t value;
} rig_ask;

typedef struct rig_answer {
    uint64_t magic;
    uint64_t sum;
} rig_answer;

typedef struct rig {
    bona_crew *crew;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    int ended;                  /* jobs that came back */
    int errors[BONA_ERR_COUNT]; /* by error */
    int cancelled, wrong;       /* cancelled ones; right error but wrong sum */
    uint64_t last_sum;
    int last_tries;
    uint64_t second_tries; /* jobs that ended after two */
    bona_err last_err;
    char last_warning[160]; /* of the crew */
    int warnings;
} rig;

/* A crew of `workers` that is ready. */
void rig_start(rig *self, int workers, const bona_crew_settings *settings);
void rig_stop(rig *self);
void rig_end(bona_crew *crew, int32_t grace_ms); /* stops and frees it */

/* Queues one job with `size` bytes of slab, all of value 1 (0 = no slab). */
bona_err rig_submit(rig *self, rig_act act, int32_t value, size_t size, uint64_t *id);

/* Waits until so many jobs have ended; fails the test after a minute. */
void rig_wait(rig *self, int ended);

/* One job from start to end; returns its error. */
bona_err rig_run(rig *self, rig_act act, int32_t value, size_t size);

/* Whether every job that was given out again has come back. */
bool rig_settled(rig *self);

/* The crew's last warning, copied. */
void rig_warning(rig *self, char line[160]);

/* A process's resident memory in KiB, from /proc/PID/status; `field` is "VmRSS:" or "RssAnon:". */
long rig_memory_kib(pid_t pid, const char *field);

#endif
