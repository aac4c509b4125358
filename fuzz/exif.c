/* SPDX-License-Identifier: Apache-2.0 */
/* TIFF structures from anywhere: the orientation tag and the chain of pages. */
#include "image/exif.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int32_t orientation = bona_exif_orientation((bona_bytes){ data, size });
    int32_t pages = bona_exif_pages((bona_bytes){ data, size }, 100);

    if (orientation < 1 || orientation > 8 || pages < 0 || pages > 100)
        __builtin_trap();
    return 0;
}
