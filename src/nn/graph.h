/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A network after checking: values with known shapes, and operators in the order in which they run.
 *
 * Everything that can be wrong with a file is found while the graph is built; whoever reads a graph
 * may trust it.
 */
#ifndef BONA_NN_GRAPH_H
#define BONA_NN_GRAPH_H

#include "nn/net.h"

enum {
    BONA_ONNX_BYTES_MAX = 64 << 20,    /* bytes of a model file */
    BONA_GRAPH_NODES_MAX = 4096,       /* nodes, and outputs of nodes */
    BONA_GRAPH_CONSTANTS_MAX = 8192,   /* initialisers */
    BONA_GRAPH_INPUTS_MAX = 16,        /* inputs of one operator */
    BONA_GRAPH_OUTPUTS_MAX = 16,       /* outputs of the network */
    BONA_GRAPH_DIM_MAX = 1 << 20,      /* length of one dimension */
    BONA_GRAPH_ELEMENTS_MAX = 1 << 24, /* elements of one tensor */
    BONA_GRAPH_WINDOW_MAX = 64, /* kernel side, stride and dilation of a window, in elements */
    BONA_GRAPH_PAD_MAX = 256    /* padding on one side, in elements */
};
#define BONA_GRAPH_WORK_MAX \
    INT64_C(100000000000) /* multiply-accumulates and elements written by one run */
#define BONA_ARENA_BYTES_MAX \
    ((size_t)512 << 20) /* bytes of all tensors that live at the same time */

typedef enum bona_op_kind {
    BONA_OP_CONV, /* weight M x C/group x KH x KW, bias M or NULL */
    BONA_OP_GEMM, /* weight N x K, bias N or NULL; input seen as one row of K */
    BONA_OP_ADD,  /* numpy broadcasting for the four */
    BONA_OP_SUB,
    BONA_OP_MUL,
    BONA_OP_DIV,
    BONA_OP_AFFINE,   /* x * weight[c] + bias[c] */
    BONA_OP_ACTIVATE, /* element by element, see bona_activation */
    BONA_OP_SOFTMAX,  /* over `axis` */
    BONA_OP_MAXPOOL,
    BONA_OP_AVGPOOL,
    BONA_OP_MEAN,      /* GlobalAveragePool */
    BONA_OP_RESHAPE,   /* same elements in the same order */
    BONA_OP_TRANSPOSE, /* perm */
    BONA_OP_RESIZE,    /* nearest, times stride[0], stride[1] */
    BONA_OP_PAD,       /* border elements before and after each dimension, filled with `low` */
    BONA_OP_CONCAT     /* along `axis` */
} bona_op_kind;

typedef enum bona_activation {
    BONA_ACT_NONE,
    BONA_ACT_CLIP,  /* min(max(x, low), high); Relu is low 0, high infinity */
    BONA_ACT_PRELU, /* x >= 0 ? x : x * slope[c] */
    BONA_ACT_SIGMOID,
    BONA_ACT_HARD_SIGMOID, /* clip(low * x + high, 0, 1): low is alpha, high is beta */
    BONA_ACT_HARD_SWISH    /* x * clip(x / 6 + 1/2, 0, 1) */
} bona_activation;

typedef struct bona_window {
    int32_t kernel[2], stride[2], dilation[2]; /* height, width */
    int32_t pad[4];                            /* top, left, bottom, right */
} bona_window;

typedef struct bona_op {
    bona_op_kind kind;
    int32_t input_count, input[BONA_GRAPH_INPUTS_MAX], output; /* indices of values */
    bona_window window;                                        /* CONV, pools */
    int32_t group;                                             /* CONV */
    bona_activation activation;                                /* ACTIVATE */
    float low, high;
    bool count_padding;                 /* AVGPOOL: padding counts as zeros */
    int32_t axis;                       /* SOFTMAX, CONCAT */
    int32_t perm[4];                    /* TRANSPOSE */
    int32_t factor[2];                  /* RESIZE: height, width */
    int32_t before[4], after[4];        /* PAD */
    const float *weight, *bias, *slope; /* owned by the graph */
} bona_op;

typedef struct bona_value {
    bona_shape shape;
    int32_t elements;
    const float *constant; /* owned by the graph; NULL = computed while running */
} bona_value;

typedef struct bona_graph {
    bona_value *values;
    bona_op *ops;
    int32_t value_count, op_count;
    int32_t input;                                        /* value */
    int32_t output_count, output[BONA_GRAPH_OUTPUTS_MAX]; /* values */
    char *output_name[BONA_GRAPH_OUTPUTS_MAX];
    int64_t macs;
    float **blocks; /* memory of all constants */
    size_t *block_bytes;
    int32_t block_count, block_room;
    size_t constant_bytes;
} bona_graph;

/* Reads and checks an ONNX model. Errors as bona_net_load. */
bona_err bona_graph_read(bona_graph *graph, bona_bytes onnx, bona_note *note);
void bona_graph_deinit(bona_graph *graph);

/* Zeroed floats that live as long as the graph, or NULL. */
float *bona_graph_floats(bona_graph *graph, size_t count);

/* Frees one of those blocks again. */
void bona_graph_drop(bona_graph *graph, int32_t block);

/* A value as channels x height x width: 1 C H W, 1 C, or 1 C L (L as width). Returns false for what
 * is none of these. */
bool bona_value_planes(const bona_value *value, int32_t planes[3]);

#endif
