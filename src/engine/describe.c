/* SPDX-License-Identifier: Apache-2.0 */
/* A pack in one line, for bookkeeping; see bonafide.h. */
#include <stdio.h>

#include "engine/pack.h"

void bona_pack_describe(const bona_pack *pack, char *text, size_t room)
{
    bona_pack_row rows[BONA_PACK_MODELS_MAX];
    int32_t count = bona_pack_rows(pack, rows);
    size_t used = 0;

    if (room > 0)
        text[0] = 0;
    for (int32_t i = 0; i < count && used + 1 < room; i++) {
        int size = snprintf(text + used, room - used, "%s%s:%.8s", i > 0 ? "," : "", rows[i].role,
                            rows[i].model->sha256);

        used += size > 0 ? (size_t)size : 0;
    }
}
