/* SPDX-License-Identifier: Apache-2.0 */
/* BWS 3 LivenessDetection: the row of the dialect, heads and error bodies. */
#include <string.h>

#include "dialect/bws.h"
#include "dialect/out.h"

enum { REFERENCE_MAX = 256 }; /* bytes of a Reference-Number */

static bool admit(const bona_head *head, bona_refusal *refusal)
{
    if (!bona_type_is_json(head->content_type, true))
        return bona_refuse(refusal, 400, BWS_INVALID_ARGUMENT,
                           "Content-Type has to be application/json");
    if (head->reference == NULL)
        return true;
    if (strlen(head->reference) > REFERENCE_MAX)
        return bona_refuse(refusal, 400, BWS_INVALID_ARGUMENT,
                           "Reference-Number is longer than %d bytes", REFERENCE_MAX);
    for (const char *c = head->reference; *c != 0; c++)
        if (*c < ' ' || *c > '~')
            return bona_refuse(refusal, 400, BWS_INVALID_ARGUMENT,
                               "Reference-Number holds something other than printable ASCII");
    return true;
}

bona_err bona_bws_refuse(bona_buf *body, const bona_refusal *refusal, const char *request_id)
{
    dialect_out out = { .buf = body };

    (void)request_id;
    if (refusal->status == 401)
        return BONA_OK; /* an empty body: all reasons look the same */
    dialect_put(&out, "{\"code\":%d,\"message\":", refusal->code);
    dialect_put_string(&out, refusal->text);
    dialect_put(&out, ",\"details\":[]}");
    return out.err;
}

static int code_of(int status)
{
    static const int codes[][2] = {
        { 401, BWS_UNAUTHENTICATED },    { 404, BWS_NOT_FOUND },
        { 405, BWS_UNIMPLEMENTED },      { 408, BWS_CANCELLED },
        { 413, BWS_RESOURCE_EXHAUSTED }, { 429, BWS_RESOURCE_EXHAUSTED },
        { 500, BWS_INTERNAL },           { 503, BWS_UNAVAILABLE }
    };

    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        if (codes[i][0] == status)
            return codes[i][1];
    return BWS_INVALID_ARGUMENT;
}

static bona_err shape(bona_buf *body, int status, const char *message)
{
    bona_refusal refusal;

    bona_refuse(&refusal, status, code_of(status), "%s", message);
    return bona_bws_refuse(body, &refusal, NULL);
}

const bona_dialect bona_dialect_bws = { .name = "bws",
                                        .admit = admit,
                                        .read = bona_bws_read,
                                        .write = bona_bws_write,
                                        .refuse = bona_bws_refuse,
                                        .shape = shape };
