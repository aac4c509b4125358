/* SPDX-License-Identifier: Apache-2.0 */
/*
 * motion_report: one CSV line per pair, with every cue, for choosing parameters and for
 * docs/active-liveness.md. motion_report PACK pairs FROM COUNT WIDTH    COUNT drawn pairs of every
 * kind, from index FROM motion_report PACK files LIST                LIST has lines
 * "sequence,label,expected,path"; all pairs of a sequence
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "motion/sequence.h"
#include "synth/pairs.h"

enum { FRAMES_MAX = 16, FILE_BYTES_MAX = 64 << 20, LINE_MAX = 1024 };
static const float persons_min = -1; /* the report shows the similarity instead of refusing */

static void head_line(void)
{
    printf("sequence,label,expected,first,second,turn,truth,motion,direction,turned,turn_deg,yaw,"
           "pitch,roll,why,"
           "similarity,live_first,live_second");
    for (int32_t n = 0; bona_motion_cue_name(n) != NULL; n++)
        printf(",%s", bona_motion_cue_name(n));
    printf("\n");
}

static void pair_line(const char *what, const moment *a, const moment *b, const float truth[2])
{
    float similarity = NAN;
    bona_motion_result r;

    if (!a->usable || !b->usable) {
        printf("%s,%.2f,%.2f,,,,,,,,no_face,,,\n", what, (double)truth[0], (double)truth[1]);
        return;
    }
    r = moment_pair(a, b, persons_min, &similarity);
    printf("%s,%.2f,%.2f,%.4f,%.2f,%d,%.2f,%.2f,%.2f,%.2f,%d,%.3f,%.3f,%.3f", what,
           (double)truth[0], (double)truth[1], (double)r.motion, (double)r.direction, r.turned,
           (double)r.turn_deg, (double)r.yaw_deg, (double)r.pitch_deg, (double)r.roll_deg,
           (int)r.why, (double)similarity, (double)a->picture.faces[0].live,
           (double)b->picture.faces[0].live);
    for (int32_t n = 0; n < r.cue_count; n++)
        printf(",%.4f", (double)r.cues[n]);
    printf("\n");
}

/* As a PNM file in memory, so that drawn pictures take the same way as any other. */
static bona_bytes as_pnm(const synth_picture *p)
{
    size_t pixels = (size_t)p->width * (size_t)p->height * 3;
    uint8_t *bytes = bona_alloc(pixels + 32, 1);
    int head;

    if (bytes == NULL)
        return (bona_bytes){ NULL, 0 };
    head = snprintf((char *)bytes, 32, "P6\n%d %d\n255\n", (int)p->width, (int)p->height);
    memcpy(bytes + head, p->rgb, pixels);
    return (bona_bytes){ bytes, pixels + (size_t)head };
}

static bool drawn_pair(bona_engine *engine, synth_kind kind, uint64_t index, int32_t width)
{
    static moment a, b;
    synth_pair pair;
    bool ok = synth_pair_make(&pair, kind, index, width);
    bona_bytes first = ok ? as_pnm(&pair.first) : (bona_bytes){ 0 };
    bona_bytes second = ok ? as_pnm(&pair.second) : (bona_bytes){ 0 };
    char what[128];

    ok = ok && first.data != NULL && second.data != NULL;
    if (ok && moment_open(&a, engine, first) && moment_open(&b, engine, second)) {
        const float truth[2] = { pair.turn_deg, pair.direction };

        snprintf(what, sizeof what, "%s_%llu,%s,%s,0,1", synth_kind_name[kind],
                 (unsigned long long)index, kind <= SYNTH_LIVE_STILL ? "live" : "print",
                 synth_kind_name[kind]);
        pair_line(what, &a, &b, truth);
        moment_close(&a);
        moment_close(&b);
    }
    bona_free((void *)(uintptr_t)first.data);
    bona_free((void *)(uintptr_t)second.data);
    synth_pair_free(&pair);
    return ok;
}

