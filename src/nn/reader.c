/* SPDX-License-Identifier: Apache-2.0 */
/* Names, attributes, constants and values while a model is read; see reader.h. */
#include "nn/reader.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "onnx.pb-c.h"

#define CONSTANT_BYTES_MAX ((size_t)256 << 20) /* bytes of all constants as float32 */

bona_err bona_reader_fail(bona_reader *reader, const char *format, ...)
{
    char text[200];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (reader->node == NULL)
        return bona_fail(reader->note, BONA_BAD_MODEL, "%s", text);
    return bona_fail(reader->note, BONA_BAD_MODEL, "node %d, %.24s %.40s: %s", reader->node_index,
                     reader->node->op != NULL ? reader->node->op : "without operator",
                     reader->node->n_output > 0 ? reader->node->output[0] : "", text);
}

static uint32_t hash(const char *name)
{
    uint32_t h = 2166136261u; /* FNV-1a, 32 bits */

    for (; *name != 0; name++)
        h = (h ^ (uint8_t)*name) * 16777619u;
    return h;
}

static bona_named *slot(const bona_reader *reader, const char *name)
{
    uint32_t at = hash(name) % BONA_READER_SLOTS;

    while (reader->names[at].name != NULL && strcmp(reader->names[at].name, name) != 0)
        at = (at + 1) % BONA_READER_SLOTS;
    return &reader->names[at];
}

bona_named *bona_reader_find(const bona_reader *reader, const char *name)
{
    bona_named *named = slot(reader, name);

    return named->name != NULL ? named : NULL;
}

bona_err bona_reader_name(bona_reader *reader, const char *name, const BonaOnnx__Tensor *tensor,
                          int32_t value)
{
    bona_named *named;

    if (name == NULL || name[0] == 0)
        return bona_reader_fail(reader, "a value without a name");
    named = slot(reader, name);
    if (named->name != NULL)
        return bona_reader_fail(reader, "a second value named %.40s", name);
    *named = (bona_named){ .name = name, .tensor = tensor, .value = value };
    return BONA_OK;
}

bona_err bona_reader_value(bona_reader *reader, bona_shape shape, const float *constant,
                           int32_t *value)
{
    bona_graph *graph = reader->graph;
    int64_t elements = 1;

    for (int32_t i = 0; i < shape.rank; i++) {
        if (shape.dim[i] < (constant != NULL ? 0 : 1) || shape.dim[i] > BONA_GRAPH_DIM_MAX)
            return bona_reader_fail(reader, "dimension %d would be %d", i, shape.dim[i]);
        elements *= shape.dim[i];
        if (elements > BONA_GRAPH_ELEMENTS_MAX)
            return bona_reader_fail(reader, "more than %d elements", BONA_GRAPH_ELEMENTS_MAX);
    }
    if (graph->value_count >= reader->value_room)
        return bona_reader_fail(reader, "more than %d values", reader->value_room);
    *value = graph->value_count++;
    graph->values[*value] =
        (bona_value){ .shape = shape, .elements = (int32_t)elements, .constant = constant };
    return BONA_OK;
}

bona_err bona_reader_floats(bona_reader *reader, int64_t count, float **floats)
{
    if (count < 0 || count > BONA_GRAPH_ELEMENTS_MAX ||
        reader->graph->constant_bytes + (size_t)count * sizeof **floats > CONSTANT_BYTES_MAX)
        return bona_reader_fail(reader, "constants of more than %zu bytes", CONSTANT_BYTES_MAX);
    *floats = bona_graph_floats(reader->graph, (size_t)count);
    if (*floats == NULL)
        return bona_fail(reader->note, BONA_NO_MEMORY, "no memory for a constant of %lld elements",
                         (long long)count);
    return BONA_OK;
}

const BonaOnnx__Attribute *bona_reader_attribute(const bona_reader *reader, const char *name)
{
    for (size_t i = 0; i < reader->node->n_attribute; i++) {
        const BonaOnnx__Attribute *attribute = reader->node->attribute[i];

        if (attribute->name != NULL && strcmp(attribute->name, name) == 0)
            return attribute;
    }
    return NULL;
}

int64_t bona_reader_whole(const bona_reader *reader, const char *name, int64_t otherwise)
{
    const BonaOnnx__Attribute *attribute = bona_reader_attribute(reader, name);

    return attribute != NULL && attribute->has_whole ? attribute->whole : otherwise;
}

float bona_reader_real(const bona_reader *reader, const char *name, float otherwise)
{
    const BonaOnnx__Attribute *attribute = bona_reader_attribute(reader, name);

    return attribute != NULL && attribute->has_real ? attribute->real : otherwise;
}

bool bona_reader_text_is(const bona_reader *reader, const char *name, const char *text,
                         bool otherwise)
{
    const BonaOnnx__Attribute *attribute = bona_reader_attribute(reader, name);

    if (attribute == NULL || !attribute->has_text)
        return otherwise;
    return attribute->text.len == strlen(text) &&
           memcmp(attribute->text.data, text, attribute->text.len) == 0;
}

