/* SPDX-License-Identifier: Apache-2.0 */
/* Drives the kernels of pooling and element-by-element steps, and moves between the forms of
 * tensors. */
#include "nn/fast.h"
#include "nn/plain.h"
#include "nn/reference.h"

#include <string.h>

static const float *tensor_read(const bona_fast *fast, uint8_t *arena, int32_t tensor)
{
    const bona_tensor *t = &fast->tensors[tensor];

    return t->constant != NULL ? t->constant : bona_tensor_at(fast, arena, tensor);
}

void bona_step_lines(const bona_fast *fast, const bona_step *step, uint8_t *arena)
{
    const bona_tensor *from = &fast->tensors[step->x], *to = &fast->tensors[step->y];
    const bona_tensor *other = step->b >= 0 ? &fast->tensors[step->b] : from;
    const bona_tensor *residual = step->r >= 0 ? &fast->tensors[step->r] : from;
    const float *x = bona_tensor_at(fast, arena, step->x);
    const float *b = step->b >= 0 ? bona_tensor_at(fast, arena, step->b) : NULL;
    const float *r = step->r >= 0 ? bona_tensor_at(fast, arena, step->r) : NULL;
    float *y = bona_tensor_at(fast, arena, step->y);

    for (int32_t block = 0; block < to->blocks; block++) {
        bona_line line = { .kind = step->line, .pixels = to->width, .finish = step->finish };

        line.b_step = step->b >= 0 && !step->spread ? BONA_LANES : 0;
        if (step->line == BONA_OP_AFFINE) {
            b = step->weight + (ptrdiff_t)block * BONA_LANES;
            line.c = step->bias + (ptrdiff_t)block * BONA_LANES;
        }
        if (line.finish.slope != NULL)
            line.finish.slope += (ptrdiff_t)block * BONA_LANES;
        for (int32_t row = 0; row < to->height; row++) {
            line.a = x + block * from->block + row * from->row;
            line.y = y + block * to->block + row * to->row;
            line.r = r != NULL ? r + block * residual->block + row * residual->row : NULL;
            if (step->line == BONA_OP_AFFINE)
                line.b = b;
            else if (b != NULL)
                line.b = b + block * other->block + (step->spread ? 0 : row * other->row);
            fast->kernels->line(&line);
        }
    }
}

/* Cuts a window of `kernel` elements from `from` on to the `size` there are; true if nothing had to
 * go. */
static bool cut(int32_t from, int32_t kernel, int32_t size, int32_t *first, int32_t *count)
{
    int32_t last = from + kernel > size ? size : from + kernel;

    *first = from < 0 ? 0 : from;
    *count = last - *first;
    return *count == kernel;
}

void bona_step_peak(const bona_fast *fast, const bona_step *step, uint8_t *arena)
{
    const bona_tensor *from = &fast->tensors[step->x], *to = &fast->tensors[step->y];
    const bona_window *w = &step->window;
    const float *x = bona_tensor_at(fast, arena, step->x);
    float *y = bona_tensor_at(fast, arena, step->y);
    bona_peaks p = { .row = from->row, .step = (ptrdiff_t)w->stride[1] * BONA_LANES };

    for (int32_t at = 0; at < to->blocks * to->height; at++) {
        int32_t block = at / to->height, row = at % to->height, top, left, there, size;

        cut(row * w->stride[0] - w->pad[0], w->kernel[0], from->height, &top, &p.height);
        for (int32_t column = 0; column < to->width; column += p.count) {
            bool whole =
                cut(column * w->stride[1] - w->pad[1], w->kernel[1], from->width, &left, &p.width);

            p.count = 1; /* windows over the edge one by one, the others together */
            while (whole && column + p.count < to->width &&
                   cut((column + p.count) * w->stride[1] - w->pad[1], w->kernel[1], from->width,
                       &there, &size))
                p.count++;
            p.x = x + block * from->block + top * from->row + (ptrdiff_t)left * BONA_LANES;
            p.y = y + block * to->block + row * to->row + (ptrdiff_t)column * BONA_LANES;
            fast->kernels->peaks(&p);
        }
    }
}

/* Mean of the pixels from (top, left) to before (bottom, right), as if there were `count`. */
static void average(const bona_fast *fast, const float *x, ptrdiff_t row, const int32_t box[4],
                    int32_t count, float *y)
{
    float sums[BONA_LANES] = { 0 };

    for (int32_t i = box[0]; i < box[2]; i++)
        fast->kernels->sum(x + i * row + (ptrdiff_t)box[1] * BONA_LANES, box[3] - box[1], sums);
    for (int32_t i = 0; i < BONA_LANES; i++)
        y[i] = sums[i] / (float)count;
}

void bona_step_average(const bona_fast *fast, const bona_step *step, uint8_t *arena)
{
    const bona_tensor *from = &fast->tensors[step->x], *to = &fast->tensors[step->y];
    const bona_window *w = &step->window;
    const float *x = bona_tensor_at(fast, arena, step->x);
    float *y = bona_tensor_at(fast, arena, step->y);

    for (int32_t block = 0; block < to->blocks; block++)
        for (int32_t row = 0; row < to->height; row++)
            for (int32_t column = 0; column < to->width; column++) {
                int32_t top = row * w->stride[0] - w->pad[0],
                        left = column * w->stride[1] - w->pad[1];
                int32_t bottom = top + w->kernel[0], right = left + w->kernel[1];
                int32_t box[4] = { top < 0 ? 0 : top, left < 0 ? 0 : left,
                                   bottom > from->height ? from->height : bottom,
                                   right > from->width ? from->width : right };
                int32_t count = step->op->count_padding ? w->kernel[0] * w->kernel[1]
                                                        : (box[2] - box[0]) * (box[3] - box[1]);

                average(fast, x + block * from->block, from->row, box, count,
                        y + block * to->block + row * to->row + (ptrdiff_t)column * BONA_LANES);
            }
}

