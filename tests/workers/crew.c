/* SPDX-License-Identifier: Apache-2.0 */
/* The process wall: what workers cannot do, and that no job is lost when they go away. */
#include "workers/rig.h"

#include <signal.h>
#include <string.h>
#include <sys/mman.h>

#include "base/clock.h"

static bona_crew_stats look(rig *self)
{
    bona_crew_stats stats;

    bona_crew_look(self->crew, &stats);
    return stats;
}

static void a_job_is_answered_with_what_the_slab_holds(void **state)
{
    rig self;

    (void)state;
    rig_start(&self, 2, NULL);
    for (size_t size = 0; size < 3000000; size = size * 7 + 1)
        assert_int_equal(rig_run(&self, RIG_SUM, 0, size), BONA_OK);
    assert_int_equal(self.wrong, 0);
    assert_int_equal(look(&self).replaced, 0);
    rig_stop(&self);
}

/* Ends two workers with one job and shows how they ended. */
static void provoke(rig_act act, const char *expected)
{
    char warning[160];
    rig self;

    rig_start(&self, 1, NULL);
    assert_int_equal(rig_run(&self, act, 0, 100), BONA_WORKER_LOST);
    assert_int_equal(self.last_tries, 2);
    assert_int_equal(rig_run(&self, RIG_SUM, 0, 100), BONA_OK);
    assert_int_equal(look(&self).replaced, 2);
    assert_int_equal(look(&self).lost, 1);
    assert_false(look(&self).spawner_lost);
    rig_warning(&self, warning);
    if (strstr(warning, expected) == NULL)
        fail_msg("act %d: \"%s\" lacks \"%s\"", act, warning, expected);
    rig_stop(&self);
}

static void a_worker_that_makes_a_forbidden_call_dies_of_it_and_is_replaced(void **state)
{
    static const rig_act acts[] = { RIG_OPEN, RIG_SOCKET, RIG_EXEC, RIG_FORK, RIG_KILL_PARENT };

    (void)state;
    for (size_t i = 0; i < sizeof acts / sizeof acts[0]; i++)
        provoke(acts[i], "signal 31, a forbidden system call");
#ifndef BONA_SANITIZED
    provoke(RIG_EXECUTABLE, "signal 31, a forbidden system call");
#endif
}

static void a_worker_cannot_change_the_picture(void **state)
{
    (void)state;
    provoke(RIG_WRITE_SLAB, "signal 11");
    provoke(RIG_UNLOCK_SLAB, "ended by signal"); /* mprotect is refused, then it aborts */
}

static void a_worker_that_answers_nonsense_is_replaced(void **state)
{
    static const rig_act acts[] = { RIG_GARBAGE, RIG_LONG, RIG_WRONG_JOB };

    (void)state;
    for (size_t i = 0; i < sizeof acts / sizeof acts[0]; i++)
        provoke(acts[i], "worker 0");
    provoke(RIG_DIE, "signal 4");
}

static void an_answer_too_many_costs_the_worker_and_no_job(void **state)
{
    rig self;

    (void)state;
    rig_start(&self, 1, NULL);
    rig_submit(&self, RIG_TALK, 0, 0, NULL);
    rig_submit(&self, RIG_SUM, 0, 10, NULL);
    rig_wait(&self, 2);
    assert_int_equal(self.errors[BONA_OK], 2);
    assert_int_equal(self.wrong, 0);
    assert_int_equal(rig_run(&self, RIG_SUM, 0, 10), BONA_OK);
    assert_int_equal(look(&self).garbage, 1);
    rig_stop(&self);
}

static void a_stuck_worker_is_replaced_and_its_job_ends_after_two_deadlines(void **state)
{
    const bona_crew_settings settings = { .deadline_ms = 200 };
    int64_t start;
    rig self;

    (void)state;
    rig_start(&self, 1, &settings);
    start = bona_clock_ns();
    assert_int_equal(rig_run(&self, RIG_LOOP, 0, 10), BONA_TIMEOUT);
    assert_true(bona_clock_ms_since(start) >= 400);
    assert_int_equal(look(&self).stuck, 2);
    assert_int_equal(look(&self).timeouts, 1);
    assert_int_equal(rig_run(&self, RIG_SUM, 0, 10), BONA_OK);
    rig_stop(&self);
}

