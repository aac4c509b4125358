/* SPDX-License-Identifier: Apache-2.0 */
/* The bytes of a model file as a tree of messages, with memory bounded by the size of the file. */
#ifndef BONA_NN_ONNX_H
#define BONA_NN_ONNX_H

#include "base/err.h"

typedef struct BonaOnnx__Model BonaOnnx__Model;

typedef struct bona_onnx {
    BonaOnnx__Model *model;
    size_t room;  /* bytes that unpacking may still take */
    bool starved; /* memory ran out, other than the room */
} bona_onnx;

/* Unpacks `bytes`. Returns BONA_OK, BONA_BAD_MODEL or BONA_NO_MEMORY. */
bona_err bona_onnx_unpack(bona_onnx *onnx, bona_bytes bytes, bona_note *note);
void bona_onnx_deinit(bona_onnx *onnx); /* of a zeroed struct does nothing */

#endif
