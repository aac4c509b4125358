/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The procedural head: a small software renderer that draws a shaded, textured 3-D head at a known
 * pose, or a flat photo of one that is moved, tilted or bent. Tests know the truth of every picture
 * exactly.
 *
 * Head frame: millimetres, origin between the eyes, x to the picture's right, y up, z towards the
 * camera. Pictures: RGB, 8 bits, origin top left, y down.
 */
#ifndef BONA_TESTS_SYNTH_H
#define BONA_TESTS_SYNTH_H

#include "bonafide.h"

enum { SYNTH_MESH_POINTS = 468 };

/* A person, drawn from a seed. Lengths in mm, colours 0..1 linear light. */
typedef struct synth_person {
    uint64_t seed;
    float width, jaw, depth;             /* scale of skull, jaw and front depth, about 1 */
    float eye_x, eye_w, eye_h, eye_tilt; /* half distance, half width, opening, slope of the eyes */
    float brow_y, brow_arch, brow_thick, brow_dark;
    float nose_w, nose_len, nose_high, nose_hook;
    float mouth_y, mouth_w, lip_thick, lip_red;
    float cheek, chin, hairline, hair_thick, hair_long, stubble, freckle;
    float skin[3], hair[3], iris[3], lip[3], cloth[3];
} synth_person;

/* Degrees: yaw > 0 nose to larger x, pitch > 0 chin up, roll > 0 clockwise as seen in the picture.
 */
typedef struct synth_pose {
    float yaw, pitch, roll;
} synth_pose;

/* A camera with its faults. */
typedef struct synth_camera {
    int32_t width, height; /* px */
    float focal;           /* focal length / picture width; 0.8 is a webcam, 1.5 a portrait lens */
    float noise;           /* standard deviation of the grey noise, 8-bit steps */
    float blur;            /* Gaussian, px */
    float exposure;        /* factor on linear light */
    float pan_x, pan_y;    /* px by which the scene behind moves (a hand-held camera) */
    uint64_t seed;         /* of the noise */
} synth_camera;

typedef struct synth_light {
    float azimuth, elevation; /* degrees; 0, 0 = from the camera, > 0 = from larger x, from above */
    float key, ambient;       /* 1, 0.5 is an ordinary room */
    float warmth;             /* -1 blue .. 1 yellow */
} synth_light;

/* A head in front of a room. */
typedef struct synth_scene {
    synth_person person;
    synth_pose pose;
    float size; /* width of the face (cheek to cheek, frontal) / picture width */
    float x, y; /* place of the point between the eyes at zero pose, fraction of width and height */
    float eye_open;       /* 0 closed .. 1 */
    float mouth_open;     /* mm */
    float gaze_x, gaze_y; /* degrees against the head */
    synth_light light;
    synth_camera camera;
    uint64_t room_seed; /* what stands behind */
} synth_scene;

/* A flat photo of a picture in front of a room. */
typedef struct synth_photo {
    synth_pose pose;      /* of the sheet, about its middle */
    float width_mm;       /* of the sheet; its height follows from the picture and the border */
    float border;         /* white rim (print) or black bezel (screen) / width */
    float bend_x, bend_y; /* curvature about the vertical and the horizontal axis, radians over the
                             whole sheet */
    float size;           /* width of the sheet / picture width */
    float x, y;           /* place of its middle, fraction of width and height */
    bool screen;          /* lit by itself, black bezel; else paper */
    synth_light light;
    synth_camera camera;
    uint64_t room_seed;
} synth_photo;

typedef struct synth_point3 {
    float x, y,
        z; /* px of the picture; z in the same unit, smaller = nearer, 0 = the head's middle axis */
} synth_point3;

/* What is known about a picture. */
typedef struct synth_truth {
    bona_box box;                   /* of the face as detectors draw it, px */
    bona_point points[BONA_POINTS]; /* in the order of bonafide.h */
    bona_point centre;              /* of the head on the axis behind the tip of the nose, px */
    float px_per_mm;                /* at the head's middle */
    synth_pose pose;                /* of the head (for a photo: as photographed) */
    synth_point3
        mesh[SYNTH_MESH_POINTS]; /* 1, 10, 33, 133, 152, 234, 263, 362, 454 lie where MediaPipe has
                                    them; the others are spread over the face */
} synth_truth;

typedef struct synth_picture {
    uint8_t *rgb;
    int32_t width, height; /* px; rows are 3 * width bytes */
    synth_truth truth;
} synth_picture;

void synth_person_make(synth_person *person, uint64_t seed);

/* A usual scene: frontal head of half the width, room light, a clean 640x480 webcam. Change what
 * you need. */
void synth_scene_default(synth_scene *scene, uint64_t seed);
/* Any person, pose (yaw within 40 degrees), camera, light, size and place from a seed, `width` px
 * wide, 4:3. */
void synth_scene_any(synth_scene *scene, uint64_t seed, int32_t width);
void synth_photo_default(synth_photo *photo, uint64_t seed);

/* Draw; `picture` is the caller's to free. False when memory ran out. */
bool synth_draw_head(synth_picture *picture, const synth_scene *scene);
bool synth_draw_photo(synth_picture *picture, const synth_photo *photo, const synth_picture *shown);
void synth_picture_free(synth_picture *picture); /* twice is fine */
bona_image_view synth_look(const synth_picture *picture);

/* Direction from the first truth to the second as bona_face.direction defines it: the tip of the
 * nose against the middle of the head behind it, which is where the outline's middle lies. */
float synth_direction(const synth_truth *first, const synth_truth *second);
/* Angle between two poses without roll, degrees. */
float synth_turn_deg(synth_pose first, synth_pose second);

/* Numbers from a seed: splitmix64 (Steele, Lea, Flood 2014). Uniform in [low, high). */
float synth_uniform(uint64_t *state, float low, float high);
/* Roughly normal, mean 0, deviation 1: the sum of three uniform numbers. */
float synth_bell(uint64_t *state);

#endif
