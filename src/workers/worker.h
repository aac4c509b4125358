/* SPDX-License-Identifier: Apache-2.0 */
/* The life of one worker process. */
#ifndef BONA_WORKERS_WORKER_H
#define BONA_WORKERS_WORKER_H

#include "workers/crew.h"

/*
 * Prepares, locks itself in, says that it is ready and does jobs until the front closes the socket.
 * Settings are complete (no zeros). Never returns.
 */
_Noreturn void bona_worker_run(int socket, const bona_work *work,
                               const bona_crew_settings *settings);

#endif
