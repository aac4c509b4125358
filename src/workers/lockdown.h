/* SPDX-License-Identifier: Apache-2.0 */
/* Takes away from a process what reading a picture does not need. There is no way back. */
#ifndef BONA_WORKERS_LOCKDOWN_H
#define BONA_WORKERS_LOCKDOWN_H

#include "base/err.h"

/* Where a worker's only socket is, once it is alone. */
enum { BONA_WORKER_SOCKET = 3 };

/*
 * Early, before anything is loaded: descriptors 0 to 2 become /dev/null (2 stays under sanitizers,
 * whose reports go there), `socket` becomes BONA_WORKER_SOCKET, all others are closed; signals are
 * reset and those that would ask a server to end are ignored, as the socket says when to end; the
 * process dies with its parent, leaves no core and cannot be traced.
 */
bona_err bona_lockdown_begin(int socket);

/*
 * Late, when everything is loaded: limits on memory (`memory_max` bytes over what is mapped now),
 * descriptors and file sizes, no new privileges, and the system call filter, which ends the process
 * on anything not in its list. Threads may be started, since libde265 starts one for every HEIC
 * file; processes may not.
 */
bona_err bona_lockdown_finish(size_t memory_max);

/* The part that suits the spawner: no core, no tracing, signals that ask a server to end ignored,
 * no new privileges. */
bona_err bona_lockdown_spawner(void);

#endif
