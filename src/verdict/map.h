/* SPDX-License-Identifier: Apache-2.0 */
/* Monotone maps from a raw number to a shown one: straight lines between points, level outside. */
#ifndef BONA_VERDICT_MAP_H
#define BONA_VERDICT_MAP_H

#include "base/err.h"

enum { BONA_MAP_POINTS_MAX = 32 };

typedef struct bona_map {
    float x[BONA_MAP_POINTS_MAX], y[BONA_MAP_POINTS_MAX]; /* x strictly rising */
    int32_t count;                                        /* 2 to BONA_MAP_POINTS_MAX */
} bona_map;

/* The map's value at x. */
float bona_map_at(const bona_map *map, float x);

#endif
