/* SPDX-License-Identifier: Apache-2.0 */
/* The liveness file; see container.h and docs/liveness-container.md. */
#include "wire/container.h"

#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "base/random.h"
#include "container.pb-c.h"

/* What is authenticated besides the content: magic and version. */
enum { SIGNED_HEAD = 5, ARENA_BESIDE = 65536 /* bytes for structures, lists and unknown fields */ };

static const uint8_t head_start[SIGNED_HEAD] = { 'B', 'F', 'L', 'V', 1 };

static const int64_t created_ms_max = 253402300799999; /* the end of the year 9999 */

/* Memory of one parsing, taken in one piece, so that a message of millions of empty frames cannot
 * ask for more. */
typedef struct arena {
    uint8_t *bytes;
    size_t size, used;
} arena;

static void *arena_alloc(void *from, size_t size)
{
    arena *self = from;
    size_t start = (self->used + 15) / 16 * 16;

    if (start > self->size || size > self->size - start)
        return NULL;
    self->used = start + size;
    return self->bytes + start;
}

static void arena_free(void *from, void *p)
{
    (void)from; /* all of it goes at once */
    (void)p;
}

static bona_err bad(bona_note *note, const char *what)
{
    return bona_fail(note, BONA_BAD_CONTAINER, "liveness file: %s", what);
}

static bona_err check_message(const Bona__Wire__LivenessData *message, bona_note *note)
{
    if (!message->has_created_ms || message->created_ms < 0 || message->created_ms > created_ms_max)
        return bad(note, "no possible time of creation");
    if (!message->has_mode ||
        (message->mode != BONA_CAPTURE_SILENT && message->mode != BONA_CAPTURE_INTERACTIVE))
        return bad(note, "unknown mode");
    if (message->n_frames < 1 || message->n_frames > BONA_FRAMES_MAX)
        return bad(note, "not 1 to 16 frames");
    for (size_t i = 0; i < message->n_frames; i++) {
        const Bona__Wire__LivenessFrame *frame = message->frames[i];

        if (!frame->has_picture || frame->picture.len == 0)
            return bad(note, "an empty frame");
        if (frame->has_live && !(frame->live >= 0 && frame->live <= 1))
            return bad(note, "a score outside 0 to 1");
    }
    return BONA_OK;
}

/* The parser made copies; they go back to `plain` one after the other, where they fit since they
 * came from there. */
static void take_frames(bona_container *container, const Bona__Wire__LivenessData *message,
                        uint8_t *plain)
{
    *container = (bona_container){ .created_ms = message->created_ms,
                                   .mode = (bona_capture)message->mode,
                                   .frame_count = (int32_t)message->n_frames };
    for (size_t i = 0; i < message->n_frames; i++) {
        const Bona__Wire__LivenessFrame *frame = message->frames[i];

        memcpy(plain, frame->picture.data, frame->picture.len);
        container->frames[i] = (bona_bytes){ plain, frame->picture.len };
        container->live[i] = frame->has_live ? frame->live : NAN;
        plain += frame->picture.len;
    }
}

static bona_err parse(bona_container *container, uint8_t *plain, size_t size, bona_note *note)
{
    arena memory = { .size = size + ARENA_BESIDE };
    ProtobufCAllocator allocator = { arena_alloc, arena_free, &memory };
    const Bona__Wire__LivenessData *message;
    bona_err err;

    memory.bytes = bona_alloc(memory.size, 1);
    if (memory.bytes == NULL)
        return BONA_NO_MEMORY;
    message = bona__wire__liveness_data__unpack(&allocator, size, plain);
    err = message != NULL ? check_message(message, note)
                          : bad(note, "the content is no such message");
    if (err == BONA_OK)
        take_frames(container, message, plain);
    bona_wipe(memory.bytes, memory.used);
    bona_free(memory.bytes);
    return err;
}

bona_err bona_container_open(bona_container *container, bona_bytes file,
                             const char key[BONA_SEAL_KEY], uint8_t *plain, bona_note *note)
{
    const bona_bytes nonce = { file.data + SIGNED_HEAD, BONA_SEAL_NONCE };
    size_t size;

    if (file.size <= BONA_CONTAINER_HEAD + BONA_SEAL_TAG || file.size > BONA_CONTAINER_BYTES_MAX)
        return bad(note, "too short or over 32 MiB");
    if (memcmp(file.data, head_start, SIGNED_HEAD) != 0)
        return bad(note, "it does not begin with \"BFLV\" and version 1");
    size = file.size - BONA_CONTAINER_HEAD - BONA_SEAL_TAG;
    if (bona_unseal((const uint8_t *)key, nonce, (bona_bytes){ file.data, SIGNED_HEAD },
                    (bona_bytes){ file.data + BONA_CONTAINER_HEAD, size + BONA_SEAL_TAG },
                    plain) != BONA_OK)
        return bad(note, "it is damaged, or sealed under another key");
    return parse(container, plain, size, note);
}