void bona_step_mean(const bona_fast *fast, const bona_step *step, uint8_t *arena)
{
    const bona_tensor *from = &fast->tensors[step->x], *to = &fast->tensors[step->y];
    const float *x = bona_tensor_at(fast, arena, step->x);
    float *y = bona_tensor_at(fast, arena, step->y);
    int32_t box[4] = { 0, 0, from->height, from->width };

    for (int32_t block = 0; block < to->blocks; block++)
        average(fast, x + block * from->block, from->row, box, from->height * from->width,
                y + block * to->block);
}

void bona_step_resize(const bona_fast *fast, const bona_step *step, uint8_t *arena)
{
    const bona_tensor *from = &fast->tensors[step->x], *to = &fast->tensors[step->y];
    const int32_t *factor = step->op->factor;
    const float *x = bona_tensor_at(fast, arena, step->x);
    float *y = bona_tensor_at(fast, arena, step->y);

    for (int32_t block = 0; block < to->blocks; block++)
        for (int32_t row = 0; row < to->height; row++) {
            const float *source = x + block * from->block + row / factor[0] * from->row;
            float *target = y + block * to->block + row * to->row;

            if (row % factor[0] != 0) {
                memcpy(target, target - to->row, (size_t)to->width * BONA_LANES * sizeof *y);
                continue;
            }
            for (int32_t column = 0; column < from->width; column++, source += BONA_LANES)
                for (int32_t i = 0; i < factor[1]; i++, target += BONA_LANES)
                    memcpy(target, source, BONA_LANES * sizeof *y);
        }
}

void bona_step_copy(const bona_fast *fast, const bona_step *step, uint8_t *arena)
{
    const bona_tensor *from = &fast->tensors[step->x], *to = &fast->tensors[step->y];
    const float *x = bona_tensor_at(fast, arena, step->x);
    float *y = bona_tensor_at(fast, arena, step->y), *all = y - to->origin;

    if (step->clear && step->low == 0.0f)
        memset(all, 0, to->bytes);
    else if (step->clear)
        for (ptrdiff_t i = 0; i < to->block * to->blocks; i++)
            all[i] = step->low;
    y += step->at[0] / BONA_LANES * to->block + step->at[1] * to->row +
         (ptrdiff_t)step->at[2] * BONA_LANES;
    for (int32_t block = 0; block < from->blocks; block++)
        for (int32_t row = 0; row < from->height; row++)
            memcpy(y + block * to->block + row * to->row, x + block * from->block + row * from->row,
                   (size_t)from->width * BONA_LANES * sizeof *y);
}

void bona_step_block(const bona_fast *fast, const bona_step *step, uint8_t *arena)
{
    const bona_tensor *to = &fast->tensors[step->y];
    const float *x = tensor_read(fast, arena, step->x);
    float *y = bona_tensor_at(fast, arena, step->y);

    for (int32_t channel = 0; channel < to->blocks * BONA_LANES; channel++)
        for (int32_t row = 0; row < to->height; row++) {
            float *target =
                y + channel / BONA_LANES * to->block + row * to->row + channel % BONA_LANES;

            for (int32_t column = 0; column < to->width; column++, target += BONA_LANES)
                *target = channel < to->channels ? *x++ : 0.0f;
        }
}

void bona_step_planes(const bona_fast *fast, const bona_step *step, uint8_t *arena)
{
    const bona_tensor *from = &fast->tensors[step->x];
    const float *x = bona_tensor_at(fast, arena, step->x);
    float *y = bona_tensor_at(fast, arena, step->y);

    for (int32_t channel = 0; channel < from->channels; channel++)
        for (int32_t row = 0; row < from->height; row++) {
            const float *source =
                x + channel / BONA_LANES * from->block + row * from->row + channel % BONA_LANES;

            for (int32_t column = 0; column < from->width; column++, source += BONA_LANES)
                *y++ = *source;
        }
}

void bona_step_pixels(const bona_fast *fast, const bona_step *step, uint8_t *arena)
{
    const bona_tensor *from = &fast->tensors[step->x];
    const float *x = bona_tensor_at(fast, arena, step->x);
    float *y = bona_tensor_at(fast, arena, step->y);

    for (int32_t row = 0; row < from->height; row++)
        for (int32_t column = 0; column < from->width; column++) {
            const float *pixel = x + row * from->row + (ptrdiff_t)column * BONA_LANES;

            for (int32_t channel = 0; channel < from->channels; channel++)
                *y++ = pixel[channel / BONA_LANES * from->block + channel % BONA_LANES];
        }
}

void bona_step_split(const bona_fast *fast, const bona_step *step, uint8_t *arena)
{
    const bona_shape *shape = &fast->graph->values[fast->graph->input].shape;

    bona_plain_split(bona_tensor_at(fast, arena, step->x), shape->dim[1],
                     shape->dim[2] * shape->dim[3], bona_tensor_at(fast, arena, step->y));
}

void bona_step_sigmoid(const bona_fast *fast, const bona_step *step, uint8_t *arena)
{
    fast->kernels->sigmoid(tensor_read(fast, arena, step->x), fast->tensors[step->y].channels,
                           bona_tensor_at(fast, arena, step->y));
}

void bona_step_plain(const bona_fast *fast, const bona_step *step, uint8_t *arena)
{
    const float *inputs[BONA_GRAPH_INPUTS_MAX];

    for (int32_t i = 0; i < step->input_count; i++)
        inputs[i] = tensor_read(fast, arena, step->inputs[i]);
    bona_reference_op(fast->graph, step->op, inputs, bona_tensor_at(fast, arena, step->y));
}
