/* SPDX-License-Identifier: Apache-2.0 */
/* The camera: light to 8-bit pixels, with blur, exposure and noise. */
#include "synth/parts.h"
#include "base/mem.h"

#include <math.h>

/* IEC 61966-2-1 (sRGB). */
static float encode(float v)
{
    v = v < 0 ? 0 : v > 1 ? 1 : v;
    return 255 * (v <= 0.0031308f ? 12.92f * v : 1.055f * powf(v, 1 / 2.4f) - 0.055f);
}

/* A soft shoulder keeps highlights from clipping hard, like a camera's tone curve. */
static float tone(float v)
{
    return v < 0.7f ? v : 0.7f + 0.3f * (1 - expf(-(v - 0.7f) / 0.3f));
}

static void shrink(float *out, const float *light, int32_t width, int32_t height, int32_t super,
                   float gain)
{
    float scale = gain / (float)(super * super);

    for (int32_t y = 0; y < height; y++) {
        for (int32_t x = 0; x < width; x++) {
            float sum[3] = { 0, 0, 0 };

            for (int32_t n = 0; n < super * super; n++) {
                size_t at = (size_t)(y * super + n / super) * (size_t)(width * super) +
                            (size_t)(x * super + n % super);

                for (int32_t k = 0; k < 3; k++)
                    sum[k] += tone(gain * light[3 * at + (size_t)k]) / gain;
            }
            for (int32_t k = 0; k < 3; k++)
                out[3 * ((size_t)y * (size_t)width + (size_t)x) + (size_t)k] = scale * sum[k];
        }
    }
}

/* One pass of a separable Gaussian; `step` floats between neighbours, `count` of them per line. */
static void blur_line(float *line, float *copy, int32_t count, ptrdiff_t step, const float *kernel,
                      int32_t radius)
{
    for (int32_t i = 0; i < count; i++)
        copy[i] = line[i * step];
    for (int32_t i = 0; i < count; i++) {
        float sum = 0;

        for (int32_t k = -radius; k <= radius; k++) {
            int32_t at = i + k < 0 ? 0 : i + k >= count ? count - 1 : i + k;

            sum += kernel[k + radius] * copy[at];
        }
        line[i * step] = sum;
    }
}

static void blur(float *light, float *copy, int32_t width, int32_t height, float sigma)
{
    enum { RADIUS_MAX = 12 };
    float kernel[2 * RADIUS_MAX + 1], sum = 0;
    int32_t radius = (int32_t)ceilf(2.5f * sigma);

    radius = radius > RADIUS_MAX ? RADIUS_MAX : radius;
    if (sigma < 0.2f)
        return;
    for (int32_t k = -radius; k <= radius; k++)
        sum += kernel[k + radius] = expf(-0.5f * (float)(k * k) / (sigma * sigma));
    for (int32_t k = 0; k <= 2 * radius; k++)
        kernel[k] /= sum;
    for (int32_t y = 0; y < height; y++)
        for (int32_t k = 0; k < 3; k++)
            blur_line(light + (ptrdiff_t)y * width * 3 + k, copy, width, 3, kernel, radius);
    for (int32_t x = 0; x < width; x++)
        for (int32_t k = 0; k < 3; k++)
            blur_line(light + (ptrdiff_t)x * 3 + k, copy, height, (ptrdiff_t)width * 3, kernel,
                      radius);
}

bool develop(synth_picture *out, const float *light, int32_t super, const synth_camera *camera)
{
    size_t pixels = (size_t)camera->width * (size_t)camera->height;
    int32_t longest = camera->width > camera->height ? camera->width : camera->height;
    float *small = bona_alloc(pixels * 3, sizeof *small),
          *copy = bona_alloc((size_t)longest, sizeof *copy);
    uint64_t seed = camera->seed * 7919 + 3;

    out->rgb = bona_alloc(pixels, 3);
    out->width = camera->width;
    out->height = camera->height;
    if (small != NULL && copy != NULL && out->rgb != NULL) {
        shrink(small, light, camera->width, camera->height, super, camera->exposure);
        blur(small, copy, camera->width, camera->height, camera->blur);
        for (size_t n = 0; n < pixels; n++) {
            float grain = camera->noise > 0 ? synth_bell(&seed) * camera->noise : 0;

            for (size_t k = 0; k < 3; k++) {
                float own = camera->noise > 0 ? synth_bell(&seed) * camera->noise * 0.5f : 0;
                float v = encode(small[3 * n + k]) + grain + own + 0.5f;

                out->rgb[3 * n + k] = (uint8_t)(v < 0 ? 0 : v > 255 ? 255 : v);
            }
        }
    }
    bona_free(small);
    bona_free(copy);
    return small != NULL && copy != NULL && out->rgb != NULL;
}

void synth_picture_free(synth_picture *picture)
{
    bona_free(picture->rgb);
    *picture = (synth_picture){ 0 };
}

bona_image_view synth_look(const synth_picture *picture)
{
    return (bona_image_view){ picture->rgb, picture->width, picture->height,
                              (ptrdiff_t)picture->width * 3 };
}