static bona_err check_container(const bona_container *container, bona_note *note)
{
    if (container->frame_count < 1 || container->frame_count > BONA_FRAMES_MAX)
        return bona_fail(note, BONA_BAD_ARGUMENT, "%d frames: 1 to %d would be right",
                         (int)container->frame_count, BONA_FRAMES_MAX);
    if (container->mode != BONA_CAPTURE_SILENT && container->mode != BONA_CAPTURE_INTERACTIVE)
        return bona_fail(note, BONA_BAD_ARGUMENT, "mode %d: 1 or 2 would be right",
                         (int)container->mode);
    if (container->created_ms < 0 || container->created_ms > created_ms_max)
        return bona_fail(note, BONA_BAD_ARGUMENT, "time %lld ms: 0 or later would be right",
                         (long long)container->created_ms);
    for (int32_t i = 0; i < container->frame_count; i++) {
        if (container->frames[i].size == 0)
            return bona_fail(note, BONA_BAD_ARGUMENT, "frame %d is empty", (int)i);
        if (!isnan(container->live[i]) && !(container->live[i] >= 0 && container->live[i] <= 1))
            return bona_fail(note, BONA_BAD_ARGUMENT, "score %g of frame %d: 0 to 1 would be right",
                             (double)container->live[i], (int)i);
    }
    return BONA_OK;
}

static void fill_message(Bona__Wire__LivenessData *message,
                         Bona__Wire__LivenessFrame frames[BONA_FRAMES_MAX],
                         Bona__Wire__LivenessFrame *pointers[BONA_FRAMES_MAX],
                         const bona_container *container)
{
    bona__wire__liveness_data__init(message);
    message->has_created_ms = message->has_mode = 1;
    message->created_ms = container->created_ms;
    message->mode = container->mode;
    message->n_frames = (size_t)container->frame_count;
    message->frames = pointers;
    for (int32_t i = 0; i < container->frame_count; i++) {
        bona__wire__liveness_frame__init(&frames[i]);
        frames[i].has_picture = 1;
        frames[i].picture = (ProtobufCBinaryData){ container->frames[i].size,
                                                   (uint8_t *)container->frames[i].data };
        frames[i].has_live = !isnan(container->live[i]);
        frames[i].live = frames[i].has_live ? container->live[i] : 0;
        pointers[i] = &frames[i];
    }
}

bona_err bona_container_seal(const bona_container *container, const char key[BONA_SEAL_KEY],
                             uint8_t **file_out, size_t *size_out, bona_note *note)
{
    Bona__Wire__LivenessData message;
    Bona__Wire__LivenessFrame frames[BONA_FRAMES_MAX], *pointers[BONA_FRAMES_MAX];
    size_t size, total;
    uint8_t *file;
    bona_err err = check_container(container, note);

    if (err != BONA_OK)
        return err;
    fill_message(&message, frames, pointers, container);
    size = bona__wire__liveness_data__get_packed_size(&message);
    total = BONA_CONTAINER_HEAD + size + BONA_SEAL_TAG;
    if (total > BONA_CONTAINER_BYTES_MAX)
        return bona_fail(note, BONA_BAD_ARGUMENT,
                         "a liveness file of %zu bytes: at most %d would be right", total,
                         BONA_CONTAINER_BYTES_MAX);
    file = bona_alloc(total, 1);
    if (file == NULL)
        return BONA_NO_MEMORY;
    memcpy(file, head_start, SIGNED_HEAD);
    bona_random(file + SIGNED_HEAD, BONA_SEAL_NONCE);
    bona__wire__liveness_data__pack(&message, file + BONA_CONTAINER_HEAD);
    err = bona_seal((const uint8_t *)key, (bona_bytes){ file + SIGNED_HEAD, BONA_SEAL_NONCE },
                    (bona_bytes){ file, SIGNED_HEAD },
                    (bona_bytes){ file + BONA_CONTAINER_HEAD, size }, file + BONA_CONTAINER_HEAD);
    if (err != BONA_OK) {
        bona_wipe(file, total);
        bona_free(file);
        return err;
    }
    *file_out = file;
    *size_out = total;
    return BONA_OK;
}
