/* SPDX-License-Identifier: Apache-2.0 */
/* Reads lines "label score" (label 1 = bona fide) and prints what metrics.h says of them, for
 * sklearn_check.py. */
#include <stdio.h>

#include "eval/metrics.h"

enum { SCORES_MAX = 100000 };

int main(void)
{
    static double positive[SCORES_MAX], negative[SCORES_MAX];
    bona_scores s = { positive, negative, 0, 0 };
    int label;
    double score, acer;

    while (scanf("%d %lf", &label, &score) == 2 && s.positives < SCORES_MAX &&
           s.negatives < SCORES_MAX) {
        if (label)
            positive[s.positives++] = score;
        else
            negative[s.negatives++] = score;
    }
    bona_scores_sort(&s);
    bona_best_threshold(&s, &acer);
    printf("auc %.17g\neer %.17g\nacer %.17g\n", bona_auc(&s).value, bona_eer(&s, NULL), acer);
    for (int percent = 1; percent <= 10; percent += percent < 5 ? 4 : 5)
        printf("apcer@%d %.17g\n", percent, bona_apcer_at_bpcer(&s, percent / 100.0, NULL).rate);
    printf("tar@0.01 %.17g\n", bona_accept_at_fmr(&s, 0.01, NULL).rate);
    return 0;
}
