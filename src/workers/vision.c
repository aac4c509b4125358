/* SPDX-License-Identifier: Apache-2.0 */
/* bona_check and bona_match behind the wall; see vision.h. */
#include "workers/vision.h"

#include <assert.h>
#include <string.h>

#include "base/mem.h"
#include "workers/warmup.h"

_Static_assert(sizeof(bona_vision_ask) <= BONA_ASK_MAX, "a question fits into a message");
_Static_assert(sizeof(bona_vision_reply) <= BONA_REPLY_MAX, "an answer fits into a message");

/* The front made the slices, so one that leaves the slab is a broken promise. */
static bona_bytes look_at(bona_bytes slab, bona_slice slice)
{
    assert(slice.offset <= slab.size && slice.size <= slab.size - slice.offset);
    return (bona_bytes){ slab.data + slice.offset, (size_t)slice.size };
}

static bona_err check(bona_engine *engine, const bona_vision_check *ask, bona_bytes slab,
                      bona_check_report *report)
{
    bona_check_ask full = { .picture_count = ask->picture_count,
                            .tags = ask->tags,
                            .formats = ask->formats,
                            .flags = ask->flags,
                            .limits = ask->limits };

    for (int32_t i = 0; i < ask->picture_count && i < 2; i++)
        full.pictures[i] = look_at(slab, ask->pictures[i]);
    return bona_check(engine, &full, report);
}

static bona_err match(bona_engine *engine, const bona_vision_match *ask, bona_bytes slab,
                      bona_match_report *report)
{
    bona_match_ask full = { .photo = look_at(slab, ask->photo),
                            .frame_count = ask->frame_count,
                            .photo_formats = ask->photo_formats,
                            .frame_formats = ask->frame_formats,
                            .photo_flags = ask->photo_flags,
                            .photo_limits = ask->photo_limits,
                            .frame_limits = ask->frame_limits };

    for (int32_t i = 0; i < ask->frame_count && i < BONA_FRAMES_MAX; i++)
        full.frames[i] = look_at(slab, ask->frames[i]);
    return bona_match(engine, &full, report);
}

static void work(void *state, const bona_job *job, bona_bytes slab, bona_reply *reply)
{
    bona_vision_ask ask;
    bona_vision_reply answer;

    assert(job->ask_size == sizeof ask);
    memcpy(&ask, job->ask, sizeof ask);
    memset(&answer, 0, sizeof answer); /* padding included: it crosses the wall */
    answer.kind = ask.kind;
    if (ask.kind == BONA_VISION_CHECK)
        answer.err = check(state, &ask.check, slab, &answer.check);
    else
        answer.err = match(state, &ask.match, slab, &answer.match);
    memcpy(reply->data, &answer, sizeof answer);
    reply->size = sizeof answer;
}

static bona_err prepare(void *shared, void **state)
{
    bona_engine *engine = NULL;
    bona_err err = bona_engine_new(&engine, shared);

    if (err == BONA_OK)
        err = bona_warm_up(engine);
    if (err == BONA_OK)
        *state = engine;
    else
        bona_engine_free(engine);
    return err;
}

bona_work bona_vision_work(const bona_pack *pack)
{
    return (bona_work){
        .shared = (void *)pack, .prepare = prepare, .work = work, .accept = bona_vision_accept
    };
}

bona_err bona_vision_submit(bona_crew *crew, const bona_vision_ask *ask, bona_slab *slab,
                            bona_crew_done done, void *arg, uint64_t *id)
{
    return bona_crew_submit(crew, ask, sizeof *ask, slab, done, arg, id);
}
