/* SPDX-License-Identifier: Apache-2.0 */
/* Which faces count, which way the picture has to be turned, and when the large detector is asked.
 */
#ifndef BONA_FACE_FIND_H
#define BONA_FACE_FIND_H

#include "face/detect.h"

/* A face counts as upright up to this roll of its five points, degrees. */
#define BONA_UPRIGHT_DEG_MAX 45.0f

typedef enum bona_find_turn {
    BONA_TURN_NONE,   /* as it is */
    BONA_TURN_NEEDED, /* the other turns only when the picture as it is shows no sure face */
    BONA_TURN_BEST    /* all four */
} bona_find_turn;

typedef struct bona_find_ask {
    bona_image_view image;
    float scale; /* pixels of `image` per pixel of the submitted picture, 0..1 */
    bona_find_turn turn;
} bona_find_ask;

/* What was found: countable faces (confidence and size), largest first, in pixels of `image` turned
 * by `degrees` clockwise. */
typedef struct bona_found {
    bona_spots faces;
    int32_t degrees; /* 0, 90, 180, 270 */
} bona_found;

/* What is known while the turns of a picture are tried; confidences 0..1. */
typedef struct bona_turn_choice {
    float best;     /* of the surest upright face so far; 0 = none */
    float sure;     /* the pack's: from here on a face is beyond doubt */
    bool lies_seen; /* whether the picture as it lies shows an upright face */
} bona_turn_choice;

/* Whether a turn whose surest upright face has confidence `turned` replaces the choice so far. A
 * face seen as the picture lies gives way to a sure one only: chins that are held high look like
 * foreheads upside down. */
bool bona_turn_replaces(const bona_turn_choice *choice, float turned);

/*
 * Finds faces. Detectors also find faces that lie on their side or upside down, and put eyes and
 * mouth as if they stood; only the confidence falls. So a picture counts as upright when it shows
 * an upright face of at least the pack's `sure` confidence; otherwise, where turns are allowed, the
 * turn with the surest face wins, but over a face that is there without turning only from `sure`
 * up. `large` may be without a network. Returns BONA_OK (also with no
 * face: count 0, degrees 0) or BONA_NO_MEMORY.
 */
bona_err bona_find(bona_found *found, bona_viewer *detect, bona_viewer *large,
                   const bona_find_ask *ask);

#endif
