/* SPDX-License-Identifier: Apache-2.0 */
/* Bookkeeping: what comes back, and that a database in trouble holds up nobody. */
#include "store/folder.h"

#include <math.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/resource.h>

#include "base/clock.h"

static bona_job_record a_record(int number, const char *reference)
{
    bona_job_record record = { .received_ms = 1700000000000 + number,
                               .client = "bank",
                               .dialect = "bws",
                               .status = 200,
                               .outcome = "live",
                               .score = 0.75,
                               .live = { 0.5, NAN },
                               .motion = { NAN, NAN },
                               .total_ms = 12.5,
                               .networks = "0a1b2c,3d4e5f" };

    snprintf(record.job_id, sizeof record.job_id, "job-%d", number);
    snprintf(record.reference, sizeof record.reference, "%s", reference);
    return record;
}

typedef struct rows {
    int count;
    bona_job_record first;
    char ids[256];
} rows;

static bool take_row(void *arg, const bona_job_record *record)
{
    rows *seen = arg;

    if (seen->count == 0)
        seen->first = *record;
    if (seen->count++ < 20)
        snprintf(seen->ids + strlen(seen->ids), sizeof seen->ids - strlen(seen->ids), "%s ",
                 record->job_id);
    return true;
}

static rows read_rows(const char *folder, const char *reference, int32_t limit)
{
    bona_store *store = folder_open(folder, false);
    rows seen = { 0 };

    assert_int_equal(bona_store_job_list(store, reference, limit, take_row, &seen, NULL), BONA_OK);
    bona_store_close(store);
    return seen;
}

static bona_store_stats look(bona_store *store)
{
    bona_store_stats stats;

    bona_store_look(store, &stats);
    return stats;
}

static void jobs_come_back_newest_first_and_as_they_were(void **state)
{
    bona_store *store = folder_open(*state, true);
    rows seen;

    for (int i = 1; i <= 5; i++) {
        bona_job_record record = a_record(i, i % 2 ? "odd" : "it's even");

        bona_store_record(store, &record);
    }
    bona_store_close(store); /* writes what waits */
    seen = read_rows(*state, NULL, 0);
    assert_string_equal(seen.ids, "job-5 job-4 job-3 job-2 job-1 ");
    assert_int_equal(seen.first.received_ms, 1700000000005);
    assert_string_equal(seen.first.reference, "odd");
    assert_string_equal(seen.first.networks, "0a1b2c,3d4e5f");
    assert_true(seen.first.score == 0.75 && seen.first.live[0] == 0.5 &&
                seen.first.total_ms == 12.5);
    assert_true(isnan(seen.first.live[1]) && isnan(seen.first.motion[0]));
    assert_string_equal(read_rows(*state, "it's even", 0).ids, "job-4 job-2 ");
    assert_string_equal(read_rows(*state, "odd", 2).ids, "job-5 job-3 ");
    assert_int_equal(read_rows(*state, "od", 0).count, 0);
    assert_int_equal(read_rows(*state, "", 0).count, 0);
}

