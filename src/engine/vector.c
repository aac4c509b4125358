/* SPDX-License-Identifier: Apache-2.0 */
/* The identity vector of a picture; see vector.h. */
#include "engine/vector.h"

#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "engine/sight.h"

int32_t bona_pack_vector_size(const bona_pack *pack)
{
    const bona_model *model = &pack->models[BONA_ROLE_EMBED];
    bona_shape shape;
    int32_t size = 1;

    if (model->net == NULL)
        return 0;
    shape = bona_net_output_shape(model->net, model->decode.output);
    for (int32_t i = 0; i < shape.rank; i++)
        size *= shape.dim[i];
    return size; /* at most BONA_VECTOR_MAX, as the pack was checked for */
}

/* Puts the face nearest to the middle of the picture first, where the judged one stands. */
static void centre_first(bona_sight *sight)
{
    bona_spots *faces = &sight->found.faces;
    float middle_x = (float)sight->image.width / 2, middle_y = (float)sight->image.height / 2;
    float nearest = INFINITY;
    int32_t best = 0;

    for (int32_t i = 0; i < faces->count; i++) {
        const bona_box *box = &faces->items[i].box;
        float away = hypotf(box->x + box->w / 2 - middle_x, box->y + box->h / 2 - middle_y);

        if (away < nearest) {
            nearest = away;
            best = i;
        }
    }
    if (best > 0) {
        bona_spot first = faces->items[0];

        faces->items[0] = faces->items[best];
        faces->items[best] = first;
    }
}

bona_err bona_engine_vector(bona_engine *engine, bona_bytes bytes, bona_which which, float *vector)
{
    bona_sight_ask ask = { .bytes = bytes, .flags = BONA_FIND_TURN };
    bona_sight sight = { 0 };
    bona_picture picture = { 0 };
    bona_vector made;
    bona_times ms = { 0 };
    bona_err err;

    if (bona_pack_vector_size(engine->pack) == 0)
        return BONA_BAD_ARGUMENT;
    err = bona_sight_open(&sight, &picture, engine, &ask, &ms);
    if (err == BONA_OK)
        err = picture.err;
    if (err == BONA_OK && picture.judged < 0)
        err = BONA_NO_FACE;
    if (err == BONA_OK && which == BONA_CENTRAL)
        centre_first(&sight);
    if (err == BONA_OK)
        err = bona_sight_embed(&sight, &made, engine, BONA_ROLE_EMBED, &ms);
    if (err == BONA_OK) {
        memcpy(vector, made.v, (size_t)made.count * sizeof *vector);
        bona_wipe(&made, sizeof made);
    }
    bona_sight_deinit(&sight);
    return err;
}
