/* SPDX-License-Identifier: Apache-2.0 */
/* Misbehaving workers; see rig.h. */
#include "workers/rig.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>

#include "base/clock.h"
#include "workers/lockdown.h"
#include "workers/message.h"

static const uint64_t answer_magic = 0x626f6e61666964ULL;

static uint64_t sum_of(bona_bytes slab)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < slab.size; i++)
        sum += slab.data[i];
    return sum;
}

static void spin(int32_t ms)
{
    int64_t start = bona_clock_ns();

    while (bona_clock_ms_since(start) < ms)
        ;
}

static int32_t hog(int32_t mib)
{
    static void *kept[4096];
    int32_t given = 0;

    for (int32_t i = 0; i < mib && i < 4096; i++) {
        kept[given] =
            mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (kept[given] == MAP_FAILED)
            break;
        given++;
    }
    for (int32_t i = 0; i < given; i++)
        munmap(kept[i], 1 << 20);
    return given;
}

/* What a worker that was broken into would try. */
static void attack(rig_act act, bona_bytes slab)
{
    char *argv[] = { "/bin/true", NULL };
    void *page;

    switch (act) {
    case RIG_OPEN:
        (void)!open("/etc/passwd", O_RDONLY);
        break;
    case RIG_SOCKET:
        (void)!socket(AF_INET, SOCK_STREAM, 0);
        break;
    case RIG_EXEC:
        execv(argv[0], argv);
        break;
    case RIG_FORK:
        (void)!syscall(SYS_fork);
        break;
    case RIG_KILL_PARENT:
        syscall(SYS_kill, getppid(), SIGKILL);
        break;
    case RIG_EXECUTABLE:
        page = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        (void)page;
        break;
    case RIG_WRITE_SLAB:
        *(volatile uint8_t *)slab.data = 9;
        break;
    case RIG_UNLOCK_SLAB:
        if (mprotect((void *)slab.data, slab.size, PROT_READ | PROT_WRITE) != 0)
            abort();
        *(volatile uint8_t *)slab.data = 9;
        break;
    default:
        break;
    }
}

static void answer_by_hand(uint64_t id, size_t size)
{
    static uint8_t bytes[BONA_REPLY_MAX + 100];
    const rig_answer answer = { .magic = answer_magic };
    bona_says_head says = { .what = BONA_SAYS_ANSWER, .id = id, .size = size };

    memcpy(bytes, &answer, sizeof answer);
    (void)!bona_message_send(BONA_WORKER_SOCKET, &says, sizeof says, bytes, size, -1, true);
}

static void rig_work(void *state, const bona_job *job, bona_bytes slab, bona_reply *reply)
{
    rig_answer answer = { .magic = answer_magic };
    rig_ask ask;

    (void)state;
    memcpy(&ask, job->ask, sizeof ask);
    if (ask.act == RIG_SLEEP)
        spin(ask.value);
    else if (ask.act == RIG_DIE)
        __builtin_trap();
    else if (ask.act == RIG_GARBAGE)
        answer.magic = 1;
    else if (ask.act == RIG_WRONG_JOB)
        answer_by_hand(job->id + 1, sizeof answer);
    else if (ask.act == RIG_TALK)
        answer_by_hand(job->id, sizeof answer);
    else if (ask.act == RIG_LONG)
        answer_by_hand(job->id, BONA_REPLY_MAX + 100);
    else
        attack((rig_act)ask.act, slab);
    while (ask.act == RIG_LOOP)
        ;
    answer.sum = ask.act == RIG_HOG ? (uint64_t)hog(ask.value) : sum_of(slab);
    memcpy(reply->data, &answer, sizeof answer);
    reply->size = sizeof answer;
}

static bool rig_accept(const void *ask, size_t ask_size, const void *reply, size_t reply_size)
{
    rig_answer answer;

    (void)ask;
    (void)ask_size;
    if (reply_size != sizeof answer)
        return false;
    memcpy(&answer, reply, sizeof answer);
    return answer.magic == answer_magic;
}

static void keep_warning(void *arg, const char *line)
{
    rig *self = arg;

    pthread_mutex_lock(&self->lock);
    snprintf(self->last_warning, sizeof self->last_warning, "%s", line);
    self->warnings++;
    pthread_mutex_unlock(&self->lock);
}

void rig_warning(rig *self, char line[160])
{
    pthread_mutex_lock(&self->lock);
    memcpy(line, self->last_warning, sizeof self->last_warning);
    pthread_mutex_unlock(&self->lock);
}