static bool drawn_pairs(bona_engine *engine, const char *only, uint64_t from, uint64_t count,
                        int32_t width)
{
    bool ok = true;

    for (uint64_t n = from; n < from + count && ok; n++) {
        for (int32_t kind = 0; kind < SYNTH_KINDS && ok; kind++)
            if (strcmp(only, "all") == 0 || strcmp(only, synth_kind_name[kind]) == 0)
                ok = drawn_pair(engine, (synth_kind)kind, n, width);
        fflush(stdout);
    }
    return ok;
}

/* The frames of the sequence being read. */
typedef struct sequence {
    char name[128], label[32], expected[128];
    moment *frames; /* FRAMES_MAX */
    int32_t count;
} sequence;

static void finish(sequence *s)
{
    static const float none[2] = { 0, 0 };
    char what[512];

    for (int32_t i = 0; i < s->count; i++) {
        for (int32_t j = i + 1; j < s->count; j++) {
            snprintf(what, sizeof what, "%s,%s,%s,%d,%d", s->name, s->label, s->expected, (int)i,
                     (int)j);
            pair_line(what, &s->frames[i], &s->frames[j], none);
        }
    }
    for (int32_t i = 0; i < s->count; i++)
        moment_close(&s->frames[i]);
    fflush(stdout);
    s->count = 0;
}

static bool add_frame(sequence *s, bona_engine *engine, const char *path)
{
    uint8_t *data = NULL;
    size_t size = 0;
    bool ok = s->count < FRAMES_MAX &&
              bona_file_read(path, FILE_BYTES_MAX, &data, &size, NULL) == BONA_OK;

    ok = ok && moment_open(&s->frames[s->count], engine, (bona_bytes){ data, size });
    s->count += ok;
    bona_free(data);
    return ok;
}

static bool listed(bona_engine *engine, const char *list)
{
    sequence s = { .frames = bona_alloc(FRAMES_MAX, sizeof *s.frames) };
    FILE *file = fopen(list, "r");
    char line[LINE_MAX], name[128], label[32], expected[128], path[512];
    bool ok = file != NULL && s.frames != NULL;

    while (ok && fgets(line, sizeof line, file) != NULL) {
        if (sscanf(line, "%127[^,],%31[^,],%127[^,],%511[^\n]", name, label, expected, path) != 4)
            continue;
        if (strcmp(name, s.name) != 0) {
            finish(&s);
            memcpy(s.name, name, sizeof name);
            memcpy(s.label, label, sizeof label);
            memcpy(s.expected, expected, sizeof expected);
        }
        ok = add_frame(&s, engine, path);
        if (!ok)
            fprintf(stderr, "motion_report: cannot read %s\n", path);
    }
    finish(&s);
    if (file != NULL)
        fclose(file);
    bona_free(s.frames);
    return ok;
}

int main(int argc, char **argv)
{
    bona_pack *pack = NULL;
    bona_engine *engine = NULL;
    bona_note note = { "" };
    bool pairs = argc == 7 && strcmp(argv[2], "pairs") == 0,
         files = argc == 4 && strcmp(argv[2], "files") == 0;
    bona_err err;
    bool ok = false;

    if (!pairs && !files) {
        fprintf(stderr, "usage: motion_report PACK pairs KIND FROM COUNT WIDTH | motion_report "
                        "PACK files LIST\n");
        return 64;
    }
    err = bona_pack_load(&pack, argv[1], &note);
    if (err == BONA_OK)
        err = bona_engine_new(&engine, pack);
    if (err != BONA_OK)
        fprintf(stderr, "motion_report: %s\n", note.text);
    if (err == BONA_OK) {
        head_line();
        ok = pairs ? drawn_pairs(engine, argv[3], strtoull(argv[4], NULL, 10),
                                 strtoull(argv[5], NULL, 10), (int32_t)strtol(argv[6], NULL, 10))
                   : listed(engine, argv[3]);
    }
    bona_engine_free(engine);
    bona_pack_free(pack);
    return ok ? 0 : 70;
}
