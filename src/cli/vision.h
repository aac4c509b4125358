/* SPDX-License-Identifier: Apache-2.0 */
/* What the commands that look at pictures share: loading, and reports as JSON. */
#ifndef BONA_CLI_VISION_H
#define BONA_CLI_VISION_H

#include "base/buf.h"

enum {
    BONA_CLI_JSON_BYTES_MAX = 16 << 20,   /* of one report */
    BONA_CLI_PICTURE_BYTES_MAX = 50 << 20 /* of one picture file */
};

/* A pack with one engine. */
typedef struct bona_vision_kit {
    bona_pack *pack;
    bona_engine *engine;
} bona_vision_kit;

/* `path` NULL = the built-in pack. Returns BONA_OK or what bona_pack_load and bona_engine_new
 * return. */
bona_err bona_kit_open(bona_vision_kit *kit, const char *path, bona_note *note);
void bona_kit_close(bona_vision_kit *kit);

/* A picture file in memory; the caller frees `*owned` with bona_free. */
bona_err bona_kit_read(bona_bytes *bytes, uint8_t **owned, const char *path, bona_note *note);

/* {"path","width","height","rotated","faces":[...]}; `flags` as in the question: quality is written
 * only where it was asked for. */
bona_err bona_json_put_picture(bona_buf *buf, const char *path, const bona_picture *picture,
                               uint32_t flags);

/* {"decode":ms,...,"total":ms}, stages that did not run left out. */
bona_err bona_json_put_times(bona_buf *buf, const bona_times *ms);

/* Writes the buffer and a line end to standard output. */
void bona_json_print(const bona_buf *buf);

/* What is wrong with a picture, in the words of the reports: "ImageInvalid", "FaceNotFound" ...;
 * NULL for BONA_OK. */
const char *bona_picture_error_name(bona_err err);

#endif
