/* SPDX-License-Identifier: Apache-2.0 */
/* The identity vector of a picture; see vector.h. */
#include "engine/vector.h"

#include <string.h>

#include "base/mem.h"
#include "engine/sight.h"

int32_t bona_pack_vector_size(const bona_pack *pack)
{
    const bona_model *model = &pack->models[BONA_ROLE_EMBED];

    return model->net == NULL ? 0 : bona_net_output_shape(model->net, model->decode.output).dim[1];
}

bona_err bona_engine_vector(bona_engine *engine, bona_bytes bytes, float *vector)
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
    if (err == BONA_OK)
        err = bona_sight_embed(&sight, &made, engine, &ms);
    if (err == BONA_OK) {
        memcpy(vector, made.v, (size_t)made.count * sizeof *vector);
        bona_wipe(&made, sizeof made);
    }
    bona_sight_deinit(&sight);
    return err;
}