bona_err bona_reader_wholes(bona_reader *reader, const char *name, int32_t count, int64_t least,
                            int64_t most, int32_t *wholes)
{
    const BonaOnnx__Attribute *attribute = bona_reader_attribute(reader, name);

    if (attribute == NULL || attribute->n_wholes == 0)
        return BONA_OK;
    if (attribute->n_wholes != (size_t)count)
        return bona_reader_fail(reader, "%s has %zu numbers, %d are wanted", name,
                                attribute->n_wholes, count);
    for (int32_t i = 0; i < count; i++) {
        if (attribute->wholes[i] < least || attribute->wholes[i] > most)
            return bona_reader_fail(reader, "%s[%d] is %lld, outside %lld to %lld", name, i,
                                    (long long)attribute->wholes[i], (long long)least,
                                    (long long)most);
        wholes[i] = (int32_t)attribute->wholes[i];
    }
    return BONA_OK;
}

bool bona_reader_has(const bona_reader *reader, size_t input)
{
    return input < reader->node->n_input && reader->node->input[input][0] != 0;
}

static bona_err entry(bona_reader *reader, size_t input, bona_named **named)
{
    if (!bona_reader_has(reader, input))
        return bona_reader_fail(reader, "input %zu is missing", input);
    *named = bona_reader_find(reader, reader->node->input[input]);
    if (*named == NULL)
        return bona_reader_fail(reader, "input %zu, %.40s, is not computed before", input,
                                reader->node->input[input]);
    return BONA_OK;
}

bona_err bona_reader_input(bona_reader *reader, size_t input, int32_t *value)
{
    bona_named *named;
    bona_shape shape = { 0 };
    float *floats = NULL;
    int64_t count = 1;
    bona_err err = entry(reader, input, &named);

    if (err == BONA_OK && named->value < 0) {
        err = bona_tensor_shape(reader, named->tensor, &shape);
        for (int32_t i = 0; err == BONA_OK && i < shape.rank; i++) {
            count *= shape.dim[i];
            if (count > BONA_GRAPH_ELEMENTS_MAX)
                err = bona_reader_fail(reader, "constant of more than %d elements",
                                       BONA_GRAPH_ELEMENTS_MAX);
        }
        if (err == BONA_OK)
            err = bona_tensor_floats(reader, named->tensor, count, &floats);
        if (err == BONA_OK)
            err = bona_reader_value(reader, shape, floats, &named->value);
    }
    if (err == BONA_OK)
        *value = named->value;
    return err;
}

bona_err bona_reader_constant(bona_reader *reader, size_t input, const bona_value **value)
{
    int32_t at;
    bona_err err = bona_reader_input(reader, input, &at);

    if (err != BONA_OK)
        return err;
    *value = &reader->graph->values[at];
    if ((*value)->constant == NULL)
        return bona_reader_fail(reader, "input %zu, %.40s, must be a constant", input,
                                reader->node->input[input]);
    return BONA_OK;
}

bona_err bona_reader_ints(bona_reader *reader, size_t input, int32_t most, int64_t *ints,
                          int32_t *count)
{
    bona_named *named;
    bona_err err = entry(reader, input, &named);

    if (err != BONA_OK)
        return err;
    if (named->tensor == NULL)
        return bona_reader_fail(reader, "input %zu, %.40s, must be a constant", input, named->name);
    return bona_tensor_ints(reader, named->tensor, most, ints, count);
}

bona_err bona_reader_scalar(bona_reader *reader, size_t input, float otherwise, float *scalar)
{
    const bona_value *value;
    bona_err err;

    *scalar = otherwise;
    if (!bona_reader_has(reader, input))
        return BONA_OK;
    err = bona_reader_constant(reader, input, &value);
    if (err != BONA_OK)
        return err;
    if (value->elements != 1)
        return bona_reader_fail(reader, "input %zu has %d elements, one is wanted", input,
                                value->elements);
    *scalar = value->constant[0];
    return BONA_OK;
}

bona_err bona_reader_finish(bona_reader *reader, bona_op *op, bona_shape shape)
{
    bona_err err = bona_reader_value(reader, shape, NULL, &op->output);

    if (err == BONA_OK)
        err = bona_reader_name(reader, reader->node->output[0], NULL, op->output);
    if (err == BONA_OK && reader->graph->op_count >= reader->op_room)
        err = bona_reader_fail(reader, "more than %d operators", reader->op_room);
    if (err == BONA_OK) {
        int64_t window = op->kind == BONA_OP_MAXPOOL || op->kind == BONA_OP_AVGPOOL
                             ? op->window.kernel[0] * op->window.kernel[1]
                             : 1;

        reader->work += window * reader->graph->values[op->output].elements;
        reader->graph->ops[reader->graph->op_count++] = *op;
    }
    return err;
}
