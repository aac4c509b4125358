/* SPDX-License-Identifier: Apache-2.0 */
/* The worst errors as pictures inside the page. Only when asked for: the page then shows people. */
#ifndef BONA_EVAL_GALLERY_H
#define BONA_EVAL_GALLERY_H

#include "eval/pad_report.h"

/* Adds the report->gallery pictures furthest on the wrong side of the threshold. A file that cannot
 * be read is left out. */
bona_err bona_gallery_add(bona_buf *out, const bona_pad_report *report);

#endif
