/* SPDX-License-Identifier: Apache-2.0 */
/* Input, crop, fusion and maps; see pack_rules.h and docs/packs.md. The decodings have a file of
 * their own. */
#include "engine/pack_rules.h"

#include <ctype.h>
#include <string.h>

#include "engine/pack_decode.h"

static const char *const colours[] = { "RGB", "BGR", NULL };
static const char *const edges[] = { "zero", "clamp", "reflect", NULL };
static const char *const resamples[] = { "rule", "bilinear", "area", NULL };
/* In the order of bona_crop_kind. */
static const char *const crops[] = { "letterbox", "whole", "inside", "square", "points5",
                                     "points3",   "level", "eye",    NULL };
static const char *const crop_keys[] = { "kind resample",        "kind resample",
                                         "kind factor resample", "kind factor edge resample",
                                         "kind template edge",   "kind template edge",
                                         "kind factor edge",     "kind factor edge" };

static void read_three(float *out, const bona_spec *spec, float fallback)
{
    for (int32_t i = 0; i < 3; i++)
        out[i] = fallback;
    if (!bona_spec_there(spec) || bona_spec_count(spec, 3, 3) == 0)
        return;
    for (int32_t i = 0; i < 3; i++) {
        bona_spec item = bona_spec_item(spec, i);

        out[i] = (float)bona_spec_number(&item, -1e4, 1e4);
    }
}

static void read_input(bona_input_rule *input, const bona_spec *spec)
{
    bona_spec width = bona_spec_get(spec, "width"), height = bona_spec_get(spec, "height");
    bona_spec colour = bona_spec_get(spec, "colour");
    bona_spec mean = bona_spec_maybe(spec, "mean"), scale = bona_spec_maybe(spec, "scale");

    bona_spec_keys(spec, "width height colour mean scale");
    input->width = bona_spec_int(&width, 8, BONA_MODEL_SIDE_MAX);
    input->height = bona_spec_int(&height, 8, BONA_MODEL_SIDE_MAX);
    input->bgr = bona_spec_word(&colour, colours) == 1;
    read_three(input->mean, &mean, 0.0f);
    read_three(input->scale, &scale, 1.0f);
}

static void read_template(bona_crop_rule *crop, const bona_spec *spec)
{
    int32_t count = crop->kind == BONA_CROP_POINTS5 ? 5 : 3;
    bona_spec list = bona_spec_get(spec, "template");

    if (bona_spec_count(&list, count, count) == 0)
        return;
    for (int32_t i = 0; i < count; i++) {
        bona_spec point = bona_spec_item(&list, i);

        if (bona_spec_count(&point, 2, 2) == 2) {
            bona_spec x = bona_spec_item(&point, 0), y = bona_spec_item(&point, 1);

            crop->to[i].x = (float)bona_spec_number(&x, 0, BONA_MODEL_SIDE_MAX);
            crop->to[i].y = (float)bona_spec_number(&y, 0, BONA_MODEL_SIDE_MAX);
        }
    }
}

static void read_crop(bona_crop_rule *crop, const bona_spec *spec)
{
    bona_spec kind = bona_spec_get(spec, "kind"), edge = bona_spec_maybe(spec, "edge");
    bona_spec resample = bona_spec_maybe(spec, "resample");

    crop->kind = (bona_crop_kind)bona_spec_word(&kind, crops);
    bona_spec_keys(spec, crop_keys[crop->kind]);
    crop->edge = (bona_edge)bona_spec_word(&edge, edges);
    crop->resample = (bona_resample)bona_spec_word(&resample, resamples);
    if (strstr(crop_keys[crop->kind], "factor") != NULL) {
        bona_spec factor = bona_spec_get(spec, "factor");

        crop->factor = (float)bona_spec_number(&factor, 0.1, 20);
    }
    if (strstr(crop_keys[crop->kind], "template") != NULL)
        read_template(crop, spec);
}

static void read_hash(bona_model *model, const bona_spec *spec)
{
    bona_spec_text(spec, model->sha256, sizeof model->sha256);
    if (spec->state->err != BONA_OK)
        return;
    for (size_t i = 0; i < 64; i++) {
        if (!isxdigit((unsigned char)model->sha256[i]) ||
            isupper((unsigned char)model->sha256[i])) {
            bona_spec_fail(spec, "must be 64 lower-case hex digits");
            return;
        }
    }
}

