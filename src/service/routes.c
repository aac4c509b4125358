/* SPDX-License-Identifier: Apache-2.0 */
/* The whole URL table, and whose error bodies hold where. */
#include <string.h>

#include "service/server.h"

enum {
    BWS_BODY_MAX =
        52428800, /* bytes, the limit itself is accepted (BWS specification, section 4) */
    IMAGES_BODY_MAX = 5242879, /* bytes; 5 MB itself is refused (images specification, 5.1) */
    NO_BODY_MAX = 4096         /* bytes; a GET has no use for any */
};

/* "/api/v1/liveness/images" owns everything below "/api/v1/liveness/". */
static void images_prefix(bona_server *server)
{
    const char *path = server->config.images_path;

    memcpy(server->images_prefix, path, (size_t)(strrchr(path, '/') - path) + 1);
    if (strlen(server->images_prefix) == 1)
        memcpy(server->images_prefix, path, strlen(path)); /* a path in the root owns only itself */
}

static void add(bona_server *server, const bona_route *route)
{
    server->routes[server->route_count++] = *route;
}

void server_routes(bona_server *server)
{
    static const char json[] = "application/json";
    const bona_config *c = &server->config;
    bona_http_area *a = server->areas;

    images_prefix(server);
    a[0] = (bona_http_area){ "/identity/", "identity", json, bona_dialect_identity.shape };
    a[1] = (bona_http_area){ server->images_prefix, "images", json, bona_dialect_images.shape };
    a[2] = (bona_http_area){ "/api/", "bws", json, bona_dialect_bws.shape };
    a[3] = (bona_http_area){ "", "other", json, bona_dialect_bws.shape };
    server->area_count = 4;

    /* clang-format off */
    const bona_route table[] = {
        { "POST", "/api/v1/livenessdetection", "bws", &a[2], BWS_BODY_MAX, 0, server_begin_bws, server_serve },
        { "POST", c->images_path, "images", &a[1], IMAGES_BODY_MAX, 0, server_begin_images, server_serve },
        { "POST", "/identity/liveness_image_verification/stateless", "identity", &a[0],
          (size_t)c->identity_bytes_max, BONA_ROUTE_LENGTH, server_begin_identity, server_serve },
        { "GET", "/livez", "livez", &a[3], NO_BODY_MAX, 0, NULL, server_live },
        { "GET", "/readyz", "readyz", &a[3], NO_BODY_MAX, 0, NULL, server_ready },
        { "GET", "/healthz", "healthz", &a[3], NO_BODY_MAX, 0, NULL, server_ready },
        { "GET", "/metrics", "metrics", &a[3], NO_BODY_MAX, 0, NULL, server_metrics },
    };
    /* clang-format on */

    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        add(server, &table[i]);
}
