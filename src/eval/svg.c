/* SPDX-License-Identifier: Apache-2.0 */
/* Plots as inline SVG; see svg.h. */
#include "eval/svg.h"

#include <math.h>
#include <string.h>

/* The drawing area in user units; text is 11 units high. */
enum { WIDTH = 460, HEIGHT = 320, LEFT = 58, RIGHT = 14, TOP = 12, BOTTOM = 44 };

/*
 * Inverse of the normal distribution function by bisection on erfc; |error| < 1e-9, which no plot
 * can show.
 */
static double normal_deviate(double p)
{
    double low = -8, high = 8;

    for (int i = 0; i < 60; i++) {
        double middle = (low + high) / 2;

        if (0.5 * erfc(-middle / sqrt(2)) < p)
            low = middle;
        else
            high = middle;
    }
    return low;
}

static double scaled(bona_svg_scale scale, double value)
{
    switch (scale) {
    case BONA_SVG_LOG10:
        return log10(value);
    case BONA_SVG_DEVIATE:
        return normal_deviate(value);
    case BONA_SVG_LINEAR:
        break;
    }
    return value;
}

/* 0..1 along the axis. */
static double along(const bona_svg_axis *axis, double value)
{
    double low = scaled(axis->scale, axis->low), high = scaled(axis->scale, axis->high);
    double cut = fmin(fmax(value, axis->low), axis->high);

    return (scaled(axis->scale, cut) - low) / (high - low);
}

static double place_x(const bona_svg_plot *plot, double value)
{
    return LEFT + along(&plot->x, value) * (WIDTH - LEFT - RIGHT);
}

static double place_y(const bona_svg_plot *plot, double value)
{
    return HEIGHT - BOTTOM - along(&plot->y, value) * (HEIGHT - TOP - BOTTOM);
}

bona_err bona_svg_text(bona_buf *out, const char *text)
{
    bona_err err = BONA_OK;

    for (; err == BONA_OK && *text != 0; text++) {
        const char *safe = *text == '<'   ? "&lt;"
                           : *text == '>' ? "&gt;"
                           : *text == '&' ? "&amp;"
                           : *text == '"' ? "&quot;"
                                          : NULL;

        err = safe != NULL ? bona_buf_text(out, safe) : bona_buf_add(out, text, 1);
    }
    return err;
}

static bona_err add_tick_text(bona_buf *out, const bona_svg_axis *axis, double value)
{
    return axis->percent ? bona_buf_printf(out, "%g%%</text>", value * 100)
                         : bona_buf_printf(out, "%g</text>", value);
}

static bona_err add_axes(bona_buf *out, const bona_svg_plot *plot)
{
    bona_err err =
        bona_buf_printf(out, "<rect class=\"frame\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\"/>",
                        LEFT, TOP, WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM);

    for (int32_t i = 0; err == BONA_OK && i < plot->x.tick_count; i++) {
        double x = place_x(plot, plot->x.ticks[i]);

        err = bona_buf_printf(out,
                              "<path class=\"grid\" d=\"M%.1f %dV%d\"/>"
                              "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">",
                              x, TOP, HEIGHT - BOTTOM, x, HEIGHT - BOTTOM + 15);
        if (err == BONA_OK)
            err = add_tick_text(out, &plot->x, plot->x.ticks[i]);
    }
    for (int32_t i = 0; err == BONA_OK && i < plot->y.tick_count; i++) {
        double y = place_y(plot, plot->y.ticks[i]);

        err = bona_buf_printf(out,
                              "<path class=\"grid\" d=\"M%d %.1fH%d\"/>"
                              "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">",
                              LEFT, y, WIDTH - RIGHT, LEFT - 6, y + 4);
        if (err == BONA_OK)
            err = add_tick_text(out, &plot->y, plot->y.ticks[i]);
    }
    return err;
}

static bona_err add_labels(bona_buf *out, const bona_svg_plot *plot)
{
    int middle_x = (LEFT + WIDTH - RIGHT) / 2, middle_y = (TOP + HEIGHT - BOTTOM) / 2;
    bona_err err =
        bona_buf_printf(out, "<text class=\"label\" x=\"%d\" y=\"%d\" text-anchor=\"middle\">",
                        middle_x, HEIGHT - 8);

    if (err == BONA_OK)
        err = bona_svg_text(out, plot->x.label);
    if (err == BONA_OK)
        err = bona_buf_printf(out,
                              "</text><text class=\"label\" text-anchor=\"middle\" "
                              "transform=\"translate(14 %d) rotate(-90)\">",
                              middle_y);
    if (err == BONA_OK)
        err = bona_svg_text(out, plot->y.label);
    return err == BONA_OK ? bona_buf_text(out, "</text>") : err;
}

