/* SPDX-License-Identifier: Apache-2.0 */
/* Feeding and running one network; see viewer.h. */
#include "face/viewer.h"

#include <assert.h>

void bona_viewer_init(bona_viewer *viewer, const bona_model *model)
{
    *viewer = (bona_viewer){ .model = model };
}

void bona_viewer_deinit(bona_viewer *viewer)
{
    bona_run_free(viewer->run);
    *viewer = (bona_viewer){ 0 };
}

bool bona_viewer_ready(const bona_viewer *viewer)
{
    return viewer->model != NULL && viewer->model->net != NULL;
}

bona_err bona_viewer_wake(bona_viewer *viewer)
{
    return viewer->run != NULL ? BONA_OK : bona_run_new(&viewer->run, viewer->model->net);
}

float *bona_viewer_pixels(bona_viewer *viewer)
{
    assert(viewer->run != NULL);
    return bona_run_input(viewer->run);
}

/* Crops have 0..255, so that truncation after adding a half rounds to the nearest whole number. */
static float whole(float value)
{
    return (float)(int32_t)(value + 0.5f);
}

static float clamped(float value)
{
    return value < 0.0f ? 0.0f : value > 255.0f ? 255.0f : value;
}

static void prepare(float *pixels, const bona_input_rule *rule)
{
    const int32_t first = rule->bgr ? 2 : 0, last = 2 - first;
    const size_t count = (size_t)rule->width * (size_t)rule->height;

    for (size_t i = 0; i < count; i++) {
        float *p = pixels + 3 * i;
        float a = whole(clamped(p[first])), b = whole(clamped(p[1])), c = whole(clamped(p[last]));

        p[0] = (a - rule->mean[0]) * rule->scale[0];
        p[1] = (b - rule->mean[1]) * rule->scale[1];
        p[2] = (c - rule->mean[2]) * rule->scale[2];
    }
}

void bona_viewer_go(bona_viewer *viewer)
{
    assert(viewer->run != NULL);
    prepare(bona_run_input(viewer->run), &viewer->model->input);
    bona_run_go(viewer->run);
}

const float *bona_viewer_output(const bona_viewer *viewer, int32_t index)
{
    return index < 0 ? NULL : bona_run_output(viewer->run, index);
}

int32_t bona_viewer_output_size(const bona_viewer *viewer, int32_t index)
{
    bona_shape shape = bona_net_output_shape(viewer->model->net, index);
    int32_t size = 1;

    for (int32_t i = 0; i < shape.rank; i++)
        size *= shape.dim[i];
    return size;
}
