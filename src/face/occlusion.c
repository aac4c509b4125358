/* SPDX-License-Identifier: Apache-2.0 */
/* Reading the occlusion network; see occlusion.h. */
#include "face/occlusion.h"

#include <math.h>

#include "face/crop.h"

/* Probability "covered" to visibility: straight lines that put the threshold at 50. No number
 * counts as covered. */
static float visibility(float covered, float threshold)
{
    if (isnan(covered))
        return 0.0f;
    covered = fminf(fmaxf(covered, 0.0f), 1.0f);
    return covered < threshold ? 100.0f - 50.0f * covered / threshold
                               : 50.0f * (1.0f - covered) / (1.0f - threshold);
}

static float probability(float answer, bool logit)
{
    return logit ? 1.0f / (1.0f + expf(-answer)) : answer;
}

static float largest_of_class(const float *answer, int32_t size, int32_t classes, int32_t index)
{
    float largest = 0;

    for (int32_t i = index; i < size; i += classes) {
        if (isnan(answer[i]))
            return NAN;
        largest = fmaxf(largest, answer[i]);
    }
    return largest;
}

bona_err bona_visible_find(bona_visible *visible, bona_viewer *viewer, bona_image_view image,
                           const bona_spot *spot)
{
    const bona_decode_rule *rule = &viewer->model->decode;
    const bona_covered_rule *c = &rule->covered;
    const float *answer;
    bona_err err = bona_crop(viewer, image, spot, NULL);

    if (err != BONA_OK)
        return err;
    bona_viewer_go(viewer);
    answer = bona_viewer_output(viewer, rule->output);
    if (rule->kind == BONA_DECODE_CLASS_MAX) {
        float mask = largest_of_class(answer, bona_viewer_output_size(viewer, rule->output),
                                      c->classes, c->mouth);

        *visible = (bona_visible){ -1, visibility(mask, c->thresholds[1]),
                                   visibility(mask, c->thresholds[2]) };
        return BONA_OK;
    }
    visible->eyes = visibility(probability(answer[c->eyes], c->logits), c->thresholds[0]);
    visible->nose = visibility(probability(answer[c->nose], c->logits), c->thresholds[1]);
    visible->mouth = visibility(probability(answer[c->mouth], c->logits), c->thresholds[2]);
    return BONA_OK;
}
