/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The face mesh (Kartynnik et al. 2019, "Real-time Facial Surface Geometry from Monocular Video on
 * Mobile GPUs"): 468 points with depth, the pose of the head that follows from them, and how far
 * eyes and mouth are open.
 */
#ifndef BONA_FACE_MESH_H
#define BONA_FACE_MESH_H

#include "face/viewer.h"
#include "face/spot.h"

/* Numbers of points in the MediaPipe mesh. "Right" is the subject's: at smaller x in the picture.
 */
enum {
    BONA_MESH_NOSE_TIP = 1,
    BONA_MESH_FOREHEAD = 10,
    BONA_MESH_CHIN = 152,
    BONA_MESH_LIP_UPPER = 13,
    BONA_MESH_LIP_LOWER = 14,
    BONA_MESH_MOUTH_RIGHT = 78,
    BONA_MESH_MOUTH_LEFT = 308,
    BONA_MESH_RIGHT_EYE_OUTER = 33,
    BONA_MESH_RIGHT_EYE_INNER = 133,
    BONA_MESH_LEFT_EYE_INNER = 362,
    BONA_MESH_LEFT_EYE_OUTER = 263
};

typedef struct bona_mesh {
    float x[BONA_LANDMARKS_MAX],
        y[BONA_LANDMARKS_MAX];   /* px of the picture; NAN where the network has no such point */
    float z[BONA_LANDMARKS_MAX]; /* same unit, smaller = nearer to the camera */
    int32_t count;  /* points that were computed; BONA_LANDMARKS_MAX = the whole mesh */
    float presence; /* probability that there is a face, 0..1; 1 where the network does not say */
    float yaw, pitch, roll; /* degrees; conventions of bona_face */
    float eye_open[2]; /* lid distance / corner distance: eye at smaller x, at larger x; NAN = not
                          computed */
    float mouth_open;  /* distance of the inner lips / width of the mouth; NAN = not computed */
} bona_mesh;

/*
 * Fills the mesh, pose included. `opening` may be without a network; the openings come from the
 * mesh's own network, from `opening`, or (mouth only) from the points. Returns BONA_OK or
 * BONA_NO_MEMORY.
 */
bona_err bona_mesh_find(bona_mesh *mesh, bona_viewer *landmark, bona_viewer *opening,
                        bona_image_view image, const bona_spot *spot);

#endif
