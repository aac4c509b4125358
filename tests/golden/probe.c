/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Prints what the engine sees, for comparison with the upstream rules in upstream.py. Reads lines
 * "path" or "path x y w h" from standard input; a box handed in replaces the detector's. Writes
 * CSV: path,error,faces,x,y,w,h,confidence,live,p0,p1,p2,p3, then (with a second argument) eyes,
 * nose and mouth visible, eyes open
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "engine/quality.h"

enum { PICTURE_BYTES_MAX = 50 << 20 };

static void print_row(const char *path, const bona_picture *picture, int32_t nets)
{
    const bona_face *f = &picture->faces[0];

    printf("%s,%s,%d,%.4f,%.4f,%.4f,%.4f,%.5f,%.7f", path, bona_err_name(picture->err),
           picture->face_count, (double)f->box.x, (double)f->box.y, (double)f->box.w,
           (double)f->box.h, (double)f->confidence, (double)f->live);
    for (int32_t i = 0; i < BONA_SPOOF_NETS_MAX; i++)
        printf(",%.7f", i < nets ? (double)f->raw_live[i] : 0.0);
    printf(",%.2f,%.2f,%.2f,%.2f\n", (double)f->quality.eyes_visible,
           (double)f->quality.nose_visible, (double)f->quality.mouth_visible,
           (double)f->quality.eyes_open);
}

/* The same picture with the box of the caller as its only face. */
static void replace_face(bona_sight *sight, bona_picture *picture, bona_box box)
{
    bona_spot spot = { .box = box, .confidence = 1 };

    bona_spot_scale(&spot, sight->scale);
    sight->found.faces.items[0] = spot;
    sight->found.faces.count = 1;
    picture->faces[0].box = box;
    picture->judged = 0;
    picture->face_count = 1;
}

static bona_err probe(bona_engine *engine, const char *path, const bona_box *box, bool quality)
{
    bona_sight_ask ask = { 0 };
    bona_sight sight = { 0 };
    bona_picture picture = { 0 };
    bona_times ms = { 0 };
    bona_note note = { "" };
    uint8_t *bytes = NULL;
    size_t size = 0;
    bona_err err = bona_file_read(path, PICTURE_BYTES_MAX, &bytes, &size, &note);

    if (err == BONA_OK) {
        ask.bytes = (bona_bytes){ bytes, size };
        err = bona_sight_open(&sight, &picture, engine, &ask, &ms);
    }
    if (err == BONA_OK && picture.err == BONA_OK && box != NULL)
        replace_face(&sight, &picture, *box);
    if (err == BONA_OK && picture.err == BONA_OK && picture.judged >= 0)
        err = bona_sight_spoof(&sight, &picture, engine, &ms);
    if (err == BONA_OK && picture.err == BONA_OK && picture.judged >= 0 && quality)
        err = bona_sight_quality(&sight, &picture, engine, &ms);
    if (err == BONA_OK)
        print_row(path, &picture, engine->pack->spoof_count);
    else
        fprintf(stderr, "%s: %s\n", path, note.text[0] != 0 ? note.text : bona_err_text(err));
    bona_sight_deinit(&sight);
    bona_free(bytes);
    return err;
}

int main(int argc, char **argv)
{
    bona_pack *pack = NULL;
    bona_engine *engine = NULL;
    bona_note note = { "" };
    char line[4096], path[4096];
    bona_err err = bona_pack_load(&pack, argc > 1 ? argv[1] : NULL, &note);

    if (err == BONA_OK)
        err = bona_engine_new(&engine, pack);
    if (err != BONA_OK)
        fprintf(stderr, "%s\n", note.text);
    while (err == BONA_OK && fgets(line, sizeof line, stdin) != NULL) {
        bona_box box = { 0 };
        int got = sscanf(line, "%4095s %f %f %f %f", path, &box.x, &box.y, &box.w, &box.h);

        if (got == 1 || got == 5)
            err = probe(engine, path, got == 5 ? &box : NULL, argc > 2);
    }
    bona_engine_free(engine);
    bona_pack_free(pack);
    return err == BONA_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}
