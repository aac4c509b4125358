/* SPDX-License-Identifier: Apache-2.0 */
/* The calls of a crew; see crew.h. What happens between them is in dispatch.c. */
#include "workers/crew.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "workers/crew_state.h"
#include "workers/spawner.h"

enum {
    QUEUE_MAX_DEFAULT = 64,      /* jobs */
    DEADLINE_MS_DEFAULT = 10000, /* ms */
    READY_MS_DEFAULT = 60000,    /* ms; slow under sanitizers */
    QUEUE_MAX_LIMIT = 65536,     /* jobs */
    SPAWNER_END_MS = 2000        /* ms the spawner gets to end by itself */
};

static const size_t memory_max_default = (size_t)2 << 30; /* bytes */

static int32_t cores(void)
{
    cpu_set_t set;
    int count = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;

    return count > BONA_WORKERS_MAX ? BONA_WORKERS_MAX : count;
}

static bona_err complete(bona_crew_settings *settings, bona_note *note)
{
    if (settings->workers == 0)
        settings->workers = cores();
    if (settings->queue_max == 0)
        settings->queue_max = QUEUE_MAX_DEFAULT;
    if (settings->deadline_ms == 0)
        settings->deadline_ms = DEADLINE_MS_DEFAULT;
    if (settings->ready_ms == 0)
        settings->ready_ms = READY_MS_DEFAULT;
    if (settings->memory_max == 0)
        settings->memory_max = memory_max_default;
    if (settings->workers < 1 || settings->workers > BONA_WORKERS_MAX)
        return bona_fail(note, BONA_BAD_ARGUMENT, "%d workers: 1 to %d would be right",
                         settings->workers, BONA_WORKERS_MAX);
    if (settings->queue_max < 1 || settings->queue_max > QUEUE_MAX_LIMIT)
        return bona_fail(note, BONA_BAD_ARGUMENT, "a queue of %d jobs: 1 to %d would be right",
                         settings->queue_max, QUEUE_MAX_LIMIT);
    if (settings->deadline_ms < 1 || settings->ready_ms < 1)
        return bona_fail(note, BONA_BAD_ARGUMENT,
                         "deadlines of %d and %d ms: at least 1 ms would be right",
                         settings->deadline_ms, settings->ready_ms);
    return BONA_OK;
}

/* Forking a process with several threads copies locks that nobody will ever release. */
static bona_err one_thread_only(bona_note *note)
{
#ifndef BONA_SANITIZED /* the thread sanitizer has one of its own */
    DIR *tasks = opendir("/proc/self/task");
    int count = 0;

    if (tasks == NULL)
        return BONA_OK; /* no /proc: the caller's promise has to do */
    for (const struct dirent *entry = readdir(tasks); entry != NULL; entry = readdir(tasks))
        count += entry->d_name[0] != '.';
    closedir(tasks);
    if (count != 1)
        return bona_fail(note, BONA_INTERNAL,
                         "%d threads at the time of the fork: 1 would be right", count);
#else
    (void)note;
#endif
    return BONA_OK;
}

static bona_err fork_spawner(bona_crew *crew, bona_note *note)
{
    int pair[2];
    pid_t pid;

    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
        return bona_fail(note, BONA_IO, "no socketpair for the spawner: %s", strerror(errno));
    pid = fork();
    if (pid == 0)
        bona_spawner_run(pair[1], &crew->work, &crew->settings);
    close(pair[1]);
    if (pid < 0) {
        close(pair[0]);
        return bona_fail(note, BONA_IO, "no process for the spawner: %s", strerror(errno));
    }
    crew->control = pair[0];
    crew->spawner = pid;
    return BONA_OK;
}

static void release(bona_crew *crew)
{
    if (crew->control >= 0)
        close(crew->control);
    if (crew->wake >= 0)
        close(crew->wake);
    pthread_cond_destroy(&crew->changed);
    pthread_mutex_destroy(&crew->lock);
    bona_free(crew->reply);
    bona_free(crew);
}

static bona_err init(bona_crew *crew, const bona_work *work, const bona_crew_settings *settings)
{
    pthread_condattr_t monotonic;

    crew->work = *work;
    crew->settings = *settings;
    crew->control = -1;
    crew->next_id = crew->next_generation = 1;
    crew->queue_end = &crew->queue;
    for (int32_t i = 0; i < BONA_WORKERS_MAX; i++)
        crew->slots[i].socket = -1;
    pthread_mutex_init(&crew->lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&crew->changed, &monotonic);
    pthread_condattr_destroy(&monotonic);
    crew->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    crew->reply = bona_alloc(BONA_REPLY_MAX, 1);
    if (crew->reply == NULL)
        return BONA_NO_MEMORY;
    return crew->wake >= 0 ? BONA_OK : BONA_IO;
}

bona_err bona_crew_new(bona_crew **crew_out, const bona_work *work,
                       const bona_crew_settings *settings, bona_note *note)
{
    bona_crew_settings full = settings != NULL ? *settings : (bona_crew_settings){ 0 };
    bona_err err = complete(&full, note);
    bona_crew *crew;

    assert(work->work != NULL);
    if (err == BONA_OK)
        err = one_thread_only(note);
    if (err != BONA_OK)
        return err;
    crew = bona_alloc(1, sizeof *crew);
    if (crew == NULL)
        return BONA_NO_MEMORY;
    err = init(crew, work, &full);
    if (err == BONA_OK)
        err = fork_spawner(crew, note);
    if (err != BONA_OK) {
        release(crew);
        return err;
    }
    *crew_out = crew;
    return BONA_OK;
}

