/* SPDX-License-Identifier: Apache-2.0 */
/* The parts every HTML report shares; see page.h. */
#include "eval/page.h"

#include <math.h>
#include <stdio.h>

/* report.css as a string, made at build time. */
extern const char bona_report_css[];

bona_err bona_page_begin(bona_buf *out, const char *title, const bona_facts *facts)
{
    bona_err err = bona_buf_text(
        out, "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
             "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>");

    if (err == BONA_OK)
        err = bona_svg_text(out, title);
    if (err == BONA_OK)
        err = bona_buf_text(out, "</title><style>\n");
    if (err == BONA_OK)
        err = bona_buf_text(out, bona_report_css);
    if (err == BONA_OK)
        err = bona_buf_text(out, "</style></head><body>\n<h1>");
    if (err == BONA_OK)
        err = bona_svg_text(out, title);
    if (err == BONA_OK)
        err = bona_buf_text(out, "</h1>\n<p class=\"soft\">");
    if (err == BONA_OK)
        err = bona_svg_text(out, facts->manifest);
    if (err == BONA_OK)
        err = bona_buf_printf(out, " (SHA-256 %.12s), pack ", facts->manifest_hash);
    if (err == BONA_OK)
        err = bona_svg_text(out, facts->pack[0] != 0 ? facts->pack : "of the scores file");
    if (err == BONA_OK && facts->pack_hash[0] != 0)
        err = bona_buf_printf(out, " (%.12s)", facts->pack_hash);
    if (err == BONA_OK)
        err = bona_buf_printf(out, ", bonafide %s, %s, %d cores of ", bona_version(), facts->when,
                              facts->cores);
    if (err == BONA_OK)
        err = bona_svg_text(out, facts->cpu);
    if (err == BONA_OK && facts->kernels[0] != 0)
        err = bona_buf_printf(out, ", %s kernels", facts->kernels);
    return err == BONA_OK ? bona_buf_text(out, "</p>\n") : err;
}

bona_err bona_page_end(bona_buf *out)
{
    return bona_buf_text(out, "</body></html>\n");
}

bona_err bona_page_card(bona_buf *out, const char *name, const char *value, const char *small)
{
    return bona_buf_printf(out, "<div><dt>%s</dt><dd>%s<small>%s</small></dd></div>", name, value,
                           small);
}

void bona_rate_text(char *text, size_t room, const bona_rate *rate)
{
    if (rate->n == 0)
        snprintf(text, room, "-");
    else
        snprintf(text, room, "%.2f %% (%.2f-%.2f)", 100 * rate->rate, 100 * rate->low,
                 100 * rate->high);
}

void bona_estimate_text(char *text, size_t room, const bona_estimate *e, bool percent)
{
    if (!isfinite(e->value))
        snprintf(text, room, "-");
    else if (percent)
        snprintf(text, room, "%.2f %% (%.2f-%.2f)", 100 * e->value, 100 * e->low, 100 * e->high);
    else
        snprintf(text, room, "%.4f (%.4f-%.4f)", e->value, e->low, e->high);
}

bona_err bona_page_rate_cell(bona_buf *out, const bona_rate *rate)
{
    if (rate->n == 0)
        return bona_buf_text(out, "<td></td>");
    return bona_buf_printf(out, "<td>%.2f %% <small>%.2f-%.2f, %lld/%lld</small></td>",
                           100 * rate->rate, 100 * rate->low, 100 * rate->high, (long long)rate->k,
                           (long long)rate->n);
}

bona_err bona_page_estimate_cell(bona_buf *out, const bona_estimate *estimate, bool percent)
{
    double by = percent ? 100 : 1;

    if (!isfinite(estimate->value))
        return bona_buf_text(out, "<td></td>");
    return bona_buf_printf(out,
                           percent ? "<td>%.2f %% <small>%.2f-%.2f</small></td>"
                                   : "<td>%.4f <small>%.4f-%.4f</small></td>",
                           by * estimate->value, by * estimate->low, by * estimate->high);
}
