/* SPDX-License-Identifier: Apache-2.0 */
/* Quality measures; see measure.h. */
#include "face/measure.h"

#include <math.h>

#include "base/mem.h"

enum { SIDE = BONA_MEASURE_SIDE_PX, GREYS = 256, DARK_MAX = 25, BRIGHT_MIN = 247 };

static const float radians_per_degree = 0.01745329252f;

static float sigmoid(float x, float x0, float w)
{
    return 1.0f / (1.0f + expf((x0 - x) / w));
}

static float percent(float q)
{
    return q > 0.0f ? fminf(q, 100.0f) : 0.0f; /* NAN becomes 0 */
}

bona_err bona_patch_cut(bona_patch *patch, bona_image_view image, const bona_spot *spot)
{
    float width = (float)image.width, height = (float)image.height;
    float left = fminf(fmaxf(spot->box.x, 0), width - 2),
          top = fminf(fmaxf(spot->box.y, 0), height - 2);
    float right = fminf(fmaxf(spot->box.x + spot->box.w, left + 2), width);
    float bottom = fminf(fmaxf(spot->box.y + spot->box.h, top + 2), height);
    int32_t x = (int32_t)fmaxf(left, 0), y = (int32_t)fmaxf(top, 0);
    int32_t w = (int32_t)right - x, h = (int32_t)bottom - y;
    float *rgb = bona_alloc((size_t)SIDE * SIDE * 3, sizeof *rgb);

    if (rgb == NULL)
        return BONA_NO_MEMORY;
    w = w < 1 ? 1 : w;
    h = h < 1 ? 1 : h;
    if (w >= SIDE && h >= SIDE)
        bona_resize_area(rgb, SIDE, SIDE, image, x, y, w, h, false);
    else
        bona_resize_bilinear(rgb, SIDE, SIDE, image, x, y, w, h, false);
    for (size_t i = 0; i < (size_t)SIDE * SIDE; i++)
        patch->grey[i] = 0.299f * rgb[3 * i] + 0.587f * rgb[3 * i + 1] + 0.114f * rgb[3 * i + 2];
    bona_free(rgb);
    return BONA_OK;
}

/* Whether a pixel lies in the ellipse that the face fills. */
static bool inside(int32_t x, int32_t y)
{
    float u = (float)(2 * x + 1 - SIDE) / SIDE, v = (float)(2 * y + 1 - SIDE) / SIDE;

    return u * u + v * v <= 1.0f;
}

/* Shares of the 256 grey levels inside the ellipse. */
static void histogram(float share[GREYS], const bona_patch *patch)
{
    int32_t count[GREYS] = { 0 }, all = 0;

    for (int32_t y = 0; y < SIDE; y++) {
        for (int32_t x = 0; x < SIDE; x++) {
            int32_t grey = (int32_t)(patch->grey[y * SIDE + x] + 0.5f);

            if (!inside(x, y))
                continue;
            count[grey < 0 ? 0 : grey > GREYS - 1 ? GREYS - 1 : grey]++;
            all++;
        }
    }
    for (int32_t i = 0; i < GREYS; i++)
        share[i] = (float)count[i] / (float)all;
}

float bona_measure_exposure(const bona_patch *patch)
{
    float share[GREYS], dark = 0, bright = 0;

    histogram(share, patch);
    for (int32_t i = 0; i <= DARK_MAX; i++)
        dark += share[i];
    for (int32_t i = BRIGHT_MIN; i < GREYS; i++)
        bright += share[i];
    return fminf(percent(120.0f * (0.832f - sigmoid(dark, 0.92f, 0.05f))),
                 percent(1.0f / (bright + 0.01f)));
}

float bona_measure_contrast(const bona_patch *patch)
{
    float share[GREYS], bits = 0;

    histogram(share, patch);
    for (int32_t i = 0; i < GREYS; i++)
        bits -= share[i] > 0 ? share[i] * log2f(share[i]) : 0;
    return percent(12.5f * bits);
}

float bona_measure_sharpness(const bona_patch *patch)
{
    double sum = 0, square = 0, edges = 0, count = 0, variance;

    for (int32_t y = 1; y < SIDE - 1; y++) {
        for (int32_t x = 1; x < SIDE - 1; x++) {
            const float *g = patch->grey + y * SIDE + x;
            double laplacian = g[-1] + g[1] + g[-SIDE] + g[SIDE] - 4.0 * g[0];

            if (!inside(x, y))
                continue;
            sum += g[0];
            square += (double)g[0] * g[0];
            edges += laplacian * laplacian;
            count += 1;
        }
    }
    variance = square / count - (sum / count) * (sum / count);
    /* One grey level of noise is no detail: both variances start above it. */
    return percent(
        100.0f * sigmoid((float)log10((edges / count + 0.25) / (variance + 25.0)), -1.75f, 0.22f));
}

float bona_measure_face_size(float eye_px, float yaw_deg)
{
    float cosine = isfinite(yaw_deg) ? fmaxf(cosf(yaw_deg * radians_per_degree), 0.2f) : 1.0f;

    return percent(100.0f * sigmoid(eye_px / cosine, 70.0f, 20.0f));
}

static float pose_quality(float degrees)
{
    float cosine = cosf(degrees * radians_per_degree);

    return cosine > 0 ? percent(100.0f * cosine * cosine) : 0.0f;
}

float bona_measure_pose(const bona_mesh *mesh)
{
    return fminf(fminf(pose_quality(mesh->yaw), pose_quality(mesh->pitch)),
                 pose_quality(mesh->roll));
}

/* The standard's unit of length: from the middle of the eyes to the chin. */
static float face_length(const bona_mesh *mesh)
{
    float x = (mesh->x[BONA_MESH_RIGHT_EYE_OUTER] + mesh->x[BONA_MESH_LEFT_EYE_OUTER]) / 2;
    float y = (mesh->y[BONA_MESH_RIGHT_EYE_OUTER] + mesh->y[BONA_MESH_LEFT_EYE_OUTER]) / 2;

    return hypotf(mesh->x[BONA_MESH_CHIN] - x, mesh->y[BONA_MESH_CHIN] - y);
}

static float length_between(const bona_mesh *mesh, int32_t a, int32_t b)
{
    return hypotf(mesh->x[a] - mesh->x[b], mesh->y[a] - mesh->y[b]);
}

float bona_measure_eyes_open(const bona_mesh *mesh)
{
    float right = length_between(mesh, BONA_MESH_RIGHT_EYE_OUTER, BONA_MESH_RIGHT_EYE_INNER);
    float left = length_between(mesh, BONA_MESH_LEFT_EYE_INNER, BONA_MESH_LEFT_EYE_OUTER);
    float open = fminf(mesh->eye_open[0] * right, mesh->eye_open[1] * left) / face_length(mesh);

    return isfinite(open) ? percent(100.0f * sigmoid(open, 0.045f, 0.01f)) : -1.0f;
}

float bona_measure_mouth_closed(const bona_mesh *mesh)
{
    float open = mesh->mouth_open *
                 length_between(mesh, BONA_MESH_MOUTH_RIGHT, BONA_MESH_MOUTH_LEFT) /
                 face_length(mesh);

    return isfinite(open) ? percent(100.0f * (1.0f - sigmoid(open, 0.2f, 0.06f))) : -1.0f;
}
