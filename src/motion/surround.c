/* SPDX-License-Identifier: Apache-2.0 */
/* The ring around the face; see surround.h. */
#include "motion/surround.h"

#include <math.h>

enum { TURNS = 32, RINGS = 4, GRID = 3 };
/* The ring in heights of the mesh (forehead to chin) from its middle: beyond the hair, in the sheet
 * around it. */
static const float ring_from = 1.05f, ring_to = 1.75f;

/* Mean grey of a small square; NAN outside the picture. */
static float patch(const bona_image_view *image, float x, float y, float side)
{
    float sum = 0;

    for (int32_t k = 0; k < GRID * GRID; k++) {
        float i = x + side * ((float)(k % GRID) - 1) / GRID;
        float j = y + side * ((float)(k / GRID) - 1) / GRID;
        const uint8_t *p;

        if (!(i >= 0 && j >= 0 && i < (float)image->width && j < (float)image->height))
            return NAN;
        p = image->rgb + (ptrdiff_t)j * image->stride + 3 * (ptrdiff_t)i;
        sum += 0.299f * p[0] + 0.587f * p[1] + 0.114f * p[2];
    }
    return sum / (GRID * GRID);
}

/* Running sums for a correlation. */
typedef struct sums {
    float n, a, b, aa, bb, ab;
} sums;

static void add(sums *s, float a, float b)
{
    s->n += 1;
    s->a += a;
    s->b += b;
    s->aa += a * a;
    s->bb += b * b;
    s->ab += a * b;
}

static float correlation(const sums *s)
{
    float n = fmaxf(s->n, 1), va = s->aa / n - s->a * s->a / (n * n),
          vb = s->bb / n - s->b * s->b / (n * n);

    return (s->ab / n - s->a * s->b / (n * n)) / sqrtf((va + 4) * (vb + 4));
}

float bona_surround_follows(const bona_motion_view *first, const bona_motion_view *second,
                            const bona_rigid *rigid)
{
    float height = bona_mesh_height(first->mesh), side = 0.06f * height;
    float roll =
        atan2f(rigid->turn[1][0] - rigid->turn[0][1], rigid->turn[0][0] + rigid->turn[1][1]);
    float c = cosf(roll) * rigid->scale, s = sinf(roll) * rigid->scale;
    sums stays = { 0 }, goes = { 0 };

    for (int32_t k = 0; k < TURNS * RINGS; k++) {
        float t = 6.2831853f * (float)(k % TURNS) / TURNS;
        float r = height * (ring_from + (ring_to - ring_from) * (float)(k / TURNS) / (RINGS - 1));
        float dx = r * cosf(t), dy = r * sinf(t), here, still, along;

        here = patch(&first->image, rigid->centre_first.x + dx, rigid->centre_first.y + dy, side);
        still = patch(&second->image, rigid->centre_first.x + dx, rigid->centre_first.y + dy, side);
        along = patch(&second->image, rigid->centre_second.x + c * dx - s * dy,
                      rigid->centre_second.y + s * dx + c * dy, side * rigid->scale);
        if (isnan(here) || isnan(still) || isnan(along))
            continue;
        add(&stays, here, still);
        add(&goes, here, along);
    }
    return stays.n < TURNS ? 0 : 0.5f * (correlation(&goes) - correlation(&stays));
}
