/* SPDX-License-Identifier: Apache-2.0 */
/* Seeds that are not plain text, into <folder>/<target>/: forms, files, packets, networks and a
 * pack for them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/mem.h"
#include "engine/pack_files.h"
#include "tiny_net.h"
#include "wire/base64.h"
#include "wire/container.h"
#include "workers/message.h"
#include "workers/vision.h"

static const char *root;

static void write_seed(const char *target, const char *name, const void *data, size_t size)
{
    char path[4096];

    snprintf(path, sizeof path, "%s/%s", root, target);
    mkdir(path, 0777);
    snprintf(path, sizeof path, "%s/%s/%s", root, target, name);
    if (bona_file_write(path, data, size, NULL) != BONA_OK)
        exit(1);
}

static void must(bona_err err)
{
    if (err != BONA_OK)
        exit(1);
}

/* Two frames of a few bytes; the content alone, and the file in a form beside a sealed photo. */
static void write_identity(void)
{
    static const uint8_t content[] =
        "\x08\x80\xe8\x92\xca\xfd\x31\x10\x01\x1a\x0b\x0a\x04\xff\xd8\xff\xe0\x15\0\0\0\x3f"
        "\x1a\x05\x0a\x03GIF";
    bona_container c = { .created_ms = 1800000000000,
                         .mode = BONA_CAPTURE_SILENT,
                         .frame_count = 1 };
    bona_seal_keys keys;
    bona_buf form;
    uint8_t *file, photo[8 + BONA_SEAL_TAG];
    char text[64];
    size_t size;

    must(bona_seal_keys_read(&keys, NULL));
    c.frames[0] = (bona_bytes){ (const uint8_t *)"GIF89a", 6 };
    c.live[0] = 0.5f;
    must(bona_container_seal(&c, keys.liveness_key, &file, &size, NULL));
    must(bona_photo_seal(&keys, (bona_bytes){ (const uint8_t *)"\x89PNG\r\n\x1a\n", 8 }, photo));
    bona_base64_encode(text, photo, sizeof photo, BONA_BASE64_STRICT);
    bona_buf_init(&form, 4096);
    must(bona_buf_text(
        &form,
        "--b\r\nContent-Disposition: form-data; name=\"liveness_file\"; filename=\"a.bin\"\r\n"
        "Content-Type: application/octet-stream\r\n\r\n"));
    must(bona_buf_add(&form, file, size));
    must(bona_buf_printf(
        &form,
        "\r\n--b\r\nContent-Disposition: form-data; name=encrypted_image\r\n\r\n%s\r\n--b\r\n"
        "Content-Disposition: form-data; name=\"auto_rotate\"\r\n\r\ntrue\r\n--b--\r\n",
        text));
    write_seed("identity", "form", form.data, form.size);
    write_seed("container", "file", file, size);
    write_seed("container", "content", content, sizeof content - 1);
    write_seed("photo", "sealed", photo, sizeof photo);
    bona_free(file);
    bona_buf_deinit(&form);
}

static void write_multipart(void)
{
    static const char form[] =
        "Multipart/Form-Data; boundary=\"a b\"; charset=utf-8\npreamble\r\n--a b \t\r\n"
        "content-disposition: form-data;\r\n name=\"x\\\"y\"\r\nX: 1\r\n\r\n\r\n--a\r\n-\r\n--a "
        "b\r\n"
        "Content-Disposition: form-data; name=z\r\nContent-Transfer-Encoding: binary\r\n\r\n"
        "\r\n--a b--\r\nepilogue";

    write_seed("form", "folded", form, sizeof form - 1);
}

