/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers and facts as JSON; see json_facts.h. */
#include "eval/json_facts.h"

#include <math.h>

json_t *bona_json_number(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

json_t *bona_json_rate(const bona_rate *rate)
{
    return json_pack("{s:I, s:I, s:o, s:f, s:f}", "errors", (json_int_t)rate->k, "of",
                     (json_int_t)rate->n, "rate", bona_json_number(rate->rate), "low", rate->low,
                     "high", rate->high);
}

json_t *bona_json_estimate(const bona_estimate *estimate)
{
    return json_pack("{s:o, s:f, s:f}", "value", bona_json_number(estimate->value), "low",
                     estimate->low, "high", estimate->high);
}

json_t *bona_json_facts(const bona_facts *facts)
{
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:i, s:f, s:s}", "manifest",
                     facts->manifest, "manifest_sha256", facts->manifest_hash, "pack", facts->pack,
                     "pack_sha256", facts->pack_hash, "when", facts->when, "cpu", facts->cpu,
                     "kernels", facts->kernels, "cores", (int)facts->cores, "seconds",
                     facts->seconds, "version", bona_version());
}

static int dump_bytes(const char *bytes, size_t size, void *out)
{
    return bona_buf_add(out, bytes, size) == BONA_OK ? 0 : -1;
}

bona_err bona_json_dump(bona_buf *out, json_t *root)
{
    int failed;

    if (root == NULL)
        return BONA_NO_MEMORY;
    failed = json_dump_callback(root, dump_bytes, out, JSON_INDENT(2) | JSON_REAL_PRECISION(12));
    json_decref(root);
    return failed ? BONA_NO_MEMORY : bona_buf_text(out, "\n");
}
