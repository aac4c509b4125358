/* SPDX-License-Identifier: Apache-2.0 */
/* What the 3-D test made of the sequences: counts, then text, JSON and a page; see motion.h. */
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "eval/json_facts.h"
#include "eval/motion.h"
#include "eval/page.h"

static const float accept_min = 0.5f; /* motion and live are calibrated so that 0.5 decides */

static bool has_move(const bona_motion_pair *p, const char *move)
{
    const char *at = strstr(p->expected, "move=");

    return at != NULL && strncmp(at + 5, move, strlen(move)) == 0;
}

/* The labelled direction in degrees, or NAN. */
static float wanted_direction(const bona_motion_pair *p)
{
    return has_move(p, "image_right")  ? 360
           : has_move(p, "image_left") ? 180
           : has_move(p, "up")         ? 90
           : has_move(p, "down")       ? 270
                                       : NAN;
}

static bool has_turned(const bona_motion_pair *p)
{
    return fabsf(p->yaw) >= BONA_TURN_DEG_MIN || fabsf(p->pitch) >= BONA_TURN_DEG_MIN;
}

/* k of n, counted up. */
typedef struct tally {
    int64_t k, n;
} tally;

static void count(tally *t, bool hit)
{
    t->n++;
    t->k += hit;
}

static bona_rate rate_of(tally t)
{
    return bona_rate_wilson(t.k, t.n);
}

typedef struct motion_tallies {
    tally turns, quadrant, still, photos, photo_pairs, replays, replays_passed;
} motion_tallies;

static void count_live(motion_tallies *t, const bona_motion_pair *p, bool accepted)
{
    float wanted = wanted_direction(p), off = fabsf(p->direction - wanted);

    if (has_move(p, "still"))
        count(&t->still, !accepted);
    if (!has_turned(p))
        return;
    count(&t->turns, accepted);
    if (isfinite(wanted))
        count(&t->quadrant, p->direction > 0 && fminf(off, 360 - off) <= 45);
}

static void count_pair(motion_tallies *t, const bona_motion_pair *p)
{
    bool accepted = p->error[0] == 0 && p->motion >= accept_min;

    if (strcmp(p->label, "print") == 0) {
        count(&t->photo_pairs, accepted);
        if (p->ends)
            count(&t->photos, accepted);
    } else if (p->ends && strcmp(p->label, "replay") == 0) {
        count(&t->replays, accepted);
        count(&t->replays_passed, accepted && p->live >= accept_min);
    } else if (p->ends && strcmp(p->label, "live") == 0) {
        count_live(t, p, accepted);
    }
}

bona_err bona_motion_summarise(bona_motion_summary *summary, const bona_motion_set *set)
{
    motion_tallies t = { 0 };
    bona_scores scores = { bona_alloc((size_t)set->count, sizeof(double)),
                           bona_alloc((size_t)set->count, sizeof(double)), 0, 0 };

    *summary = (bona_motion_summary){ 0 };
    if (scores.positive == NULL || scores.negative == NULL) {
        bona_free(scores.positive);
        bona_free(scores.negative);
        return BONA_NO_MEMORY;
    }
    for (int64_t i = 0; i < set->count; i++) {
        const bona_motion_pair *p = &set->pairs[i];

        count_pair(&t, p);
        summary->live_sequences += p->ends && strcmp(p->label, "live") == 0;
        if (!p->ends || p->error[0] != 0)
            continue;
        if (strcmp(p->label, "live") == 0 && has_turned(p))
            scores.positive[scores.positives++] = (double)p->motion;
        else if (strcmp(p->label, "print") == 0)
            scores.negative[scores.negatives++] = (double)p->motion;
    }
    bona_scores_sort(&scores);
    summary->auc = bona_auc(&scores);
    bona_free(scores.positive);
    bona_free(scores.negative);
    summary->turned_sequences = t.turns.n;
    summary->turns_accepted = rate_of(t.turns);
    summary->quadrant_right = rate_of(t.quadrant);
    summary->still_rejected = rate_of(t.still);
    summary->photos_accepted = rate_of(t.photos);
    summary->photo_pairs_accepted = rate_of(t.photo_pairs);
    summary->replays_accepted = rate_of(t.replays);
    summary->replays_passed = rate_of(t.replays_passed);
    return BONA_OK;
}

typedef struct line {
    const char *key, *text;
    size_t offset; /* of the rate in the summary */
} line;

