/* SPDX-License-Identifier: Apache-2.0 */
/* Which route and which area a path belongs to. A handful of routes: a walk over the table is the
 * whole router. */
#include "http/state.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

const bona_http_area *http_area_of(const bona_http *http, const char *path)
{
    const bona_http_area *best = NULL;

    for (int32_t i = 0; i < http->s.area_count; i++) {
        const bona_http_area *area = &http->s.areas[i];
        size_t size = strlen(area->prefix);

        if (strncmp(path, area->prefix, size) == 0 && (best == NULL || size > strlen(best->prefix)))
            best = area;
    }
    assert(best != NULL); /* the last area owns the rest */
    return best;
}

static bool method_fits(const char *wanted, const char *method)
{
    return strcmp(wanted, method) == 0 ||
           (strcmp(wanted, "GET") == 0 && strcmp(method, "HEAD") == 0);
}

const bona_route *http_route_of(const bona_http *http, const char *method, const char *path,
                                int *status, char allow[64])
{
    size_t used = 0;

    allow[0] = 0;
    for (int32_t i = 0; i < http->s.route_count; i++) {
        const bona_route *route = &http->s.routes[i];

        if (strcmp(route->path, path) != 0)
            continue;
        if (method_fits(route->method, method))
            return route;
        if (used < 50)
            used +=
                (size_t)snprintf(allow + used, 64 - used, "%s%s", used ? ", " : "",
                                 strcmp(route->method, "GET") == 0 ? "GET, HEAD" : route->method);
    }
    *status = allow[0] ? 405 : 404;
    return NULL;
}
