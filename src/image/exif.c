/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A small reader of TIFF structures (TIFF 6.0, section 2; BigTIFF as libtiff documents it): byte
 * order, version 42 or 43, then a chain of directories. A directory is a count, entries of tag,
 * type, count and value, and the offset of the next.
 */
#include "image/exif.h"

#include <string.h>

enum {
    TAG_ORIENTATION = 0x0112, /* TIFF 6.0, section 8; EXIF 2.32, table 4 */
    TYPE_BYTE = 1,
    TYPE_SHORT = 3,
    TYPE_LONG = 4,
    ENTRIES_MAX = 4096 /* of the first directory that are looked at; cameras write under 100 */
};

typedef struct reader {
    bona_bytes bytes;
    bool big_endian;
    bool big;       /* BigTIFF: 64-bit offsets and counts */
    uint64_t first; /* offset of the first directory */
} reader;

/* The unsigned number of `size` bytes at `at`; 0 when it reaches past the end. */
static uint64_t number(const reader *r, uint64_t at, unsigned size)
{
    uint64_t value = 0;

    if (at > r->bytes.size || r->bytes.size - at < size)
        return 0;
    for (unsigned i = 0; i < size; i++) {
        unsigned place = r->big_endian ? i : size - 1 - i;

        value = value << 8 | r->bytes.data[at + place];
    }
    return value;
}

static bool open_structure(reader *r, bona_bytes tiff)
{
    uint64_t version;

    if (tiff.size >= 6 && memcmp(tiff.data, "Exif\0\0", 6) == 0)
        tiff = (bona_bytes){ .data = tiff.data + 6, .size = tiff.size - 6 };
    if (tiff.size < 8)
        return false;
    *r = (reader){ .bytes = tiff };
    if (memcmp(tiff.data, "MM", 2) == 0)
        r->big_endian = true;
    else if (memcmp(tiff.data, "II", 2) != 0)
        return false;
    version = number(r, 2, 2);
    r->big = version == 43;
    r->first = r->big ? number(r, 8, 8) : number(r, 4, 4);
    return version == 42 || version == 43;
}

int32_t bona_exif_orientation(bona_bytes tiff)
{
    reader r;
    uint64_t entries, at;
    unsigned count_size, entry_size;

    if (!open_structure(&r, tiff) || r.first == 0)
        return 1;
    count_size = r.big ? 8 : 2;
    entry_size = r.big ? 20 : 12;
    entries = number(&r, r.first, count_size);
    at = r.first + count_size;
    for (uint64_t i = 0; i < entries && i < ENTRIES_MAX && at < r.bytes.size;
         i++, at += entry_size) {
        unsigned type = (unsigned)number(&r, at + 2, 2);
        uint64_t value_at = at + (r.big ? 12 : 8);
        uint64_t value = 0;

        if (number(&r, at, 2) != TAG_ORIENTATION)
            continue;
        if (type == TYPE_SHORT)
            value = number(&r, value_at, 2);
        else if (type == TYPE_LONG)
            value = number(&r, value_at, 4);
        else if (type == TYPE_BYTE)
            value = number(&r, value_at, 1);
        return value >= 1 && value <= 8 ? (int32_t)value : 1;
    }
    return 1;
}

int32_t bona_exif_pages(bona_bytes tiff, int32_t most)
{
    reader r;
    uint64_t at;
    int32_t pages = 0;

    if (!open_structure(&r, tiff))
        return 0;
    at = r.first;
    /* A loop needs no memory of where it has been: it simply never ends before `most`. */
    while (at != 0 && at < r.bytes.size && pages < most) {
        uint64_t entries = number(&r, at, r.big ? 8 : 2);
        uint64_t skip = (r.big ? 8 : 2) + entries * (r.big ? 20 : 12);

        pages++;
        if (entries > r.bytes.size || skip > r.bytes.size - at)
            break;
        at = number(&r, at + skip, r.big ? 8 : 4);
    }
    return pages;
}
