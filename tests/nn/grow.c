/* SPDX-License-Identifier: Apache-2.0 */
/* Grows a random network from what there is: values of known shape, each a candidate for the next
 * operator. */
#include "check.h"

#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "nn/grow.h"

enum { VALUES_MAX = 64, OUTPUTS_MAX = 12, MANY_CHANNELS = 70, MANY_PIXELS = 40 };

typedef struct value {
    char name[16];
    int64_t dim[4];
    bool used;
} value;

typedef struct garden {
    onnx_writer w;
    value values[VALUES_MAX];
    int count, constants;
} garden;

static value *add_value(garden *g, int64_t channels, int64_t height, int64_t width)
{
    value *v = &g->values[g->count];

    snprintf(v->name, sizeof v->name, "v%d", g->count++);
    v->dim[0] = 1;
    v->dim[1] = channels;
    v->dim[2] = height;
    v->dim[3] = width;
    v->used = false;
    return v;
}

/* A new random constant; its name goes to `name`. */
static void constant(garden *g, char name[16], int rank, const int64_t *dims, float limit)
{
    snprintf(name, 16, "c%d", g->constants++);
    onnx_random_floats(&g->w, name, rank, dims, limit);
}

static void conv(garden *g, value *x)
{
    onnx_writer *w = &g->w;
    int kernel[2], stride[2], dilation[2], pad[4], kind = onnx_random_to(w, 0, 5);
    int64_t group = 1, out[3], depth;
    char weight[16], bias[16], inputs[64], attributes[200];

    for (int i = 0; i < 2; i++) {
        int reach;

        kernel[i] = kind < 2 ? 1 : kind < 4 ? 3 : onnx_random_to(w, 1, 5);
        stride[i] = kind == 0 ? 1 : onnx_random_to(w, 1, kind == 5 ? 3 : 2);
        dilation[i] = kind == 5 ? onnx_random_to(w, 1, 2) : 1;
        pad[i] = kind < 2 ? 0 : onnx_random_to(w, 0, 2);
        pad[2 + i] = kind < 2 ? 0 : onnx_random_to(w, 0, 2);
        reach = (kernel[i] - 1) * dilation[i] + 1;
        if (x->dim[2 + i] + pad[i] + pad[2 + i] < reach)
            return;
        out[1 + i] = (x->dim[2 + i] + pad[i] + pad[2 + i] - reach) / stride[i] + 1;
    }
    out[0] = onnx_random_to(w, 1, onnx_random_to(w, 0, 1) ? 12 : 60);
    if (kind >= 3 && onnx_random_to(w, 0, 2) > 0) /* each channel for itself, or with its twin */
        group = out[0] = x->dim[1];
    if (group % 2 == 0 && onnx_random_to(w, 0, 2) == 0)
        group /= 2;
    if (onnx_random_to(w, 0, 5) == 0 && group > 1)
        out[0] *= 2;
    depth = x->dim[1] / group;
    constant(g, weight, 4, (int64_t[]){ out[0], depth, kernel[0], kernel[1] },
             2.0f / sqrtf((float)(depth * kernel[0] * kernel[1])));
    constant(g, bias, 1, out, 0.5f);
    snprintf(inputs, sizeof inputs, onnx_random_to(w, 0, 3) ? "%s %s %s" : "%s %s", x->name, weight,
             bias);
    snprintf(attributes, sizeof attributes,
             "group=%d kernel_shape=[%d,%d] strides=[%d,%d] dilations=[%d,%d] pads=[%d,%d,%d,%d]",
             (int)group, kernel[0], kernel[1], stride[0], stride[1], dilation[0], dilation[1],
             pad[0], pad[1], pad[2], pad[3]);
    onnx_node(w, "Conv", inputs, add_value(g, out[0], out[1], out[2])->name, attributes);
    x->used = true;
}

/* One node with one more input, a constant of those dimensions. */
static void with_constant(garden *g, const char *op, const value *x, value *y, int rank,
                          const int64_t *dims, const char *attributes)
{
    char other[16], inputs[64];
    int64_t fan_in = 1;

    for (int i = 1; i < rank && rank == 4; i++)
        fan_in *= dims[i];
    constant(g, other, rank, dims, 1.5f / sqrtf((float)fan_in));
    snprintf(inputs, sizeof inputs, "%s %s", x->name, other);
    onnx_node(&g->w, op, inputs, y->name, attributes);
}

static void activation(garden *g, value *x)
{
    value *y = add_value(g, x->dim[1], x->dim[2], x->dim[3]);
    int64_t per_channel[] = { x->dim[1], 1, 1 };

    x->used = true;
    switch (onnx_random_to(&g->w, 0, 7)) {
    case 0:
        onnx_node(&g->w, "Relu", x->name, y->name, "");
        break;
    case 1:
        onnx_node(&g->w, "Sigmoid", x->name, y->name, "");
        break;
    case 2:
        onnx_node(&g->w, "LeakyRelu", x->name, y->name, "alpha=0.2f");
        break;
    case 3:
        onnx_node(&g->w, "HardSigmoid", x->name, y->name, "alpha=0.3f beta=0.4f");
        break;
    case 4:
        onnx_node(&g->w, "HardSwish", x->name, y->name, "");
        break;
    case 5:
        onnx_node(&g->w, "Clip", x->name, y->name, "min=-0.5f max=0.5f");
        break;
    default:
        with_constant(g, "PRelu", x, y, 3, per_channel, "");
    }
}

