/* SPDX-License-Identifier: Apache-2.0 */
/* A network of a few hundred bytes, as an ONNX file, for the pack target and its seed. */
#ifndef BONA_FUZZ_TINY_NET_H
#define BONA_FUZZ_TINY_NET_H

#include "base/buf.h"

/* 1 x 3 x 8 x 8 in; out: cls_8, obj_8 (1 number), bbox_8 (4), kps_8 (10), mesh (3), pair (2,
 * softmax): it fits every role of a pack. The caller deinits `onnx`. */
void fuzz_tiny_net(bona_buf *onnx);

#endif
