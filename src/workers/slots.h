/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bookkeeping of the dispatcher: which worker has which job, who has to be replaced, what is over.
 * All of these run on the dispatcher thread with the lock held; times are bona_clock_ns().
 */
#ifndef BONA_WORKERS_SLOTS_H
#define BONA_WORKERS_SLOTS_H

#include "workers/crew_state.h"

/* Counts live and busy workers anew and tells those who wait for it. */
void bona_slots_count(bona_crew *crew);

/* Gives up on a worker, whatever its state; its job is queued again or, after its last try,
 * finished with `fault`. */
void bona_slots_drop(bona_crew *crew, int32_t index, bona_err fault);

/* Orders a worker for every slot that lacks one and has waited long enough. */
void bona_slots_order(bona_crew *crew, int64_t now);

/* Gives waiting jobs to idle workers. */
void bona_slots_hand_out(bona_crew *crew);

/* Finishes waiting jobs that were cancelled. */
void bona_slots_sweep(bona_crew *crew);

/* Gives up on workers that passed their deadline. */
void bona_slots_check(bona_crew *crew, int64_t now);

/* Whether the dispatcher may end; finishes the jobs that nobody will do any more. */
bool bona_slots_over(bona_crew *crew, int64_t now);

/* Milliseconds until bona_slots_order, _check or _over has something to do; -1 = never. */
int bona_slots_timeout_ms(const bona_crew *crew, int64_t now);

#endif
