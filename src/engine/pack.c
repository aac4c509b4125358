/* SPDX-License-Identifier: Apache-2.0 */
/* Loading a pack: JSON, networks, fit; see pack.h. */
#include "engine/pack.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "engine/pack_files.h"
#include "engine/pack_rules.h"

enum { PACK_VALUES_MAX = 65536 }; /* JSON values in a pack file */

#define KIND(kind) (1u << BONA_DECODE_##kind)

static const struct {
    const char *name;
    uint32_t decodings;
    bool needed;
} roles[BONA_ROLE_COUNT] = {
    [BONA_ROLE_DETECT] = { "detect", KIND(YUNET), true },
    [BONA_ROLE_DETECT_LARGE] = { "detect_large", KIND(YUNET), false },
    [BONA_ROLE_LANDMARK] = { "landmark", KIND(MESH), false },
    [BONA_ROLE_OPENING] = { "opening", KIND(LIDS), false },
    [BONA_ROLE_EMBED] = { "embed", KIND(VECTOR), false },
    [BONA_ROLE_EMBED_PAIR] = { "embed_pair", KIND(VECTOR), false },
    [BONA_ROLE_QUALITY] = { "quality", KIND(SCALAR), false },
    [BONA_ROLE_OCCLUSION] = { "occlusion", KIND(COVERED) | KIND(CLASS_MAX), false },
};
static const uint32_t spoof_decodings = KIND(SOFTMAX) | KIND(SIGMOID);

typedef struct loading {
    bona_pack *pack;
    const char *folder; /* NULL = built in */
    bona_isa isa;
    bona_note *note;
} loading;

const char *bona_role_name(bona_role role)
{
    return roles[role].name;
}

static bona_err check_hash(const bona_model *model, bona_bytes bytes, bona_note *note)
{
    char hex[65] = "";
    bona_err err = bona_sha256_hex(hex, bytes);

    if (err == BONA_OK && strcmp(hex, model->sha256) != 0)
        return bona_fail(note, BONA_BAD_HASH, "%.100s: sha256 is %.12s..., the pack says %.12s...",
                         model->file, hex, model->sha256);
    return err;
}

/* Reads one network's entry, loads the file and checks that they fit. */
static bona_err load_model(bona_model *model, const loading *load, const bona_spec *entry,
                           uint32_t decodings)
{
    bona_pack_file file = { 0 };
    bona_err err;

    bona_pack_read_model(model, entry, decodings);
    if (entry->state->err != BONA_OK)
        return entry->state->err;
    err = bona_pack_file_open(&file, load->folder, model->file, load->note);
    if (err == BONA_OK)
        err = check_hash(model, file.bytes, load->note);
    if (err == BONA_OK) {
        err = bona_net_load(&model->net, file.bytes, load->isa, load->note);
        if (err != BONA_OK)
            bona_fail_in(load->note, err, model->file);
    }
    bona_pack_file_close(&file);
    if (err != BONA_OK)
        return err;
    bona_pack_fit_model(model, entry);
    return entry->state->err;
}

static bona_err load_spoof(const loading *load, const bona_spec *list)
{
    bona_pack *pack = load->pack;
    bona_err err = BONA_OK;

    pack->spoof_count = bona_spec_count(list, 1, BONA_SPOOF_NETS_MAX);
    for (int32_t i = 0; i < pack->spoof_count && err == BONA_OK; i++) {
        bona_spec entry = bona_spec_item(list, i);

        err = load_model(&pack->spoof[i], load, &entry, spoof_decodings);
    }
    return err == BONA_OK ? list->state->err : err;
}

static bona_err load_roles(const loading *load, const bona_spec *all)
{
    bona_spec spoof = bona_spec_get(all, "spoof");
    bona_err err;

    bona_spec_keys(all,
                   "detect detect_large spoof landmark opening embed embed_pair quality occlusion");
    err = all->state->err != BONA_OK ? all->state->err : load_spoof(load, &spoof);
    for (int32_t role = 0; role < BONA_ROLE_COUNT && err == BONA_OK; role++) {
        bona_spec entry = roles[role].needed ? bona_spec_get(all, roles[role].name)
                                             : bona_spec_maybe(all, roles[role].name);

        if (bona_spec_there(&entry))
            err = load_model(&load->pack->models[role], load, &entry, roles[role].decodings);
        else
            err = all->state->err;
    }
    return err;
}

/* What stands beside the networks: fusion, match, the map of the quality network. */
static void read_rest(bona_pack *pack, const bona_spec *root, const bona_spec *all)
{
    bona_spec fusion = bona_spec_get(root, "fusion");

    bona_pack_read_fusion(&pack->fusion, &fusion, pack->spoof_count);
    if (pack->models[BONA_ROLE_EMBED].net != NULL) {
        bona_spec match = bona_spec_get(root, "match");

        bona_pack_read_match(pack, &match);
    }
    if (pack->models[BONA_ROLE_QUALITY].net != NULL) {
        bona_spec quality = bona_spec_get(all, "quality"),
                  decode = bona_spec_get(&quality, "decode");
        bona_spec map = bona_spec_get(&decode, "map");

        bona_pack_read_map(&pack->quality_map, &map, 0, 100);
    }
    if (pack->models[BONA_ROLE_OPENING].net != NULL && pack->models[BONA_ROLE_LANDMARK].net == NULL)
        bona_spec_fail(all, "the role opening needs the role landmark");
    if (pack->models[BONA_ROLE_EMBED_PAIR].net != NULL && pack->models[BONA_ROLE_EMBED].net == NULL)
        bona_spec_fail(all, "the role embed_pair needs the role embed");
}