static void killing_workers_under_load_loses_no_job(void **state)
{
    enum { JOBS = 2000, KILLS = 10 };
    const bona_crew_settings settings = { .queue_max = JOBS };
    pid_t pids[4];
    rig self;

    (void)state;
    rig_start(&self, 4, &settings);
    for (int i = 0; i < JOBS; i++)
        assert_int_equal(rig_submit(&self, RIG_SLEEP, 1, 1000, NULL), BONA_OK);
    for (uint64_t i = 0; i < KILLS && look(&self).queued > 0; i++) {
        int32_t alive = bona_crew_pids(self.crew, pids, 4);

        if (alive > 0)
            kill(pids[i % (uint64_t)alive], SIGKILL);
        while (look(&self).replaced <= i || !rig_settled(&self))
            usleep(1000); /* one job may cost two workers, so the next kill waits until this one's
                             job is done */
    }
    rig_wait(&self, JOBS);
    assert_int_equal(self.errors[BONA_OK], JOBS);
    assert_int_equal(self.wrong, 0);
    assert_true(bona_crew_ready(self.crew, 30000));
    assert_in_range(look(&self).replaced, 5, KILLS);
    rig_stop(&self);
}

static void a_full_queue_refuses_and_a_cancelled_job_leaves_it(void **state)
{
    const bona_crew_settings settings = { .queue_max = 3 };
    uint64_t ids[3], running;
    rig self;

    (void)state;
    rig_start(&self, 1, &settings);
    assert_int_equal(rig_submit(&self, RIG_SLEEP, 300, 10, &running), BONA_OK);
    while (look(&self).busy == 0)
        usleep(1000);
    for (int i = 0; i < 3; i++)
        assert_int_equal(rig_submit(&self, RIG_SUM, 0, 10, &ids[i]), BONA_OK);
    assert_int_equal(rig_submit(&self, RIG_SUM, 0, 10, NULL), BONA_BUSY);
    bona_crew_cancel(self.crew, ids[1]);
    rig_wait(&self, 1);
    assert_int_equal(self.cancelled, 1);
    assert_int_equal(look(&self).queued, 2);
    assert_int_equal(rig_submit(&self, RIG_SUM, 0, 10, NULL), BONA_OK);
    bona_crew_cancel(self.crew, running);
    bona_crew_cancel(self.crew, 12345678);
    rig_wait(&self, 5);
    assert_int_equal(self.cancelled, 2);
    assert_int_equal(self.errors[BONA_OK], 3);
    assert_int_equal(look(&self).refused, 1);
    rig_stop(&self);
}

static void memory_of_a_worker_is_limited(void **state)
{
    const bona_crew_settings settings = { .memory_max = (size_t)64 << 20 };
    rig self;

    (void)state;
#ifdef BONA_SANITIZED
    print_message("left out: the sanitizers' shadow memory rules out a limit on address space\n");
    skip();
#endif
    rig_start(&self, 1, &settings);
    assert_int_equal(rig_run(&self, RIG_HOG, 4000, 0), BONA_OK);
    assert_in_range(self.last_sum, 32, 64);
    rig_stop(&self);
}

static void stopping_finishes_what_runs_and_answers_the_rest(void **state)
{
    const bona_crew_settings settings = { .queue_max = 20 };
    rig self;

    (void)state;
    rig_start(&self, 1, &settings);
    for (int i = 0; i < 10; i++)
        rig_submit(&self, RIG_SLEEP, 10, 10, NULL);
    rig_end(self.crew, 10000);
    assert_int_equal(self.errors[BONA_OK], 10);

    rig_start(&self, 1, &settings);
    rig_submit(&self, RIG_LOOP, 0, 10, NULL);
    for (int i = 0; i < 5; i++)
        rig_submit(&self, RIG_SUM, 0, 10, NULL);
    rig_end(self.crew, 100);
    assert_int_equal(self.errors[BONA_BUSY], 6);
}

static void workers_die_with_the_front_s_end_of_the_wall(void **state)
{
    pid_t pids[2];
    rig self;

    (void)state;
    rig_start(&self, 2, NULL);
    assert_int_equal(bona_crew_pids(self.crew, pids, 2), 2);
    rig_stop(&self);
    for (int i = 0; i < 2; i++) {
        int64_t start = bona_clock_ns();

        while (kill(pids[i], 0) == 0 && bona_clock_ms_since(start) < 5000)
            usleep(2000); /* init buries them once the spawner is gone */
        assert_int_equal(kill(pids[i], 0), -1);
    }
}

