/* SPDX-License-Identifier: Apache-2.0 */
/* Where is the face, and how good is the picture?   cc quality.c $(pkg-config --cflags --libs
 * bonafide) */
#include <bonafide.h>
#include <stdio.h>

static unsigned char bytes[16 << 20]; /* one encoded picture */

int main(int argc, char **argv)
{
    bona_check_ask ask = { .pictures = { { bytes, 0 } },
                           .picture_count = 1,
                           .flags = BONA_FIND_TURN | BONA_WANT_QUALITY };
    static bona_check_report report;
    const bona_face *face = &report.pictures[0].faces[0];
    const bona_quality *q = &face->quality;
    bona_engine *engine = NULL;
    bona_pack *pack = NULL;
    FILE *file = argc == 2 ? fopen(argv[1], "rb") : NULL;

    if (file == NULL)
        return fprintf(stderr, "usage: quality PICTURE\n"), 64;
    ask.pictures[0].size = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    if (bona_pack_load(&pack, NULL, NULL) == BONA_OK && bona_engine_new(&engine, pack) == BONA_OK &&
        bona_check(engine, &ask, &report) == BONA_OK && report.pictures[0].face_count > 0)
        printf("face %.0f x %.0f at (%.0f, %.0f), yaw %.0f, sharpness %.0f, exposure %.0f, eyes "
               "open %.0f\n",
               (double)face->box.w, (double)face->box.h, (double)face->box.x, (double)face->box.y,
               (double)face->yaw, (double)q->sharpness, (double)q->exposure, (double)q->eyes_open);
    bona_engine_free(engine);
    bona_pack_free(pack);
    return report.pictures[0].face_count > 0 ? 0 : 2;
}
