/* SPDX-License-Identifier: Apache-2.0 */
/* The server, from start to end. */
#ifndef BONA_SERVICE_SERVE_H
#define BONA_SERVICE_SERVE_H

#include "service/config.h"

/*
 * Serves until SIGTERM or SIGINT. The process must have one thread and hold nothing yet, since the
 * vision workers are forked from it first. `argc` and `argv` are read again on SIGHUP. Returns
 * BONA_OK after an orderly end; else what kept it from starting or made it stop, with a note.
 */
bona_err bona_serve(const bona_config *config, int argc, char **argv, bona_note *note);

#endif
