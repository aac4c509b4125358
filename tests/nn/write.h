/* SPDX-License-Identifier: Apache-2.0 */
/* Writes small ONNX models by hand, byte by byte, so that tests do not read with the code that
 * wrote. */
#ifndef BONA_TESTS_NN_WRITE_H
#define BONA_TESTS_NN_WRITE_H

#include "base/buf.h"

typedef struct onnx_writer {
    bona_buf graph;
    int opset;
    uint32_t random; /* state of onnx_random */
} onnx_writer;

/* Opset 11, random numbers from that seed. */
void onnx_start(onnx_writer *w, uint32_t seed);
/* The finished model; the caller frees it with bona_free. The writer is empty afterwards. */
uint8_t *onnx_finish(onnx_writer *w, size_t *size);

void onnx_input(onnx_writer *w, const char *name, int rank, const int64_t *dims);
void onnx_output(onnx_writer *w, const char *name); /* without a shape */
void onnx_output_shape(onnx_writer *w, const char *name, int rank, const int64_t *dims);
void onnx_floats(onnx_writer *w, const char *name, int rank, const int64_t *dims,
                 const float *floats);
void onnx_ints(onnx_writer *w, const char *name, int count, const int64_t *ints);
/* A constant of any kind with these bytes as raw data. */
void onnx_raw(onnx_writer *w, const char *name, int kind, int rank, const int64_t *dims,
              const void *bytes, size_t size);
/* Random floats, uniform in -limit to limit. */
void onnx_random_floats(onnx_writer *w, const char *name, int rank, const int64_t *dims,
                        float limit);

/*
 * One node. Inputs are parted by spaces ("" cannot be written, "-" stands for a left-out one).
 * Attributes likewise: group=2 (whole), alpha=0.1f (real), pads=[1,1,1,1] (wholes), mode='nearest'
 * (text).
 */
void onnx_node(onnx_writer *w, const char *op, const char *inputs, const char *output,
               const char *attributes);

uint32_t onnx_random(onnx_writer *w);                 /* xorshift32 */
int onnx_random_to(onnx_writer *w, int from, int to); /* both included */

#endif
