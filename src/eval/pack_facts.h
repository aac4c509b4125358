/* SPDX-License-Identifier: Apache-2.0 */
/* What an evaluation needs to know of a pack: names of its networks and one hash over all of them.
 */
#ifndef BONA_EVAL_PACK_FACTS_H
#define BONA_EVAL_PACK_FACTS_H

#include "base/err.h"

/* Name of an anti-spoofing network: its file without folder and ending, "minifasnet_v2_s2.7_80". */
void bona_pack_net_name(char *name, size_t room, const bona_pack *pack, int32_t spoof);

/* SHA-256, hex, over the hashes of the networks by role in a fixed order, and the fusion and score
 * map that go with them. */
bona_err bona_pack_hash(char hex[65], const bona_pack *pack);

#endif
