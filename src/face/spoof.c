/* SPDX-License-Identifier: Apache-2.0 */
/* Probabilities from logits; see spoof.h. */
#include "face/spoof.h"

#include <assert.h>
#include <math.h>

#include "face/crop.h"

static float softmax_at(const float *logits, int32_t count, int32_t index)
{
    float largest = logits[0], sum = 0;

    for (int32_t i = 1; i < count; i++)
        largest = fmaxf(largest, logits[i]);
    for (int32_t i = 0; i < count; i++)
        sum += expf(logits[i] - largest);
    return expf(logits[index] - largest) / sum;
}

bona_err bona_spoof(float *live, bona_viewer *viewer, bona_image_view image, const bona_spot *spot)
{
    const bona_decode_rule *rule = &viewer->model->decode;
    const float *answer;
    float p;
    bona_err err = bona_crop(viewer, image, spot, NULL);

    if (err != BONA_OK)
        return err;
    bona_viewer_go(viewer);
    answer = bona_viewer_output(viewer, rule->output);
    if (rule->kind == BONA_DECODE_SOFTMAX)
        p = softmax_at(answer, bona_viewer_output_size(viewer, rule->output), rule->index);
    else
        p = 1.0f / (1.0f + expf(-answer[rule->index]));
    assert(rule->kind == BONA_DECODE_SOFTMAX || rule->kind == BONA_DECODE_SIGMOID);
    *live =
        p >= 0.0f && p <= 1.0f ? p : 0.0f; /* a network that answers NAN has seen no live face */
    return BONA_OK;
}
