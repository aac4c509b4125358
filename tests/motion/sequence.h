/* SPDX-License-Identifier: Apache-2.0 */
/* From encoded pictures to the motion layer's result, through the engine's own steps, for tests and
 * reports. */
#ifndef BONA_TESTS_MOTION_SEQUENCE_H
#define BONA_TESTS_MOTION_SEQUENCE_H

#include "engine/engine.h"
#include "engine/sight.h"
#include "engine/vector.h"
#include "motion/motion.h"

/* One picture, ready to be paired with others. */
typedef struct moment {
    bona_sight sight;
    bona_picture picture;
    bona_vector vector;
    bona_mesh_point mesh[BONA_MESH_POINTS];
    bool usable; /* a face with a whole mesh was found */
} moment;

/* Opens and analyses an encoded picture. False when memory ran out. */
bool moment_open(moment *m, bona_engine *engine, bona_bytes bytes);
void moment_close(moment *m);

/* Measures two usable moments. */
bona_motion_result moment_pair(const moment *first, const moment *second, float similarity_min,
                               float *similarity);

#endif