static sqlite3 *hold_the_lock(const char *folder)
{
    char path[512];
    sqlite3 *handle;

    snprintf(path, sizeof path, "%s/bonafide.db", folder);
    assert_int_equal(sqlite3_open(path, &handle), SQLITE_OK);
    assert_int_equal(sqlite3_exec(handle, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    return handle;
}

static void record_many(bona_store *store, int count)
{
    for (int i = 0; i < count; i++) {
        bona_job_record record = a_record(i, "");

        bona_store_record(store, &record);
    }
}

static void wait_until_written(bona_store *store, uint64_t count)
{
    int64_t start = bona_clock_ns();

    while (look(store).written < count && bona_clock_ms_since(start) < 20000)
        usleep(5000);
    assert_int_equal(look(store).written, count);
}

static void a_locked_database_delays_nobody_and_loses_nothing_that_fits_the_queue(void **state)
{
    bona_store *store = folder_open(*state, true);
    sqlite3 *lock = hold_the_lock(*state);
    int64_t start = bona_clock_ns();
    bona_client_keys keys;

    record_many(store, 300);
    assert_int_equal(bona_store_client_keys(store, "nobody", 6, &keys), BONA_NOT_FOUND);
    assert_true(bona_clock_ms_since(start) < 500);
    while (look(store).healthy && bona_clock_ms_since(start) < 10000)
        usleep(10000); /* until the writer's patience of 2 s is over */
    assert_false(look(store).healthy);
    assert_true(look(store).errors > 0);
    assert_non_null(strstr(look(store).last_error, "locked"));
    sqlite3_close(lock);
    wait_until_written(store, 300);
    assert_true(look(store).healthy);
    assert_int_equal(look(store).dropped, 0);
    bona_store_close(store);
    assert_int_equal(read_rows(*state, NULL, 0).count, 300);
}

static void records_beyond_the_queue_are_counted(void **state)
{
    const bona_store_settings settings = { .where = *state, .serve = true, .queue_max = 10 };
    bona_store *store;
    sqlite3 *lock;

    assert_int_equal(bona_store_open(&store, &settings, NULL), BONA_OK);
    lock = hold_the_lock(*state);
    record_many(store, 1);
    while (look(store).queued > 0 && look(store).written == 0)
        if (usleep(20000) == 0) /* the writer took the first and waits for the lock with it */
            break;
    record_many(store, 500);
    assert_true(look(store).dropped >= 480);
    assert_true(look(store).queued <= 21);
    sqlite3_close(lock);
    bona_store_close(store);
}

static void a_full_disk_is_reported_and_recovered_from(void **state)
{
    bona_store *store = folder_open(*state, true);
    struct rlimit before, tight;
    int64_t start = bona_clock_ns();

    signal(SIGXFSZ,
           SIG_IGN); /* writing beyond the limit fails with EFBIG, like a disk that is full */
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    tight = (struct rlimit){ 4096, before.rlim_max };
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &tight), 0);
    record_many(store, 200);
    while (look(store).healthy && bona_clock_ms_since(start) < 10000)
        usleep(10000);
    assert_false(look(store).healthy);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    wait_until_written(store, 200);
    assert_true(look(store).healthy);
    bona_store_close(store);
    assert_int_equal(read_rows(*state, NULL, 0).count, 200);
}

static void jobs_beyond_the_retention_go(void **state)
{
    const bona_store_settings settings = { .where = *state, .serve = true, .retention_days = 30 };
    bona_store *store = folder_open(*state, false);
    bona_job_record old = a_record(1, "old"), fresh = a_record(2, "fresh");
    int64_t start = bona_clock_ns();

    old.received_ms = bona_clock_wall_ms() - 31LL * 86400000;
    fresh.received_ms = bona_clock_wall_ms() - 29LL * 86400000;
    bona_store_record(store, &old);
    bona_store_record(store, &fresh);
    bona_store_close(store);
    assert_int_equal(bona_store_open(&store, &settings, NULL), BONA_OK);
    while (read_rows(*state, NULL, 0).count != 1 && bona_clock_ms_since(start) < 5000)
        usleep(10000);
    bona_store_close(store);
    assert_string_equal(read_rows(*state, NULL, 0).ids, "job-2 ");
}

#define IN_A_FOLDER(test) cmocka_unit_test_setup_teardown(test, folder_make, folder_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_A_FOLDER(jobs_come_back_newest_first_and_as_they_were),
        IN_A_FOLDER(a_locked_database_delays_nobody_and_loses_nothing_that_fits_the_queue),
        IN_A_FOLDER(records_beyond_the_queue_are_counted),
        IN_A_FOLDER(a_full_disk_is_reported_and_recovered_from),
        IN_A_FOLDER(jobs_beyond_the_retention_go),
    };

    return cmocka_run_group_tests_name("store_jobs", tests, NULL, NULL);
}
