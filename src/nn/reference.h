/* SPDX-License-Identifier: Apache-2.0 */
/* Every operator in plain C on plain row-major tensors (N C H W): slow, short, and the definition
 * of the result. */
#ifndef BONA_NN_REFERENCE_H
#define BONA_NN_REFERENCE_H

#include "nn/graph.h"

/* Runs one operator. `inputs` are the elements of op->input, in order; `output` overlaps none of
 * them. */
void bona_reference_op(const bona_graph *graph, const bona_op *op, const float *const *inputs,
                       float *output);

/* One element through an activation; `slope` counts for PRelu. */
float bona_activate(bona_activation activation, float x, float low, float high, float slope);

/* The families of operators, each in its own file. */
void bona_reference_conv(const bona_graph *graph, const bona_op *op, const float *x, float *y);
void bona_reference_gemm(const bona_graph *graph, const bona_op *op, const float *x, float *y);
void bona_reference_pool(const bona_graph *graph, const bona_op *op, const float *x, float *y);
void bona_reference_mean(const bona_graph *graph, const bona_op *op, const float *x, float *y);
void bona_reference_binary(const bona_graph *graph, const bona_op *op, const float *a,
                           const float *b, float *y);
void bona_reference_map(const bona_graph *graph, const bona_op *op, const float *x, float *y);
void bona_reference_softmax(const bona_graph *graph, const bona_op *op, const float *x, float *y);
void bona_reference_transpose(const bona_graph *graph, const bona_op *op, const float *x, float *y);
void bona_reference_resize(const bona_graph *graph, const bona_op *op, const float *x, float *y);
void bona_reference_pad(const bona_graph *graph, const bona_op *op, const float *x, float *y);
void bona_reference_concat(const bona_graph *graph, const bona_op *op, const float *const *inputs,
                           float *y);

#endif
