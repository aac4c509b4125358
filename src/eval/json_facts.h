/* SPDX-License-Identifier: Apache-2.0 */
/* Rates, estimates and facts as JSON values (jansson). Numbers that are not finite become null. */
#ifndef BONA_EVAL_JSON_FACTS_H
#define BONA_EVAL_JSON_FACTS_H

#include <jansson.h>

#include "base/buf.h"
#include "eval/facts.h"
#include "eval/metrics.h"

json_t *bona_json_number(double value);
json_t *bona_json_rate(const bona_rate *rate); /* {"errors":k,"of":n,"rate":r,"low":l,"high":h} */
json_t *bona_json_estimate(const bona_estimate *estimate); /* {"value":v,"low":l,"high":h} */
json_t *bona_json_facts(const bona_facts *facts);

/* Writes `root` with two blanks of indentation and releases it; NULL gives BONA_NO_MEMORY. */
bona_err bona_json_dump(bona_buf *out, json_t *root);

#endif
