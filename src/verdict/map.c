/* SPDX-License-Identifier: Apache-2.0 */
/* Piecewise linear maps; see map.h. */
#include "verdict/map.h"

#include <assert.h>

float bona_map_at(const bona_map *map, float x)
{
    int32_t i = 1;
    float share;

    assert(map->count >= 2);
    if (!(x > map->x[0]))
        return map->y[0];
    if (x >= map->x[map->count - 1])
        return map->y[map->count - 1];
    while (x > map->x[i])
        i++;
    share = (x - map->x[i - 1]) / (map->x[i] - map->x[i - 1]);
    return map->y[i - 1] + share * (map->y[i] - map->y[i - 1]);
}
