/* SPDX-License-Identifier: Apache-2.0 */
/* One or two pictures to a decision; see bona_check in bonafide.h. */
#include "base/clock.h"
#include "base/mem.h"
#include "engine/pair.h"
#include "engine/quality.h"
#include "engine/sight.h"
#include "verdict/liveness.h"

static const uint32_t tags_all = BONA_TAG_UP | BONA_TAG_DOWN | BONA_TAG_LEFT | BONA_TAG_RIGHT;

/* Stage one, for every picture before stage two of any: decode and find. */
static bona_err open_pictures(bona_sight *sights, bona_check_report *report, bona_engine *engine,
                              const bona_check_ask *ask)
{
    bona_err err = BONA_OK;

    for (int32_t i = 0; i < ask->picture_count && err == BONA_OK; i++) {
        bona_sight_ask sight = { ask->pictures[i], ask->formats, ask->flags, ask->limits };

        err = bona_sight_open(&sights[i], &report->pictures[i], engine, &sight, &report->ms);
    }
    return err;
}

static bona_liveness_ask acquired(const bona_sight *sights, const bona_check_report *report,
                                  const bona_check_ask *ask)
{
    bona_liveness_ask verdict = { .picture_count = ask->picture_count,
                                  .one_face = (ask->flags & BONA_ONE_FACE) != 0,
                                  .tags = ask->tags };

    for (int32_t i = 0; i < ask->picture_count; i++) {
        const bona_picture *picture = &report->pictures[i];

        verdict.pictures[i] = (bona_liveness_picture){ .err = picture->err,
                                                       .face_count = picture->face_count,
                                                       .judged = picture->judged >= 0,
                                                       .cut = sights[i].cut };
    }
    return verdict;
}

/* Stage two of one picture: the passive test and, where asked for, pose and quality. */
static bona_err test_picture(bona_sight *sight, bona_picture *picture, bona_engine *engine,
                             const bona_check_ask *ask, bona_times *ms)
{
    bona_err err = bona_sight_spoof(sight, picture, engine, ms);

    if (err == BONA_OK && (ask->flags & BONA_WANT_QUALITY) != 0)
        err = bona_sight_quality(sight, picture, engine, ms);
    return err;
}

static bona_err test_pictures(bona_sight *sights, bona_check_report *report,
                              bona_liveness_ask *verdict, bona_engine *engine,
                              const bona_check_ask *ask)
{
    bona_err err = BONA_OK;

    for (int32_t i = 0; i < ask->picture_count && err == BONA_OK; i++) {
        err = test_picture(&sights[i], &report->pictures[i], engine, ask, &report->ms);
        verdict->pictures[i].live = report->pictures[i].faces[0].live;
    }
    if (err != BONA_OK || ask->picture_count < 2)
        return err;
    err = bona_pair_test(sights, report->pictures, engine, &report->ms);
    verdict->motion = report->pictures[1].faces[0].motion;
    verdict->direction = report->pictures[1].faces[0].direction;
    return err;
}

static bona_err check(bona_sight *sights, bona_engine *engine, const bona_check_ask *ask,
                      bona_check_report *report)
{
    bona_liveness_ask verdict;
    bona_liveness_answer answer;
    bona_err err = open_pictures(sights, report, engine, ask);

    if (err != BONA_OK)
        return err;
    verdict = acquired(sights, report, ask);
    answer = bona_liveness_decide(&verdict);
    if (answer.decision != BONA_UNDECIDED) {
        err = test_pictures(sights, report, &verdict, engine, ask);
        answer = bona_liveness_decide(&verdict);
    }
    report->decision = answer.decision;
    report->reasons = answer.reasons;
    report->live = answer.live;
    return err;
}

bona_err bona_check(bona_engine *engine, const bona_check_ask *ask, bona_check_report *report)
{
    int64_t start = bona_clock_thread_ns();
    bona_sight *sights;
    bona_err err;

    if (ask->picture_count < 1 || ask->picture_count > 2 || (ask->tags & ~tags_all) != 0)
        return BONA_BAD_ARGUMENT;
    sights = bona_alloc(2, sizeof *sights);
    if (sights == NULL)
        return BONA_NO_MEMORY;
    *report = (bona_check_report){ .picture_count = ask->picture_count };
    err = check(sights, engine, ask, report);
    bona_sight_deinit(&sights[0]);
    bona_sight_deinit(&sights[1]);
    bona_free(sights);
    report->ms.total = (float)bona_clock_thread_ms_since(start);
    return err;
}
