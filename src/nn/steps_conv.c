/* SPDX-License-Identifier: Apache-2.0 */
/* Drives the kernels of convolutions over rows, chunks of pixels and panels of channels. */
#include "nn/fast.h"
#include "nn/plain.h"

#include <string.h>

/*
 * Inputs of the pixels that pass through all panels together: they stay in the second-level cache
 * while one panel of weights stays in the first. 8 KB cost 16 % on Zen 4, 16 to 32 KB 2 %; from 64
 * KB on nothing changes.
 */
enum { CHUNK_BYTES = 128 << 10 };

/* Where pixel `p` of the line lies. */
static ptrdiff_t pixel_at(int32_t p, int32_t width, ptrdiff_t row)
{
    return p / width * row + (ptrdiff_t)(p % width) * BONA_LANES;
}

/*
 * `count` pixels of the output from pixel `from` of a line on, through all panels. A line is a row,
 * or in a flat step all pixels; `t` brings x at the line's first pixel, and y and r at theirs.
 * Tiles of a chunk differ by at most one pixel.
 */
static void run_chunk(const bona_fast *fast, const bona_step *step, bona_tiles t, int32_t from,
                      int32_t count)
{
    const bona_tensor *to = &fast->tensors[step->y];
    const bona_tensor *residual = step->r >= 0 ? &fast->tensors[step->r] : to;
    int32_t inputs = t.full * BONA_LANES + t.tails * t.tail;
    const float *x = t.x, *r = t.r;
    float *y = t.y;

    for (int32_t first = 0, blocks; first < to->blocks; first += blocks) {
        bona_panel panel = fast->kernels->panel(to->blocks - first);
        int32_t tiles = (count + panel.pixels - 1) / panel.pixels;
        int32_t least = count / tiles, rest = count % tiles, p = from;

        blocks = panel.blocks;
        t.weight = step->weight + (ptrdiff_t)inputs * first * BONA_LANES;
        t.bias = step->bias + (ptrdiff_t)first * BONA_LANES;
        t.finish.slope =
            step->finish.slope != NULL ? step->finish.slope + (ptrdiff_t)first * BONA_LANES : NULL;
        for (int32_t pass = 0; pass < 2; pass++) { /* tiles of one pixel more, then the others */
            int32_t pixels = least + (pass == 0 ? 1 : 0);

            t.count = pass == 0 ? rest : tiles - rest;
            if (t.count == 0)
                continue;
            t.x = x + p * t.step;
            t.column = p % t.width;
            t.y = y + first * to->block + pixel_at(p, t.width, to->row);
            t.r = r != NULL ? r + first * residual->block + pixel_at(p, t.width, residual->row)
                            : NULL;
            fast->kernels->tiles(t.step != BONA_LANES, blocks, pixels)(&t);
            p += t.count * pixels;
        }
    }
}

static bona_tiles start(const bona_fast *fast, const bona_step *step, uint8_t *arena)
{
    const bona_tensor *to = &fast->tensors[step->y];
    bona_tiles t = { .segment = step->segment,
                     .full = step->full,
                     .tails = step->tails,
                     .tail = step->tail,
                     .finish = step->finish,
                     .width = to->width };

    t.y = bona_tensor_at(fast, arena, step->y);
    t.y_block = to->block;
    t.y_gap = to->row - (ptrdiff_t)to->width * BONA_LANES;
    if (step->r >= 0) {
        const bona_tensor *residual = &fast->tensors[step->r];

        t.r = bona_tensor_at(fast, arena, step->r);
        t.r_block = residual->block;
        t.r_gap = residual->row - (ptrdiff_t)to->width * BONA_LANES;
    }
    return t;
}

static void run_line(const bona_fast *fast, const bona_step *step, const bona_tiles *t,
                     int32_t pixels)
{
    int32_t inputs = t->full * BONA_LANES + t->tails * t->tail;
    int32_t chunk = CHUNK_BYTES / (int32_t)sizeof(float) / inputs / BONA_TILE_MAX * BONA_TILE_MAX;

    chunk = chunk < 2 * BONA_TILE_MAX ? 2 * BONA_TILE_MAX : chunk;
    for (int32_t from = 0; from < pixels; from += chunk)
        run_chunk(fast, step, *t, from, pixels - from < chunk ? pixels - from : chunk);
}

