/* SPDX-License-Identifier: Apache-2.0 */
/* Is the person in a picture live?   cc check.c $(pkg-config --cflags --libs bonafide) */
#include <bonafide.h>
#include <stdio.h>

static unsigned char bytes[16 << 20]; /* one encoded picture */

int main(int argc, char **argv)
{
    bona_check_ask ask = { .pictures = { { bytes, 0 } },
                           .picture_count = 1,
                           .flags = BONA_FIND_TURN };
    static bona_check_report report;
    bona_engine *engine = NULL;
    bona_pack *pack = NULL;
    bona_note note = { "" };
    FILE *file = argc == 2 ? fopen(argv[1], "rb") : NULL;

    if (file == NULL)
        return fprintf(stderr, "usage: check PICTURE\n"), 64;
    ask.pictures[0].size = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    if (bona_pack_load(&pack, NULL, &note) != BONA_OK)
        return fprintf(stderr, "%s\n", note.text), 70;
    if (bona_engine_new(&engine, pack) == BONA_OK && bona_check(engine, &ask, &report) == BONA_OK)
        printf("%s, score %.3f, %d face(s)\n",
               report.decision == BONA_LIVE       ? "live"
               : report.decision == BONA_NOT_LIVE ? "not live"
                                                  : "undecided",
               (double)report.live, (int)report.pictures[0].face_count);
    bona_engine_free(engine);
    bona_pack_free(pack);
    return report.decision == BONA_LIVE ? 0 : report.decision == BONA_NOT_LIVE ? 1 : 2;
}
