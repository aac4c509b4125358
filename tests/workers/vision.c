/* SPDX-License-Identifier: Apache-2.0 */
/* The engine behind the wall answers as it does without one, whatever picture comes, and nothing it
 * needs is forbidden. */
#include "check.h"

#include <dirent.h>
#include <pthread.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "pictures.h"
#include "workers/vision.h"

enum { FILE_BYTES_MAX = 50 << 20 };

typedef struct desk {
    bona_pack *pack;
    bona_engine *engine; /* without a wall */
    bona_crew *crew;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool answered;
    bona_err err;
    bona_vision_reply reply;
    char warning[200];
} desk;

static void keep_warning(void *arg, const char *line)
{
    snprintf(((desk *)arg)->warning, sizeof((desk *)arg)->warning, "%s", line);
}

static int open_desk(void **state)
{
    desk *self = calloc(1, sizeof *self);
    bona_note note = { "" };
    const bona_crew_settings settings = {
        .workers = 1, .deadline_ms = 60000, .warn = keep_warning, .warn_arg = self
    };
    bona_work work;

    *state = self;
    if (check_shared() == NULL)
        return 0; /* every test says that it is left out */
    if (bona_pack_load(&self->pack, NULL, &note) != BONA_OK)
        fail_msg("%s", note.text);
    pthread_mutex_init(&self->lock, NULL);
    pthread_cond_init(&self->changed, NULL);
    work = bona_vision_work(self->pack);
    if (bona_crew_new(&self->crew, &work, &settings, &note) != BONA_OK ||
        bona_crew_start(self->crew, &note) != BONA_OK)
        fail_msg("%s", note.text);
    if (!bona_crew_ready(self->crew, 60000))
        fail_msg("no worker within a minute: %s", self->warning);
    return bona_engine_new(&self->engine, self->pack) == BONA_OK ? 0 : -1;
}

static int close_desk(void **state)
{
    desk *self = *state;

    bona_crew_stop(self->crew, 1000);
    bona_crew_free(self->crew);
    bona_engine_free(self->engine);
    bona_pack_free(self->pack);
    free(self);
    return 0;
}

static void take(void *arg, const bona_outcome *outcome)
{
    desk *self = arg;

    pthread_mutex_lock(&self->lock);
    self->err = outcome->err;
    if (outcome->err == BONA_OK)
        memcpy(&self->reply, outcome->reply, sizeof self->reply);
    self->answered = true;
    pthread_cond_signal(&self->changed);
    pthread_mutex_unlock(&self->lock);
}

static void ask_through_the_wall(desk *self, const bona_vision_ask *ask, bona_slab *slab,
                                 const char *name)
{
    bona_crew_stats stats;

    self->answered = false;
    assert_int_equal(bona_vision_submit(self->crew, ask, slab, take, self, NULL), BONA_OK);
    pthread_mutex_lock(&self->lock);
    while (!self->answered)
        pthread_cond_wait(&self->changed, &self->lock);
    pthread_mutex_unlock(&self->lock);
    bona_crew_look(self->crew, &stats);
    if (self->err != BONA_OK || stats.replaced != 0)
        fail_msg("%s: %s, %d workers replaced: %s", name, bona_err_name(self->err),
                 (int)stats.replaced, self->warning);
}

static bona_slice put(bona_slab *slab, bona_bytes bytes)
{
    size_t offset = 0;
    uint8_t *room = bona_slab_reserve(slab, bytes.size, &offset);

    assert_non_null(room);
    if (bytes.size > 0)
        memcpy(room, bytes.data, bytes.size);
    return (bona_slice){ offset, bytes.size };
}

static bona_slab *slab_for(const bona_bytes *pictures, int count)
{
    size_t room = 64;
    bona_slab *slab;

    for (int i = 0; i < count; i++)
        room += bona_slab_room(pictures[i].size);
    assert_int_equal(bona_slab_new(&slab, room), BONA_OK);
    return slab;
}

static void compare_pictures(const bona_picture *got, const bona_picture *wanted, const char *name)
{
    if (got->err != wanted->err || got->width != wanted->width ||
        got->face_count != wanted->face_count)
        fail_msg("%s: %s %dx%d %d faces, without the wall %s %dx%d %d faces", name,
                 bona_err_name(got->err), got->width, got->height, got->face_count,
                 bona_err_name(wanted->err), wanted->width, wanted->height, wanted->face_count);
    for (int32_t i = 0; i < got->face_count && i < BONA_FACES_MAX; i++)
        assert_memory_equal(&got->faces[i], &wanted->faces[i], sizeof got->faces[i]);
}

