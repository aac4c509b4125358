/* SPDX-License-Identifier: Apache-2.0 */
/* Feeding and running one network; see reader.h. */
#include "face/reader.h"

#include <assert.h>

bona_err bona_reader_init(bona_reader *reader, const bona_model *model)
{
    *reader = (bona_reader){ .model = model };
    return model->net != NULL ? bona_run_new(&reader->run, model->net) : BONA_OK;
}

void bona_reader_deinit(bona_reader *reader)
{
    bona_run_free(reader->run);
    *reader = (bona_reader){ 0 };
}

bool bona_reader_ready(const bona_reader *reader)
{
    return reader->run != NULL;
}

float *bona_reader_pixels(bona_reader *reader)
{
    return bona_run_input(reader->run);
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

void bona_reader_go(bona_reader *reader)
{
    assert(reader->run != NULL);
    prepare(bona_run_input(reader->run), &reader->model->input);
    bona_run_go(reader->run);
}

const float *bona_reader_output(const bona_reader *reader, int32_t index)
{
    return index < 0 ? NULL : bona_run_output(reader->run, index);
}

int32_t bona_reader_output_size(const bona_reader *reader, int32_t index)
{
    bona_shape shape = bona_net_output_shape(reader->model->net, index);
    int32_t size = 1;

    for (int32_t i = 0; i < shape.rank; i++)
        size *= shape.dim[i];
    return size;
}
