/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What has to hold of a request's head before anything else looks at it: sizes, and one clear
 * statement of how long the body is (RFC 9112, section 6.3: two lengths, or a length and a transfer
 * coding, are how requests get smuggled).
 */
#include "http/state.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Two of these, and two readers on the way may not agree on which counts: a proxy that lets
 * somebody in for the first key, and a server that takes the second. */
static const char *const once[] = { "host", "authorization", "api-key", "content-type" };

/* RFC 9110, section 5.6.2: what the name of a header line may hold. */
static const char token[] = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz"
                            "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

typedef struct head {
    size_t bytes;                 /* of all lines: name, ": ", value, CR LF */
    int lengths, codings, others; /* how often; `others`: lines of `once` that came again */
    uint32_t seen;                /* bits of `once` */
    bool broken;                  /* a name that is none: RFC 9112, section 5.1 */
    const char *length, *coding, *expect;
} head;

static enum MHD_Result count_line(void *cls, enum MHD_ValueKind kind, const char *name,
                                  size_t name_size, const char *value, size_t value_size)
{
    head *h = cls;

    (void)kind;
    h->bytes += name_size + value_size + 4;
    /* To libmicrohttpd "Content-Length :" is another name, to others on the way it is a length. */
    h->broken |= name_size == 0 || strspn(name, token) != name_size;
    if (strcasecmp(name, "content-length") == 0) {
        h->lengths++;
        h->length = value;
    } else if (strcasecmp(name, "transfer-encoding") == 0) {
        h->codings++;
        h->coding = value;
    } else if (strcasecmp(name, "expect") == 0) {
        h->expect = value;
    }
    for (uint32_t i = 0; i < sizeof once / sizeof *once; i++)
        if (strcasecmp(name, once[i]) == 0) {
            h->others += (h->seen & 1U << i) != 0;
            h->seen |= 1U << i;
        }
    return MHD_YES;
}

/* Decimal digits only, so that "+5", "5, 5" and "0x5" are refused. */
static bool read_length(const char *text, uint64_t *length)
{
    size_t digits = text != NULL ? strspn(text, "0123456789") : 0;

    if (digits == 0 || digits > 18 || text[digits] != 0)
        return false;
    *length = strtoull(text, NULL, 10);
    return true;
}

static bool refuse(int *status, const char **message, int code, const char *text)
{
    *status = code;
    *message = text;
    return false;
}

static bool framing_holds(const bona_request *request, const head *h, uint64_t *length, int *status,
                          const char **message)
{
    *length = 0;
    if (h->broken)
        return refuse(status, message, 400, "a header line with an invalid name");
    if (h->codings > 0 && h->lengths > 0)
        return refuse(status, message, 400, "Transfer-Encoding together with Content-Length");
    if (h->lengths > 1 || h->codings > 1 || h->others > 0)
        return refuse(status, message, 400, "a header line that may occur once occurs twice");
    if (h->codings > 0 && strcasecmp(h->coding, "chunked") != 0)
        return refuse(status, message, 400, "the only transfer coding is chunked");
    if (h->lengths > 0 && !read_length(h->length, length))
        return refuse(status, message, 400, "Content-Length is not a number");
    if (request->route != NULL && (request->route->flags & BONA_ROUTE_LENGTH) && h->lengths == 0)
        return refuse(status, message, 411, "Content-Length is required");
    if (h->expect != NULL && strcasecmp(h->expect, "100-continue") != 0)
        return refuse(status, message, 417, "the only expectation is 100-continue");
    return true;
}

bool http_headers_fit(bona_request *request, int *status, const char **message)
{
    head h = { 0 };
    uint64_t length;

    MHD_get_connection_values_n(request->mhd, MHD_HEADER_KIND, count_line, &h);
    /* until its length is known to be 0 */
    request->has_body = h.broken || h.codings > 0 || h.lengths > 0;
    if (request->uri_size >= BONA_HTTP_URI_MAX)
        return refuse(status, message, 414, "the request target is longer than 8 KB");
    if (h.bytes >= BONA_HTTP_HEADERS_MAX)
        return refuse(status, message, 431, "the header lines are larger than 25 KB");
    if (!framing_holds(request, &h, &length, status, message))
        return false;
    request->has_body = h.codings > 0 || length > 0;
    request->announced = length;
    return true;
}

bool http_body_fits(const bona_request *request, int *status, const char **message)
{
    if (request->announced > request->route->body_max)
        return refuse(status, message, 413, "the body is larger than this path accepts");
    if (atomic_load(&request->http->bodies.held) + request->announced > request->http->s.bodies_max)
        return refuse(status, message, 503, "too many bodies are being received");
    return true;
}
