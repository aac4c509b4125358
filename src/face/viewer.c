/* SPDX-License-Identifier: Apache-2.0 */
/* Feeding and running one network; see viewer.h. */
#include "face/viewer.h"

#include <assert.h>
#include <string.h>

typedef float four __attribute__((vector_size(16)));
typedef int32_t four_ints __attribute__((vector_size(16)));

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

/* To 0..255 and whole: truncation after adding a half rounds to the nearest. */
static four whole(four value)
{
    const four top = { 255, 255, 255, 255 };
    four_ints above = value > 0.0f, below = value < top;

    value = (four)(((four_ints)value & below) | ((four_ints)top & ~below));
    value = (four)((four_ints)value & above);
    return __builtin_convertvector(__builtin_convertvector(value + 0.5f, four_ints), four);
}

/* The first and the last value of each of four pixels change places. */
static void swap_ends(four p[3])
{
    four a = p[0], b = p[1], c = p[2], between = __builtin_shufflevector(a, c, 3, 4, 3, 4);

    p[0] = __builtin_shufflevector(a, b, 2, 1, 0, 5);
    p[1] = __builtin_shufflevector(b, between, 0, 4, 5, 3);
    p[2] = __builtin_shufflevector(b, c, 2, 7, 6, 5);
}

/* Four pixels of three values. */
static void prepare_four(float *pixels, bool bgr, const four mean[3], const four scale[3])
{
    four p[3];

    memcpy(p, pixels, sizeof p);
    for (int i = 0; i < 3; i++)
        p[i] = whole(p[i]);
    if (bgr)
        swap_ends(p);
    for (int i = 0; i < 3; i++)
        p[i] = (p[i] - mean[i]) * scale[i];
    memcpy(pixels, p, sizeof p);
}

static void prepare(float *pixels, const bona_input_rule *rule)
{
    const float *m = rule->mean, *s = rule->scale;
    const four mean[3] = { { m[0], m[1], m[2], m[0] },
                           { m[1], m[2], m[0], m[1] },
                           { m[2], m[0], m[1], m[2] } };
    const four scale[3] = { { s[0], s[1], s[2], s[0] },
                            { s[1], s[2], s[0], s[1] },
                            { s[2], s[0], s[1], s[2] } };
    const size_t count = (size_t)rule->width * (size_t)rule->height;
    size_t i = 0;

    for (; i + 4 <= count; i += 4)
        prepare_four(pixels + 3 * i, rule->bgr, mean, scale);
    if (i < count) {
        float rest[12] = { 0 };

        memcpy(rest, pixels + 3 * i, 3 * (count - i) * sizeof *rest);
        prepare_four(rest, rule->bgr, mean, scale);
        memcpy(pixels + 3 * i, rest, 3 * (count - i) * sizeof *rest);
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
