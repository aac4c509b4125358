/* SPDX-License-Identifier: Apache-2.0 */
/* The process that makes workers: single-threaded, without keys, and the only one that forks. */
#ifndef BONA_WORKERS_SPAWNER_H
#define BONA_WORKERS_SPAWNER_H

#include "workers/crew.h"

/* Obeys orders on `control` until the front closes it, then kills every worker and ends. Never
 * returns. */
_Noreturn void bona_spawner_run(int control, const bona_work *work,
                                const bona_crew_settings *settings);

#endif