/* One or two pictures, with and without the wall. */
static void check_both_ways(desk *self, const bona_bytes *pictures, int count, const char *name)
{
    bona_slab *slab = slab_for(pictures, count);
    bona_vision_ask ask = { .kind = BONA_VISION_CHECK };
    bona_check_ask plain = { .picture_count = count, .flags = BONA_WANT_QUALITY };
    static bona_check_report wanted;

    ask.check.picture_count = count;
    ask.check.flags = BONA_WANT_QUALITY;
    for (int i = 0; i < count; i++) {
        ask.check.pictures[i] = put(slab, pictures[i]);
        plain.pictures[i] = pictures[i];
    }
    assert_int_equal(bona_check(self->engine, &plain, &wanted), BONA_OK);
    ask_through_the_wall(self, &ask, slab, name);
    assert_int_equal(self->reply.err, BONA_OK);
    assert_int_equal(self->reply.check.decision, wanted.decision);
    assert_int_equal(self->reply.check.reasons, wanted.reasons);
    for (int i = 0; i < count; i++)
        compare_pictures(&self->reply.check.pictures[i], &wanted.pictures[i], name);
}

static void every_format_passes_the_wall(void **state)
{
    NEED_SHARED();
    for (int32_t i = 0; i < picture_recipe_count; i++) {
        bona_bytes picture;
        bona_buf file;

        bona_buf_init(&file, FILE_BYTES_MAX);
        picture_make(&file, picture_recipes[i].name, 640, 400);
        picture = (bona_bytes){ file.data, file.size };
        check_both_ways(*state, &picture, 1, picture_recipes[i].name);
        bona_buf_deinit(&file);
    }
}

/* Every `step`-th file of a folder of the shared data, by name order of the file system. */
static int check_folder(desk *self, const char *folder, int step)
{
    char path[1024];
    DIR *entries;
    int number = 0, checked = 0;

    snprintf(path, sizeof path, "%s/data/%s", check_shared(), folder);
    entries = opendir(path);
    assert_non_null(entries);
    for (const struct dirent *entry = readdir(entries); entry != NULL; entry = readdir(entries)) {
        bona_bytes picture = { NULL, 0 };
        uint8_t *bytes = NULL;

        if (entry->d_name[0] == '.' || number++ % step != 0)
            continue;
        snprintf(path, sizeof path, "%s/data/%s/%s", check_shared(), folder, entry->d_name);
        assert_int_equal(bona_file_read(path, FILE_BYTES_MAX, &bytes, &picture.size, NULL),
                         BONA_OK);
        picture.data = bytes;
        check_both_ways(self, &picture, 1, entry->d_name);
        bona_free(bytes);
        checked++;
    }
    closedir(entries);
    return checked;
}

static void hostile_files_and_faces_pass_the_wall(void **state)
{
    NEED_SHARED();
    assert_true(check_folder(*state, "hostile", 5) > 20);
    assert_true(check_folder(*state, "exif_face", 20) > 0);
    assert_true(check_folder(*state, "multi_face", 60) > 0);
}

static void read_shared(const char *name, uint8_t **bytes, bona_bytes *picture)
{
    char path[1024];
    bona_note note = { "" };

    snprintf(path, sizeof path, "%s/data/%s", check_shared(), name);
    if (bona_file_read(path, FILE_BYTES_MAX, bytes, &picture->size, &note) != BONA_OK)
        fail_msg("%s", note.text);
    picture->data = *bytes;
}

static void pairs_and_comparisons_pass_the_wall(void **state)
{
    desk *self = *state;
    static bona_match_report wanted;
    bona_vision_ask ask = { .kind = BONA_VISION_MATCH };
    bona_match_ask plain = { .frame_count = 1 };
    bona_bytes pictures[2];
    bona_slab *slab;
    uint8_t *owned[2];

    NEED_SHARED();
    read_shared("exif_face/17322902972494256_o0.jpg", &owned[0], &pictures[0]);
    read_shared("exif_face/17431749162910223_o0.jpg", &owned[1], &pictures[1]);
    check_both_ways(self, pictures, 2, "a pair");
    slab = slab_for(pictures, 2);
    ask.match.photo = put(slab, pictures[0]);
    ask.match.frames[0] = put(slab, pictures[1]);
    ask.match.frame_count = 1;
    plain.photo = pictures[0];
    plain.frames[0] = pictures[1];
    assert_int_equal(bona_match(self->engine, &plain, &wanted), BONA_OK);
    ask_through_the_wall(self, &ask, slab, "a comparison");
    assert_int_equal(self->reply.err, BONA_OK);
    assert_int_equal(self->reply.match.photo_err, wanted.photo_err);
    assert_true(self->reply.match.score == wanted.score);
    compare_pictures(&self->reply.match.photo, &wanted.photo, "photo");

    slab = slab_for(pictures, 2);
    ask.match.photo = put(slab, pictures[0]);
    ask.match.frames[0] = put(slab, pictures[1]);
    ask.match.frame_limits.side_px_max = 100;
    ask_through_the_wall(self, &ask, slab, "a comparison with too large a frame");
    assert_int_equal(self->reply.match.frames_err, BONA_IMAGE_TOO_BIG);
    for (int i = 0; i < 2; i++)
        bona_free(owned[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_format_passes_the_wall),
        cmocka_unit_test(hostile_files_and_faces_pass_the_wall),
        cmocka_unit_test(pairs_and_comparisons_pass_the_wall),
    };

    return cmocka_run_group_tests_name("workers_vision", tests, open_desk, close_desk);
}