static bona_err add_line(bona_buf *out, const bona_svg_plot *plot, const bona_svg_series *s)
{
    bona_err err = bona_buf_printf(out, "<polyline class=\"line c%d\" points=\"", s->colour);
    double last_x = -1, last_y = -1;

    for (int64_t i = 0; err == BONA_OK && i < s->count; i++) {
        double x = place_x(plot, s->x[i]), y = place_y(plot, s->y[i]);

        /* Points closer than a tenth of a unit to the last one cannot be seen; thousands of them
         * would only be long. */
        if (i + 1 < s->count && fabs(x - last_x) < 0.1 && fabs(y - last_y) < 0.1)
            continue;
        err = bona_buf_printf(out, "%.1f,%.1f ", x, y);
        last_x = x;
        last_y = y;
    }
    return err == BONA_OK ? bona_buf_text(out, "\"/>") : err;
}

static bona_err add_bars(bona_buf *out, const bona_svg_plot *plot, const bona_svg_series *s)
{
    double width = s->count > 1 ? place_x(plot, s->x[1]) - place_x(plot, s->x[0]) : 8;
    double base = place_y(plot, plot->y.low);
    bona_err err = bona_buf_printf(out, "<g class=\"bar c%d\">", s->colour);

    for (int64_t i = 0; err == BONA_OK && i < s->count; i++)
        if (s->y[i] > plot->y.low)
            err =
                bona_buf_printf(out, "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/>",
                                place_x(plot, s->x[i]), place_y(plot, s->y[i]), width,
                                base - place_y(plot, s->y[i]));
    return err == BONA_OK ? bona_buf_text(out, "</g>") : err;
}

static bona_err add_mark(bona_buf *out, const bona_svg_plot *plot)
{
    double x = place_x(plot, plot->mark);
    bona_err err;

    if (!isfinite(plot->mark))
        return BONA_OK;
    err = bona_buf_printf(
        out, "<path class=\"mark\" d=\"M%.1f %dV%d\"/><text class=\"label\" x=\"%.1f\" y=\"%d\">",
        x, TOP, HEIGHT - BOTTOM, x + 4, TOP + 12);
    if (err == BONA_OK)
        err = bona_svg_text(out, plot->mark_name);
    return err == BONA_OK ? bona_buf_text(out, "</text>") : err;
}

static bona_err add_legend(bona_buf *out, const bona_svg_plot *plot)
{
    bona_err err = bona_buf_text(out, "<figcaption>");

    if (err == BONA_OK)
        err = bona_svg_text(out, plot->title);
    for (int32_t i = 0; err == BONA_OK && i < plot->series_count; i++) {
        err = bona_buf_printf(out, " <span class=\"key c%d\">", plot->series[i].colour);
        if (err == BONA_OK)
            err = bona_svg_text(out, plot->series[i].name);
        if (err == BONA_OK)
            err = bona_buf_text(out, "</span>");
    }
    return err == BONA_OK ? bona_buf_text(out, "</figcaption></figure>\n") : err;
}

bona_err bona_svg_add(bona_buf *out, const bona_svg_plot *plot)
{
    bona_err err = bona_buf_printf(
        out, "<figure><svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"", WIDTH, HEIGHT);

    if (err == BONA_OK)
        err = bona_svg_text(out, plot->title);
    if (err == BONA_OK)
        err = bona_buf_text(out, "\">");
    if (err == BONA_OK)
        err = add_axes(out, plot);
    for (int32_t i = 0; err == BONA_OK && i < plot->series_count; i++)
        err = plot->series[i].bars ? add_bars(out, plot, &plot->series[i])
                                   : add_line(out, plot, &plot->series[i]);
    if (err == BONA_OK)
        err = add_mark(out, plot);
    if (err == BONA_OK)
        err = add_labels(out, plot);
    if (err == BONA_OK)
        err = bona_buf_text(out, "</svg>");
    return err == BONA_OK ? add_legend(out, plot) : err;
}
