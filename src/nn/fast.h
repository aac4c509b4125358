/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A graph as a list of steps for the vector kernels: operators fused, weights packed, tensors
 * placed in one arena.
 *
 * A value of the graph may exist in two forms, blocked (kernels.h) and plain (row-major). Steps
 * work on one of them; conversions are steps of their own. What the vector kernels lack runs as
 * reference kernel on the plain form.
 */
#ifndef BONA_NN_FAST_H
#define BONA_NN_FAST_H

#include "nn/kernels.h"

typedef struct bona_tensor {
    bool plain;
    int32_t channels, height, width,
        blocks;           /* plain: `channels` counts all elements, the rest is 1 */
    int32_t border[4];    /* top, left, bottom, right */
    ptrdiff_t row, block; /* floats between rows and between blocks */
    ptrdiff_t origin;     /* floats from the start to pixel (0, 0) */
    size_t bytes;
    int32_t root; /* the tensor whose memory this is: itself, but for another view of the same
                     elements */
    const float *constant; /* not in the arena */
    size_t offset;         /* in the arena, bytes */
} bona_tensor;

typedef enum bona_step_kind {
    BONA_STEP_CONV,  /* blocked x, residual r -> blocked y */
    BONA_STEP_FIRST, /* the same straight from the caller's interleaved pixels; b is room for some
                        rows */
    BONA_STEP_DEPTHWISE,
    BONA_STEP_LINES,   /* element by element with operand b and residual r */
    BONA_STEP_PEAK,    /* MaxPool */
    BONA_STEP_AVERAGE, /* AveragePool */
    BONA_STEP_MEAN,    /* GlobalAveragePool */
    BONA_STEP_RESIZE,
    BONA_STEP_COPY,    /* into y at (before[1], before[2], before[3]), the rest of y is `low` if
                          `clear` */
    BONA_STEP_BLOCK,   /* plain C x H x W -> blocked */
    BONA_STEP_PLANES,  /* blocked -> plain C x H x W */
    BONA_STEP_PIXELS,  /* blocked -> plain H x W x C */
    BONA_STEP_SPLIT,   /* the caller's pixels -> plain C x H x W */
    BONA_STEP_SIGMOID, /* plain */
    BONA_STEP_PLAIN    /* reference kernel */
} bona_step_kind;

typedef struct bona_step {
    bona_step_kind kind;
    int32_t x, y, r, b; /* tensors, -1 = none */
    const bona_op *op;  /* of the graph; for PLAIN all of it counts */
    int32_t inputs[BONA_GRAPH_INPUTS_MAX], input_count; /* PLAIN */
    bona_window window;
    bona_finish finish;
    const float *weight, *bias; /* packed */
    ptrdiff_t *segment;         /* CONV: floats from the first tap to each run of inputs */
    int32_t full, tails, tail;  /* see bona_tiles */
    bool flat;                  /* CONV: 1x1 over pixels that follow each other directly */
    bona_op_kind line;          /* LINES */
    bool spread;                /* LINES: b is one pixel for all */
    int32_t at[3];              /* COPY: channel, row and column of y */
    bool clear;                 /* COPY: fills all of y first */
    float low;
} bona_step;

typedef struct bona_fast {
    const bona_graph *graph; /* borrowed; packed weights belong to it */
    const bona_kernels *kernels;
    bona_tensor *tensors;
    bona_step *steps;
    int32_t tensor_count, step_count, tensor_room, step_room;
    int32_t input;                          /* tensor: the caller's pixels */
    int32_t output[BONA_GRAPH_OUTPUTS_MAX]; /* tensors, plain */
    size_t bytes;                           /* of the arena */
} bona_fast;

/* Lowers a graph, whose constants are dropped where the steps do not use them. Errors as
 * bona_net_load. */
bona_err bona_fast_init(bona_fast *fast, bona_graph *graph, const bona_kernels *kernels,
                        bona_note *note);
void bona_fast_deinit(bona_fast *fast);

void bona_fast_go(const bona_fast *fast, uint8_t *arena);
void bona_fast_step(const bona_fast *fast, int32_t index, uint8_t *arena); /* one step of it */
bona_step_facts bona_fast_facts(const bona_fast *fast, int32_t index);

/* Runs of the drivers behind each kind of step; `arena` holds the tensors. */
typedef void bona_step_run(const bona_fast *fast, const bona_step *step, uint8_t *arena);
bona_step_run bona_step_conv, bona_step_first, bona_step_depthwise;
bona_step_run bona_step_lines, bona_step_peak, bona_step_average, bona_step_mean, bona_step_resize;
bona_step_run bona_step_copy, bona_step_block, bona_step_planes, bona_step_pixels, bona_step_split;
bona_step_run bona_step_sigmoid, bona_step_plain;

/* First float of a tensor: pixel (0, 0) of block 0, or element 0. */
float *bona_tensor_at(const bona_fast *fast, uint8_t *arena, int32_t tensor);

#endif
