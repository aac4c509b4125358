/* SPDX-License-Identifier: Apache-2.0 */
/* JSON from anywhere; what was read and written again reads the same. */
#include <string.h>

#include "wire/json.h"
#include "wire/json_write.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    bona_json_doc doc, again;
    bona_buf out;
    bona_err err = bona_json_parse(&doc, (char *)data, size, 0, NULL);

    for (int32_t i = 0; err == BONA_OK && i < doc.count; i++) {
        const bona_json *a = &doc.nodes[i];

        bona_buf_init(&out, 8 * size + 64);
        if (a->type == BONA_JSON_STRING)
            err = bona_json_put_text(&out, a->text.data, a->text.size);
        else
            err = bona_json_put_number(&out, a->number);
        if (err != BONA_OK ||
            bona_json_parse(&again, (char *)out.data, out.size, 1, NULL) != BONA_OK ||
            (a->type == BONA_JSON_STRING &&
             (again.nodes->text.size != a->text.size ||
              memcmp(again.nodes->text.data, a->text.data, a->text.size) != 0)) ||
            (a->type == BONA_JSON_NUMBER && a->number - a->number == 0 &&
             again.nodes->number != a->number))
            __builtin_trap();
        bona_json_deinit(&again);
        bona_buf_deinit(&out);
    }
    bona_json_deinit(&doc);
    return 0;
}
