/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A network, read from ONNX once and shared by every thread and process, and a run of it with one
 * thread's memory.
 *
 * Loading checks everything: operators, attributes, shapes, sizes. A loaded network cannot fail
 * while running.
 */
#ifndef BONA_NN_NET_H
#define BONA_NN_NET_H

#include "base/err.h"

typedef struct bona_net bona_net;
typedef struct bona_run bona_run;

/*
 * Which kernels do the work. The reference ones in plain C define the result; AVX2 comes with FMA,
 * AVX-512 is F and VL. A CPU that has one has those before it.
 */
typedef enum bona_isa { BONA_ISA_REFERENCE, BONA_ISA_AVX2, BONA_ISA_AVX512 } bona_isa;
bona_isa bona_isa_best(void);            /* the best this CPU has */
const char *bona_isa_name(bona_isa isa); /* "reference", "avx2", "avx512" */

typedef struct bona_shape {
    int32_t rank;
    int32_t dim[4]; /* N C H W or less */
} bona_shape;

/*
 * Reads an ONNX model (opset 7 to 13, static shapes, batch 1, at most 64 MiB).
 *
 *   net   out; freed with bona_net_free, after every run over it; untouched on error
 *   onnx  borrowed during the call only
 *   isa   kernels to use; a better one than this CPU has becomes bona_isa_best()
 *   note  may be NULL; names node, operator and numbers on error
 *
 * Returns BONA_OK, BONA_BAD_MODEL or BONA_NO_MEMORY.
 */
bona_err bona_net_load(bona_net **net, bona_bytes onnx, bona_isa isa, bona_note *note);
void bona_net_free(bona_net *net);

bona_shape bona_net_input(const bona_net *net); /* 1 C H W */
int32_t bona_net_output_count(const bona_net *net);
const char *bona_net_output_name(const bona_net *net, int32_t index);
bona_shape bona_net_output_shape(const bona_net *net, int32_t index);
int32_t bona_net_output_index(const bona_net *net, const char *name); /* -1 = none */
int64_t bona_net_macs(const bona_net *net); /* multiply-accumulates of one run */
size_t bona_net_bytes(const bona_net *net); /* memory of the weights as packed */
bona_isa bona_net_isa(const bona_net *net);

/* One thread's working memory; borrows the net. */
bona_err bona_run_new(bona_run **run, const bona_net *net);
void bona_run_free(bona_run *run);
size_t bona_run_bytes(const bona_run *run);

/*
 * Where the caller writes the input before a run: H x W x C floats, interleaved like pixels.
 * Nothing else uses this memory: an unchanged input need not be written again.
 */
float *bona_run_input(bona_run *run);
void bona_run_go(bona_run *run);

/*
 * The steps that a run takes one after the other, for those who measure them. The reference kernels
 * have none. bona_run_step(run, 0) to bona_run_step(run, count - 1) do what bona_run_go does.
 */
typedef struct bona_step_facts {
    const char *kind;       /* "conv", "depthwise", "copy" ... */
    int32_t from[3], to[3]; /* channels, height, width of the first operand and of the result */
    int32_t kernel[2], stride[2]; /* height, width; 0 where there is no window */
    bool residual, activation;    /* part of the step */
    int64_t macs;
} bona_step_facts;
int32_t bona_net_step_count(const bona_net *net);
bona_step_facts bona_net_step(const bona_net *net, int32_t index);
void bona_run_step(bona_run *run, int32_t index);

/* Result of the last run: row-major floats in the shape of the output (N C H W order), valid until
 * the next run. */
const float *bona_run_output(const bona_run *run, int32_t index);

#endif
