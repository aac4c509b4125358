/* SPDX-License-Identifier: Apache-2.0 */
/* What the readers of operators share: names, attributes, constants and shapes of the model being
 * read. */
#ifndef BONA_NN_READER_H
#define BONA_NN_READER_H

#include "nn/graph.h"

typedef struct BonaOnnx__Graph BonaOnnx__Graph;
typedef struct BonaOnnx__Node BonaOnnx__Node;
typedef struct BonaOnnx__Attribute BonaOnnx__Attribute;
typedef struct BonaOnnx__Tensor BonaOnnx__Tensor;

typedef struct bona_named {
    const char *name;               /* NULL = free slot */
    const BonaOnnx__Tensor *tensor; /* of a constant, else NULL */
    int32_t value;                  /* -1 = a constant that nobody used as floats yet */
} bona_named;

enum {
    BONA_READER_SLOTS = 1 << 15
}; /* of the name table: over twice nodes and constants together */

typedef struct bona_reader {
    bona_graph *graph;
    const BonaOnnx__Graph *source;
    bona_note *note;
    bona_named *names; /* BONA_READER_SLOTS, open addressing */
    int32_t value_room, op_room;
    int64_t opset, work;
    const BonaOnnx__Node *node; /* the one being read, and its place */
    int32_t node_index;
} bona_reader;

/* Fails with the node's place, operator and name before the text. */
__attribute__((format(printf, 2, 3))) bona_err bona_reader_fail(bona_reader *reader,
                                                                const char *format, ...);

/* The entry of a name; NULL if there is none. Adding fails on a name that exists or is empty. */
bona_named *bona_reader_find(const bona_reader *reader, const char *name);
bona_err bona_reader_name(bona_reader *reader, const char *name, const BonaOnnx__Tensor *tensor,
                          int32_t value);

/* A new value of that shape, checked against the limits. */
bona_err bona_reader_value(bona_reader *reader, bona_shape shape, const float *constant,
                           int32_t *value);
/* Zeroed floats owned by the graph. */
bona_err bona_reader_floats(bona_reader *reader, int64_t count, float **floats);

/* Attributes of the node; the default where there is none. A list shorter or longer than `count`
 * fails. */
const BonaOnnx__Attribute *bona_reader_attribute(const bona_reader *reader, const char *name);
int64_t bona_reader_whole(const bona_reader *reader, const char *name, int64_t otherwise);
float bona_reader_real(const bona_reader *reader, const char *name, float otherwise);
bool bona_reader_text_is(const bona_reader *reader, const char *name, const char *text,
                         bool otherwise);
bona_err bona_reader_wholes(bona_reader *reader, const char *name, int32_t count, int64_t least,
                            int64_t most, int32_t *wholes);

/* Inputs of the node. */
bool bona_reader_has(const bona_reader *reader, size_t input);
bona_err bona_reader_input(bona_reader *reader, size_t input, int32_t *value); /* constants too */
bona_err bona_reader_constant(bona_reader *reader, size_t input, const bona_value **value);
bona_err bona_reader_ints(bona_reader *reader, size_t input, int32_t most, int64_t *ints,
                          int32_t *count);
/* A constant of one element; `otherwise` where the input is left out. */
bona_err bona_reader_scalar(bona_reader *reader, size_t input, float otherwise, float *scalar);

/* Ends an operator: adds its output value of that shape under the node's first output name, and the
 * operator itself. */
bona_err bona_reader_finish(bona_reader *reader, bona_op *op, bona_shape shape);

/* One reader per operator: fills and finishes `op`, whose input 0 is set where the operator has a
 * computed one. */
typedef bona_err bona_read(bona_reader *reader, bona_op *op);
bona_read bona_read_conv, bona_read_maxpool, bona_read_avgpool, bona_read_mean;
bona_read bona_read_gemm, bona_read_matmul, bona_read_batchnorm;
bona_read bona_read_add, bona_read_sub, bona_read_mul, bona_read_div;
bona_read bona_read_relu, bona_read_prelu, bona_read_leaky, bona_read_clip, bona_read_sigmoid;
bona_read bona_read_hard_sigmoid, bona_read_hard_swish, bona_read_softmax;
bona_read bona_read_flatten, bona_read_reshape, bona_read_squeeze, bona_read_unsqueeze;
bona_read bona_read_same, bona_read_transpose, bona_read_resize, bona_read_pad, bona_read_concat;

/* The values of a tensor of the file. */
bona_err bona_tensor_shape(bona_reader *reader, const BonaOnnx__Tensor *tensor, bona_shape *shape);
bona_err bona_tensor_floats(bona_reader *reader, const BonaOnnx__Tensor *tensor, int64_t count,
                            float **floats);
bona_err bona_tensor_ints(bona_reader *reader, const BonaOnnx__Tensor *tensor, int32_t most,
                          int64_t *ints, int32_t *count);

#endif
