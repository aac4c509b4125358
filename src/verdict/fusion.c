/* SPDX-License-Identifier: Apache-2.0 */
/* Logistic opinion pool; see fusion.h. */
#include "verdict/fusion.h"

#include <assert.h>
#include <math.h>

/* Smallest score that is ever shown for a computed test; below it a reader could take it for 0 =
 * "not computed". */
static const float shown_min = 1e-6f;

double bona_logit(double p)
{
    return log(p) - log1p(-p);
}

double bona_sigmoid(double x)
{
    return x >= 0 ? 1.0 / (1.0 + exp(-x)) : exp(x) / (1.0 + exp(x));
}

static double pooled_logit(const bona_fusion *fusion, const float *live)
{
    double sum = fusion->bias;

    for (int32_t t = 0; t < fusion->term_count; t++) {
        const bona_fusion_term *term = &fusion->terms[t];
        double mean = 0;

        for (int32_t i = 0; i < term->count; i++)
            mean += live[term->nets[i]];
        mean /= term->count;
        mean = fmin(fmax(mean, fusion->clip), 1.0 - fusion->clip);
        sum += term->weight * bona_logit(mean);
    }
    return sum;
}

float bona_fusion_raw(const bona_fusion *fusion, const float *live)
{
    assert(fusion->term_count > 0);
    return (float)bona_sigmoid(pooled_logit(fusion, live));
}

float bona_fusion_shown(const bona_fusion *fusion, const float *live)
{
    float shown;

    assert(fusion->term_count > 0);
    shown = (float)bona_sigmoid(pooled_logit(fusion, live) - bona_logit(fusion->threshold));
    return fmaxf(shown, shown_min);
}
