/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The liveness file of the identity API: our own format, since the one of the vendor's SDK is its
 * secret. Byte by byte in docs/liveness-container.md: magic, version, random nonce, AES-256-GCM
 * over a small protobuf.
 */
#ifndef BONA_WIRE_CONTAINER_H
#define BONA_WIRE_CONTAINER_H

#include "base/err.h"
#include "wire/seal.h"

enum {
    BONA_CONTAINER_HEAD = 17,            /* bytes: magic 4, version 1, nonce 12 */
    BONA_CONTAINER_BYTES_MAX = 33554432, /* bytes of a whole file */
    BONA_CONTAINER_SIDE_PX_MAX = 4096    /* px of either side of a frame; for whoever decodes it */
};

typedef enum bona_capture { BONA_CAPTURE_SILENT = 1, BONA_CAPTURE_INTERACTIVE = 2 } bona_capture;

typedef struct bona_container {
    int64_t created_ms; /* Unix time, milliseconds, at least 0 */
    bona_capture mode;
    int32_t frame_count;                /* 1..BONA_FRAMES_MAX */
    bona_bytes frames[BONA_FRAMES_MAX]; /* encoded pictures, borrowed */
    float live[BONA_FRAMES_MAX]; /* what the sender's test said of each, 0..1; NAN = not said */
} bona_container;

/* Makes a file. The caller frees *file with bona_free. Returns BONA_OK, BONA_BAD_ARGUMENT,
 * BONA_NO_MEMORY or BONA_INTERNAL. */
bona_err bona_container_seal(const bona_container *container, const char key[BONA_SEAL_KEY],
                             uint8_t **file, size_t *size, bona_note *note);

/*
 * Opens a file: decrypts into `plain` (room for `file.size` bytes: a slab will do) and fills
 * `container`, whose frames point into `plain`. Returns BONA_OK, BONA_NO_MEMORY, or
 * BONA_BAD_CONTAINER for everything that is off: magic, version, length, authentication, protobuf,
 * mode, no frame, more than BONA_FRAMES_MAX, a frame that is empty, a score outside 0..1.
 */
bona_err bona_container_open(bona_container *container, bona_bytes file,
                             const char key[BONA_SEAL_KEY], uint8_t *plain, bona_note *note);

#endif
