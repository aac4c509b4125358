/* SPDX-License-Identifier: Apache-2.0 */
/* From the messages of a model file to a checked graph; see graph.h. */
#include "nn/graph.h"

#include <string.h>

#include "base/mem.h"
#include "nn/onnx.h"
#include "nn/reader.h"
#include "onnx.pb-c.h"

enum { OPSET_LEAST = 7, OPSET_MOST = 13 };

typedef struct reader_row {
    const char *op;
    size_t inputs_least, inputs_most;
    bona_read *read;
    bool constant; /* input 0 may be one */
} reader_row;

static const reader_row readers[] = {
    { "Conv", 2, 3, bona_read_conv, false },
    { "Gemm", 2, 3, bona_read_gemm, false },
    { "MatMul", 2, 2, bona_read_matmul, false },
    { "BatchNormalization", 5, 5, bona_read_batchnorm, false },
    { "Add", 2, 2, bona_read_add, true },
    { "Sub", 2, 2, bona_read_sub, true },
    { "Mul", 2, 2, bona_read_mul, true },
    { "Div", 2, 2, bona_read_div, true },
    { "Relu", 1, 1, bona_read_relu, false },
    { "PRelu", 2, 2, bona_read_prelu, false },
    { "LeakyRelu", 1, 1, bona_read_leaky, false },
    { "Clip", 1, 3, bona_read_clip, false },
    { "Sigmoid", 1, 1, bona_read_sigmoid, false },
    { "HardSigmoid", 1, 1, bona_read_hard_sigmoid, false },
    { "HardSwish", 1, 1, bona_read_hard_swish, false },
    { "Softmax", 1, 1, bona_read_softmax, false },
    { "MaxPool", 1, 1, bona_read_maxpool, false },
    { "AveragePool", 1, 1, bona_read_avgpool, false },
    { "GlobalAveragePool", 1, 1, bona_read_mean, false },
    { "Flatten", 1, 1, bona_read_flatten, false },
    { "Reshape", 2, 2, bona_read_reshape, true },
    { "Squeeze", 1, 2, bona_read_squeeze, true },
    { "Unsqueeze", 1, 2, bona_read_unsqueeze, true },
    { "Identity", 1, 1, bona_read_same, false },
    { "Dropout", 1, 3, bona_read_same, false },
    { "Transpose", 1, 1, bona_read_transpose, false },
    { "Resize", 2, 4, bona_read_resize, false },
    { "Pad", 1, 3, bona_read_pad, false },
    { "Concat", 1, BONA_GRAPH_INPUTS_MAX, bona_read_concat, false },
};

static bona_err read_node(bona_reader *reader)
{
    const BonaOnnx__Node *node = reader->node;
    const BonaOnnx__Attribute *attribute;
    bona_op op = { .group = 1 };
    bona_err err;

    if (node->op == NULL || node->n_output < 1)
        return bona_reader_fail(reader, "%zu outputs", node->n_output);
    if (node->domain != NULL && node->domain[0] != 0 && strcmp(node->domain, "ai.onnx") != 0)
        return bona_reader_fail(reader, "domain %.40s is unknown", node->domain);
    if (strcmp(node->op, "Constant") == 0) {
        attribute = bona_reader_attribute(reader, "value");
        if (attribute == NULL || attribute->tensor == NULL)
            return bona_reader_fail(reader, "no tensor as value");
        return bona_reader_name(reader, node->output[0], attribute->tensor, -1);
    }
    for (size_t i = 0; i < sizeof readers / sizeof *readers; i++) {
        const reader_row *row = &readers[i];

        if (strcmp(node->op, row->op) != 0)
            continue;
        if (node->n_input < row->inputs_least || node->n_input > row->inputs_most)
            return bona_reader_fail(reader, "%zu inputs, %zu to %zu are wanted", node->n_input,
                                    row->inputs_least, row->inputs_most);
        err = bona_reader_input(reader, 0, &op.input[0]);
        if (err != BONA_OK)
            return err;
        op.input_count = 1;
        if (reader->graph->values[op.input[0]].constant != NULL && !row->constant)
            return bona_reader_fail(reader, "input 0 is a constant");
        return row->read(reader, &op);
    }
    return bona_reader_fail(reader, "the operator is unknown");
}

static bona_err declared_shape(bona_reader *reader, const BonaOnnx__Value *value, bona_shape *shape)
{
    const BonaOnnx__Shape *from;

    if (value->type == NULL || value->type->tensor == NULL || value->type->tensor->shape == NULL)
        return bona_reader_fail(reader, "%.40s has no shape", value->name);
    from = value->type->tensor->shape;
    if (value->type->tensor->kind != 1 || from->n_dim > 4)
        return bona_reader_fail(reader,
                                "%.40s is of kind %d with %zu dimensions; float32 (1), at most 4",
                                value->name, value->type->tensor->kind, from->n_dim);
    shape->rank = (int32_t)from->n_dim;
    for (size_t i = 0; i < from->n_dim; i++) /* 0 where the file leaves it open */
        shape->dim[i] = from->dim[i]->has_value && from->dim[i]->value > 0 &&
                                from->dim[i]->value <= BONA_GRAPH_DIM_MAX
                            ? (int32_t)from->dim[i]->value
                            : 0;
    return BONA_OK;
}

