/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The 3-D test over labelled sequences: every pair of frames of a sequence (earlier first), the
 * first against the last counted by sequence.
 */
#ifndef BONA_EVAL_MOTION_H
#define BONA_EVAL_MOTION_H

#include "eval/csv.h"
#include "eval/facts.h"
#include "eval/metrics.h"

/* One pair. Texts are borrowed from the manifest. */
typedef struct bona_motion_pair {
    const char *sequence, *first, *second, *label, *expected, *source;
    const char *error; /* "" or the name of a bona_err */
    bool ends;         /* first against last frame of the sequence */
    float motion;      /* 0..1, higher = bona fide, 0.5 decides */
    float direction;   /* degrees, 0 = not computed */
    float yaw, pitch;  /* change of pose, degrees; NAN = not computed */
    float live;        /* lower passive score of the two frames */
    bool done;
} bona_motion_pair;

typedef struct bona_motion_set {
    bona_csv *manifest;
    bona_motion_pair *pairs;
    int64_t count, sequences;
} bona_motion_set;

/*
 * Reads the rows of role "motion": columns path, label, pair_or_sequence, frame, expected
 * ("live;move=up"), set. `leave_out` is a list of sequence names separated by commas, or NULL.
 * Returns BONA_OK, BONA_IO, BONA_BAD_CONFIG or BONA_NO_MEMORY.
 */
bona_err bona_motion_load(bona_motion_set *set, const char *manifest, const char *leave_out,
                          bona_note *note);
void bona_motion_deinit(bona_motion_set *set);
bona_err bona_motion_run(bona_motion_set *set, const bona_pack *pack, const char *root,
                         bona_note *note);

/* Columns sequence,first,second,label,expected,motion,direction,error, then
 * ends,yaw,pitch,live,source. */
bona_err bona_motion_write(const bona_motion_set *set, const char *scores, bona_note *note);

enum {
    BONA_TURN_DEG_MIN = 8
}; /* a change of yaw or pitch from which on a live head counts as turned */

typedef struct bona_motion_summary {
    int64_t live_sequences, turned_sequences;
    bona_rate turns_accepted;  /* live turns, first against last */
    bona_rate quadrant_right;  /* of those with a labelled direction: within 45 degrees of it */
    bona_rate still_rejected;  /* live sequences labelled still */
    bona_rate photos_accepted; /* moved, tilted, bent photos, first against last */
    bona_rate photo_pairs_accepted; /* all their frame pairs */
    bona_rate replays_accepted;     /* by the 3-D test alone */
    bona_rate replays_passed;       /* by the 3-D test and the passive test of both frames */
    bona_estimate auc;              /* live turns against photos, first against last */
} bona_motion_summary;

bona_err bona_motion_summarise(bona_motion_summary *summary, const bona_motion_set *set);

bona_err bona_motion_text(bona_buf *out, const bona_motion_set *set,
                          const bona_motion_summary *summary);
bona_err bona_motion_json(bona_buf *out, const bona_facts *facts, const bona_motion_set *set,
                          const bona_motion_summary *summary);
bona_err bona_motion_html(bona_buf *out, const bona_facts *facts, const bona_motion_set *set,
                          const bona_motion_summary *summary);

#endif
