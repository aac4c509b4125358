/* SPDX-License-Identifier: Apache-2.0 */
/* The object `decode` of a network, before and after the network is there. */
#ifndef BONA_ENGINE_PACK_DECODE_H
#define BONA_ENGINE_PACK_DECODE_H

#include "engine/pack.h"
#include "engine/spec.h"

/* Reads what does not depend on the network. `allowed` is a set of 1 << bona_decode_kind. */
void bona_pack_read_decode(bona_decode_rule *decode, const bona_spec *spec, uint32_t allowed);

/* Finds the outputs by name in the loaded network and checks their sizes. `spec` is the same
 * object. */
void bona_pack_fit_decode(bona_model *model, const bona_spec *spec);

#endif
