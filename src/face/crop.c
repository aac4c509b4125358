/* SPDX-License-Identifier: Apache-2.0 */
/* Crops by rule; see crop.h. The rule `square` has a file of its own. */
#include "face/crop.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "face/crop_square.h"

/* Truncation towards 0 of a number that may be far outside. */
static int32_t truncated(float v)
{
    return (int32_t)fminf(fmaxf(v, -1e6f), 1e6f);
}

/* One axis of the rule `inside`: start, length and wanted length to first and last pixel
 * (inclusive) of `side`. */
static void fit_axis(int32_t start, int32_t length, double wanted, int32_t side, int32_t *first,
                     int32_t *last)
{
    double a = start + length / 2.0 - wanted / 2.0, b = a + wanted, end = side - 1;

    if (a < 0) {
        b -= a;
        a = 0;
    }
    if (b > end) {
        a -= b - end;
        b = end;
    }
    *first = a < 0 ? 0 : (int32_t)a;
    *last = (int32_t)b;
    if (*first > *last)
        *first = *last;
}

bona_rect bona_rect_inside(bona_box box, float factor, int32_t width, int32_t height)
{
    int32_t w = truncated(box.w) < 1 ? 1 : truncated(box.w),
            h = truncated(box.h) < 1 ? 1 : truncated(box.h);
    double scale = fmin(factor, fmin((double)(height - 1) / h, (double)(width - 1) / w));
    int32_t x0 = 0, x1 = 0, y0 = 0, y1 = 0;

    fit_axis(truncated(box.x), w, w * scale, width, &x0, &x1);
    fit_axis(truncated(box.y), h, h * scale, height, &y0, &y1);
    return (bona_rect){ x0, y0, x1 - x0 + 1, y1 - y0 + 1 };
}

static bona_affine map_of_rect(bona_rect r, const bona_input_rule *input)
{
    float sx = (float)r.w / (float)input->width, sy = (float)r.h / (float)input->height;

    return (bona_affine){ sx, 0, (float)r.x + sx / 2 - 0.5f, 0, sy, (float)r.y + sy / 2 - 0.5f };
}

static bona_affine crop_rect(bona_viewer *viewer, bona_image_view image, bona_rect r)
{
    const bona_model *model = viewer->model;
    float *pixels = bona_viewer_pixels(viewer);
    int32_t width = model->input.width, height = model->input.height;

    if (model->crop.resample == BONA_RESAMPLE_AREA && r.w >= width && r.h >= height)
        bona_resize_area(pixels, width, height, image, r.x, r.y, r.w, r.h, true);
    else
        bona_resize_bilinear(pixels, width, height, image, r.x, r.y, r.w, r.h, true);
    return map_of_rect(r, &model->input);
}

static bona_affine crop_letterbox(bona_viewer *viewer, bona_image_view image)
{
    const bona_input_rule *input = &viewer->model->input;
    float *pixels = bona_viewer_pixels(viewer);
    float factor =
        fminf((float)input->width / (float)image.width, (float)input->height / (float)image.height);
    int32_t w = (int32_t)lrintf((float)image.width * factor),
            h = (int32_t)lrintf((float)image.height * factor);
    bool area = factor < 1.0f && viewer->model->crop.resample != BONA_RESAMPLE_BILINEAR;

    w = w < 1 ? 1 : w > input->width ? input->width : w;
    h = h < 1 ? 1 : h > input->height ? input->height : h;
    if (area)
        bona_resize_area(pixels, w, h, image, 0, 0, image.width, image.height, true);
    else
        bona_resize_bilinear(pixels, w, h, image, 0, 0, image.width, image.height, true);
    /* The small picture lies packed at the front; its rows move to their places from the last one
     * up. */
    for (int32_t y = h - 1; y >= 0; y--) {
        float *row = pixels + (size_t)y * (size_t)input->width * 3;

        memmove(row, pixels + (size_t)y * (size_t)w * 3, (size_t)w * 3 * sizeof *row);
        memset(row + 3 * w, 0, (size_t)(input->width - w) * 3 * sizeof *row);
    }
    memset(pixels + (size_t)h * (size_t)input->width * 3, 0,
           (size_t)(input->height - h) * (size_t)input->width * 3 * sizeof *pixels);
    return (
        bona_affine){ 1 / factor, 0, 0.5f / factor - 0.5f, 0, 1 / factor, 0.5f / factor - 0.5f };
}

