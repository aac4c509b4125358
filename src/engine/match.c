/* SPDX-License-Identifier: Apache-2.0 */
/* A photo against the best of the live frames; see bona_match in bonafide.h. */
#include <math.h>

#include "base/clock.h"
#include "base/mem.h"
#include "engine/quality.h"
#include "engine/sight.h"

/* Opens the photo and answers for its face: none, cut, covered. */
static bona_err open_photo(bona_sight *sight, bona_match_report *report, bona_engine *engine,
                           const bona_match_ask *ask)
{
    bona_sight_ask look = { ask->photo, ask->photo_formats, ask->photo_flags, ask->photo_limits };
    bona_err err = bona_sight_open(sight, &report->photo, engine, &look, &report->ms);

    if (err != BONA_OK)
        return err;
    report->photo_err = report->photo.err;
    if (report->photo_err == BONA_OK && (report->photo.judged < 0 || sight->cut))
        report->photo_err = BONA_NO_FACE;
    if (report->photo_err != BONA_OK || (ask->photo_flags & BONA_WANT_QUALITY) == 0)
        return BONA_OK;
    err = bona_sight_quality(sight, &report->photo, engine, &report->ms);
    if (err == BONA_OK && bona_quality_covered(&report->photo.faces[0].quality))
        report->photo_err = BONA_FACE_OCCLUDED;
    return err;
}

/* How well a frame suits a comparison: recognisability where the pack can tell, else the detector's
 * confidence and size. */
static bona_err rank_frame(float *rank, const bona_sight *sight, bona_engine *engine,
                           bona_times *ms)
{
    const bona_spot *spot = &sight->found.faces.items[0];

    *rank = spot->confidence + 1e-4f * fminf(spot->box.w, spot->box.h) / sight->scale;
    if (!bona_viewer_ready(&engine->viewers[BONA_ROLE_QUALITY]))
        return BONA_OK;
    return bona_sight_recognisable(rank, sight, engine, ms);
}

/* Looks at every frame and keeps the best; frames_err says what was wrong where none is kept. */
static bona_err choose_frame(bona_sight *best, bona_match_report *report, bona_engine *engine,
                             const bona_match_ask *ask)
{
    float best_rank = -INFINITY, rank = 0;
    bona_err err = BONA_OK;

    report->frames_err = BONA_NO_FACE;
    for (int32_t i = 0; i < ask->frame_count && err == BONA_OK; i++) {
        bona_sight_ask look = { .bytes = ask->frames[i],
                                .formats = ask->frame_formats,
                                .flags = BONA_FIND_TURN,
                                .limits = ask->frame_limits };
        bona_sight sight = { 0 };
        bona_picture picture = { 0 };

        err = bona_sight_open(&sight, &picture, engine, &look, &report->ms);
        if (err == BONA_OK && picture.err != BONA_OK) {
            report->frames_err = picture.err;
            bona_sight_deinit(&sight);
            return BONA_OK;
        }
        if (err == BONA_OK && picture.judged >= 0 && !sight.cut) {
            err = ask->frame_count > 1 ? rank_frame(&rank, &sight, engine, &report->ms) : BONA_OK;
            if (err == BONA_OK && rank > best_rank) {
                bona_sight kept = *best;

                best_rank = rank;
                *best = sight;
                sight = kept;
                report->best_frame = picture;
                report->frame = i;
                report->frames_err = BONA_OK;
            }
        }
        bona_sight_deinit(&sight);
    }
    return err;
}

static bona_err compare(const bona_sight *photo, const bona_sight *frame, bona_match_report *report,
                        bona_engine *engine)
{
    const bona_pack *pack = engine->pack;
    bona_vector vectors[2] = { 0 };
    bona_err err = bona_sight_embed(photo, &vectors[0], engine, BONA_ROLE_EMBED, &report->ms);

    if (err == BONA_OK)
        err = bona_sight_embed(frame, &vectors[1], engine, BONA_ROLE_EMBED, &report->ms);
    if (err == BONA_OK) {
        report->similarity = bona_similar(&vectors[0], &vectors[1]);
        report->score = bona_map_at(&pack->match_map, report->similarity);
        report->same = report->score > pack->match_threshold;
        report->compared = true;
    }
    bona_wipe(vectors, sizeof vectors);
    return err;
}

static bona_err match(bona_sight sights[2], bona_engine *engine, const bona_match_ask *ask,
                      bona_match_report *report)
{
    bona_err err = open_photo(&sights[0], report, engine, ask);

    if (err == BONA_OK)
        err = choose_frame(&sights[1], report, engine, ask);
    if (err != BONA_OK || report->frames_err != BONA_OK)
        return err;
    if ((ask->photo_flags & BONA_WANT_LIVE) != 0) {
        err = bona_sight_spoof(&sights[1], &report->best_frame, engine, &report->ms);
        report->live = report->best_frame.faces[0].live;
    }
    if (err != BONA_OK || report->photo_err != BONA_OK)
        return err;
    return compare(&sights[0], &sights[1], report, engine);
}

bona_err bona_match(bona_engine *engine, const bona_match_ask *ask, bona_match_report *report)
{
    int64_t start = bona_clock_thread_ns();
    bona_sight *sights;
    bona_err err;

    if (ask->frame_count < 1 || ask->frame_count > BONA_FRAMES_MAX ||
        !bona_viewer_ready(&engine->viewers[BONA_ROLE_EMBED]))
        return BONA_BAD_ARGUMENT;
    sights = bona_alloc(2, sizeof *sights);
    if (sights == NULL)
        return BONA_NO_MEMORY;
    *report = (bona_match_report){ .photo = { .judged = -1 }, .best_frame = { .judged = -1 } };
    err = match(sights, engine, ask, report);
    bona_sight_deinit(&sights[0]);
    bona_sight_deinit(&sights[1]);
    bona_free(sights);
    report->ms.total = (float)bona_clock_thread_ms_since(start);
    return err;
}
