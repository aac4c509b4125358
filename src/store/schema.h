/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of the embedded database, as steps from one version to the next. */
#ifndef BONA_STORE_SCHEMA_H
#define BONA_STORE_SCHEMA_H

enum {
    BONA_SCHEMA_VERSION = 2,
    BONA_SCHEMA_APPLICATION = 0x626f6e61 /* "bona", SQLite's application_id */
};

/* Step i takes version i to i + 1. Append only: databases out there have gone through the earlier
 * ones. */
extern const char *const bona_schema_steps[BONA_SCHEMA_VERSION];

#endif