void bona_pack_read_model(bona_model *model, const bona_spec *entry, uint32_t decodings)
{
    bona_spec file = bona_spec_get(entry, "file"), hash = bona_spec_get(entry, "sha256");
    bona_spec licence = bona_spec_get(entry, "licence"), source = bona_spec_get(entry, "source");
    bona_spec input = bona_spec_get(entry, "input"), crop = bona_spec_get(entry, "crop");
    bona_spec decode = bona_spec_get(entry, "decode");

    bona_spec_keys(entry, "file sha256 licence source input crop decode");
    bona_spec_text(&file, model->file, sizeof model->file);
    read_hash(model, &hash);
    bona_spec_text(&licence, model->licence, sizeof model->licence);
    bona_spec_text(&source, model->source, sizeof model->source);
    read_input(&model->input, &input);
    read_crop(&model->crop, &crop);
    bona_pack_read_decode(&model->decode, &decode, decodings);
    if ((model->crop.kind == BONA_CROP_EYE) != (model->decode.kind == BONA_DECODE_LIDS))
        bona_spec_fail(&crop, "the kind \"eye\" and the decoding \"lids\" belong together");
}

void bona_pack_read_map(bona_map *map, const bona_spec *spec, double y_min, double y_max)
{
    map->count = bona_spec_count(spec, 2, BONA_MAP_POINTS_MAX);
    for (int32_t i = 0; i < map->count; i++) {
        bona_spec point = bona_spec_item(spec, i);
        bona_spec x = bona_spec_item(&point, 0), y = bona_spec_item(&point, 1);

        bona_spec_count(&point, 2, 2);
        map->x[i] = (float)bona_spec_number(&x, -1e6, 1e6);
        map->y[i] = (float)bona_spec_number(&y, y_min, y_max);
        if (i > 0 && !(map->x[i] > map->x[i - 1] && map->y[i] >= map->y[i - 1]))
            bona_spec_fail(&point, "x must rise and y must not fall");
    }
}

static void read_term(bona_fusion_term *term, const bona_spec *spec, int32_t net_count)
{
    bona_spec nets = bona_spec_get(spec, "nets"), weight = bona_spec_get(spec, "weight");

    bona_spec_keys(spec, "nets weight");
    term->weight = (float)bona_spec_number(&weight, -100, 100);
    term->count = bona_spec_count(&nets, 1, net_count);
    for (int32_t i = 0; i < term->count; i++) {
        bona_spec net = bona_spec_item(&nets, i);

        term->nets[i] = bona_spec_int(&net, 0, net_count - 1);
    }
}

void bona_pack_read_fusion(bona_fusion *fusion, const bona_spec *spec, int32_t net_count)
{
    bona_spec clip = bona_spec_get(spec, "clip"), terms = bona_spec_get(spec, "terms");
    bona_spec bias = bona_spec_maybe(spec, "bias"), threshold = bona_spec_get(spec, "threshold");

    bona_spec_keys(spec, "clip terms bias threshold");
    fusion->clip = (float)bona_spec_number(&clip, 1e-7, 0.1);
    fusion->threshold = (float)bona_spec_number(&threshold, 1e-6, 1 - 1e-6);
    fusion->bias = bona_spec_there(&bias) ? (float)bona_spec_number(&bias, -100, 100) : 0.0f;
    fusion->term_count = bona_spec_count(&terms, 1, BONA_SPOOF_NETS_MAX);
    for (int32_t i = 0; i < fusion->term_count; i++) {
        bona_spec term = bona_spec_item(&terms, i);

        read_term(&fusion->terms[i], &term, net_count);
    }
}

void bona_pack_read_match(bona_pack *pack, const bona_spec *spec)
{
    bona_spec map = bona_spec_get(spec, "map"), threshold = bona_spec_get(spec, "threshold");
    bona_spec pair = bona_spec_get(spec, "pair_similarity"), method = bona_spec_get(spec, "method");

    bona_spec_keys(spec, "map threshold pair_similarity method");
    bona_pack_read_map(&pack->match_map, &map, 0, 1);
    pack->match_threshold = (float)bona_spec_number(&threshold, 0, 1);
    pack->pair_similarity_min = (float)bona_spec_number(&pair, -1, 1);
    bona_spec_text(&method, pack->match_method, sizeof pack->match_method);
}
