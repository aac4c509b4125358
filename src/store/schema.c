/* SPDX-License-Identifier: Apache-2.0 */
/* Tables; see schema.h. Times are Unix milliseconds. Never a picture, never a face vector. */
#include "store/schema.h"

const char *const bona_schema_steps[BONA_SCHEMA_VERSION] = {
    /* Everything of the first release. `keys` counts changes of clients and API keys, for servers
       that watch. */
    "CREATE TABLE counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;"
    "INSERT INTO counter VALUES ('keys', 1);"
    "CREATE TABLE client_key (serial INTEGER PRIMARY KEY AUTOINCREMENT,"
    " client TEXT NOT NULL CHECK (length(client) BETWEEN 1 AND 64),"
    " key BLOB NOT NULL CHECK (length(key) = 64), created_ms INTEGER NOT NULL);"
    "CREATE INDEX client_key_client ON client_key (client);"
    "CREATE TABLE api_key (serial INTEGER PRIMARY KEY AUTOINCREMENT,"
    " name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 64),"
    " hash BLOB NOT NULL UNIQUE CHECK (length(hash) = 32), created_ms INTEGER NOT NULL);"
    "CREATE TABLE job (serial INTEGER PRIMARY KEY AUTOINCREMENT, job_id TEXT NOT NULL, received_ms "
    "INTEGER NOT NULL,"
    " client TEXT NOT NULL, dialect TEXT NOT NULL, reference TEXT NOT NULL, status INTEGER NOT "
    "NULL,"
    " outcome TEXT NOT NULL, errors TEXT NOT NULL, score REAL, live_1 REAL, live_2 REAL, motion_1 "
    "REAL, motion_2 REAL,"
    " total_ms REAL NOT NULL, queue_ms REAL NOT NULL, vision_ms REAL NOT NULL, networks TEXT NOT "
    "NULL);"
    "CREATE INDEX job_received ON job (received_ms);",

    /* Looking for one reference number read the whole table. */
    "CREATE INDEX job_reference ON job (reference, received_ms) WHERE reference <> '';",
};
