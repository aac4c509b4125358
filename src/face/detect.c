/* SPDX-License-Identifier: Apache-2.0 */
/* Letterbox, decoding and suppression; see detect.h. */
#include "face/detect.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "image/orient.h"

enum { CANDIDATES_MAX = 512 }; /* cells over the threshold that take part in the suppression */

/* exp() of a box side: faces are never larger than e^8 strides, and a hostile network must not make
 * infinities. */
static const float side_exponent_max = 8.0f;

static float clamp01(float v)
{
    return v > 0.0f ? (v < 1.0f ? v : 1.0f) : 0.0f; /* NAN becomes 0 */
}

static float bounded(float v)
{
    return v > -1e4f ? (v < 1e4f ? v : 1e4f) : -1e4f;
}

/* One cell of a stride's grid to a face in pixels of the network's input. */
static bona_spot decode_cell(const float *box, const float *points, int32_t gx, int32_t gy,
                             float stride, float confidence)
{
    bona_spot spot = { .confidence = confidence };
    float cx = ((float)gx + bounded(box[0])) * stride, cy = ((float)gy + bounded(box[1])) * stride;
    float w = expf(fminf(bounded(box[2]), side_exponent_max)) * stride;
    float h = expf(fminf(bounded(box[3]), side_exponent_max)) * stride;

    spot.box = (bona_box){ cx - w / 2, cy - h / 2, w, h };
    for (int32_t k = 0; k < BONA_POINTS; k++) {
        spot.points[k].x = ((float)gx + bounded(points[2 * k])) * stride;
        spot.points[k].y = ((float)gy + bounded(points[2 * k + 1])) * stride;
    }
    return spot;
}

static int32_t decode_stride(bona_spot *found, int32_t count, const bona_viewer *viewer,
                             int32_t level)
{
    const bona_yunet_rule *rule = &viewer->model->decode.yunet;
    const int32_t *outputs = rule->outputs[level], stride = rule->strides[level];
    const float *cls = bona_viewer_output(viewer, outputs[0]),
                *obj = bona_viewer_output(viewer, outputs[1]);
    const float *box = bona_viewer_output(viewer, outputs[2]),
                *points = bona_viewer_output(viewer, outputs[3]);
    int32_t columns = viewer->model->input.width / stride,
            rows = viewer->model->input.height / stride;
    float square_min = rule->candidate * rule->candidate;

    for (int32_t i = 0; i < columns * rows && count < CANDIDATES_MAX; i++) {
        float square = clamp01(cls[i]) * clamp01(obj[i]);

        if (square >= square_min)
            found[count++] = decode_cell(box + 4 * i, points + 10 * i, i % columns, i / columns,
                                         (float)stride, sqrtf(square));
    }
    return count;
}

/* Puts a small picture into the top left corner of the input, zeros to the right and below. */
static void paste(float *pixels, int32_t width, int32_t height, bona_image_view small)
{
    memset(pixels, 0, (size_t)width * (size_t)height * 3 * sizeof *pixels);
    for (int32_t y = 0; y < small.height; y++) {
        const uint8_t *row = small.rgb + y * small.stride;
        float *out = pixels + (size_t)y * (size_t)width * 3;

        for (int32_t i = 0; i < 3 * small.width; i++)
            out[i] = row[i];
    }
}

static int32_t fitted(int32_t side, float factor, int32_t side_max)
{
    int32_t fit = (int32_t)lrintf((float)side * factor);

    return fit < 1 ? 1 : fit > side_max ? side_max : fit;
}

/* Scales the picture to fit the turned input and turns it; *factor is small size over picture size.
 */
static bona_err shrink(bona_image *out, bona_image_view image, const bona_input_rule *input,
                       int32_t degrees, float *factor)
{
    bool aside = degrees % 180 != 0;
    int32_t width = aside ? input->height : input->width,
            height = aside ? input->width : input->height;
    bona_image small = { 0 };
    bona_err err;

    *factor = fminf((float)width / (float)image.width, (float)height / (float)image.height);
    err = bona_image_resize(&small, fitted(image.width, *factor, width),
                            fitted(image.height, *factor, height), image);
    if (err == BONA_OK && degrees == 0) {
        *out = small;
        return BONA_OK;
    }
    if (err == BONA_OK)
        err = bona_image_turn(out, bona_image_look(&small), degrees);
    bona_image_deinit(&small);
    return err;
}

bona_err bona_detect(bona_spots *spots, bona_viewer *viewer, bona_image_view image, int32_t degrees)
{
    const bona_input_rule *input = &viewer->model->input;
    const bona_yunet_rule *rule = &viewer->model->decode.yunet;
    bona_spot found[CANDIDATES_MAX];
    bona_image small = { 0 };
    int32_t count = 0;
    float factor = 1;
    bona_err err = bona_viewer_wake(viewer);

    spots->count = 0;
    if (err == BONA_OK)
        err = shrink(&small, image, input, degrees, &factor);
    if (err != BONA_OK)
        return err;
    paste(bona_viewer_pixels(viewer), input->width, input->height, bona_image_look(&small));
    bona_image_deinit(&small);
    bona_viewer_go(viewer);
    for (int32_t level = 0; level < rule->stride_count; level++)
        count = decode_stride(found, count, viewer, level);
    count = bona_spots_suppress(found, count, rule->nms_iou);
    spots->count = count < BONA_SPOTS_MAX ? count : BONA_SPOTS_MAX;
    memcpy(spots->items, found, (size_t)spots->count * sizeof *found);
    for (int32_t i = 0; i < spots->count; i++)
        bona_spot_scale(&spots->items[i], 1.0f / factor);
    return BONA_OK;
}
