/* SPDX-License-Identifier: Apache-2.0 */
/* Several anti-spoofing probabilities to one score that reads 0.5 at its threshold. */
#ifndef BONA_VERDICT_FUSION_H
#define BONA_VERDICT_FUSION_H

#include "base/err.h"

/* One term: the mean probability of `count` networks, its logit times `weight`. */
typedef struct bona_fusion_term {
    int32_t nets[BONA_SPOOF_NETS_MAX];
    int32_t count; /* 1 to BONA_SPOOF_NETS_MAX */
    float weight;
} bona_fusion_term;

/* Weighted sum of logits (a logistic opinion pool); every number comes from the pack. */
typedef struct bona_fusion {
    bona_fusion_term terms[BONA_SPOOF_NETS_MAX];
    int32_t term_count;
    float bias;
    float clip;      /* probabilities are kept within clip..1 - clip, 0 < clip < 0.5 */
    float threshold; /* on the fused probability, 0..1 exclusive */
} bona_fusion;

/* The fused probability of a bona fide presentation, before the threshold is moved to 0.5. */
float bona_fusion_raw(const bona_fusion *fusion, const float *live);

/*
 * What is shown: sigmoid(logit f - logit threshold), ]0,1], 0.5 at the threshold, higher = bona
 * fide. Never 0, because 0 is read as "not computed".
 */
float bona_fusion_shown(const bona_fusion *fusion, const float *live);

/* Logit of a probability inside ]0,1[ and its inverse. */
double bona_logit(double p);
double bona_sigmoid(double x);

#endif
