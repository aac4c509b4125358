/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The orientation tag, wherever a format keeps it, and the pages of a TIFF file. Tolerant: whatever
 * is broken reads as "no tag", never as an error, and costs time linear in the bytes given.
 */
#ifndef BONA_IMAGE_EXIF_H
#define BONA_IMAGE_EXIF_H

#include "base/err.h"

/*
 * Orientation 1..8 from a TIFF structure (TIFF 6.0, section 2; EXIF 2.32, 4.5; BigTIFF), the first
 * directory only; an "Exif\0\0" in front, as JPEG has it, is skipped. 1 where the tag is missing,
 * of another type, or not in 1..8.
 */
int32_t bona_exif_orientation(bona_bytes tiff);

/* Directories (pages) of a TIFF structure, at most `most`; a chain that loops counts as `most`. 0 =
 * not a TIFF structure. */
int32_t bona_exif_pages(bona_bytes tiff, int32_t most);

#endif
