/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Makes, kills and buries workers; see spawner.h. Killing is done here and not in the front,
 * because only the parent can be sure that a process id still means the process it started.
 */
#include "workers/spawner.h"

#include <assert.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "workers/lockdown.h"
#include "workers/message.h"
#include "workers/worker.h"

/* A killed worker may still be dying while its replacement is made. */
enum { CHILDREN_MAX = 4 * BONA_WORKERS_MAX };

typedef struct child {
    pid_t pid; /* 0 = free */
    int32_t slot;
    uint64_t generation;
} child;

typedef struct spawner {
    int control, deaths; /* the front; a signalfd for SIGCHLD */
    const bona_work *work;
    const bona_crew_settings *settings;
    child children[CHILDREN_MAX];
} spawner;

static child *find_free(spawner *self)
{
    for (size_t i = 0; i < CHILDREN_MAX; i++)
        if (self->children[i].pid == 0)
            return &self->children[i];
    return NULL;
}

/* Forks a worker with one end of `pair`. Returns its process id or -1. */
static pid_t fork_worker(spawner *self, const int pair[2])
{
    pid_t pid = fork();

    if (pid == 0)
        bona_worker_run(pair[1], self->work, self->settings);
    return pid;
}

static void say(spawner *self, bona_event what, const child *about, int status, int fd)
{
    bona_control control = { .what = what,
                             .slot = about->slot,
                             .generation = about->generation,
                             .pid = about->pid,
                             .status = status };

    /* If the front does not listen any more, the next poll shows it. */
    (void)bona_message_send(self->control, &control, sizeof control, NULL, 0, fd, true);
}

static void make_worker(spawner *self, const bona_control *order)
{
    child born = { .slot = order->slot, .generation = order->generation };
    child *place = find_free(self);
    int pair[2];

    if (place == NULL || socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0) {
        say(self, BONA_EVENT_NOT_BORN, &born, 0, -1);
        return;
    }
    born.pid = fork_worker(self, pair);
    if (born.pid > 0) {
        *place = born;
        say(self, BONA_EVENT_BORN, &born, 0, pair[0]);
    } else {
        say(self, BONA_EVENT_NOT_BORN, &born, 0, -1);
    }
    close(pair[0]);
    close(pair[1]);
}

static void kill_worker(spawner *self, const bona_control *order)
{
    for (size_t i = 0; i < CHILDREN_MAX; i++) {
        const child *one = &self->children[i];

        if (one->pid > 0 && one->slot == order->slot && one->generation == order->generation)
            kill(one->pid, SIGKILL); /* not waited for yet, so the id is still its own */
    }
}

static void bury(spawner *self)
{
    struct signalfd_siginfo ignored;
    int status;
    pid_t pid;

    while (read(self->deaths, &ignored, sizeof ignored) > 0)
        ;
    while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
        for (size_t i = 0; i < CHILDREN_MAX; i++)
            if (self->children[i].pid == pid) {
                say(self, BONA_EVENT_DIED, &self->children[i], status, -1);
                self->children[i].pid = 0;
            }
}

/* One order of the front; false when it is gone. */
static bool obey(spawner *self)
{
    bona_control order;

    if (bona_message_receive(self->control, &order, sizeof order, NULL, 0, NULL, NULL, true) !=
        BONA_GOT_MESSAGE)
        return false;
    if (order.what == BONA_ORDER_SPAWN)
        make_worker(self, &order);
    else if (order.what == BONA_ORDER_KILL)
        kill_worker(self, &order);
    return true;
}

static bool listen_for_deaths(spawner *self)
{
    sigset_t child_only;

    sigemptyset(&child_only);
    sigaddset(&child_only, SIGCHLD);
    sigprocmask(SIG_BLOCK, &child_only, NULL);
    self->deaths = signalfd(-1, &child_only, SFD_CLOEXEC | SFD_NONBLOCK);
    return self->deaths >= 0;
}

static void kill_all(spawner *self)
{
    for (size_t i = 0; i < CHILDREN_MAX; i++)
        if (self->children[i].pid > 0)
            kill(self->children[i].pid, SIGKILL);
}

/* Keeps the standard descriptors for reports of the fork itself; everything else of the front goes.
 */
static int keep_control(int control)
{
    if (control != BONA_WORKER_SOCKET && dup2(control, BONA_WORKER_SOCKET) < 0)
        return -1;
    return syscall(SYS_close_range, BONA_WORKER_SOCKET + 1, ~0U, 0) == 0 ? BONA_WORKER_SOCKET : -1;
}

void bona_spawner_run(int control, const bona_work *work, const bona_crew_settings *settings)
{
    spawner self = { .work = work, .settings = settings };
    struct pollfd watched[2];

    prctl(PR_SET_NAME, "bona-spawner", 0, 0, 0);
    self.control = keep_control(control);
    if (self.control < 0 || bona_lockdown_spawner() != BONA_OK || !listen_for_deaths(&self))
        _exit(1);
    for (;;) {
        watched[0] = (struct pollfd){ .fd = self.control, .events = POLLIN };
        watched[1] = (struct pollfd){ .fd = self.deaths, .events = POLLIN };
        if (poll(watched, 2, -1) < 0)
            continue;
        if (watched[1].revents != 0)
            bury(&self);
        if (watched[0].revents != 0 && !obey(&self))
            break;
    }
    kill_all(&self);
    _exit(0);
}