void bona_step_conv(const bona_fast *fast, const bona_step *step, uint8_t *arena)
{
    const bona_tensor *from = &fast->tensors[step->x], *to = &fast->tensors[step->y];
    const bona_window *w = &step->window;
    bona_tiles t = start(fast, step, arena);

    t.x = bona_tensor_at(fast, arena, step->x) - w->pad[0] * from->row -
          (ptrdiff_t)w->pad[1] * BONA_LANES;
    t.step = (ptrdiff_t)w->stride[1] * BONA_LANES;
    if (step->flat) {
        run_line(fast, step, &t, to->height * to->width);
        return;
    }
    for (int32_t row = 0; row < to->height; row++) {
        run_line(fast, step, &t, to->width);
        t.x += w->stride[0] * from->row;
        t.y += to->row;
        if (t.r != NULL)
            t.r += fast->tensors[step->r].row;
    }
}

/*
 * The first layer keeps the rows under its kernel, with their border, in a ring; the last slot
 * stays zero for rows outside.
 */
void bona_step_first(const bona_fast *fast, const bona_step *step, uint8_t *arena)
{
    const bona_shape *shape = &fast->graph->values[fast->graph->input].shape;
    const bona_tensor *to = &fast->tensors[step->y];
    const bona_window *w = &step->window;
    int32_t channels = shape->dim[1], height = shape->dim[2], width = shape->dim[3];
    int32_t slots = w->kernel[0], ready = 0;
    ptrdiff_t slot = (ptrdiff_t)(width + w->pad[1] + w->pad[3]) * channels, segment[16];
    const float *pixels = bona_tensor_at(fast, arena, step->x);
    float *ring = bona_tensor_at(fast, arena, step->b);
    bona_tiles t = start(fast, step, arena);

    memset(ring, 0, (size_t)slot * (size_t)(slots + 1) * sizeof *ring);
    t.segment = segment;
    t.x = ring;
    t.step = (ptrdiff_t)w->stride[1] * channels;
    for (int32_t row = 0; row < to->height; row++) {
        int32_t top = row * w->stride[0] - w->pad[0];

        for (ready = ready < top ? top : ready; ready < top + slots && ready < height; ready++)
            memcpy(ring + ready % slots * slot + w->pad[1] * channels,
                   pixels + (ptrdiff_t)ready * width * channels,
                   (size_t)width * (size_t)channels * sizeof *ring);
        for (int32_t i = 0; i < slots; i++)
            segment[i] = top + i >= 0 && top + i < height ? (top + i) % slots * slot : slots * slot;
        run_line(fast, step, &t, to->width);
        t.y += to->row;
        if (t.r != NULL)
            t.r += fast->tensors[step->r].row;
    }
}

void bona_step_depthwise(const bona_fast *fast, const bona_step *step, uint8_t *arena)
{
    const bona_tensor *from = &fast->tensors[step->x], *to = &fast->tensors[step->y];
    const bona_window *w = &step->window;
    int32_t taps = w->kernel[0] * w->kernel[1];
    bool usual =
        w->kernel[0] == 3 && w->kernel[1] == 3 && w->dilation[0] == 1 && w->dilation[1] == 1;
    bona_plane p = { .x = bona_tensor_at(fast, arena, step->x) - w->pad[0] * from->row -
                          (ptrdiff_t)w->pad[1] * BONA_LANES,
                     .y = bona_tensor_at(fast, arena, step->y),
                     .x_row = from->row,
                     .y_row = to->row,
                     .height = to->height,
                     .width = to->width,
                     .stride = { w->stride[0], w->stride[1] },
                     .kernel = { w->kernel[0], w->kernel[1] },
                     .dilation = { w->dilation[0] * from->row,
                                   (ptrdiff_t)w->dilation[1] * BONA_LANES },
                     .weight = step->weight,
                     .bias = step->bias,
                     .finish = step->finish };

    for (int32_t block = 0; block < to->blocks; block++) {
        (usual ? fast->kernels->depthwise_3x3 : fast->kernels->depthwise)(&p);
        p.x += from->block;
        p.y += to->block;
        p.weight += taps * BONA_LANES;
        p.bias += BONA_LANES;
        if (p.finish.slope != NULL)
            p.finish.slope += BONA_LANES;
    }
}