static bona_err read_pack(const loading *load, const bona_json *json, bool duplicate_keys)
{
    bona_spec_state state = { BONA_OK, load->note };
    bona_spec root = bona_spec_root(json, &state);
    bona_spec format = bona_spec_get(&root, "format"), name = bona_spec_get(&root, "name");
    bona_spec all = bona_spec_get(&root, "roles");
    bona_err err;

    if (duplicate_keys)
        bona_spec_fail(&root, "a key stands twice in one object");
    bona_spec_keys(&root, "format name roles fusion match");
    bona_spec_int(&format, 1, 1);
    bona_spec_text(&name, load->pack->name, sizeof load->pack->name);
    err = state.err != BONA_OK ? state.err : load_roles(load, &all);
    if (err == BONA_OK)
        read_rest(load->pack, &root, &all);
    return err == BONA_OK ? state.err : err;
}

static bona_err parse_and_read(const loading *load, const char *name)
{
    bona_pack_file file = { 0 };
    bona_json_doc doc = { 0 };
    char *text = NULL;
    bona_err err = bona_pack_file_open(&file, load->folder, name, load->note);

    if (err == BONA_OK) {
        text = bona_alloc(file.bytes.size + 1, 1); /* the parser writes into it */
        err = text != NULL ? BONA_OK : BONA_NO_MEMORY;
    }
    if (err == BONA_OK) {
        memcpy(text, file.bytes.data, file.bytes.size);
        err = bona_json_parse(&doc, text, file.bytes.size, PACK_VALUES_MAX, load->note);
        if (err == BONA_BAD_JSON)
            err = BONA_BAD_PACK;
    }
    if (err == BONA_OK)
        err = read_pack(load, &doc.nodes[0], doc.duplicate_keys);
    bona_json_deinit(&doc);
    bona_free(text);
    bona_pack_file_close(&file);
    return err;
}

/* Splits a path into folder (with its slash) and name. */
static bona_err split_path(bona_pack *pack, const char *path, const char **name, bona_note *note)
{
    const char *slash = strrchr(path, '/');
    size_t length = slash != NULL ? (size_t)(slash - path) + 1 : 0;

    if (length >= sizeof pack->folder)
        return bona_fail(note, BONA_IO, "pack: path of more than %zu bytes",
                         sizeof pack->folder - 1);
    memcpy(pack->folder, path, length);
    pack->folder[length] = 0;
    *name = path + length;
    return BONA_OK;
}

bona_err bona_pack_load_for(bona_pack **pack, const char *path, bona_isa isa, bona_note *note)
{
    loading load = { .pack = bona_alloc(1, sizeof *load.pack), .isa = isa, .note = note };
    const char *name = "pack.json";
    bona_err err = BONA_OK;

    if (load.pack == NULL)
        return BONA_NO_MEMORY;
#ifdef BONA_DEFAULT_PACK
    if (path == NULL)
        path = BONA_DEFAULT_PACK;
#endif
    if (path != NULL && strcmp(path, "builtin") == 0)
        path = NULL;
    if (path != NULL) {
        err = split_path(load.pack, path, &name, note);
        load.folder = load.pack->folder;
    }
    if (err == BONA_OK)
        err = parse_and_read(&load, name);
    if (err != BONA_OK) {
        if (err == BONA_BAD_PACK)
            bona_fail_in(note, err, path != NULL ? path : "built-in pack");
        bona_pack_free(load.pack);
        return err;
    }
    *pack = load.pack;
    return BONA_OK;
}

bona_err bona_pack_load(bona_pack **pack, const char *path, bona_note *note)
{
    return bona_pack_load_for(pack, path, bona_isa_best(), note);
}

void bona_pack_free(bona_pack *pack)
{
    if (pack == NULL)
        return;
    for (int32_t i = 0; i < BONA_ROLE_COUNT; i++)
        bona_net_free(pack->models[i].net);
    for (int32_t i = 0; i < BONA_SPOOF_NETS_MAX; i++)
        bona_net_free(pack->spoof[i].net);
    bona_free(pack);
}

int32_t bona_pack_rows(const bona_pack *pack, bona_pack_row rows[BONA_PACK_MODELS_MAX])
{
    int32_t count = 0;

    for (int32_t i = 0; i < BONA_ROLE_COUNT; i++) {
        if (pack->models[i].net != NULL)
            rows[count++] = (bona_pack_row){ roles[i].name, &pack->models[i] };
        for (int32_t s = 0; i == BONA_ROLE_DETECT_LARGE && s < pack->spoof_count; s++)
            rows[count++] = (bona_pack_row){ "spoof", &pack->spoof[s] };
    }
    return count;
}