static bona_err read_input(bona_reader *reader)
{
    const BonaOnnx__Value *input = NULL;
    bona_shape shape = { 0 };
    bona_err err;

    for (size_t i = 0; i < reader->source->n_input; i++) {
        const BonaOnnx__Value *next = reader->source->input[i];

        if (next->name == NULL)
            return bona_reader_fail(reader, "an input without a name");
        if (bona_reader_find(reader, next->name) != NULL)
            continue; /* older files list constants among the inputs */
        if (input != NULL)
            return bona_reader_fail(reader, "two inputs, %.40s and %.40s", input->name, next->name);
        input = next;
    }
    if (input == NULL)
        return bona_reader_fail(reader, "no input");
    err = declared_shape(reader, input, &shape);
    if (err != BONA_OK)
        return err;
    if (shape.rank != 4 || shape.dim[0] != 1)
        return bona_reader_fail(reader,
                                "input %.40s has %d dimensions, the first %d; 1 C H W wanted",
                                input->name, shape.rank, shape.dim[0]);
    err = bona_reader_value(reader, shape, NULL, &reader->graph->input);
    return err == BONA_OK ? bona_reader_name(reader, input->name, NULL, reader->graph->input) : err;
}

static bona_err read_output(bona_reader *reader, const BonaOnnx__Value *output)
{
    bona_graph *graph = reader->graph;
    const bona_named *named = output->name != NULL ? bona_reader_find(reader, output->name) : NULL;
    const bona_value *value;
    bona_shape shape;
    bona_err err;

    if (named == NULL || named->value < 0 || named->value == graph->input ||
        graph->values[named->value].constant != NULL)
        return bona_reader_fail(reader, "output %.40s is not computed",
                                output->name != NULL ? output->name : "");
    value = &graph->values[named->value];
    if (output->type != NULL) {
        err = declared_shape(reader, output, &shape);
        if (err != BONA_OK)
            return err;
        for (int32_t i = 0; i < shape.rank; i++)
            if (shape.rank != value->shape.rank ||
                (shape.dim[i] != 0 && shape.dim[i] != value->shape.dim[i]))
                return bona_reader_fail(reader,
                                        "output %.40s: dimension %d is %d, the file says %d",
                                        output->name, i, value->shape.dim[i], shape.dim[i]);
    }
    graph->output_name[graph->output_count] = bona_strdup(output->name);
    if (graph->output_name[graph->output_count] == NULL)
        return bona_fail(reader->note, BONA_NO_MEMORY, "no memory for a name");
    graph->output[graph->output_count++] = named->value;
    return BONA_OK;
}

static bona_err read_all(bona_reader *reader)
{
    const BonaOnnx__Graph *source = reader->source;
    bona_err err = BONA_OK;

    for (size_t i = 0; err == BONA_OK && i < source->n_constant; i++)
        err = bona_reader_name(reader, source->constant[i]->name, source->constant[i], -1);
    if (err == BONA_OK)
        err = read_input(reader);
    for (size_t i = 0; err == BONA_OK && i < source->n_node; i++) {
        reader->node = source->node[i];
        reader->node_index = (int32_t)i;
        err = read_node(reader);
        if (err == BONA_OK && reader->graph->macs + reader->work > BONA_GRAPH_WORK_MAX)
            err = bona_reader_fail(reader, "more than %lld steps of work",
                                   (long long)BONA_GRAPH_WORK_MAX);
    }
    reader->node = NULL;
    if (err == BONA_OK && (source->n_output < 1 || source->n_output > BONA_GRAPH_OUTPUTS_MAX))
        err = bona_reader_fail(reader, "%zu outputs, 1 to %d are wanted", source->n_output,
                               BONA_GRAPH_OUTPUTS_MAX);
    for (size_t i = 0; err == BONA_OK && i < source->n_output; i++)
        err = read_output(reader, source->output[i]);
    return err;
}

/* Drops operators whose results reach no output. */
static bona_err prune(bona_graph *graph, bona_note *note)
{
    bool *needed = bona_alloc((size_t)graph->value_count, sizeof *needed);
    int32_t kept = graph->op_count;

    if (needed == NULL)
        return bona_fail(note, BONA_NO_MEMORY, "no memory for %d marks", graph->value_count);
    for (int32_t i = 0; i < graph->output_count; i++)
        needed[graph->output[i]] = true;
    for (int32_t i = graph->op_count - 1; i >= 0; i--)
        if (needed[graph->ops[i].output]) {
            for (int32_t j = 0; j < graph->ops[i].input_count; j++)
                needed[graph->ops[i].input[j]] = true;
            graph->ops[--kept] = graph->ops[i];
        }
    graph->op_count -= kept;
    memmove(graph->ops, graph->ops + kept, (size_t)graph->op_count * sizeof *graph->ops);
    bona_free(needed);
    return BONA_OK;
}

