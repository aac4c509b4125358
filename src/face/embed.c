/* SPDX-License-Identifier: Apache-2.0 */
/* Identity vectors; see embed.h. */
#include "face/embed.h"

#include <assert.h>
#include <math.h>

#include "face/crop.h"

static void add(bona_vector *vector, const bona_viewer *viewer)
{
    const float *answer = bona_viewer_output(viewer, viewer->model->decode.output);

    for (int32_t i = 0; i < vector->count; i++)
        vector->v[i] += answer[i];
}

static void normalise(bona_vector *vector)
{
    double sum = 0;
    float factor;

    for (int32_t i = 0; i < vector->count; i++)
        sum += (double)vector->v[i] * vector->v[i];
    factor = sum > 0 ? (float)(1.0 / sqrt(sum)) : 0.0f;
    for (int32_t i = 0; i < vector->count; i++)
        vector->v[i] *= factor;
}

bona_err bona_embed(bona_vector *vector, bona_viewer *viewer, bona_image_view image,
                    const bona_spot *spot)
{
    bona_err err = bona_crop(viewer, image, spot, NULL);

    if (err != BONA_OK)
        return err;
    *vector =
        (bona_vector){ .count = bona_viewer_output_size(viewer, viewer->model->decode.output) };
    assert(vector->count <= BONA_VECTOR_MAX);
    bona_viewer_go(viewer);
    add(vector, viewer);
    if (viewer->model->decode.mirror) {
        err = bona_crop(viewer, image, spot, NULL); /* the first run used the pixels up */
        if (err != BONA_OK)
            return err;
        bona_crop_mirror(viewer);
        bona_viewer_go(viewer);
        add(vector, viewer);
    }
    normalise(vector);
    return BONA_OK;
}

float bona_similar(const bona_vector *a, const bona_vector *b)
{
    double sum = 0;

    if (a->count != b->count)
        return 0;
    for (int32_t i = 0; i < a->count; i++)
        sum += (double)a->v[i] * b->v[i];
    return (float)fmin(fmax(sum, -1.0), 1.0);
}
