/* SPDX-License-Identifier: Apache-2.0 */
/* Z-buffered triangles: each sample keeps what the nearest surface is, for shading afterwards. */
#include "synth/parts.h"
#include "base/mem.h"

#include <math.h>

bool canvas_init(canvas *c, int32_t width, int32_t height, float focal_px)
{
    c->samples = bona_alloc((size_t)width * (size_t)height, sizeof *c->samples);
    c->width = width;
    c->height = height;
    c->focal_px = focal_px;
    c->centre_x = (float)width / 2;
    c->centre_y = (float)height / 2;
    return c->samples != NULL;
}

void canvas_deinit(canvas *c)
{
    bona_free(c->samples);
    c->samples = NULL;
}

/* A corner on the picture plane. */
typedef struct seen {
    float x, y, inverse; /* samples; 1 / z */
} seen;

static seen project(const canvas *c, const corner *at)
{
    float inverse = at->camera.z > 1 ? 1 / at->camera.z : 0;

    return (seen){ c->centre_x + c->focal_px * at->camera.x * inverse,
                   c->centre_y + c->focal_px * at->camera.y * inverse, inverse };
}

/* Perspective-correct mix of three vectors. */
static vec3 mix3(vec3 a, vec3 b, vec3 c, const float w[3])
{
    return (vec3){ a.x * w[0] + b.x * w[1] + c.x * w[2], a.y * w[0] + b.y * w[1] + c.y * w[2],
                   a.z * w[0] + b.z * w[1] + c.z * w[2] };
}

typedef struct brush {
    canvas *c;
    material what;
    keep_fn *keep;
    const void *context;
} brush;

static void put(const brush *b, int32_t x, int32_t y, const float w[3], const seen s[3],
                const corner *const at[3])
{
    sample *out = &b->c->samples[(size_t)y * (size_t)b->c->width + (size_t)x];
    float depth = w[0] * s[0].inverse + w[1] * s[1].inverse + w[2] * s[2].inverse;
    float p[3];
    vec3 paint;

    if (depth <= out->depth)
        return;
    for (int32_t n = 0; n < 3; n++)
        p[n] = w[n] * s[n].inverse / depth;
    paint = mix3(at[0]->paint, at[1]->paint, at[2]->paint, p);
    if (b->keep != NULL && !b->keep(b->context, paint))
        return;
    out->depth = depth;
    out->what = (int32_t)b->what;
    out->paint = paint;
    out->normal = mix3(at[0]->normal, at[1]->normal, at[2]->normal, p);
}

static float least(float a, float b, float c)
{
    return fminf(a, fminf(b, c));
}

static void triangle(const brush *b, const corner *a0, const corner *a1, const corner *a2)
{
    const corner *const at[3] = { a0, a1, a2 };
    seen s[3];
    float area, fx0, fx1, fy0, fy1;

    for (int32_t n = 0; n < 3; n++) {
        s[n] = project(b->c, at[n]);
        if (s[n].inverse <= 0)
            return;
    }
    area = (s[1].x - s[0].x) * (s[2].y - s[0].y) - (s[2].x - s[0].x) * (s[1].y - s[0].y);
    if (fabsf(area) < 1e-9f)
        return;
    fx0 = fmaxf(ceilf(least(s[0].x, s[1].x, s[2].x) - 0.5f), 0);
    fy0 = fmaxf(ceilf(least(s[0].y, s[1].y, s[2].y) - 0.5f), 0);
    fx1 = fminf(-ceilf(least(-s[0].x, -s[1].x, -s[2].x) + 0.5f), (float)(b->c->width - 1));
    fy1 = fminf(-ceilf(least(-s[0].y, -s[1].y, -s[2].y) + 0.5f), (float)(b->c->height - 1));
    for (float y = fy0; y <= fy1; y++) {
        for (float x = fx0; x <= fx1; x++) {
            float px = x + 0.5f, py = y + 0.5f, w[3];

            w[0] = ((s[1].x - px) * (s[2].y - py) - (s[2].x - px) * (s[1].y - py)) / area;
            w[1] = ((s[2].x - px) * (s[0].y - py) - (s[0].x - px) * (s[2].y - py)) / area;
            w[2] = 1 - w[0] - w[1];
            if (w[0] >= -1e-4f && w[1] >= -1e-4f && w[2] >= -1e-4f)
                put(b, (int32_t)x, (int32_t)y, w, s, at);
        }
    }
}

void canvas_grid(canvas *c, const corner *corners, int32_t columns, int32_t rows, material what,
                 keep_fn *keep, const void *context)
{
    const brush b = { c, what, keep, context };

    for (int32_t j = 0; j + 1 < rows; j++) {
        for (int32_t i = 0; i + 1 < columns; i++) {
            const corner *q = corners + (ptrdiff_t)j * columns + i;

            triangle(&b, q, q + 1, q + columns);
            triangle(&b, q + 1, q + columns + 1, q + columns);
        }
    }
}
