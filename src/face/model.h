/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A network in its role: the loaded net and what a pack says about feeding and reading it.
 * docs/packs.md explains every field; the fields have the names of the keys there.
 */
#ifndef BONA_FACE_MODEL_H
#define BONA_FACE_MODEL_H

#include "image/warp.h"
#include "nn/net.h"

enum {
    BONA_STRIDES_MAX = 4,      /* scales of a detector */
    BONA_VECTOR_MAX = 512,     /* numbers of an identity vector */
    BONA_MODEL_TEXT_MAX = 200, /* bytes of a file name, licence or source, with the final zero */
    BONA_MODEL_SIDE_MAX = 2048 /* px of a network's input */
};

typedef enum bona_crop_kind {
    BONA_CROP_LETTERBOX,
    BONA_CROP_WHOLE,
    BONA_CROP_INSIDE,
    BONA_CROP_SQUARE,
    BONA_CROP_POINTS5,
    BONA_CROP_POINTS3,
    BONA_CROP_LEVEL,
    BONA_CROP_EYE
} bona_crop_kind;

typedef enum bona_resample {
    BONA_RESAMPLE_RULE, /* what docs/packs.md says for the kind */
    BONA_RESAMPLE_BILINEAR,
    BONA_RESAMPLE_AREA
} bona_resample;

typedef struct bona_crop_rule {
    bona_crop_kind kind;
    bona_resample resample;
    bona_edge edge;
    float factor;               /* of the box, or of the distance of the eye's corners */
    bona_point to[BONA_POINTS]; /* template, px of the input; 5 or 3 of them */
} bona_crop_rule;

typedef struct bona_input_rule {
    int32_t width, height; /* px */
    bool bgr;              /* order of the network's channels; mean and scale follow it */
    float mean[3], scale[3];
} bona_input_rule;

typedef enum bona_decode_kind {
    BONA_DECODE_YUNET,
    BONA_DECODE_SOFTMAX,
    BONA_DECODE_SIGMOID,
    BONA_DECODE_MESH,
    BONA_DECODE_LIDS,
    BONA_DECODE_VECTOR,
    BONA_DECODE_SCALAR,
    BONA_DECODE_COVERED,
    BONA_DECODE_CLASS_MAX
} bona_decode_kind;

typedef struct bona_yunet_rule {
    int32_t strides[BONA_STRIDES_MAX];
    int32_t stride_count;
    float candidate, countable;           /* confidence, 0..1 */
    float sure;                           /* a face of this confidence stands upright */
    float nms_iou;                        /* 0..1 */
    float small_side;                     /* px of the input */
    int32_t outputs[BONA_STRIDES_MAX][4]; /* indices of cls, obj, bbox, kps */
} bona_yunet_rule;

typedef struct bona_mesh_rule {
    int32_t points;                     /* of the network's answer */
    int32_t presence;                   /* output index; -1 = none */
    int32_t eyes, mouth;                /* output indices of the openings; -1 = none */
    float unit;                         /* input px per unit of the answer */
    int16_t number[BONA_LANDMARKS_MAX]; /* MediaPipe number of each point of the answer */
} bona_mesh_rule;

typedef struct bona_lids_rule {
    int32_t stride; /* numbers per point */
    int32_t corners[2], middle[2];
} bona_lids_rule;

typedef struct bona_covered_rule {
    bool logits;
    int32_t eyes, nose, mouth; /* indices; class_max: `mask` in each */
    int32_t classes;           /* class_max: numbers per row */
    float thresholds[3];       /* eyes, nose, mouth */
} bona_covered_rule;

typedef struct bona_decode_rule {
    bona_decode_kind kind;
    int32_t output; /* index of the output that is read (not for yunet) */
    int32_t index;  /* softmax: `live`; sigmoid: `index` */
    bool mirror;    /* vector */
    bona_yunet_rule yunet;
    bona_mesh_rule mesh;
    bona_lids_rule lids;
    bona_covered_rule covered;
} bona_decode_rule;

/* One network of a pack. Read only after loading; the net is owned by the pack. */
typedef struct bona_model {
    bona_net *net; /* NULL = the pack has no network for this role */
    bona_input_rule input;
    bona_crop_rule crop;
    bona_decode_rule decode;
    char file[BONA_MODEL_TEXT_MAX], licence[BONA_MODEL_TEXT_MAX], source[BONA_MODEL_TEXT_MAX];
    char sha256[65];
} bona_model;

#endif