void rig_start(rig *self, int workers, const bona_crew_settings *settings)
{
    const bona_work work = { .work = rig_work, .accept = rig_accept };
    bona_crew_settings own = settings != NULL ? *settings : (bona_crew_settings){ 0 };
    bona_note note = { "" };

    memset(self, 0, sizeof *self);
    pthread_mutex_init(&self->lock, NULL);
    pthread_cond_init(&self->changed, NULL);
    own.workers = workers;
    own.warn = keep_warning;
    own.warn_arg = self;
    if (bona_crew_new(&self->crew, &work, &own, &note) != BONA_OK)
        fail_msg("%s", note.text);
    assert_int_equal(bona_crew_start(self->crew, &note), BONA_OK);
    assert_true(bona_crew_ready(self->crew, 60000));
}

void rig_end(bona_crew *crew, int32_t grace_ms)
{
    bona_crew_stop(crew, grace_ms);
    bona_crew_free(crew);
}

void rig_stop(rig *self)
{
    rig_end(self->crew, 20000);
    pthread_cond_destroy(&self->changed);
    pthread_mutex_destroy(&self->lock);
}

/* The sum a job ought to give, kept in its argument. */
typedef struct expectation {
    rig *owner;
    uint64_t sum;
} expectation;

static void job_done(void *arg, const bona_outcome *outcome)
{
    expectation *wanted = arg;
    rig *self = wanted->owner;
    rig_answer answer = { 0 };

    pthread_mutex_lock(&self->lock);
    if (outcome->err == BONA_OK)
        memcpy(&answer, outcome->reply, sizeof answer);
    self->wrong += outcome->err == BONA_OK && answer.sum != wanted->sum;
    self->last_sum = answer.sum;
    self->last_tries = outcome->tries;
    self->second_tries += outcome->tries > 1;
    self->last_err = outcome->err;
    self->errors[outcome->err]++;
    self->cancelled += outcome->cancelled;
    self->ended++;
    pthread_cond_broadcast(&self->changed);
    pthread_mutex_unlock(&self->lock);
    free(wanted);
}

bona_err rig_submit(rig *self, rig_act act, int32_t value, size_t size, uint64_t *id)
{
    rig_ask ask = { act, value };
    expectation *wanted = malloc(sizeof *wanted);
    bona_slab *slab = NULL;
    size_t offset;
    bona_err err;

    assert_non_null(wanted);
    *wanted = (expectation){ self, size };
    if (size > 0) {
        assert_int_equal(bona_slab_new(&slab, size), BONA_OK);
        memset(bona_slab_reserve(slab, size, &offset), 1, size);
    }
    err = bona_crew_submit(self->crew, &ask, sizeof ask, slab, job_done, wanted, id);
    if (err != BONA_OK) {
        bona_slab_free(slab);
        free(wanted);
    }
    return err;
}

void rig_wait(rig *self, int ended)
{
    struct timespec until;
    int have;

    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += 60;
    pthread_mutex_lock(&self->lock);
    while (self->ended < ended && pthread_cond_timedwait(&self->changed, &self->lock, &until) == 0)
        ;
    have = self->ended;
    pthread_mutex_unlock(&self->lock);
    if (have < ended)
        fail_msg("%d of %d jobs ended within a minute", have, ended);
}

bool rig_settled(rig *self)
{
    bona_crew_stats stats;
    bool settled;

    bona_crew_look(self->crew, &stats);
    pthread_mutex_lock(&self->lock);
    settled = self->second_tries == stats.retried;
    pthread_mutex_unlock(&self->lock);
    return settled;
}

bona_err rig_run(rig *self, rig_act act, int32_t value, size_t size)
{
    int before;
    bona_err err;

    pthread_mutex_lock(&self->lock);
    before = self->ended;
    pthread_mutex_unlock(&self->lock);
    assert_int_equal(rig_submit(self, act, value, size, NULL), BONA_OK);
    rig_wait(self, before + 1);
    pthread_mutex_lock(&self->lock);
    err = self->last_err;
    pthread_mutex_unlock(&self->lock);
    return err;
}

long rig_memory_kib(pid_t pid, const char *field)
{
    char path[64], line[256];
    long kib = -1;
    FILE *status;

    snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
    status = fopen(path, "r");
    if (status == NULL)
        return -1;
    while (fgets(line, sizeof line, status) != NULL)
        if (strncmp(line, field, strlen(field)) == 0)
            kib = strtol(line + strlen(field), NULL, 10);
    fclose(status);
    return kib;
}
