/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Presentation attack detection over a labelled list: the pictures, what the engine said of each,
 * and the file of scores that keeps it. Labels: "live" is bona fide, every other one names a kind
 * of attack instrument (ISO/IEC 30107-3).
 */
#ifndef BONA_EVAL_PAD_H
#define BONA_EVAL_PAD_H

#include "eval/csv.h"

enum { BONA_SLICES_MAX = 8 };

/* One picture. Texts are borrowed from the manifest or from the scores file. */
typedef struct bona_pad_item {
    const char *path, *label;
    char source[64];
    const char *slices[BONA_SLICES_MAX];
    const char *error; /* "" or the name of a bona_err: no decision was possible */
    double live;       /* calibrated, 0..1, higher = bona fide, 0.5 decides; NAN with an error */
    double
        raw[BONA_SPOOF_NETS_MAX]; /* bona fide probability per network; NAN where there is none */
    double ms;                    /* time of the check, milliseconds */
    int32_t faces;
    bool done;
} bona_pad_item;

typedef struct bona_pad_set {
    bona_csv *manifest, *scores;
    bona_pad_item *items;
    int64_t count;
    const char *slice_names[BONA_SLICES_MAX]; /* columns of the manifest beyond the known ones */
    int32_t slice_count;
    char net_names[BONA_SPOOF_NETS_MAX][64];
    int32_t net_count;
    char pack[16]; /* start of the pack's hash, "" until it is known */
} bona_pad_set;

/*
 * Reads a manifest: columns path and label, and where present role (only rows "pad" count), set or
 * source (else the first folder of the path). Further columns outside the ones listed in
 * docs/evaluate.md are slices. A scores file is a manifest, too. Returns BONA_OK, BONA_IO,
 * BONA_BAD_CONFIG (a missing column, no row) or BONA_NO_MEMORY.
 */
bona_err bona_pad_load(bona_pad_set *set, const char *manifest, bona_note *note);
void bona_pad_deinit(bona_pad_set *set);

/*
 * Takes over what a scores file holds for the items of the set (matched by path and label). A file
 * that does not exist holds nothing; rows made with another pack than `pack` (start of its hash;
 * NULL = any) are passed over. Returns BONA_OK, BONA_IO, BONA_BAD_CONFIG (not a scores file) or
 * BONA_NO_MEMORY.
 */
bona_err bona_pad_resume(bona_pad_set *set, const char *scores, const char *pack, bona_note *note);

/*
 * Checks every item that is not done, pictures below `root`, and adds each result to the file
 * `scores` at once (NULL = no file), so that a run that was stopped goes on where it was. A picture
 * that cannot be read is an error of that item.
 */
bona_err bona_pad_run(bona_pad_set *set, const bona_pack *pack, const char *root,
                      const char *scores, bona_note *note);

/* Writes the scores file anew, in the order of the manifest. */
bona_err bona_pad_write(const bona_pad_set *set, const char *scores, bona_note *note);

#endif
