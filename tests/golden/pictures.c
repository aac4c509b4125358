/* SPDX-License-Identifier: Apache-2.0 */
/* See pictures.h. Every drawn picture differs from the usual one in what its name says. */
#include "pictures.h"

#include <stdio.h>

#include "base/file.h"
#include "base/mem.h"
#include "image/encode_png.h"
#include "synth/pairs.h"

enum { FILE_MAX = 32 << 20 /* bytes */ };

typedef enum drawing { HEAD, PRINT, SCREEN, TURN, FLAT } drawing;

static const struct {
    const char *name;
    drawing drawing;
    uint64_t seed; /* of the person */
    int32_t width; /* px, 4:3 */
    synth_pose pose;
    float size, exposure, azimuth, noise, blur;
} drawn[] = {
    { "frontal", HEAD, 1, 400, { 0, 0, 0 }, 0.45f, 1, 20, 2, 0 },
    { "frontal_large", HEAD, 2, 800, { 0, 0, 0 }, 0.13f, 1, 20, 2, 0 },
    { "turned_left", HEAD, 3, 400, { -30, 0, 0 }, 0.16f, 1, 20, 2, 0 },
    { "turned_right", HEAD, 4, 400, { 30, 0, 0 }, 0.45f, 1, 20, 2, 0 },
    { "chin_up", HEAD, 5, 400, { 0, 20, 0 }, 0.17f, 1, 20, 2, 0 },
    { "rolled", HEAD, 6, 400, { 0, 0, 20 }, 0.4f, 1, 20, 2, 0 },
    { "sideways", HEAD, 7, 400, { 0, 0, 90 }, 0.35f, 1, 20, 2, 0 },
    { "small", HEAD, 8, 400, { 0, 0, 0 }, 0.16f, 1, 20, 2, 0 },
    { "dark", HEAD, 9, 400, { 0, 0, 0 }, 0.18f, 0.25f, 20, 2, 0 },
    { "side_light", HEAD, 10, 400, { 0, 0, 0 }, 0.25f, 1, 75, 2, 0 },
    { "noisy_blurred", HEAD, 11, 400, { 0, 0, 0 }, 0.17f, 1, 20, 8, 2 },
    { "nobody", HEAD, 12, 400, { 0, 0, 0 }, 0.01f, 1, 20, 2, 0 },
    { "print", PRINT, 1, 400, { 8, 0, 3 }, 0.7f, 1, 20, 2, 0 },
    { "screen", SCREEN, 2, 400, { 0, 5, 0 }, 0.8f, 1, 20, 2, 0 },
    { "pair_turn", TURN, 1, 400, { 0, 0, 0 }, 0, 0, 0, 0, 0 },
    { "pair_flat", FLAT, 1, 400, { 0, 0, 0 }, 0, 0, 0, 0, 0 },
};

const int32_t golden_drawn_count = sizeof drawn / sizeof *drawn;

/* Sources, labels, sizes, turns and counts of faces; chosen by place in the list, not by outcome.
 */
static const char *const shared[] = {
    "exif_face/17322902972494256_o3.jpg",
    "exif_face/17322902972494256_o6.jpg",
    "mixed/live/071692_jpg.rf.871bbec78f631f404a097f161e221723.jpg",
    "mixed/print/064776_jpg.rf.56548c4e8965435d4f7663702e2c135b.jpg",
    "mixed/mask/070999_jpg.rf.cd1b2e5d5f8d22a4645ea629c495fc3f.jpg",
    "multi_face/Linzaer_18.jpg",
    "no_face/157032.jpg",
    "nuaa/live/0005_00_00_01_73.jpg",
    "nuaa/print/0003_01_02_02_7.jpg",
    "phone_f/live/real_t06.00.jpg",
    "phone_f/replay/fake_t05.00.jpg",
    "phone_g/replay/fake_t03.00.jpg",
    "quality/blur/17323020212509975.jpg",
    "quality/dark/17424104261964328.jpg",
    "quality/edge/17322902920137565-1_edge.jpg",
    "quality/occluded_mask/17322902854044306.jpg",
    "webcam_a/live/17424090745400243.jpg",
    "webcam_b/live/1732290297562151.jpg",
    "webcam_c/replay/17050403326961744.jpg",
    "webcam_d/live/17431749115187953.jpg",
    "webcam_e/replay/17026168172453063.jpg",
};

const int32_t golden_shared_count = sizeof shared / sizeof *shared;

static bool add_file(golden_picture *picture, const synth_picture *drawn_one)
{
    bona_buf *file = &picture->files[picture->file_count++];

    bona_buf_init(file, FILE_MAX);
    return bona_image_encode_png(file, synth_look(drawn_one)) == BONA_OK;
}

static bool draw_head(synth_picture *out, int32_t index)
{
    synth_scene scene;

    synth_scene_default(&scene, drawn[index].seed);
    scene.pose = drawn[index].pose;
    scene.size = drawn[index].size;
    scene.light.azimuth = drawn[index].azimuth;
    scene.camera.width = drawn[index].width;
    scene.camera.height = drawn[index].width * 3 / 4;
    scene.camera.exposure = drawn[index].exposure;
    scene.camera.noise = drawn[index].noise;
    scene.camera.blur = drawn[index].blur;
    return synth_draw_head(out, &scene);
}

/* A usual head of that person, shown flat. */
static bool draw_photo(synth_picture *out, int32_t index)
{
    synth_picture shown = { 0 };
    synth_scene scene;
    synth_photo photo;
    bool good;

    synth_scene_default(&scene, drawn[index].seed);
    synth_photo_default(&photo, drawn[index].seed);
    scene.camera.width = photo.camera.width = drawn[index].width;
    scene.camera.height = photo.camera.height = drawn[index].width * 3 / 4;
    photo.pose = drawn[index].pose;
    photo.size = drawn[index].size;
    photo.screen = drawn[index].drawing == SCREEN;
    good = synth_draw_head(&shown, &scene) && synth_draw_photo(out, &photo, &shown);
    synth_picture_free(&shown);
    return good;
}

bool golden_draw(golden_picture *picture, int32_t index)
{
    synth_picture single = { 0 };
    synth_pair pair = { 0 };
    drawing kind = drawn[index].drawing;
    bool good;

    *picture = (golden_picture){ .name = drawn[index].name };
    if (kind == TURN || kind == FLAT) {
        good = synth_pair_make(&pair, kind == TURN ? SYNTH_LIVE_TURN : SYNTH_FLAT_MIXED,
                               drawn[index].seed, drawn[index].width) &&
               add_file(picture, &pair.first) && add_file(picture, &pair.second);
        synth_pair_free(&pair);
        return good;
    }
    good = (kind == HEAD ? draw_head(&single, index) : draw_photo(&single, index)) &&
           add_file(picture, &single);
    synth_picture_free(&single);
    return good;
}

bool golden_read(golden_picture *picture, int32_t index, const char *folder)
{
    bona_note note;
    char path[4096];

    *picture = (golden_picture){ .name = shared[index], .file_count = 1 };
    bona_buf_init(&picture->files[0], FILE_MAX);
    snprintf(path, sizeof path, "%s/%s", folder, shared[index]);
    if (bona_file_read(path, FILE_MAX, &picture->files[0].data, &picture->files[0].size, &note) ==
        BONA_OK)
        return true;
    fprintf(stderr, "%s\n", note.text);
    return false;
}

void golden_picture_deinit(golden_picture *picture)
{
    for (int32_t i = 0; i < 2; i++)
        bona_buf_deinit(&picture->files[i]);
    *picture = (golden_picture){ 0 };
}
