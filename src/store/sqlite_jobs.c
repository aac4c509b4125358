/* SPDX-License-Identifier: Apache-2.0 */
/* Bookkeeping in the embedded database: one row per job. */
#include <math.h>
#include <string.h>

#include "store/sqlite_db.h"

/* The columns in the order of bind() and fill(). */
#define COLUMNS                                                                                 \
    "job_id, received_ms, client, dialect, reference, status, outcome, errors, score, live_1, " \
    "live_2, motion_1, "                                                                        \
    "motion_2, total_ms, queue_ms, vision_ms, networks"

static void bind_text(sqlite3_stmt *statement, int column, const char *text)
{
    sqlite3_bind_text(statement, column, text, -1, SQLITE_STATIC);
}

/* A score that was not computed is NULL in the table and NAN in memory. */
static void bind_score(sqlite3_stmt *statement, int column, double score)
{
    if (isfinite(score))
        sqlite3_bind_double(statement, column, score);
    else
        sqlite3_bind_null(statement, column);
}

static double finite_or_zero(double value)
{
    return isfinite(value) ? value : 0;
}

static void bind(sqlite3_stmt *statement, const bona_job_record *record)
{
    bind_text(statement, 1, record->job_id);
    sqlite3_bind_int64(statement, 2, record->received_ms);
    bind_text(statement, 3, record->client);
    bind_text(statement, 4, record->dialect);
    bind_text(statement, 5, record->reference);
    sqlite3_bind_int(statement, 6, record->status);
    bind_text(statement, 7, record->outcome);
    bind_text(statement, 8, record->errors);
    bind_score(statement, 9, record->score);
    bind_score(statement, 10, record->live[0]);
    bind_score(statement, 11, record->live[1]);
    bind_score(statement, 12, record->motion[0]);
    bind_score(statement, 13, record->motion[1]);
    sqlite3_bind_double(statement, 14, finite_or_zero(record->total_ms));
    sqlite3_bind_double(statement, 15, finite_or_zero(record->queue_ms));
    sqlite3_bind_double(statement, 16, finite_or_zero(record->vision_ms));
    bind_text(statement, 17, record->networks);
}

bona_err bona_sqlite_add_jobs(bona_db *db, const bona_job_record *const *records, size_t count,
                              bona_note *note)
{
    sqlite3_stmt *statement = NULL;
    bona_err err = bona_sqlite_begin(db, note);

    if (err != BONA_OK)
        return err;
    err =
        bona_sqlite_prepare(db, &statement,
                            "INSERT INTO job (" COLUMNS
                            ") VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16,?17)",
                            note);
    for (size_t i = 0; i < count && err == BONA_OK; i++) {
        bind(statement, records[i]);
        if (sqlite3_step(statement) != SQLITE_DONE)
            err = bona_sqlite_fail(db, "writing a job", note);
        sqlite3_reset(statement);
    }
    sqlite3_finalize(statement);
    return bona_sqlite_end(db, err, note);
}

static void copy_text(char *out, size_t room, sqlite3_stmt *row, int column)
{
    const char *text = (const char *)sqlite3_column_text(row, column);
    size_t size = text != NULL ? strnlen(text, room - 1) : 0;

    if (size > 0)
        memcpy(out, text, size);
    out[size] = 0;
}

static double score_of(sqlite3_stmt *row, int column)
{
    return sqlite3_column_type(row, column) == SQLITE_NULL ? NAN
                                                           : sqlite3_column_double(row, column);
}

static void fill(bona_job_record *record, sqlite3_stmt *row)
{
    copy_text(record->job_id, sizeof record->job_id, row, 0);
    record->received_ms = sqlite3_column_int64(row, 1);
    copy_text(record->client, sizeof record->client, row, 2);
    copy_text(record->dialect, sizeof record->dialect, row, 3);
    copy_text(record->reference, sizeof record->reference, row, 4);
    record->status = sqlite3_column_int(row, 5);
    copy_text(record->outcome, sizeof record->outcome, row, 6);
    copy_text(record->errors, sizeof record->errors, row, 7);
    record->score = score_of(row, 8);
    record->live[0] = score_of(row, 9);
    record->live[1] = score_of(row, 10);
    record->motion[0] = score_of(row, 11);
    record->motion[1] = score_of(row, 12);
    record->total_ms = sqlite3_column_double(row, 13);
    record->queue_ms = sqlite3_column_double(row, 14);
    record->vision_ms = sqlite3_column_double(row, 15);
    copy_text(record->networks, sizeof record->networks, row, 16);
}

bona_err bona_sqlite_list_jobs(bona_db *db, const char *reference, int32_t limit,
                               bona_store_each_job each, void *arg, bona_note *note)
{
    /* The partial index on references is used only if the query says that it is not empty. */
    const char *sql = reference == NULL || reference[0] == 0
                          ? "SELECT " COLUMNS " FROM job WHERE (?1 IS NULL OR reference = ?1)"
                            " ORDER BY received_ms DESC, serial DESC LIMIT ?2"
                          : "SELECT " COLUMNS " FROM job WHERE reference = ?1 AND reference <> ''"
                            " ORDER BY received_ms DESC, serial DESC LIMIT ?2";
    bona_job_record record = { 0 };
    sqlite3_stmt *rows;
    bona_err err = bona_sqlite_prepare(db, &rows, sql, note);
    int step;

    if (err != BONA_OK)
        return err;
    if (reference != NULL)
        bind_text(rows, 1, reference);
    sqlite3_bind_int(rows, 2, limit > 0 ? limit : -1);
    while ((step = sqlite3_step(rows)) == SQLITE_ROW) {
        fill(&record, rows);
        if (!each(arg, &record))
            break;
    }
    if (step != SQLITE_ROW && step != SQLITE_DONE)
        err = bona_sqlite_fail(db, "listing jobs", note);
    sqlite3_finalize(rows);
    return err;
}

bona_err bona_sqlite_prune_jobs(bona_db *db, int64_t before_ms, int32_t limit, int32_t *removed,
                                bona_note *note)
{
    sqlite3_stmt *statement;
    bona_err err = bona_sqlite_prepare(db, &statement,
                                       "DELETE FROM job WHERE serial IN (SELECT serial FROM job "
                                       "WHERE received_ms < ?1 ORDER BY received_ms LIMIT ?2)",
                                       note);

    if (err != BONA_OK)
        return err;
    sqlite3_bind_int64(statement, 1, before_ms);
    sqlite3_bind_int(statement, 2, limit);
    err = bona_sqlite_finish(db, statement, note);
    *removed = err == BONA_OK ? sqlite3_changes(db->handle) : 0;
    return err;
}
