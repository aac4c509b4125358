/* SPDX-License-Identifier: Apache-2.0 */
/* JSON from anybody; what is taken is written out again and has to be taken once more. */
#include "base/buf.h"
#include "wire/json.h"
#include "wire/json_write.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    bona_json_doc doc;
    bona_buf text, out;

    bona_buf_init(&text, size + 1);
    bona_buf_init(&out, 6 * size + 64);
    if (bona_buf_add(&text, data, size) == BONA_OK &&
        bona_json_parse(&doc, (char *)text.data, size, 0, NULL) == BONA_OK) {
        for (int32_t i = 0; i < doc.count; i++)
            if (doc.nodes[i].type == BONA_JSON_STRING) {
                bona_buf_clear(&out);
                if (bona_json_put_text(&out, doc.nodes[i].text.data, doc.nodes[i].text.size) !=
                    BONA_OK)
                    __builtin_trap();
            }
        bona_json_deinit(&doc);
    }
    bona_buf_deinit(&text);
    bona_buf_deinit(&out);
    return 0;
}
