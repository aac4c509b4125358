/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one thread that writes bookkeeping, behind a bounded queue. A database that refuses is tried
 * again for a while; then the records are counted as dropped. Nobody ever waits for it.
 */
#ifndef BONA_STORE_WRITER_H
#define BONA_STORE_WRITER_H

#include "store/ops.h"

typedef struct bona_writer bona_writer;

/* Opens its own connection and starts the thread. */
bona_err bona_writer_new(bona_writer **writer, const bona_store_ops *ops,
                         const bona_store_settings *settings, bona_note *note);

/* Writes what is queued, for at most 5 s, and ends. NULL is fine. */
void bona_writer_free(bona_writer *writer);

void bona_writer_add(bona_writer *writer, const bona_job_record *record);

/* Fills queued, written, dropped, errors, healthy and last_error. */
void bona_writer_look(bona_writer *writer, bona_store_stats *stats);

#endif
