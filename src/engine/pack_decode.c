/* SPDX-License-Identifier: Apache-2.0 */
/* Reading the decodings; see pack_decode.h and docs/packs.md. */
#include "engine/pack_decode.h"

#include <string.h>

/* In the order of bona_decode_kind, with the keys each one knows. */
static const char *const kinds[] = { "yunet",  "softmax", "sigmoid", "mesh",      "lids",
                                     "vector", "scalar",  "covered", "class_max", NULL };
static const char *const kind_keys[] = {
    "kind strides candidate countable sure nms_iou small_side",
    "kind output live",
    "kind output index",
    "kind output points presence index unit eyes mouth",
    "kind output stride corners middle",
    "kind output mirror",
    "kind output map",
    "kind output logits eyes nose mouth thresholds",
    "kind output classes mask threshold",
};

static void read_yunet(bona_yunet_rule *rule, const bona_spec *spec)
{
    bona_spec strides = bona_spec_get(spec, "strides"),
              candidate = bona_spec_get(spec, "candidate");
    bona_spec countable = bona_spec_get(spec, "countable"), iou = bona_spec_get(spec, "nms_iou");
    bona_spec small = bona_spec_get(spec, "small_side"), sure = bona_spec_maybe(spec, "sure");

    rule->stride_count = bona_spec_count(&strides, 1, BONA_STRIDES_MAX);
    for (int32_t i = 0; i < rule->stride_count; i++) {
        bona_spec stride = bona_spec_item(&strides, i);

        rule->strides[i] = bona_spec_int(&stride, 1, 256);
    }
    rule->candidate = (float)bona_spec_number(&candidate, 0.01, 1);
    rule->countable = (float)bona_spec_number(&countable, rule->candidate, 1);
    rule->sure = bona_spec_there(&sure) ? (float)bona_spec_number(&sure, rule->countable, 1)
                                        : rule->countable;
    rule->nms_iou = (float)bona_spec_number(&iou, 0, 1);
    rule->small_side = (float)bona_spec_number(&small, 0, BONA_MODEL_SIDE_MAX);
}

static void read_mesh(bona_mesh_rule *rule, const bona_spec *spec)
{
    bona_spec points = bona_spec_get(spec, "points"), unit = bona_spec_maybe(spec, "unit");
    bona_spec index = bona_spec_maybe(spec, "index");
    bool seen[BONA_LANDMARKS_MAX] = { false };

    rule->points = bona_spec_int(&points, 1, BONA_LANDMARKS_MAX);
    rule->unit =
        bona_spec_there(&unit) ? (float)bona_spec_number(&unit, 1e-3, BONA_MODEL_SIDE_MAX) : 1.0f;
    for (int32_t i = 0; i < rule->points; i++)
        rule->number[i] = (int16_t)i;
    if (!bona_spec_there(&index) || bona_spec_count(&index, rule->points, rule->points) == 0)
        return;
    for (int32_t i = 0; i < rule->points; i++) {
        bona_spec number = bona_spec_item(&index, i);

        rule->number[i] = (int16_t)bona_spec_int(&number, 0, BONA_LANDMARKS_MAX - 1);
        if (seen[rule->number[i]])
            bona_spec_fail(&number, "names point %d twice", rule->number[i]);
        seen[rule->number[i]] = true;
    }
}

static void read_two(int32_t *out, const bona_spec *spec)
{
    if (bona_spec_count(spec, 2, 2) == 0)
        return;
    for (int32_t i = 0; i < 2; i++) {
        bona_spec item = bona_spec_item(spec, i);

        out[i] = bona_spec_int(&item, 0, 1000);
    }
}

static void read_lids(bona_lids_rule *rule, const bona_spec *spec)
{
    bona_spec stride = bona_spec_get(spec, "stride"), corners = bona_spec_get(spec, "corners");
    bona_spec middle = bona_spec_get(spec, "middle");

    rule->stride = bona_spec_int(&stride, 2, 16);
    read_two(rule->corners, &corners);
    read_two(rule->middle, &middle);
}

static void read_covered(bona_covered_rule *rule, const bona_spec *spec)
{
    bona_spec logits = bona_spec_maybe(spec, "logits"),
              thresholds = bona_spec_get(spec, "thresholds");
    bona_spec eyes = bona_spec_get(spec, "eyes"), nose = bona_spec_get(spec, "nose");
    bona_spec mouth = bona_spec_get(spec, "mouth");

    rule->logits = bona_spec_flag(&logits, false);
    rule->eyes = bona_spec_int(&eyes, 0, 1000);
    rule->nose = bona_spec_int(&nose, 0, 1000);
    rule->mouth = bona_spec_int(&mouth, 0, 1000);
    if (bona_spec_count(&thresholds, 3, 3) == 0)
        return;
    for (int32_t i = 0; i < 3; i++) {
        bona_spec item = bona_spec_item(&thresholds, i);

        rule->thresholds[i] = (float)bona_spec_number(&item, 0.01, 0.99);
    }
}

static void read_class_max(bona_covered_rule *rule, const bona_spec *spec)
{
    bona_spec classes = bona_spec_get(spec, "classes"), mask = bona_spec_get(spec, "mask");
    bona_spec threshold = bona_spec_get(spec, "threshold");

    rule->classes = bona_spec_int(&classes, 1, 1000);
    rule->nose = rule->mouth = rule->eyes = bona_spec_int(&mask, 0, rule->classes - 1);
    rule->thresholds[0] = rule->thresholds[1] = rule->thresholds[2] =
        (float)bona_spec_number(&threshold, 0.01, 0.99);
}

static void read_index(int32_t *out, const bona_spec *spec, int32_t fallback)
{
    *out = bona_spec_there(spec) ? bona_spec_int(spec, 0, 100000) : fallback;
}

void bona_pack_read_decode(bona_decode_rule *decode, const bona_spec *spec, uint32_t allowed)
{
    bona_spec kind = bona_spec_get(spec, "kind");
    bona_spec live = bona_spec_maybe(spec, "live"), index = bona_spec_maybe(spec, "index");
    bona_spec mirror = bona_spec_maybe(spec, "mirror");

    decode->kind = (bona_decode_kind)bona_spec_word(&kind, kinds);
    bona_spec_keys(spec, kind_keys[decode->kind]);
    if ((allowed >> decode->kind & 1) == 0)
        bona_spec_fail(&kind, "\"%s\" does not fit this role", kinds[decode->kind]);
    if (decode->kind == BONA_DECODE_YUNET)
        read_yunet(&decode->yunet, spec);
    else if (decode->kind == BONA_DECODE_SOFTMAX)
        read_index(&decode->index, &live, 0);
    else if (decode->kind == BONA_DECODE_SIGMOID)
        read_index(&decode->index, &index, 0);
    else if (decode->kind == BONA_DECODE_MESH)
        read_mesh(&decode->mesh, spec);
    else if (decode->kind == BONA_DECODE_LIDS)
        read_lids(&decode->lids, spec);
    else if (decode->kind == BONA_DECODE_VECTOR)
        decode->mirror = bona_spec_flag(&mirror, false);
    else if (decode->kind == BONA_DECODE_COVERED)
        read_covered(&decode->covered, spec);
    else if (decode->kind == BONA_DECODE_CLASS_MAX)
        read_class_max(&decode->covered, spec);
}