static void affine(garden *g, value *x)
{
    static const char *const ops[] = { "Add", "Sub", "Mul", "Add", "Mul" };
    value *y = add_value(g, x->dim[1], x->dim[2], x->dim[3]);
    int64_t dims[] = { x->dim[1], 1, onnx_random_to(&g->w, 0, 3) ? 1 : x->dim[3] };
    char text[80], name[4][16];

    x->used = true;
    if (onnx_random_to(&g->w, 0, 1)) {
        with_constant(g, ops[onnx_random_to(&g->w, 0, 4)], x, y, 3, dims, "");
        return;
    }
    for (int i = 0; i < 4; i++) /* a variance near one */
        constant(g, name[i], 1, dims, i == 3 ? 0.0f : 0.7f);
    snprintf(text, sizeof text, "%s %s %s %s %s", x->name, name[0], name[1], name[2], name[3]);
    onnx_node(&g->w, "BatchNormalization", text, y->name, "epsilon=1.0f");
}

/* With another value of the same shape, or one pixel of the same channels. */
static void pair(garden *g, value *x)
{
    static const char *const ops[] = { "Add", "Add", "Mul", "Sub" };
    const char *op = ops[onnx_random_to(&g->w, 0, 3)];
    char inputs[64];

    for (int i = 0; i < g->count; i++) {
        value *other = &g->values[i], *y;
        bool pixel = other->dim[2] == 1 && other->dim[3] == 1;

        if (other->dim[1] != x->dim[1] ||
            (!pixel && (other->dim[2] != x->dim[2] || other->dim[3] != x->dim[3])))
            continue;
        if (onnx_random_to(&g->w, 0, 1))
            snprintf(inputs, sizeof inputs, "%s %s", x->name, other->name);
        else
            snprintf(inputs, sizeof inputs, "%s %s", other->name, x->name);
        x->used = other->used = true;
        y = add_value(g, x->dim[1], x->dim[2], x->dim[3]);
        onnx_node(&g->w, op, inputs, y->name, "");
        return;
    }
}

/* A convolution over a square kernel that keeps the size, with ReLU, PReLU or nothing after it. */
static value *keep_size(garden *g, value *x, int64_t channels, int64_t group, int kernel)
{
    value *y = add_value(g, channels, x->dim[2], x->dim[3]);
    int act = onnx_random_to(&g->w, 0, 2);
    char text[120];

    snprintf(text, sizeof text, "group=%d pads=[%d,%d,%d,%d]", (int)group, kernel / 2, kernel / 2,
             kernel / 2, kernel / 2);
    with_constant(g, "Conv", x, y, 4, (int64_t[]){ channels, x->dim[1] / group, kernel, kernel },
                  text);
    x->used = true;
    if (act == 0)
        return y;
    x = y;
    x->used = true;
    y = add_value(g, channels, x->dim[2], x->dim[3]);
    if (act == 1)
        onnx_node(&g->w, "Relu", x->name, y->name, "");
    else
        with_constant(g, "PRelu", x, y, 3, (int64_t[]){ channels, 1, 1 }, "");
    return y;
}

/* What most small networks are made of: 1x1, depthwise 3x3, 1x1, beside a shortcut; or depthwise
 * first. */
static void bottleneck(garden *g, value *x)
{
    int64_t wide = onnx_random_to(&g->w, 9, 50), narrow = x->dim[1];
    value *y = x, *z;
    char inputs[64];

    if (g->count > VALUES_MAX - 8)
        return;
    if (onnx_random_to(&g->w, 0, 1))
        y = keep_size(g, y, wide, 1, 1);
    y = keep_size(g, y, y->dim[1], y->dim[1], 3);
    y = keep_size(g, y, narrow, 1, 1);
    y->used = x->used = true;
    z = add_value(g, narrow, x->dim[2], x->dim[3]);
    snprintf(inputs, sizeof inputs, "%s %s", y->name, x->name);
    onnx_node(&g->w, "Add", inputs, z->name, "");
    activation(g, z);
}

static void pool(garden *g, value *x)
{
    int kernel = onnx_random_to(&g->w, 2, 3), stride = onnx_random_to(&g->w, 1, 2);
    int before = onnx_random_to(&g->w, 0, 1), after = onnx_random_to(&g->w, 0, 1);
    int64_t out[2];
    char attributes[160];

    x->used = true;
    if (onnx_random_to(&g->w, 0, 3) == 0) {
        onnx_node(&g->w, "GlobalAveragePool", x->name, add_value(g, x->dim[1], 1, 1)->name, "");
        return;
    }
    for (int i = 0; i < 2; i++) {
        out[i] = x->dim[2 + i] + before + after - kernel;
        if (out[i] < 0)
            return;
        out[i] = out[i] / stride + 1;
    }
    snprintf(attributes, sizeof attributes,
             "kernel_shape=[%d,%d] strides=[%d,%d] pads=[%d,%d,%d,%d] count_include_pad=%d", kernel,
             kernel, stride, stride, before, before, after, after, onnx_random_to(&g->w, 0, 1));
    onnx_node(&g->w, onnx_random_to(&g->w, 0, 1) ? "MaxPool" : "AveragePool", x->name,
              add_value(g, x->dim[1], out[0], out[1])->name, attributes);
}

