/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of a pack's JSON. Complaints go to the spec's state. */
#ifndef BONA_ENGINE_PACK_RULES_H
#define BONA_ENGINE_PACK_RULES_H

#include "engine/pack.h"
#include "engine/spec.h"

/*
 * Reads file, hash, licence, source, input and crop of one network, and the decoding in so far as
 * it does not depend on the network. `decodings` is a set of 1 << bona_decode_kind that the role
 * allows.
 */
void bona_pack_read_model(bona_model *model, const bona_spec *entry, uint32_t decodings);

/* Finds the outputs that the decoding reads in the loaded network and checks every shape against
 * the pack. */
void bona_pack_fit_model(bona_model *model, const bona_spec *entry);

void bona_pack_read_map(bona_map *map, const bona_spec *spec, double y_min, double y_max);
void bona_pack_read_fusion(bona_fusion *fusion, const bona_spec *spec, int32_t net_count);

/* The object `match`: map, threshold, the smallest similarity of a pair, method. */
void bona_pack_read_match(bona_pack *pack, const bona_spec *spec);

#endif
