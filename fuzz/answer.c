/* SPDX-License-Identifier: Apache-2.0 */
/* Answers of a broken worker: what is accepted, every dialect can write, as well-formed JSON. */
#include <string.h>

#include "dialect/dialect.h"
#include "wire/json.h"
#include "workers/vision.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const bona_dialect *dialects[] = { &bona_dialect_bws, &bona_dialect_images,
                                       &bona_dialect_identity };
    static bona_vision_reply reply;
    bona_vision_ask ask = { .kind =
                                size > 0 && data[0] & 1 ? BONA_VISION_MATCH : BONA_VISION_CHECK };
    int32_t count = size > 0 && data[0] & 2 ? 2 : 1;

    if (ask.kind == BONA_VISION_CHECK)
        ask.check.picture_count = count;
    else
        ask.match.frame_count = count;
    if (size != 1 + sizeof reply || !bona_vision_accept(&ask, sizeof ask, data + 1, size - 1))
        return 0;
    memcpy(&reply, data + 1, sizeof reply);
    for (int d = 0; d < 3; d++) {
        const bona_answer answer = { reply.err, &reply.check, &reply.match,
                                     "0123456789abcdef0123456789abcdef" };
        bona_ask asked = { .match = ask.kind == BONA_VISION_MATCH,
                           .picture_count = count,
                           .frame_count = count };
        bona_summary summary;
        bona_json_doc doc;
        bona_buf out;

        if ((d == 2) != asked.match || (d == 1 && count > 1))
            continue; /* nothing that this dialect asks for */
        bona_buf_init(&out, 1 << 16);
        if (dialects[d]->write(&out, &asked, &answer, &summary) == 0 ||
            bona_json_parse(&doc, (char *)out.data, out.size, 0, NULL) != BONA_OK)
            __builtin_trap();
        bona_json_deinit(&doc);
        bona_buf_deinit(&out);
    }
    return 0;
}
