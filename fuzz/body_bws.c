/* SPDX-License-Identifier: Apache-2.0 */
/* Bodies of the bws dialect; see body.h. */
#include "body.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_body(&bona_dialect_bws, "application/json", data, size);
    return 0;
}
