/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two pictures of one face: which way did it move, and is the movement that of a solid, living
 * head?
 *
 * docs/active-liveness.md describes the method. This layer sees pixels and points, no networks:
 * whoever calls hands in what the detector, the face mesh and the embedding found.
 */
#ifndef BONA_MOTION_MOTION_H
#define BONA_MOTION_MOTION_H

#include "base/err.h"

enum {
    BONA_MESH_POINTS = 468,   /* points of the MediaPipe face mesh, in its numbering */
    BONA_MOTION_SIDE_PX = 128 /* side of the grey face crops in which pixels are followed */
};

/* A mesh point in pixels of the upright picture; z in the same unit, smaller = nearer to the
 * camera. */
typedef struct bona_mesh_point {
    float x, y, z;
} bona_mesh_point;

/* One picture and what was found in it; everything is borrowed. */
typedef struct bona_motion_view {
    bona_image_view image;          /* upright */
    bona_box box;                   /* of the detector, px of `image` */
    bona_point points[BONA_POINTS]; /* likewise */
    const bona_mesh_point *mesh; /* BONA_MESH_POINTS points, px of `image`; NULL = not computed */
} bona_motion_view;

typedef struct bona_motion_ask {
    bona_motion_view first, second;
} bona_motion_ask;

/* Why a pair was refused; for the log and for tests. BONA_MOTION_FINE = motion >= 0.5. */
typedef enum bona_motion_why {
    BONA_MOTION_FINE = 0,
    BONA_MOTION_STILL,   /* nothing moved: the same picture twice, re-encoded, or a still face */
    BONA_MOTION_NO_TURN, /* the face moved as a whole without turning */
    BONA_MOTION_FLAT,    /* it moved like a plane or a smooth sheet */
    BONA_MOTION_PERSONS, /* the two pictures show different persons */
    BONA_MOTION_NO_MESH  /* a mesh was missing or absurd: the 3-D test cannot be made */
} bona_motion_why;

enum { BONA_MOTION_CUES_MAX = 16 };

/* What the pair showed. Plain data. */
typedef struct bona_motion_result {
    float motion;    /* ]0,1], higher = bona fide, 0.5 decides */
    float direction; /* of the movement from first to second, degrees in ]0,360], counter-clockwise,
                        360 = to larger x, 90 = to smaller y; 0 = not computed (nothing moved) */
    bool turned;     /* `direction` is that of a turning head; else of the face as a whole */
    float turn_deg;  /* angle between the two poses of the head without roll, degrees, 0..180 */
    float yaw_deg, pitch_deg,
        roll_deg; /* change of pose; yaw > 0: nose to larger x, pitch > 0: chin up */
    bona_motion_why why;
    bool doubt_person; /* the pair passes, but the skin looks different enough for another person's:
                          compare vectors and call bona_motion_settle_person */
    int32_t cue_count;
    float
        cues[BONA_MOTION_CUES_MAX]; /* the separate pieces of evidence, see bona_motion_cue_name */
} bona_motion_result;

/*
 * Measures a pair. `result` is filled on BONA_OK.
 * Returns BONA_OK, BONA_BAD_ARGUMENT (a box without area, a point that is not finite) or
 * BONA_NO_MEMORY.
 */
bona_err bona_motion_measure(bona_motion_result *result, const bona_motion_ask *ask,
                             bona_note *note);

/*
 * Refuses a pair whose vectors differ: `similarity` is their cosine, -1..1; below `similarity_min`
 * they are two persons. Vectors agree less the more a face turned: up to 10 degrees 1.5 times the
 * limit is asked, at 25 the limit, at 45 nothing; it rises with what sets skin and shape of the two
 * faces apart (the cues head_cost and residual of `result`, as bona_motion_measure() left them).
 */
void bona_motion_settle_person(bona_motion_result *result, float similarity, float similarity_min);

/* Short name of a cue, as in docs/active-liveness.md; NULL when `index` is out of range. */
const char *bona_motion_cue_name(int32_t index);

#endif
