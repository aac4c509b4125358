/* SPDX-License-Identifier: Apache-2.0 */
/* Boxes and points; see spot.h. */
#include "face/spot.h"

#include <math.h>
#include <stdlib.h>

static const float degrees_per_radian = 57.29577951f;

float bona_spot_roll(const bona_spot *spot)
{
    const bona_point *p = spot->points;
    float x = (p[0].x + p[1].x - p[3].x - p[4].x) / 2, y = (p[0].y + p[1].y - p[3].y - p[4].y) / 2;

    return atan2f(x, -y) * degrees_per_radian;
}

static float shared_length(float a, float a_size, float b, float b_size)
{
    return fmaxf(fminf(a + a_size, b + b_size) - fmaxf(a, b), 0.0f);
}

float bona_box_overlap(bona_box a, bona_box b)
{
    float shared = shared_length(a.x, a.w, b.x, b.w) * shared_length(a.y, a.h, b.y, b.h);
    float all = a.w * a.h + b.w * b.h - shared;

    return all > 0 ? shared / all : 0.0f;
}

float bona_box_inside(bona_box box, float width, float height)
{
    float area = box.w * box.h;
    float shared = shared_length(box.x, box.w, 0, width) * shared_length(box.y, box.h, 0, height);

    return area > 0 ? shared / area : 0.0f;
}

float bona_spot_inside(const bona_spot *spot, float width, float height)
{
    const bona_point *p = spot->points;
    float eyes_x = (p[0].x + p[1].x) / 2, eyes_y = (p[0].y + p[1].y) / 2;
    float mouth_x = (p[3].x + p[4].x) / 2, mouth_y = (p[3].y + p[4].y) / 2;
    float s =
        fmaxf(hypotf(p[1].x - p[0].x, p[1].y - p[0].y), hypotf(mouth_x - eyes_x, mouth_y - eyes_y));
    float top = fminf(eyes_y, mouth_y) - 0.8f * s, bottom = fmaxf(eyes_y, mouth_y) + 0.7f * s;
    bona_box face = { (eyes_x + mouth_x) / 2 - s, top, 2 * s, bottom - top };

    return bona_box_inside(face, width, height);
}

static int by_confidence(const void *a, const void *b)
{
    float x = ((const bona_spot *)a)->confidence, y = ((const bona_spot *)b)->confidence;

    return (x < y) - (x > y);
}

static int by_size(const void *a, const void *b)
{
    bona_box p = ((const bona_spot *)a)->box, q = ((const bona_spot *)b)->box;
    float x = p.w * p.h, y = q.w * q.h;

    return (x < y) - (x > y);
}

int32_t bona_spots_suppress(bona_spot *spots, int32_t count, float iou_max)
{
    int32_t kept = 0;

    qsort(spots, (size_t)count, sizeof *spots, by_confidence);
    for (int32_t i = 0; i < count; i++) {
        int32_t k = 0;

        while (k < kept && bona_box_overlap(spots[i].box, spots[k].box) <= iou_max)
            k++;
        if (k == kept)
            spots[kept++] = spots[i];
    }
    return kept;
}

void bona_spots_sort_by_size(bona_spot *spots, int32_t count)
{
    qsort(spots, (size_t)count, sizeof *spots, by_size);
}

void bona_spot_scale(bona_spot *spot, float factor)
{
    bona_box *b = &spot->box;

    *b = (bona_box){ b->x * factor, b->y * factor, b->w * factor, b->h * factor };
    for (int32_t i = 0; i < BONA_POINTS; i++) {
        spot->points[i].x *= factor;
        spot->points[i].y *= factor;
    }
}