static bona_affine warp_by(bona_viewer *viewer, bona_image_view image, bona_affine map)
{
    const bona_model *model = viewer->model;

    bona_warp(bona_viewer_pixels(viewer), model->input.width, model->input.height, image, map,
              model->crop.edge);
    return map;
}

static bona_affine crop_points(bona_viewer *viewer, bona_image_view image, const bona_spot *spot)
{
    const bona_crop_rule *rule = &viewer->model->crop;
    const bona_point *p = spot->points;
    bona_point three[3] = { p[0], p[1], { (p[3].x + p[4].x) / 2, (p[3].y + p[4].y) / 2 } };
    bool five = rule->kind == BONA_CROP_POINTS5;

    return warp_by(viewer, image,
                   bona_similarity(rule->to, five ? p : three, five ? BONA_POINTS : 3));
}

/* A square around a centre, its upper edge along the direction (dx, dy), pixel centres of the crop
 * to those of the picture. */
static bona_affine turned_square(bona_point centre, float side, float dx, float dy,
                                 const bona_input_rule *input)
{
    float length = hypotf(dx, dy), step = side / (float)input->width;
    float c = length > 0 ? dx / length * step : step, s = length > 0 ? dy / length * step : 0;
    float u = (float)(input->width - 1) / 2, v = (float)(input->height - 1) / 2;

    /* Box and points count pixel edges from 0, so that the middle of the first pixel is at 0.5. */
    return (bona_affine){ c, -s, centre.x - 0.5f - c * u + s * v,
                          s, c,  centre.y - 0.5f - s * u - c * v };
}

static bona_affine crop_level(bona_viewer *viewer, bona_image_view image, const bona_spot *spot)
{
    const bona_box *b = &spot->box;
    bona_point centre = { b->x + b->w / 2, b->y + b->h / 2 };
    float side = viewer->model->crop.factor * fmaxf(b->w, b->h);

    return warp_by(viewer, image,
                   turned_square(centre, side, spot->points[1].x - spot->points[0].x,
                                 spot->points[1].y - spot->points[0].y, &viewer->model->input));
}

bona_err bona_crop(bona_viewer *viewer, bona_image_view image, const bona_spot *spot,
                   bona_affine *map)
{
    const bona_model *model = viewer->model;
    bona_affine where = { 0 };
    bona_err err = bona_viewer_wake(viewer);

    if (err != BONA_OK)
        return err;
    switch (model->crop.kind) {
    case BONA_CROP_LETTERBOX:
        where = crop_letterbox(viewer, image);
        break;
    case BONA_CROP_WHOLE:
        where = crop_rect(viewer, image, (bona_rect){ 0, 0, image.width, image.height });
        break;
    case BONA_CROP_INSIDE:
        where =
            crop_rect(viewer, image,
                      bona_rect_inside(spot->box, model->crop.factor, image.width, image.height));
        break;
    case BONA_CROP_SQUARE:
        err = bona_crop_square(viewer, image, spot->box, &where);
        break;
    case BONA_CROP_POINTS5:
    case BONA_CROP_POINTS3:
        where = crop_points(viewer, image, spot);
        break;
    case BONA_CROP_LEVEL:
        where = crop_level(viewer, image, spot);
        break;
    case BONA_CROP_EYE:
        assert(!"the rule `eye` needs the corners of an eye");
    }
    if (map != NULL)
        *map = where;
    return err;
}

void bona_crop_eye(bona_viewer *viewer, bona_image_view image, bona_point left, bona_point right,
                   bool mirror)
{
    bona_point centre = { (left.x + right.x) / 2, (left.y + right.y) / 2 };
    float side = viewer->model->crop.factor * hypotf(right.x - left.x, right.y - left.y);

    assert(viewer->model->crop.kind == BONA_CROP_EYE);
    warp_by(viewer, image,
            turned_square(centre, side, right.x - left.x, right.y - left.y, &viewer->model->input));
    if (mirror)
        bona_crop_mirror(viewer);
}

void bona_crop_mirror(bona_viewer *viewer)
{
    const bona_input_rule *input = &viewer->model->input;
    float *pixels = bona_viewer_pixels(viewer);

    for (int32_t y = 0; y < input->height; y++) {
        float *row = pixels + (size_t)y * (size_t)input->width * 3;

        for (int32_t a = 0, b = input->width - 1; a < b; a++, b--) {
            for (int32_t c = 0; c < 3; c++) {
                float kept = row[3 * a + c];

                row[3 * a + c] = row[3 * b + c];
                row[3 * b + c] = kept;
            }
        }
    }
}
