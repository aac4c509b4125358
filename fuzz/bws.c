/* SPDX-License-Identifier: Apache-2.0 */
/* Bodies of the BWS API from anywhere. */
#include "dialect_body.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    return fuzz_dialect_body(&bona_dialect_bws, "application/json", (bona_bytes){ data, size });
}
