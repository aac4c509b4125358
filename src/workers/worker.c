/* SPDX-License-Identifier: Apache-2.0 */
/* The loop inside the wall; see worker.h. */
#include "workers/worker.h"

#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "workers/lockdown.h"
#include "workers/message.h"

typedef struct worker {
    const bona_work *work;
    void *state;
    uint8_t *ask;   /* BONA_ASK_MAX bytes */
    uint8_t *reply; /* BONA_REPLY_MAX bytes */
} worker;

/* The slab of one job, readable only and for this job only. */
static bool map_slab(int fd, uint64_t size, bona_bytes *slab)
{
    void *data;

    *slab = (bona_bytes){ NULL, 0 };
    if (size == 0)
        return true;
    if (fd < 0 || size > SIZE_MAX / 2)
        return false;
    data = mmap(NULL, (size_t)size, PROT_READ, MAP_SHARED, fd, 0);
    if (data == MAP_FAILED)
        return false;
    *slab = (bona_bytes){ data, (size_t)size };
    return true;
}

/* Does one job and answers; false when the front is gone. */
static bool do_job(worker *self, const bona_job_head *head, size_t ask_size, bona_bytes slab)
{
    bona_job job = { head->id, self->ask, ask_size };
    bona_reply reply = { self->reply, 0 };
    bona_says_head says = { .what = BONA_SAYS_ANSWER, .id = head->id };
    int64_t start = bona_clock_thread_ns();

    self->work->work(self->state, &job, slab, &reply);
    says.cpu_ns = (uint64_t)(bona_clock_thread_ns() - start);
    says.size = reply.size;
    return bona_message_send(BONA_WORKER_SOCKET, &says, sizeof says, reply.data, reply.size, -1,
                             true) == BONA_OK;
}

/* Waits for one job; false when the front is gone or something cannot be. */
static bool serve_one(worker *self)
{
    bona_job_head head;
    size_t ask_size = 0;
    int fd = -1;
    bona_bytes slab;
    bool alive;

    if (bona_message_receive(BONA_WORKER_SOCKET, &head, sizeof head, self->ask, BONA_ASK_MAX,
                             &ask_size, &fd, true) != BONA_GOT_MESSAGE ||
        head.ask_size != ask_size || !map_slab(fd, head.slab_size, &slab))
        return false;
    if (fd >= 0)
        close(fd); /* the mapping stays */
    alive = do_job(self, &head, ask_size, slab);
    if (slab.size > 0)
        munmap((void *)slab.data, slab.size);
    return alive;
}

void bona_worker_run(int socket, const bona_work *work, const bona_crew_settings *settings)
{
    bona_says_head ready = { .what = BONA_SAYS_READY };
    worker self = { .work = work };
    bona_err err;

    prctl(PR_SET_NAME, "bona-vision", 0, 0, 0);
    err = bona_lockdown_begin(socket);
    self.ask = bona_alloc(BONA_ASK_MAX, 1);
    self.reply = bona_alloc(BONA_REPLY_MAX, 1);
    if (err == BONA_OK && (self.ask == NULL || self.reply == NULL))
        err = BONA_NO_MEMORY;
    if (err == BONA_OK && work->prepare != NULL)
        err = work->prepare(work->shared, &self.state);
    if (err == BONA_OK)
        err = bona_lockdown_finish(settings->memory_max);
    if (err != BONA_OK ||
        bona_message_send(BONA_WORKER_SOCKET, &ready, sizeof ready, NULL, 0, -1, true) != BONA_OK)
        _exit(100 + (int)err); /* the spawner tells the front, whose log shows it */
    while (serve_one(&self))
        ;
    _exit(0);
}
