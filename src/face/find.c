/* SPDX-License-Identifier: Apache-2.0 */
/* Counting faces over turns and detector sizes; see find.h. */
#include "face/find.h"

#include <math.h>

/* Keeps the countable faces, largest first. */
static void keep_countable(bona_spots *spots, float confidence_min, float side_min)
{
    int32_t kept = 0;

    for (int32_t i = 0; i < spots->count; i++) {
        const bona_spot *spot = &spots->items[i];

        if (spot->confidence >= confidence_min && fminf(spot->box.w, spot->box.h) >= side_min)
            spots->items[kept++] = *spot;
    }
    spots->count = kept;
    bona_spots_sort_by_size(spots->items, kept);
}

/* Confidence of the surest upright face; 0 = there is none. */
static float best_upright(const bona_spots *spots)
{
    float best = 0;

    for (int32_t i = 0; i < spots->count; i++) {
        const bona_spot *spot = &spots->items[i];

        if (fabsf(bona_spot_roll(spot)) <= BONA_UPRIGHT_DEG_MAX)
            best = fmaxf(best, spot->confidence);
    }
    return best;
}

/* Whether the faces are so small in the detector's input that the large one sees them better. */
static bool too_small(const bona_spots *spots, const bona_model *model, bona_image_view image)
{
    float fit = fminf((float)model->input.width / (float)image.width,
                      (float)model->input.height / (float)image.height);

    if (fit >= 1.0f) /* nothing was shrunk: there is no more to see */
        return false;
    return spots->count == 0 || fmaxf(spots->items[0].box.w, spots->items[0].box.h) * fit <
                                    model->decode.yunet.small_side;
}

static bona_err detect_countable(bona_spots *spots, bona_viewer *viewer, const bona_find_ask *ask,
                                 int32_t degrees)
{
    bona_err err = bona_detect(spots, viewer, ask->image, degrees);

    if (err == BONA_OK)
        keep_countable(spots, viewer->model->decode.yunet.countable,
                       BONA_FACE_SIDE_PX_MIN * ask->scale);
    return err;
}

/* Looks in one turn; the large detector replaces the answer only where it sees something. */
static bona_err find_in_turn(bona_spots *spots, bona_viewer *detect, bona_viewer *large,
                             const bona_find_ask *ask, int32_t degrees)
{
    bona_spots more = { 0 };
    bona_err err = detect_countable(spots, detect, ask, degrees);

    if (err != BONA_OK || !bona_viewer_ready(large) || !too_small(spots, detect->model, ask->image))
        return err;
    err = detect_countable(&more, large, ask, degrees);
    if (err == BONA_OK && more.count > 0)
        *spots = more;
    return err;
}

bool bona_turn_replaces(const bona_turn_choice *choice, float turned)
{
    return turned > choice->best && (!choice->lies_seen || turned >= choice->sure);
}

bona_err bona_find(bona_found *found, bona_viewer *detect, bona_viewer *large,
                   const bona_find_ask *ask)
{
    const bona_viewer none = { 0 };
    bona_turn_choice choice = { .sure = detect->model->decode.yunet.sure };
    bona_err err = find_in_turn(&found->faces, detect, large, ask, 0);

    found->degrees = 0;
    choice.best = best_upright(&found->faces);
    choice.lies_seen = choice.best > 0;
    if (err != BONA_OK || ask->turn == BONA_TURN_NONE ||
        (ask->turn == BONA_TURN_NEEDED && choice.best >= choice.sure))
        return err;
    for (int32_t degrees = 90; degrees < 360 && err == BONA_OK; degrees += 90) {
        bona_spots spots = { 0 };
        bona_viewer no_large = none;
        float upright;

        err = find_in_turn(&spots, detect, &no_large, ask, degrees);
        upright = best_upright(&spots);
        if (err == BONA_OK && bona_turn_replaces(&choice, upright)) {
            choice.best = upright;
            found->faces = spots;
            found->degrees = degrees;
        }
    }
    return err;
}