static void write_networks(void)
{
    /* One entry for every role; the network is the tiny one under the number that the target gives
     * it. */
    static const char *const roles[] = {
        "\"detect\":{%s\"letterbox\"},\"decode\":{\"kind\":\"yunet\",\"strides\":[8],\"candidate\":"
        "0.5,\"countable\":0.75,"
        "\"nms_iou\":0.3,\"small_side\":0}}",
        ",\"spoof\":[{%s\"inside\",\"factor\":2.7},\"decode\":{\"kind\":\"softmax\",\"output\":"
        "\"pair\",\"live\":1}}]",
        ",\"landmark\":{%s\"level\",\"factor\":1.5},\"decode\":{\"kind\":\"mesh\",\"points\":1,"
        "\"index\":[5],"
        "\"output\":\"mesh\",\"eyes\":\"pair\"}}",
        ",\"opening\":{%s\"eye\",\"factor\":2},\"decode\":{\"kind\":\"lids\",\"output\":\"kps_8\","
        "\"stride\":2,"
        "\"corners\":[0,1],\"middle\":[2,3]}}",
        ",\"embed\":{%s\"points3\",\"template\":[[1,2],[3,4],[5,6]]},\"decode\":{\"kind\":"
        "\"vector\",\"output\":\"kps_8\"}}",
        ",\"quality\":{%s\"whole\"},\"decode\":{\"kind\":\"scalar\",\"output\":\"cls_8\",\"map\":[["
        "0,0],[1,100]]}}",
        ",\"occlusion\":{%s\"square\",\"factor\":2},\"decode\":{\"kind\":\"covered\",\"output\":"
        "\"bbox_8\",\"eyes\":0,"
        "\"nose\":1,\"mouth\":2,\"thresholds\":[0.5,0.5,0.5]}}",
    };
    char entry[512], hex[65];
    bona_buf tiny, pack;

    fuzz_tiny_net(&tiny);
    must(bona_sha256_hex(hex, (bona_bytes){ tiny.data, tiny.size }));
    snprintf(entry, sizeof entry,
             "\"file\":\"200\",\"sha256\":\"%s\",\"licence\":\"x\",\"source\":\"x\",\"input\":{"
             "\"width\":8,\"height\":8,"
             "\"colour\":\"BGR\"},\"crop\":{\"kind\":",
             hex);
    bona_buf_init(&pack, 1 << 16);
    must(bona_buf_text(&pack, "{\"format\":1,\"name\":\"tiny\",\"roles\":{"));
    for (size_t i = 0; i < sizeof roles / sizeof *roles; i++) {
        const char *place = strstr(roles[i], "%s");

        must(bona_buf_add(&pack, roles[i], (size_t)(place - roles[i])));
        must(bona_buf_text(&pack, entry));
        must(bona_buf_text(&pack, place + 2));
    }
    must(bona_buf_text(
        &pack,
        "},\"fusion\":{\"clip\":0.001,\"terms\":[{\"nets\":[0],\"weight\":1}],\"threshold\":0.5},"
        "\"match\":{\"map\":[[-1,0],[1,1]],\"threshold\":0.7,\"pair_similarity\":0.2,\"method\":"
        "\"x\"}}"));
    write_seed("onnx", "tiny", tiny.data, tiny.size);
    write_seed("pack", "every_role", pack.data, pack.size);
    bona_buf_deinit(&tiny);
    bona_buf_deinit(&pack);
}

/* An answer with one live face, and a packet that carries one byte. */
static void write_worker_seeds(void)
{
    static struct {
        uint8_t what;
        uint8_t bytes[sizeof(bona_vision_reply)];
    } seed;
    static bona_vision_reply reply = { .kind = BONA_VISION_CHECK };
    bona_check_report *report = &reply.check;
    struct {
        bona_says_head head;
        uint8_t body;
    } packet = { { BONA_SAYS_ANSWER, 0, 1, 1000, 1 }, 7 };

    report->decision = BONA_LIVE;
    report->picture_count = 1;
    report->live = 0.9f;
    report->pictures[0] =
        (bona_picture){ .format = BONA_FORMAT_JPEG, .width = 640, .height = 480, .face_count = 1 };
    report->pictures[0].faces[0] =
        (bona_face){ .box = { 100, 100, 200, 240 }, .confidence = 0.9f, .live = 0.9f };
    memcpy(seed.bytes, &reply, sizeof reply);
    write_seed("answer", "live", &seed, sizeof seed);
    report->decision = BONA_NOT_LIVE;
    report->reasons = BONA_REASON_NO_FACE;
    report->pictures[0].face_count = 0;
    report->pictures[0].judged = -1;
    memcpy(seed.bytes, &reply, sizeof reply);
    write_seed("answer", "no_face", &seed, sizeof seed);
    memset(&reply, 0, sizeof reply);
    reply.kind = BONA_VISION_MATCH;
    reply.match.compared = reply.match.same = true;
    reply.match.score = 0.8f;
    seed.what = 1;
    memcpy(seed.bytes, &reply, sizeof reply);
    write_seed("answer", "same", &seed, sizeof seed);
    write_seed("message", "answer", &packet, sizeof packet.head + 1);
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: seeds_wire FOLDER\n");
        return 64;
    }
    root = argv[1];
    write_identity();
    write_multipart();
    write_networks();
    write_worker_seeds();
    return 0;
}
