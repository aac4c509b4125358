/* SPDX-License-Identifier: Apache-2.0 */
/* The separate pieces of evidence that a pair of pictures gives, as numbers without a verdict. */
#ifndef BONA_MOTION_EVIDENCE_H
#define BONA_MOTION_EVIDENCE_H

#include "motion/motion.h"
#include "motion/wide.h"

/* X(name): order is that of bona_motion_result.cues; docs/active-liveness.md explains each. */
#define BONA_CUE_LIST(X)                                                                          \
    X(turn_seen)  /* degrees between the two poses of the mesh, seen along the line of sight */   \
    X(turn_axis)  /* the same against the camera's axis */                                        \
    X(residual)   /* of the meshes against a rigid head, 0..1 */                                  \
    X(mesh_depth) /* movement per depth that the meshes claim: sine of the turn */                \
    X(head_depth) /* the same as the pixels show it under the law of a head, along the meshes' */ \
    X(relief_depth) /* likewise with a bent sheet taken out first */                              \
    X(agreement)    /* cosine between the meshes' and the pixels' movement per depth */           \
    X(head_cost)    /* what the law leaves unexplained */                                         \
    X(relief_cost)                                                                                \
    X(shift) /* movement of the face as a whole / its height */                                   \
    X(zoom)  /* second size / first size */

typedef enum bona_cue {
#define BONA_CUE_ENUM(name) BONA_CUE_##name,
    BONA_CUE_LIST(BONA_CUE_ENUM)
#undef BONA_CUE_ENUM
        BONA_CUE_COUNT
} bona_cue;

typedef struct bona_evidence {
    float cue[BONA_CUE_COUNT];
    float direction;                    /* of the turning head, degrees */
    float shift_direction;              /* of the face as a whole, degrees */
    float yaw_deg, pitch_deg, roll_deg; /* change of pose, as in bona_motion_result */
} bona_evidence;

/* Both meshes must be there. Returns BONA_OK or BONA_NO_MEMORY. */
bona_err bona_evidence_gather(bona_evidence *evidence, const bona_motion_view *first,
                              const bona_motion_view *second);

#ifndef BONA_MOTION_WIDE
/* The same from the copy of these loops that needs bona_cpu_has_avx2(); x86-64 only. See wide.h. */
bona_err bona_evidence_gather_wide(bona_evidence *evidence, const bona_motion_view *first,
                                   const bona_motion_view *second);
#endif

#endif
