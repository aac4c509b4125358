/* SPDX-License-Identifier: Apache-2.0 */
/* Plots as inline SVG. Colours come from the classes of report.css, so that light, dark and print
 * all work. */
#ifndef BONA_EVAL_SVG_H
#define BONA_EVAL_SVG_H

#include "base/buf.h"

/* How a value becomes a place on an axis: as it is, or by the normal deviate (DET plots, Martin et
 * al. 1997). */
typedef enum bona_svg_scale { BONA_SVG_LINEAR, BONA_SVG_LOG10, BONA_SVG_DEVIATE } bona_svg_scale;

typedef struct bona_svg_axis {
    const char *label; /* with its unit */
    bona_svg_scale scale;
    double low, high; /* values outside are cut to the edge */
    double ticks[12];
    int32_t tick_count;
    bool percent; /* ticks are rates, shown in percent */
} bona_svg_axis;

typedef struct bona_svg_series {
    const char *name;
    const double *x, *y;
    int64_t count;
    int32_t colour; /* 0..5, see report.css */
    bool bars; /* columns from the base line at x (their left edges; equal widths) instead of a line
                */
} bona_svg_series;

typedef struct bona_svg_plot {
    const char *title; /* also the text for readers that see no picture */
    bona_svg_axis x, y;
    const bona_svg_series *series;
    int32_t series_count;
    double mark; /* a vertical line at this x with `mark_name`; NAN = none */
    const char *mark_name;
} bona_svg_plot;

/* Adds a <figure> with the plot and its legend. Returns BONA_OK, BONA_NO_MEMORY or
 * BONA_BAD_ARGUMENT (cap of `out`). */
bona_err bona_svg_add(bona_buf *out, const bona_svg_plot *plot);

/* Text made safe for HTML and SVG. */
bona_err bona_svg_text(bona_buf *out, const char *text);

#endif
