/* SPDX-License-Identifier: Apache-2.0 */
/* Does a pack's description fit the network? Finds outputs by name and checks every size; see
 * pack_decode.h. */
#include "engine/pack_decode.h"
#include "engine/pack_rules.h"

#include <stdio.h>

static int64_t output_size(const bona_net *net, int32_t index)
{
    bona_shape shape = bona_net_output_shape(net, index);
    int64_t size = 1;

    for (int32_t i = 0; i < shape.rank; i++)
        size *= shape.dim[i];
    return size;
}

/* The output named by the key; the first one when the key is absent and `first` is set, else -1. */
static int32_t find_output(const bona_model *model, const bona_spec *spec, const char *key,
                           bool first)
{
    bona_spec name = bona_spec_maybe(spec, key);
    char text[80];
    int32_t index;

    if (!bona_spec_there(&name))
        return first ? 0 : -1;
    bona_spec_text(&name, text, sizeof text);
    index = bona_net_output_index(model->net, text);
    if (index < 0)
        bona_spec_fail(&name, "the network has no output \"%s\"", text);
    return index;
}

static void need_size(const bona_model *model, const bona_spec *spec, int32_t output, int64_t min,
                      int64_t max)
{
    int64_t size;

    if (output < 0)
        return;
    size = output_size(model->net, output);
    if (size < min || size > max)
        bona_spec_fail(spec,
                       "the network's output \"%s\" has %lld numbers, the pack needs %lld to %lld",
                       bona_net_output_name(model->net, output), (long long)size, (long long)min,
                       (long long)max);
}

static void fit_yunet(bona_model *model, const bona_spec *spec)
{
    static const char *const parts[] = { "cls", "obj", "bbox", "kps" };
    static const int64_t numbers[] = { 1, 1, 4, 10 };
    bona_yunet_rule *rule = &model->decode.yunet;

    for (int32_t level = 0; level < rule->stride_count; level++) {
        int32_t stride = rule->strides[level];
        int64_t cells = (int64_t)(model->input.width / stride) * (model->input.height / stride);

        if (model->input.width % stride != 0 || model->input.height % stride != 0)
            bona_spec_fail(spec, "stride %d does not divide the input", stride);
        for (int32_t part = 0; part < 4; part++) {
            char name[16];

            snprintf(name, sizeof name, "%s_%d", parts[part], stride);
            rule->outputs[level][part] = bona_net_output_index(model->net, name);
            if (rule->outputs[level][part] < 0)
                bona_spec_fail(spec, "the network has no output \"%s\"", name);
            need_size(model, spec, rule->outputs[level][part], cells * numbers[part],
                      cells * numbers[part]);
        }
    }
}

static void fit_mesh(bona_model *model, const bona_spec *spec)
{
    bona_mesh_rule *rule = &model->decode.mesh;

    need_size(model, spec, model->decode.output, 3 * rule->points, 3 * rule->points);
    rule->presence = find_output(model, spec, "presence", false);
    rule->eyes = find_output(model, spec, "eyes", false);
    rule->mouth = find_output(model, spec, "mouth", false);
    need_size(model, spec, rule->eyes, 2, 2);
    need_size(model, spec, rule->mouth, 1, 1);
}

static int32_t largest(int32_t a, int32_t b, int32_t c)
{
    int32_t ab = a > b ? a : b;

    return ab > c ? ab : c;
}

static void fit_single(bona_model *model, const bona_spec *spec)
{
    const bona_decode_rule *d = &model->decode;
    const bona_lids_rule *lids = &d->lids;
    const bona_covered_rule *covered = &d->covered;
    int64_t lid_points = 1 + largest(largest(lids->corners[0], lids->corners[1], lids->middle[0]),
                                     lids->middle[1], 0);

    switch (d->kind) {
    case BONA_DECODE_SOFTMAX:
    case BONA_DECODE_SIGMOID:
        need_size(model, spec, d->output, d->index + 1, 1000);
        break;
    case BONA_DECODE_LIDS:
        need_size(model, spec, d->output, lids->stride * lid_points, 100000);
        break;
    case BONA_DECODE_VECTOR:
        need_size(model, spec, d->output, 2, BONA_VECTOR_MAX);
        break;
    case BONA_DECODE_COVERED:
        need_size(model, spec, d->output, 1 + largest(covered->eyes, covered->nose, covered->mouth),
                  1000);
        break;
    case BONA_DECODE_CLASS_MAX:
        if (d->output >= 0 && output_size(model->net, d->output) % covered->classes != 0)
            bona_spec_fail(spec, "the network's output does not come in rows of %d",
                           covered->classes);
        break;
    default:
        need_size(model, spec, d->output, 1, 1);
    }
}

void bona_pack_fit_decode(bona_model *model, const bona_spec *spec)
{
    if (model->decode.kind == BONA_DECODE_YUNET) {
        fit_yunet(model, spec);
        return;
    }
    model->decode.output = find_output(model, spec, "output", true);
    if (model->decode.kind == BONA_DECODE_MESH)
        fit_mesh(model, spec);
    else
        fit_single(model, spec);
}

void bona_pack_fit_model(bona_model *model, const bona_spec *entry)
{
    bona_spec input = bona_spec_get(entry, "input"), decode = bona_spec_get(entry, "decode");
    bona_shape shape = bona_net_input(model->net);

    if (shape.rank != 4 || shape.dim[1] != 3 || shape.dim[2] != model->input.height ||
        shape.dim[3] != model->input.width) {
        bona_spec_fail(&input, "is 1 x 3 x %d x %d (N C H W), the network takes %d x %d x %d x %d",
                       model->input.height, model->input.width, shape.dim[0], shape.dim[1],
                       shape.dim[2], shape.dim[3]);
        return;
    }
    bona_pack_fit_decode(model, &decode);
}
