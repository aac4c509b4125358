/* SPDX-License-Identifier: Apache-2.0 */
/* JPEG files from anywhere. */
#include "image/decode.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const bona_limits limits = { .pixels_max =
                                     1
                                     << 20 }; /* px: small, so that many inputs fit into a second */
    bona_note note;
    bona_image image;

    if (bona_image_decode(&image, (bona_bytes){ data, size }, BONA_FORMAT_JPEG, &limits, true, NULL,
                          NULL, &note) != BONA_OK &&
        image.rgb != NULL)
        __builtin_trap(); /* an error leaves nothing behind */
    bona_image_deinit(&image);
    return 0;
}