static void a_slab_holds_zeros_after_use_and_after_a_death(void **state)
{
    static const rig_act acts[] = { RIG_SUM, RIG_DIE };
    enum { SIZE = 100000 };
    rig self;

    (void)state;
    rig_start(&self, 1, NULL);
    for (size_t i = 0; i < 2; i++) {
        const rig_ask ask = { acts[i], 0 };
        bona_slab *slab;
        size_t offset;
        int fd;
        const uint8_t *seen;

        assert_int_equal(bona_slab_new(&slab, SIZE), BONA_OK);
        memset(bona_slab_reserve(slab, SIZE, &offset), 0xa5, SIZE);
        bona_slab_keep(slab, offset, SIZE / 2); /* what was given back is wiped as well */
        fd = dup(bona_slab_fd(slab));
        seen = mmap(NULL, SIZE, PROT_READ, MAP_SHARED, fd, 0);
        assert_ptr_not_equal(seen, MAP_FAILED);
        assert_int_equal(seen[SIZE - 1], 0xa5);
        assert_int_equal(bona_crew_submit(self.crew, &ask, sizeof ask, slab, NULL, NULL, NULL),
                         BONA_OK);
        while (look(&self).done + look(&self).lost <= i)
            usleep(1000);
        for (size_t k = 0; k < SIZE; k++)
            assert_int_equal(seen[k], 0);
        munmap((void *)seen, SIZE);
        close(fd);
    }
    rig_stop(&self);
}

static void nobody_can_resize_a_slab_or_map_it_for_writing_again(void **state)
{
    bona_slab *slab;
    size_t offset;

    (void)state;
    assert_int_equal(bona_slab_new(&slab, 10000), BONA_OK);
    assert_int_equal(ftruncate(bona_slab_fd(slab), 4096), -1);
    assert_int_equal(ftruncate(bona_slab_fd(slab), 1 << 20), -1);
    assert_ptr_equal(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, bona_slab_fd(slab), 0),
                     MAP_FAILED);
    assert_non_null(bona_slab_reserve(slab, 100, &offset));
    assert_int_equal(offset, 0);
    assert_non_null(bona_slab_reserve(slab, 9000, &offset));
    assert_int_equal(offset, 128);
    assert_null(bona_slab_reserve(slab, 1000, &offset));
    bona_slab_keep(slab, 128, 10);
    assert_int_equal(bona_slab_used(slab), 138);
    bona_slab_free(slab);
}

static long memory_of_all_kib(rig *self)
{
    pid_t pids[2];
    int32_t count = bona_crew_pids(self->crew, pids, 2);
    long kib = rig_memory_kib(getpid(), "VmRSS:");

    assert_int_equal(count, 2);
    for (int32_t i = 0; i < count; i++)
        kib += rig_memory_kib(pids[i], "VmRSS:");
    return kib;
}

static void ten_thousand_jobs_add_no_memory(void **state)
{
    enum { WARM_UP = 1000, JOBS = 10000, MORE_KIB_MAX = 2048 };
    long before = 0, after;
    rig self;

    (void)state;
    rig_start(&self, 2, NULL);
    for (int i = 0; i < WARM_UP + JOBS; i++) {
        if (i == WARM_UP) {
            rig_wait(&self, WARM_UP); /* both looks are at a crew without work */
            before = memory_of_all_kib(&self);
        }
        while (rig_submit(&self, RIG_SUM, 0, 1 + (size_t)(i * 7919) % 300000, NULL) == BONA_BUSY)
            usleep(500);
    }
    rig_wait(&self, WARM_UP + JOBS);
    after = memory_of_all_kib(&self);
    print_message("front and two workers: %ld KiB before, %ld KiB after\n", before, after);
#ifndef BONA_SANITIZED /* their quarantine and shadow grow by design */
    assert_true(after - before <= MORE_KIB_MAX);
#endif
    assert_int_equal(self.errors[BONA_OK], WARM_UP + JOBS);
    assert_int_equal(self.wrong, 0);
    rig_stop(&self);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_job_is_answered_with_what_the_slab_holds),
        cmocka_unit_test(a_worker_that_makes_a_forbidden_call_dies_of_it_and_is_replaced),
        cmocka_unit_test(a_worker_cannot_change_the_picture),
        cmocka_unit_test(a_worker_that_answers_nonsense_is_replaced),
        cmocka_unit_test(ten_thousand_jobs_add_no_memory),
        cmocka_unit_test(an_answer_too_many_costs_the_worker_and_no_job),
        cmocka_unit_test(a_stuck_worker_is_replaced_and_its_job_ends_after_two_deadlines),
        cmocka_unit_test(killing_workers_under_load_loses_no_job),
        cmocka_unit_test(a_full_queue_refuses_and_a_cancelled_job_leaves_it),
        cmocka_unit_test(memory_of_a_worker_is_limited),
        cmocka_unit_test(stopping_finishes_what_runs_and_answers_the_rest),
        cmocka_unit_test(workers_die_with_the_front_s_end_of_the_wall),
        cmocka_unit_test(a_slab_holds_zeros_after_use_and_after_a_death),
        cmocka_unit_test(nobody_can_resize_a_slab_or_map_it_for_writing_again),
    };

    return cmocka_run_group_tests_name("workers_crew", tests, NULL, NULL);
}
