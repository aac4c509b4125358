/* SPDX-License-Identifier: Apache-2.0 */
/*
 * synth: writes drawn pictures (PPM) and their truth (CSV) into a folder.
 *   synth faces DIR COUNT SEED [WIDTH]   single heads, each its own person, camera, light and pose
 *   synth pairs DIR COUNT SEED [WIDTH]   COUNT pairs of every kind of pairs.h
 */
#include "synth/pairs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool write_ppm(const char *path, const synth_picture *p)
{
    FILE *file = fopen(path, "wb");
    size_t bytes = (size_t)p->width * (size_t)p->height * 3;
    bool ok = file != NULL;

    ok = ok && fprintf(file, "P6\n%d %d\n255\n", (int)p->width, (int)p->height) > 0;
    ok = ok && fwrite(p->rgb, 1, bytes, file) == bytes;
    if (file != NULL)
        ok = fclose(file) == 0 && ok;
    return ok;
}

static const char *const columns =
    "file,kind,index,moment,width,height,box_x,box_y,box_w,box_h,x0,y0,x1,y1,x2,y2,x3,y3,"
    "x4,y4,yaw,pitch,roll,turn,direction\n";

static bool write_one(FILE *csv, const char *folder, const char *kind, uint64_t index,
                      int32_t moment, const synth_picture *p, const float turn_direction[2])
{
    const synth_truth *t = &p->truth;
    char name[64], path[512];
    int length;

    snprintf(name, sizeof name, "%s_%05llu_%d.ppm", kind, (unsigned long long)index, (int)moment);
    length = snprintf(path, sizeof path, "%s/%s", folder, name);
    if (length < 0 || (size_t)length >= sizeof path || !write_ppm(path, p))
        return false;
    fprintf(csv, "%s,%s,%llu,%d,%d,%d,%.2f,%.2f,%.2f,%.2f", name, kind, (unsigned long long)index,
            (int)moment, (int)p->width, (int)p->height, (double)t->box.x, (double)t->box.y,
            (double)t->box.w, (double)t->box.h);
    for (int32_t n = 0; n < BONA_POINTS; n++)
        fprintf(csv, ",%.2f,%.2f", (double)t->points[n].x, (double)t->points[n].y);
    return fprintf(csv, ",%.2f,%.2f,%.2f,%.2f,%.2f\n", (double)t->pose.yaw, (double)t->pose.pitch,
                   (double)t->pose.roll, (double)turn_direction[0], (double)turn_direction[1]) > 0;
}

static bool write_pairs(FILE *csv, const char *folder, uint64_t count, uint64_t seed, int32_t width)
{
    bool ok = true;

    for (int32_t kind = 0; kind < SYNTH_KINDS && ok; kind++) {
        for (uint64_t n = seed; n < seed + count && ok; n++) {
            synth_pair pair;
            float truth[2];

            ok = synth_pair_make(&pair, (synth_kind)kind, n, width);
            truth[0] = pair.turn_deg;
            truth[1] = pair.direction;
            ok = ok && write_one(csv, folder, synth_kind_name[kind], n, 0, &pair.first, truth);
            ok = ok && write_one(csv, folder, synth_kind_name[kind], n, 1, &pair.second, truth);
            synth_pair_free(&pair);
        }
    }
    return ok;
}

static bool write_faces(FILE *csv, const char *folder, uint64_t count, uint64_t seed, int32_t width)
{
    static const float none[2] = { 0, 0 };
    bool ok = true;

    for (uint64_t n = seed; n < seed + count && ok; n++) {
        synth_picture picture;
        synth_scene scene;

        synth_scene_any(&scene, n, width);
        ok = synth_draw_head(&picture, &scene) &&
             write_one(csv, folder, "face", n, 0, &picture, none);
        synth_picture_free(&picture);
    }
    return ok;
}

int main(int argc, char **argv)
{
    uint64_t count = argc > 3 ? strtoull(argv[3], NULL, 10) : 0;
    uint64_t seed = argc > 4 ? strtoull(argv[4], NULL, 10) : 1;
    int32_t width = argc > 5 ? (int32_t)strtol(argv[5], NULL, 10) : 640;
    char path[512];
    FILE *csv;
    bool ok;

    if (count == 0 || width < 64 || width > 4096 ||
        (strcmp(argv[1], "faces") != 0 && strcmp(argv[1], "pairs") != 0)) {
        fprintf(stderr, "usage: synth faces|pairs DIR COUNT [SEED] [WIDTH 64..4096]\n");
        return 64;
    }
    snprintf(path, sizeof path, "%s/truth.csv", argv[2]);
    csv = fopen(path, "w");
    ok = csv != NULL && fputs(columns, csv) >= 0;
    if (ok)
        ok = strcmp(argv[1], "faces") == 0 ? write_faces(csv, argv[2], count, seed, width)
                                           : write_pairs(csv, argv[2], count, seed, width);
    if (csv != NULL)
        ok = fclose(csv) == 0 && ok;
    if (!ok)
        fprintf(stderr, "synth: cannot write into %s\n", argv[2]);
    return ok ? 0 : 70;
}
