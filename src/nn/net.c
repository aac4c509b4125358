/* SPDX-License-Identifier: Apache-2.0 */
/* The public side of a network: loading, questions, running. */
#include "nn/net.h"

#include <string.h>

#include "base/mem.h"
#include "nn/fast.h"
#include "nn/plain.h"

struct bona_net {
    bona_graph graph;
    bona_isa isa;
    bona_plain plain; /* one of the two, by isa */
    bona_fast fast;
};

struct bona_run {
    const bona_net *net;
    uint8_t *arena;
};

bona_err bona_net_load(bona_net **net, bona_bytes onnx, bona_isa isa, bona_note *note)
{
    bona_net *made = bona_alloc(1, sizeof *made);
    bona_err err;

    if (made == NULL)
        return bona_fail(note, BONA_NO_MEMORY, "no memory for a network");
    made->isa = isa <= bona_isa_best() ? isa : bona_isa_best();
    err = bona_graph_read(&made->graph, onnx, note);
    if (err == BONA_OK && made->isa == BONA_ISA_REFERENCE)
        err = bona_plain_init(&made->plain, &made->graph, note);
    else if (err == BONA_OK)
        err = bona_fast_init(&made->fast, &made->graph, bona_kernels_of(made->isa), note);
    if (err != BONA_OK) {
        bona_net_free(made);
        return err;
    }
    *net = made;
    return BONA_OK;
}

void bona_net_free(bona_net *net)
{
    if (net == NULL)
        return;
    bona_plain_deinit(&net->plain);
    bona_fast_deinit(&net->fast);
    bona_graph_deinit(&net->graph);
    bona_free(net);
}

bona_shape bona_net_input(const bona_net *net)
{
    return net->graph.values[net->graph.input].shape;
}

int32_t bona_net_output_count(const bona_net *net)
{
    return net->graph.output_count;
}

const char *bona_net_output_name(const bona_net *net, int32_t index)
{
    return net->graph.output_name[index];
}

bona_shape bona_net_output_shape(const bona_net *net, int32_t index)
{
    return net->graph.values[net->graph.output[index]].shape;
}

int32_t bona_net_output_index(const bona_net *net, const char *name)
{
    for (int32_t i = 0; i < net->graph.output_count; i++)
        if (strcmp(net->graph.output_name[i], name) == 0)
            return i;
    return -1;
}

int64_t bona_net_macs(const bona_net *net)
{
    return net->graph.macs;
}

size_t bona_net_bytes(const bona_net *net)
{
    return net->graph.constant_bytes;
}

bona_isa bona_net_isa(const bona_net *net)
{
    return net->isa;
}

bona_err bona_run_new(bona_run **run, const bona_net *net)
{
    bona_run *made = bona_alloc(1, sizeof *made);

    if (made == NULL)
        return BONA_NO_MEMORY;
    made->net = net;
    made->arena = bona_alloc_aligned(bona_run_bytes(made));
    if (made->arena == NULL) {
        bona_free(made);
        return BONA_NO_MEMORY;
    }
    *run = made;
    return BONA_OK;
}

void bona_run_free(bona_run *run)
{
    if (run == NULL)
        return;
    bona_free(run->arena);
    bona_free(run);
}

size_t bona_run_bytes(const bona_run *run)
{
    const bona_net *net = run->net;

    return net->isa == BONA_ISA_REFERENCE ? net->plain.bytes : net->fast.bytes;
}

float *bona_run_input(bona_run *run)
{
    const bona_net *net = run->net;

    return (float *)(void *)(run->arena + (net->isa == BONA_ISA_REFERENCE
                                               ? net->plain.input
                                               : net->fast.tensors[net->fast.input].offset));
}

void bona_run_go(bona_run *run)
{
    if (run->net->isa == BONA_ISA_REFERENCE)
        bona_plain_go(&run->net->plain, run->arena);
    else
        bona_fast_go(&run->net->fast, run->arena);
}

int32_t bona_net_step_count(const bona_net *net)
{
    return net->isa == BONA_ISA_REFERENCE ? 0 : net->fast.step_count;
}

bona_step_facts bona_net_step(const bona_net *net, int32_t index)
{
    return bona_fast_facts(&net->fast, index);
}

void bona_run_step(bona_run *run, int32_t index)
{
    bona_fast_step(&run->net->fast, index, run->arena);
}

const float *bona_run_output(const bona_run *run, int32_t index)
{
    const bona_net *net = run->net;
    size_t offset = net->isa == BONA_ISA_REFERENCE
                        ? net->plain.offset[net->graph.output[index]]
                        : net->fast.tensors[net->fast.output[index]].offset;

    return (const float *)(void *)(run->arena + offset);
}
