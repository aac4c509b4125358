/* SPDX-License-Identifier: Apache-2.0 */
/* How workers start: those that cannot, those that need time, those below a limit from outside. */
#include "workers/rig.h"

#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static bona_err fail_to_prepare(void *shared, void **worker_state)
{
    (void)shared;
    (void)worker_state;
    return BONA_BAD_MODEL;
}

static void never_asked(void *worker_state, const bona_job *job, bona_bytes slab, bona_reply *reply)
{
    (void)worker_state;
    (void)job;
    (void)slab;
    reply->size = 0;
}

static void count_line(void *arg, const char *line)
{
    *(int *)arg += strstr(line, "ended with status") != NULL ? 1 : 1000; /* not our thread */
}

static void a_worker_that_cannot_prepare_is_tried_again_slowly(void **state)
{
    const bona_work work = { .prepare = fail_to_prepare, .work = never_asked };
    int lines = 0;
    const bona_crew_settings settings = { .workers = 1, .warn = count_line, .warn_arg = &lines };
    bona_crew *crew;

    (void)state;
    assert_int_equal(bona_crew_new(&crew, &work, &settings, NULL), BONA_OK);
    assert_int_equal(bona_crew_start(crew, NULL), BONA_OK);
    assert_false(bona_crew_ready(crew, 1000)); /* starts at 0, 100, 300 and 700 ms */
    rig_end(crew, 0);
    assert_in_range(lines, 1, 4);
}

static bona_err prepare_slowly(void *shared, void **worker_state)
{
    const struct timespec pause = { .tv_nsec = 300000000 };

    (void)shared;
    (void)worker_state;
    nanosleep(&pause, NULL);
    return BONA_OK;
}

/* 100 ms, then 200, then 400: on a busy machine the third one gets through. */
static void a_worker_that_is_slow_to_prepare_is_given_longer(void **state)
{
    const bona_work work = { .prepare = prepare_slowly, .work = never_asked };
    const bona_crew_settings settings = { .workers = 1, .ready_ms = 100 };
    bona_crew *crew;

    (void)state;
    assert_int_equal(bona_crew_new(&crew, &work, &settings, NULL), BONA_OK);
    assert_int_equal(bona_crew_start(crew, NULL), BONA_OK);
    assert_true(bona_crew_ready(crew, 20000));
    rig_end(crew, 0);
}

#ifndef BONA_SANITIZED
enum { NOT_HERE = 77 };

/* In a process of its own, as nobody: root may raise its limits again. */
static void work_below_a_lower_limit(void)
{
    const struct rlimit lower = { 1ULL << 30, 1ULL << 30 };
    rig self;

    alarm(120);
    if (setrlimit(RLIMIT_AS, &lower) != 0 || (getuid() == 0 && setuid(65534) != 0))
        _exit(NOT_HERE);
    rig_start(&self, 1, NULL); /* wants 2 GiB for its worker */
    if (rig_run(&self, RIG_SUM, 0, 100) != BONA_OK || self.wrong != 0)
        _exit(1);
    rig_stop(&self);
    _exit(0);
}

static void an_inherited_limit_that_is_lower_stays_and_workers_start(void **state)
{
    pid_t child = fork();
    int status = 0;

    (void)state;
    assert_true(child >= 0);
    if (child == 0)
        work_below_a_lower_limit();
    assert_int_equal(waitpid(child, &status, 0), child);
    if (WIFEXITED(status) && WEXITSTATUS(status) == NOT_HERE)
        skip();
    assert_int_equal(status, 0);
}
#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_worker_that_cannot_prepare_is_tried_again_slowly),
        cmocka_unit_test(a_worker_that_is_slow_to_prepare_is_given_longer),
#ifndef BONA_SANITIZED
        cmocka_unit_test(an_inherited_limit_that_is_lower_stays_and_workers_start),
#endif
    };

    return cmocka_run_group_tests_name("workers_start", tests, NULL, NULL);
}
