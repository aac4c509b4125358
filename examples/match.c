/* SPDX-License-Identifier: Apache-2.0 */
/* Do two pictures show the same person?   cc match.c $(pkg-config --cflags --libs bonafide) */
#include <bonafide.h>
#include <stdio.h>

static unsigned char bytes[2][16 << 20]; /* two encoded pictures */

static bona_bytes read_file(int slot, const char *path)
{
    FILE *file = fopen(path, "rb");
    bona_bytes read = { bytes[slot],
                        file != NULL ? fread(bytes[slot], 1, sizeof bytes[slot], file) : 0 };

    if (file != NULL)
        fclose(file);
    return read;
}

int main(int argc, char **argv)
{
    static bona_match_report report;
    bona_match_ask ask = { .frame_count = 1, .photo_flags = BONA_FIND_TURN };
    bona_engine *engine = NULL;
    bona_pack *pack = NULL;

    if (argc != 3)
        return fprintf(stderr, "usage: match PHOTO LIVE\n"), 64;
    ask.photo = read_file(0, argv[1]);
    ask.frames[0] = read_file(1, argv[2]);
    if (bona_pack_load(&pack, NULL, NULL) == BONA_OK && bona_engine_new(&engine, pack) == BONA_OK &&
        bona_match(engine, &ask, &report) == BONA_OK && report.compared)
        printf("similarity %.3f, score %.3f: %s\n", (double)report.similarity, (double)report.score,
               report.same ? "same person" : "another person");
    bona_engine_free(engine);
    bona_pack_free(pack);
    return !report.compared ? 2 : report.same ? 0 : 1;
}