static void move(garden *g, value *x)
{
    char name[3][16], inputs[80];
    float scales[] = { 1, 1, 2, 2 };
    int64_t pads[] = { 0, 0, 1, 0, 0, onnx_random_to(&g->w, 0, 1) * 8, 0, 2 };
    int64_t mean[] = { 1, x->dim[1], 1, x->dim[2] * x->dim[3] };

    x->used = true;
    for (int i = 0; i < 3; i++)
        snprintf(name[i], sizeof name[i], "c%d", g->constants++);
    switch (onnx_random_to(&g->w, 0, 3)) {
    case 0:
        onnx_floats(&g->w, name[0], 1, (int64_t[]){ 4 }, scales);
        snprintf(inputs, sizeof inputs, "%s - %s", x->name, name[0]);
        onnx_node(
            &g->w, "Resize", inputs, add_value(g, x->dim[1], 2 * x->dim[2], 2 * x->dim[3])->name,
            "mode='nearest' coordinate_transformation_mode='asymmetric' nearest_mode='floor'");
        return;
    case 1:
        onnx_ints(&g->w, name[0], 8, pads);
        snprintf(inputs, sizeof inputs, "%s %s", x->name, name[0]);
        onnx_node(&g->w, "Pad", inputs,
                  add_value(g, x->dim[1] + pads[5], x->dim[2] + 1, x->dim[3] + 2)->name, "");
        return;
    case 2:
        snprintf(inputs, sizeof inputs, "%s %s", x->name, x->name);
        onnx_node(&g->w, "Concat", inputs, add_value(g, 2 * x->dim[1], x->dim[2], x->dim[3])->name,
                  "axis=1");
        return;
    default:
        onnx_ints(&g->w, name[0], 4, mean);
        snprintf(inputs, sizeof inputs, "%s %s", x->name, name[0]);
        onnx_node(&g->w, "Reshape", inputs, add_value(g, mean[1], mean[2], mean[3])->name, "");
    }
}

/* Ends in a vector: an output by itself. */
static void head(garden *g, value *x, int index)
{
    int64_t elements = x->dim[1] * x->dim[2] * x->dim[3], outputs = onnx_random_to(&g->w, 1, 30);
    char flat[16], out[16], weight[16], inputs[64];

    snprintf(flat, sizeof flat, "f%d", index);
    snprintf(out, sizeof out, "o%d", index);
    x->used = true;
    if (onnx_random_to(&g->w, 0, 2) == 0) {
        onnx_node(&g->w, "Transpose", x->name, out, "perm=[0,2,3,1]");
    } else {
        onnx_node(&g->w, "Flatten", x->name, flat, "axis=1");
        constant(g, weight, 2, (int64_t[]){ outputs, elements }, 1.7f / sqrtf((float)elements));
        snprintf(inputs, sizeof inputs, "%s %s", flat, weight);
        onnx_node(&g->w, "Gemm", inputs, out, "transB=1");
    }
    onnx_output(&g->w, out);
}

uint8_t *grow_network(uint32_t seed, int nodes, size_t *size)
{
    static void (*const growers[])(
        garden *, value *) = { conv, conv, conv, activation, activation, affine,
                               pair, pair, pool, move,       bottleneck, bottleneck };
    garden g = { .count = 0 };
    value *x;
    int outputs = 0;

    onnx_start(&g.w, seed);
    for (int i = 0; i < 8; i++)
        onnx_random(&g.w);
    x = add_value(&g, onnx_random_to(&g.w, 1, 9), onnx_random_to(&g.w, 1, 23),
                  onnx_random_to(&g.w, 1, 23));
    onnx_input(&g.w, x->name, 4, x->dim);
    conv(&g, x);
    for (int i = 0; i < nodes && g.count < VALUES_MAX; i++) {
        int at = onnx_random_to(&g.w, 0, 2) ? g.count - 1 : onnx_random_to(&g.w, 0, g.count - 1);

        x = &g.values[at];
        if (x->dim[1] <= MANY_CHANNELS && x->dim[2] <= MANY_PIXELS && x->dim[3] <= MANY_PIXELS)
            growers[onnx_random_to(&g.w, 0, 11)](&g, x);
    }
    for (int i = g.count - 1; i >= 0 && outputs < OUTPUTS_MAX; i--) {
        if (i > 0 && (!g.values[i].used || outputs == 0)) {
            onnx_output(&g.w, g.values[i].name);
            outputs++;
        }
        if (outputs < OUTPUTS_MAX && (i == 0 || onnx_random_to(&g.w, 0, 7) == 0))
            head(&g, &g.values[i], outputs++);
    }
    return onnx_finish(&g.w, size);
}