static const line lines[] = {
    { "turns_accepted", "live turns accepted", offsetof(bona_motion_summary, turns_accepted) },
    { "quadrant_right", "their direction right within 45 degrees",
      offsetof(bona_motion_summary, quadrant_right) },
    { "still_rejected", "live but still: rejected", offsetof(bona_motion_summary, still_rejected) },
    { "photos_accepted", "moved, tilted and bent photos accepted",
      offsetof(bona_motion_summary, photos_accepted) },
    { "photo_pairs_accepted", "all their frame pairs accepted",
      offsetof(bona_motion_summary, photo_pairs_accepted) },
    { "replays_accepted", "replays accepted by motion alone",
      offsetof(bona_motion_summary, replays_accepted) },
    { "replays_passed", "replays accepted by motion and both passive scores",
      offsetof(bona_motion_summary, replays_passed) },
};
enum { LINES = sizeof lines / sizeof *lines };

static const bona_rate *rate_at(const bona_motion_summary *summary, const line *l)
{
    return (const bona_rate *)(const void *)((const char *)summary + l->offset);
}

bona_err bona_motion_text(bona_buf *out, const bona_motion_set *set,
                          const bona_motion_summary *summary)
{
    char text[64];
    bona_err err = bona_buf_printf(out,
                                   "%lld sequences, %lld frame pairs; %lld live sequences, %lld of "
                                   "them turn by %d degrees or more\n",
                                   (long long)set->sequences, (long long)set->count,
                                   (long long)summary->live_sequences,
                                   (long long)summary->turned_sequences, BONA_TURN_DEG_MIN);

    for (int i = 0; err == BONA_OK && i < LINES; i++) {
        const bona_rate *r = rate_at(summary, &lines[i]);

        bona_rate_text(text, sizeof text, r);
        err = bona_buf_printf(out, "  %-52s %4lld of %-4lld %s\n", lines[i].text, (long long)r->k,
                              (long long)r->n, text);
    }
    bona_estimate_text(text, sizeof text, &summary->auc, false);
    return err == BONA_OK
               ? bona_buf_printf(out, "  %-52s %s\n", "AUC, live turns against photos", text)
               : err;
}

bona_err bona_motion_json(bona_buf *out, const bona_facts *facts, const bona_motion_set *set,
                          const bona_motion_summary *summary)
{
    json_t *root =
        json_pack("{s:s, s:o, s:I, s:I, s:I, s:I, s:i, s:o}", "kind", "motion", "facts",
                  bona_json_facts(facts), "sequences", (json_int_t)set->sequences, "pairs",
                  (json_int_t)set->count, "live_sequences", (json_int_t)summary->live_sequences,
                  "turned_sequences", (json_int_t)summary->turned_sequences, "turn_deg_min",
                  BONA_TURN_DEG_MIN, "auc", bona_json_estimate(&summary->auc));

    for (int i = 0; root != NULL && i < LINES; i++)
        json_object_set_new(root, lines[i].key, bona_json_rate(rate_at(summary, &lines[i])));
    return bona_json_dump(out, root);
}

bona_err bona_motion_html(bona_buf *out, const bona_facts *facts, const bona_motion_set *set,
                          const bona_motion_summary *summary)
{
    bona_err err = bona_page_begin(out, "Active liveness: movement and 3-D test", facts);

    if (err == BONA_OK)
        err = bona_buf_printf(
            out,
            "<p>%lld sequences, %lld frame pairs. First frame against last unless a line says "
            "otherwise; %lld of %lld "
            "live sequences turn by %d degrees or more.</p><div class=\"scroll\"><table>"
            "<tr><th>what</th><th>rate, 95 %% interval, counts</th></tr>\n",
            (long long)set->sequences, (long long)set->count, (long long)summary->turned_sequences,
            (long long)summary->live_sequences, BONA_TURN_DEG_MIN);
    for (int i = 0; err == BONA_OK && i < LINES; i++) {
        err = bona_buf_printf(out, "<tr><td>%s</td>", lines[i].text);
        if (err == BONA_OK)
            err = bona_page_rate_cell(out, rate_at(summary, &lines[i]));
        if (err == BONA_OK)
            err = bona_buf_text(out, "</tr>\n");
    }
    if (err == BONA_OK)
        err = bona_buf_text(out, "</table></div><p class=\"soft\">A replay of a head that truly "
                                 "turns cannot be told from a live one by "
                                 "motion; the passive test has to refuse it.</p>\n");
    return err == BONA_OK ? bona_page_end(out) : err;
}
