/* SPDX-License-Identifier: Apache-2.0 */
/* The two halves of the BWS dialect. */
#ifndef BONA_DIALECT_BWS_H
#define BONA_DIALECT_BWS_H

#include "dialect/dialect.h"

/* google.rpc.Code, the numbers BWS puts into its error bodies (BWS specification, 7.2). */
enum {
    BWS_CANCELLED = 1,
    BWS_INVALID_ARGUMENT = 3,
    BWS_NOT_FOUND = 5,
    BWS_RESOURCE_EXHAUSTED = 8,
    BWS_UNIMPLEMENTED = 12,
    BWS_INTERNAL = 13,
    BWS_UNAVAILABLE = 14,
    BWS_UNAUTHENTICATED = 16
};

bool bona_bws_read(bona_ask *ask, const bona_head *head, bona_buf *body, const bona_tray *tray,
                   const bona_rules *rules, bona_refusal *refusal);
int bona_bws_write(bona_buf *body, const bona_ask *ask, const bona_answer *answer,
                   bona_summary *summary);
bona_err bona_bws_refuse(bona_buf *body, const bona_refusal *refusal, const char *request_id);

#endif