static bona_err check_model(bona_reader *reader, const BonaOnnx__Model *model)
{
    const BonaOnnx__Graph *source = model->graph;

    if (source == NULL)
        return bona_reader_fail(reader, "the file holds no graph");
    for (size_t i = 0; i < model->n_opset; i++)
        if (model->opset[i]->domain == NULL || model->opset[i]->domain[0] == 0)
            reader->opset = model->opset[i]->version;
    if (reader->opset < OPSET_LEAST || reader->opset > OPSET_MOST)
        return bona_reader_fail(reader, "opset %lld, %d to %d are read", (long long)reader->opset,
                                OPSET_LEAST, OPSET_MOST);
    if (source->n_node > BONA_GRAPH_NODES_MAX || source->n_constant > BONA_GRAPH_CONSTANTS_MAX)
        return bona_reader_fail(reader, "%zu nodes and %zu constants, at most %d and %d",
                                source->n_node, source->n_constant, BONA_GRAPH_NODES_MAX,
                                BONA_GRAPH_CONSTANTS_MAX);
    return BONA_OK;
}

bona_err bona_graph_read(bona_graph *graph, bona_bytes bytes, bona_note *note)
{
    bona_reader reader = { .graph = graph, .note = note };
    bona_onnx onnx = { 0 };
    bona_err err = bona_onnx_unpack(&onnx, bytes, note);

    *graph = (bona_graph){ 0 };
    if (err == BONA_OK)
        err = check_model(&reader, onnx.model);
    if (err == BONA_OK) {
        reader.source = onnx.model->graph;
        reader.op_room = (int32_t)reader.source->n_node + 1;
        reader.value_room = (int32_t)(2 * reader.source->n_node + reader.source->n_constant) + 1;
        reader.names = bona_alloc(BONA_READER_SLOTS, sizeof *reader.names);
        graph->values = bona_alloc((size_t)reader.value_room, sizeof *graph->values);
        graph->ops = bona_alloc((size_t)reader.op_room, sizeof *graph->ops);
        if (reader.names == NULL || graph->values == NULL || graph->ops == NULL)
            err = bona_fail(note, BONA_NO_MEMORY, "no memory for %d operators", reader.op_room);
    }
    if (err == BONA_OK)
        err = read_all(&reader);
    if (err == BONA_OK)
        err = prune(graph, note);
    bona_free(reader.names);
    bona_onnx_deinit(&onnx);
    if (err != BONA_OK)
        bona_graph_deinit(graph);
    return err;
}

void bona_graph_deinit(bona_graph *graph)
{
    for (int32_t i = 0; i < graph->block_count; i++)
        bona_free(graph->blocks[i]);
    for (int32_t i = 0; i < graph->output_count; i++)
        bona_free(graph->output_name[i]);
    bona_free(graph->blocks);
    bona_free(graph->block_bytes);
    bona_free(graph->values);
    bona_free(graph->ops);
    *graph = (bona_graph){ 0 };
}

static bool more_blocks(bona_graph *graph)
{
    int32_t room = graph->block_room * 2 + 64;
    float **blocks = bona_realloc(graph->blocks, (size_t)room, sizeof *blocks);
    size_t *bytes;

    if (blocks == NULL)
        return false;
    graph->blocks = blocks;
    bytes = bona_realloc(graph->block_bytes, (size_t)room, sizeof *bytes);
    if (bytes == NULL)
        return false;
    graph->block_bytes = bytes;
    graph->block_room = room;
    return true;
}

float *bona_graph_floats(bona_graph *graph, size_t count)
{
    float *block;

    if (graph->block_count == graph->block_room && !more_blocks(graph))
        return NULL;
    block = bona_alloc_aligned(count * sizeof *block);
    if (block == NULL)
        return NULL;
    graph->block_bytes[graph->block_count] = count * sizeof *block;
    graph->blocks[graph->block_count++] = block;
    graph->constant_bytes += count * sizeof *block;
    return block;
}

void bona_graph_drop(bona_graph *graph, int32_t block)
{
    bona_free(graph->blocks[block]);
    graph->constant_bytes -= graph->block_bytes[block];
    graph->blocks[block] = NULL;
    graph->block_bytes[block] = 0;
}

bool bona_value_planes(const bona_value *value, int32_t planes[3])
{
    const bona_shape *shape = &value->shape;

    if (shape->rank < 2 || shape->dim[0] != 1)
        return false;
    planes[0] = shape->dim[1];
    planes[1] = shape->rank == 4 ? shape->dim[2] : 1;
    planes[2] = shape->rank == 2 ? 1 : shape->dim[shape->rank - 1];
    return true;
}