bona_err bona_crew_start(bona_crew *crew, bona_note *note)
{
    sigset_t all, before;
    int failed;

    /* Signals of the server are for the threads that want them. */
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    failed = pthread_create(&crew->thread, NULL, bona_dispatch_run, crew);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (failed != 0)
        return bona_fail(note, BONA_IO, "no thread for the dispatcher: %s", strerror(failed));
    pthread_mutex_lock(&crew->lock);
    crew->started = true;
    pthread_mutex_unlock(&crew->lock);
    return BONA_OK;
}

bool bona_crew_ready(bona_crew *crew, int32_t wait_ms)
{
    struct timespec until;
    bool ready;

    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += wait_ms / 1000;
    until.tv_nsec += wait_ms % 1000 * 1000000L;
    if (until.tv_nsec >= 1000000000L) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000L;
    }
    pthread_mutex_lock(&crew->lock);
    while (crew->stats.alive < crew->settings.workers && wait_ms > 0 && !crew->stats.spawner_lost)
        if (pthread_cond_timedwait(&crew->changed, &crew->lock, &until) == ETIMEDOUT)
            break;
    ready = crew->stats.alive == crew->settings.workers && !crew->stopping;
    pthread_mutex_unlock(&crew->lock);
    return ready;
}

static bool takes_jobs(const bona_crew *crew)
{
    return crew->started && !crew->stopping && !crew->stats.spawner_lost &&
           crew->queued < crew->settings.queue_max;
}

bona_err bona_crew_submit(bona_crew *crew, const void *ask, size_t ask_size, bona_slab *slab,
                          bona_crew_done done, void *arg, uint64_t *id)
{
    bona_queued *job;

    if (ask_size > BONA_ASK_MAX)
        return BONA_BAD_ARGUMENT;
    job = bona_alloc(1, sizeof *job);
    if (job == NULL)
        return BONA_NO_MEMORY;
    *job = (bona_queued){ .slab = slab, .done = done, .arg = arg, .ask_size = ask_size };
    if (ask_size > 0)
        memcpy(job->ask, ask, ask_size);
    job->submitted_ns = bona_clock_ns();
    pthread_mutex_lock(&crew->lock);
    if (!takes_jobs(crew)) {
        crew->stats.refused++;
        pthread_mutex_unlock(&crew->lock);
        bona_free(job);
        return BONA_BUSY;
    }
    job->id = crew->next_id++;
    if (id != NULL)
        *id = job->id;
    *crew->queue_end = job;
    crew->queue_end = &job->next;
    crew->queued++;
    pthread_mutex_unlock(&crew->lock);
    bona_dispatch_wake(crew);
    return BONA_OK;
}

void bona_crew_cancel(bona_crew *crew, uint64_t id)
{
    bool found = false;

    pthread_mutex_lock(&crew->lock);
    for (bona_queued *job = crew->queue; job != NULL; job = job->next)
        if (job->id == id)
            found = job->cancelled = true;
    for (int32_t i = 0; i < crew->settings.workers && !found; i++)
        if (crew->slots[i].job != NULL && crew->slots[i].job->id == id)
            crew->slots[i].job->cancelled =
                true; /* its answer will be dropped; nothing to wake for */
    pthread_mutex_unlock(&crew->lock);
    if (found)
        bona_dispatch_wake(crew);
}

void bona_crew_look(bona_crew *crew, bona_crew_stats *stats)
{
    pthread_mutex_lock(&crew->lock);
    *stats = crew->stats;
    stats->workers = crew->settings.workers;
    stats->queued = crew->queued;
    stats->queue_max = crew->settings.queue_max;
    pthread_mutex_unlock(&crew->lock);
}

int32_t bona_crew_pids(bona_crew *crew, pid_t *pids, int32_t room)
{
    int32_t count = 0;

    pthread_mutex_lock(&crew->lock);
    for (int32_t i = 0; i < crew->settings.workers && count < room; i++)
        if (crew->slots[i].state == BONA_SLOT_IDLE || crew->slots[i].state == BONA_SLOT_BUSY)
            pids[count++] = crew->slots[i].pid;
    pthread_mutex_unlock(&crew->lock);
    return count;
}

/* The spawner ends when the control socket closes; if it does not, it is killed, and with it, by
 * their parent-death signal, its workers. */
static void end_spawner(bona_crew *crew)
{
    const struct timespec pause = { .tv_nsec = 2000000 }; /* 2 ms */
    int64_t start = bona_clock_ns();

    if (crew->control >= 0)
        close(crew->control);
    crew->control = -1;
    while (waitpid(crew->spawner, NULL, WNOHANG) == 0) {
        if (bona_clock_ms_since(start) > SPAWNER_END_MS) {
            kill(crew->spawner, SIGKILL);
            waitpid(crew->spawner, NULL, 0);
            return;
        }
        nanosleep(&pause, NULL);
    }
}

void bona_crew_stop(bona_crew *crew, int32_t grace_ms)
{
    bool started;

    if (crew == NULL)
        return;
    pthread_mutex_lock(&crew->lock);
    crew->stopping = true;
    crew->stop_due_ns = bona_clock_ns() + (int64_t)grace_ms * 1000000;
    started = crew->started;
    pthread_mutex_unlock(&crew->lock);
    if (started) {
        bona_dispatch_wake(crew);
        pthread_join(crew->thread, NULL);
    }
    end_spawner(crew);
}

void bona_crew_free(bona_crew *crew)
{
    if (crew != NULL)
        release(crew);
}
