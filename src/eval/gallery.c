/* SPDX-License-Identifier: Apache-2.0 */
/* The worst errors as pictures; see gallery.h. The files go in as they are (data URLs), not
 * decoded. */
#include "eval/gallery.h"

#include <math.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "eval/svg.h"

#define PICTURE_BYTES_MAX ((size_t)4 << 20)

/* How far on the wrong side an item lies; negative = right, or no decision. */
static double wrongness(const bona_pad_item *item, double threshold)
{
    double over = item->live - threshold;

    if (!item->done || item->error[0] != 0)
        return -1;
    return strcmp(item->label, "live") == 0 ? -over : over;
}

static const char *mime_of(const uint8_t *data, size_t size)
{
    if (size > 8 && memcmp(data, "\x89PNG", 4) == 0)
        return "image/png";
    if (size > 12 && memcmp(data + 8, "WEBP", 4) == 0)
        return "image/webp";
    return "image/jpeg";
}

static bona_err add_data_url(bona_buf *out, const uint8_t *data, size_t size)
{
    uint8_t *text = bona_alloc(size / 3 * 4 + 8, 1);
    int length;
    bona_err err;

    if (text == NULL)
        return BONA_NO_MEMORY;
    length = EVP_EncodeBlock(text, data, (int)size);
    err = bona_buf_printf(out, "<figure><img loading=\"lazy\" alt=\"\" src=\"data:%s;base64,",
                          mime_of(data, size));
    if (err == BONA_OK)
        err = bona_buf_add(out, text, (size_t)length);
    bona_free(text);
    return err == BONA_OK ? bona_buf_text(out, "\"><figcaption>") : err;
}

static bona_err add_picture(bona_buf *out, const char *root, const bona_pad_item *item)
{
    char path[4096];
    uint8_t *data;
    size_t size;
    bona_err err;

    snprintf(path, sizeof path, "%s/%s", root, item->path);
    if (bona_file_read(path, PICTURE_BYTES_MAX, &data, &size, NULL) != BONA_OK)
        return BONA_OK;
    err = add_data_url(out, data, size);
    bona_free(data);
    if (err == BONA_OK)
        err = bona_svg_text(out, item->path);
    return err == BONA_OK
               ? bona_buf_printf(out, "<br>%s, live %.3f</figcaption></figure>\n",
                                 strcmp(item->label, "live") == 0 ? "bona fide" : "attack",
                                 item->live)
               : err;
}

bona_err bona_gallery_add(bona_buf *out, const bona_pad_report *report)
{
    const bona_pad_set *set = report->set;
    double limit = INFINITY;
    bona_err err = bona_buf_text(out, "<h2>Worst errors</h2><div class=\"gallery\">\n");

    for (int32_t shown = 0; err == BONA_OK && shown < report->gallery; shown++) {
        const bona_pad_item *worst = NULL;
        double most = 0;

        /* The next one below the last shown; equal ones after the first are passed over, a gallery
         * can bear that. */
        for (int64_t i = 0; i < set->count; i++) {
            double wrong = wrongness(&set->items[i], report->threshold);

            if (wrong > most && wrong < limit) {
                most = wrong;
                worst = &set->items[i];
            }
        }
        if (worst == NULL)
            break;
        limit = most;
        err = add_picture(out, report->root, worst);
    }
    return err == BONA_OK ? bona_buf_text(out, "</div>\n") : err;
}
