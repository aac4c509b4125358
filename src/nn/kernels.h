/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The vector kernels and the form of data they work on.
 *
 * A blocked tensor holds channels in blocks of 8: a block is a plane of pixels of 8 floats, rows
 * one after the other, with a border of zeros around it where the next operator looks over the
 * edge. Lanes past the last channel hold finite values that no weight picks up. Pointers to tensors
 * point at pixel (0, 0) of block 0, inside the border.
 */
#ifndef BONA_NN_KERNELS_H
#define BONA_NN_KERNELS_H

#include "nn/graph.h"

enum {
    BONA_LANES = 8,    /* channels of a block */
    BONA_TILE_MAX = 12 /* pixels of a tile */
};

/* Before a loop over registers: arrays of sums stay in registers only when it disappears. */
#if defined(__clang__)
#define BONA_UNROLL _Pragma("clang loop unroll(full)")
#else
#define BONA_UNROLL _Pragma("GCC unroll 24")
#endif

/* What follows the sum of a convolution, element by element: NONE, CLIP or PRELU. */
typedef struct bona_finish {
    bona_activation activation;
    float low, high;
    const float *slope; /* per output channel, padded to whole blocks */
} bona_finish;

/*
 * `count` tiles one after the other along the output: each pixel is bias + sum of weight * input
 * over all segments, plus a residual, then the activation.
 */
typedef struct bona_tiles {
    const float *x;           /* where the window of the first pixel starts */
    ptrdiff_t step;           /* floats from one pixel's window to the next */
    const ptrdiff_t *segment; /* floats from a window's start to runs of consecutive inputs: first
                                 `full` runs of 8 */
    int32_t full, tails;      /* then `tails` runs of `tail` */
    int32_t tail;
    const float
        *weight; /* for every input in that order, one float per output channel of the panel */
    const float *bias;
    bona_finish finish;
    float *y;
    ptrdiff_t y_block, y_gap; /* floats between blocks, and skipped at the end of a row */
    const float *r;           /* residual or NULL */
    ptrdiff_t r_block, r_gap;
    int32_t column, width; /* of the first pixel, and of a row of the output */
    int32_t count;
} bona_tiles;

typedef void bona_tiles_kernel(const bona_tiles *tiles);

/* Output channels that a tile computes together, and the pixels of its largest tile. */
typedef struct bona_panel {
    int32_t blocks, pixels;
} bona_panel;

/* A plane of a blocked tensor, and what becomes of it. */
typedef struct bona_plane {
    const float *x;
    float *y;
    ptrdiff_t x_row, y_row; /* floats between rows */
    int32_t height, width;  /* of the output */
    int32_t stride[2];
    int32_t kernel[2];
    ptrdiff_t dilation[2]; /* floats between taps, downwards and to the right */
    const float *weight;   /* kernel height x kernel width x 8 */
    const float *bias;     /* 8 */
    bona_finish finish;    /* slope: 8 */
} bona_plane;

typedef void bona_plane_kernel(const bona_plane *plane);

/* One line of blocked pixels: y = a (op) b, then + r, then the activation. Any of these may be the
 * same memory. */
typedef struct bona_line {
    bona_op_kind kind; /* ADD, SUB, MUL, DIV; AFFINE: a * b + c; ACTIVATE: a */
    const float *a, *b, *c, *r;
    float *y;
    int32_t pixels;
    int32_t b_step;     /* floats from one b to the next: 8, or 0 where one b holds for all */
    bona_finish finish; /* any activation here */
} bona_line;

/* Windows of `height` x `width` pixels, all inside the input. */
typedef struct bona_peaks {
    const float *x; /* first pixel of the first window */
    float *y;
    ptrdiff_t row, step; /* floats between rows of the input, and between windows */
    int32_t height, width, count;
} bona_peaks;

typedef struct bona_kernels {
    /* The next panel when `left` blocks of output channels are left. */
    bona_panel (*panel)(int32_t left);
    /* Tiles of that many blocks and pixels; `any_step`: whether pixels may be other than 8 floats
     * apart. */
    bona_tiles_kernel *(*tiles)(bool any_step, int32_t blocks, int32_t pixels);
    bona_plane_kernel *depthwise;     /* any kernel, stride and dilation */
    bona_plane_kernel *depthwise_3x3; /* stride as given, dilation 1 */
    void (*line)(const bona_line *line);
    /* `count` pixels, each the largest of each lane over a window; windows are `step` floats apart.
     */
    void (*peaks)(const bona_peaks *peaks);
    /* Adds to `sums` each lane of a line of pixels. */
    void (*sum)(const float *x, int32_t pixels, float *sums);
    /* Sigmoid of `count` plain floats. */
    void (*sigmoid)(const float *x, int32_t count, float *y);
} bona_kernels;

/* The kernels of an instruction set; NULL for the reference, which has none. */
const bona_kernels *bona_kernels_of(bona_isa isa);

#if defined(__x86_64__)
bona_panel bona_panel_avx2(int32_t left), bona_panel_avx512(int32_t left);
bona_tiles_kernel *bona_tiles_avx2(bool any_step, int32_t blocks, int32_t pixels);
bona_tiles_kernel *bona_tiles_avx512(bool any_step, int32_t blocks, int32_t pixels);
bona_plane_kernel bona_depthwise_avx2, bona_depthwise_3x3_avx2, bona_depthwise_3x3_avx512;
void bona_line_avx2(const bona_line *line);
void bona_peaks_avx2(const bona_peaks *peaks);
void bona_sum_avx2(const float *x, int32_t pixels, float *sums);
void bona_sigmoid_avx2(const float *x, int32_t count, float *y);

/* Loops of multiply-adds in registers; 12 registers full in each. */
enum { BONA_PEAK_SUMS = 12 };
float bona_peak_avx2(int32_t loops), bona_peak_avx512(int32_t loops);
#endif

#endif
