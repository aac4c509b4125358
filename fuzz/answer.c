/* SPDX-License-Identifier: Apache-2.0 */
/* Answers of a broken worker: what is accepted, every dialect can write, as well-formed JSON. */
#include <string.h>

#include "dialect/dialect.h"
#include "wire/json.h"
#include "workers/vision.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void write_by(const bona_dialect *dialect, const bona_ask *asked,
                     const bona_vision_reply *reply)
{
    const bona_answer answer = { reply->err, &reply->check, &reply->match,
                                 "0123456789abcdef0123456789abcdef" };
    bona_summary summary;
    bona_json_doc doc;
    bona_buf out;

    bona_buf_init(&out, 1 << 16);
    if (dialect->write(&out, asked, &answer, &summary) == 0 ||
        bona_json_parse(&doc, (char *)out.data, out.size, 0, NULL) != BONA_OK)
        __builtin_trap();
    bona_json_deinit(&doc);
    bona_buf_deinit(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static bona_vision_reply reply;
    const bool match = size > 0 && data[0] & 1;
    const int32_t count = size > 0 && data[0] & 2 ? 2 : 1;
    const bona_ask asked = { .match = match, .picture_count = count, .frame_count = count };
    bona_vision_ask ask = { .kind = match ? BONA_VISION_MATCH : BONA_VISION_CHECK };

    if (match)
        ask.match.frame_count = count;
    else
        ask.check.picture_count = count;
    if (size != 1 + sizeof reply || !bona_vision_accept(&ask, sizeof ask, data + 1, size - 1))
        return 0;
    memcpy(&reply, data + 1, sizeof reply);
    if (match)
        write_by(&bona_dialect_identity, &asked, &reply);
    else
        write_by(&bona_dialect_bws, &asked, &reply);
    if (!match && count == 1)
        write_by(&bona_dialect_images, &asked, &reply);
    return 0;
}
