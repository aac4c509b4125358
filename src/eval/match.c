/* SPDX-License-Identifier: Apache-2.0 */
/* Labelled pairs through the identity network; see match.h. */
#include "eval/match.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "engine/pack.h"
#include "eval/run.h"

#define PICTURE_BYTES_MAX ((size_t)50 << 20)
#define SCORES_BYTES_MAX  ((size_t)256 << 20)
enum { PATH_BYTES_MAX = 4096 };

/* The folder that holds the file. */
static void person_of(char *person, size_t room, const char *path)
{
    const char *end = strrchr(path, '/'), *start = end;

    while (start != NULL && start > path && start[-1] != '/')
        start--;
    snprintf(person, room, "%.*s", start == NULL ? 0 : (int)(end - start),
             start == NULL ? "" : start);
}

static int compare_pictures(const void *a, const void *b)
{
    return strcmp(((const bona_match_picture *)a)->path, ((const bona_match_picture *)b)->path);
}

static void list_pictures(bona_match_set *set)
{
    const char *const sides[2] = { "a", "b" }, *const persons[2] = { "person_a", "person_b" };
    int64_t kept = 0, count = 0;

    for (int64_t row = 0; row < bona_csv_rows(set->manifest); row++)
        for (int side = 0; side < 2; side++) {
            bona_match_picture *p = &set->pictures[count++];
            int32_t person = bona_csv_column(set->manifest, persons[side]);

            p->path =
                bona_csv_field(set->manifest, row, bona_csv_column(set->manifest, sides[side]));
            p->error = "";
            if (person >= 0)
                snprintf(p->person, sizeof p->person, "%s",
                         bona_csv_field(set->manifest, row, person));
            else
                person_of(p->person, sizeof p->person, p->path);
        }
    qsort(set->pictures, (size_t)count, sizeof *set->pictures, compare_pictures);
    for (int64_t i = 0; i < count; i++)
        if (kept == 0 || strcmp(set->pictures[kept - 1].path, set->pictures[i].path) != 0)
            set->pictures[kept++] = set->pictures[i];
    set->picture_count = kept;
}

static int64_t picture_index(const bona_match_set *set, const char *path)
{
    bona_match_picture wanted = { .path = path };
    const bona_match_picture *found = bsearch(&wanted, set->pictures, (size_t)set->picture_count,
                                              sizeof *set->pictures, compare_pictures);

    return found - set->pictures;
}

static bona_err list_pairs(bona_match_set *set, const char *manifest, bona_note *note)
{
    int32_t a = bona_csv_column(set->manifest, "a"), b = bona_csv_column(set->manifest, "b");
    int32_t same = bona_csv_column(set->manifest, "same");

    for (int64_t row = 0; row < bona_csv_rows(set->manifest); row++) {
        const char *answer = bona_csv_field(set->manifest, row, same);

        if (strcmp(answer, "0") != 0 && strcmp(answer, "1") != 0)
            return bona_fail(note, BONA_BAD_CONFIG,
                             "%s, row %lld: same is \"%.20s\", must be 0 or 1", manifest,
                             (long long)row + 2, answer);
        set->pairs[set->pair_count++] =
            (bona_match_pair){ picture_index(set, bona_csv_field(set->manifest, row, a)),
                               picture_index(set, bona_csv_field(set->manifest, row, b)),
                               answer[0] == '1', NAN, NAN };
    }
    return set->pair_count > 0 ? BONA_OK
                               : bona_fail(note, BONA_BAD_CONFIG, "%s: no pair", manifest);
}

bona_err bona_match_load(bona_match_set *set, const char *manifest, bona_note *note)
{
    size_t rows;
    bona_err err;

    *set = (bona_match_set){ 0 };
    err = bona_csv_read(&set->manifest, manifest, note);
    if (err != BONA_OK)
        return err;
    rows = (size_t)bona_csv_rows(set->manifest);
    set->pictures = bona_alloc(2 * rows, sizeof *set->pictures);
    set->pairs = bona_alloc(rows, sizeof *set->pairs);
    if (set->pictures == NULL || set->pairs == NULL)
        err = BONA_NO_MEMORY;
    else if (bona_csv_column(set->manifest, "a") < 0 || bona_csv_column(set->manifest, "b") < 0 ||
             bona_csv_column(set->manifest, "same") < 0)
        err = bona_fail(note, BONA_BAD_CONFIG, "%s: needs the columns a, b and same", manifest);
    if (err == BONA_OK) {
        list_pictures(set);
        err = list_pairs(set, manifest, note);
    }
    if (err != BONA_OK)
        bona_match_deinit(set);
    return err;
}

void bona_match_deinit(bona_match_set *set)
{
    for (int64_t i = 0; i < set->picture_count; i++) {
        bona_wipe(set->pictures[i].vector, (size_t)set->dims * sizeof(float));
        bona_free(set->pictures[i].vector);
    }
    bona_csv_free(set->manifest);
    bona_free(set->pictures);
    bona_free(set->pairs);
    *set = (bona_match_set){ 0 };
}

typedef struct match_run {
    bona_match_set *set;
    const char *root;
    bona_which which;
} match_run;

static bona_err make_vector(void *state, bona_engine *engine, int64_t index, bona_note *note)
{
    match_run *run = state;
    bona_match_picture *picture = &run->set->pictures[index];
    bona_bytes bytes;
    char path[PATH_BYTES_MAX];
    uint8_t *data = NULL;
    bona_err err;

    snprintf(path, sizeof path, "%s/%s", run->root, picture->path);
    picture->vector = bona_alloc((size_t)run->set->dims, sizeof(float));
    if (picture->vector == NULL)
        return BONA_NO_MEMORY;
    err = bona_file_read(path, PICTURE_BYTES_MAX, &data, &bytes.size, note);
    bytes.data = data;
    if (err == BONA_OK)
        err = bona_engine_vector(engine, bytes, run->which, picture->vector);
    bona_free(data);
    if (err == BONA_NO_MEMORY)
        return err;
    picture->error = err == BONA_OK ? "" : bona_err_name(err);
    return BONA_OK;
}

static float similarity_of(const bona_match_set *set, int64_t a, int64_t b)
{
    const float *x = set->pictures[a].vector, *y = set->pictures[b].vector;
    float sum = 0;

    for (int32_t i = 0; i < set->dims; i++)
        sum += x[i] * y[i];
    return sum;
}

static bool is_good(const bona_match_set *set, int64_t picture)
{
    return set->pictures[picture].error[0] == 0;
}

bona_err bona_match_run(bona_match_set *set, const bona_pack *pack, const char *root,
                        bona_which which, bona_note *note)
{
    match_run run = { set, root, which };
    bona_err err;

    set->dims = bona_pack_vector_size(pack);
    if (set->dims == 0)
        return bona_fail(note, BONA_BAD_PACK, "pack %s has no network for the role embed",
                         pack->name);
    err = bona_eval_run(pack, 0, set->picture_count, make_vector, &run, "reading faces", note);
    for (int64_t i = 0; err == BONA_OK && i < set->pair_count; i++) {
        bona_match_pair *p = &set->pairs[i];

        if (!is_good(set, p->a) || !is_good(set, p->b))
            continue;
        p->similarity = similarity_of(set, p->a, p->b);
        p->score = bona_map_at(&pack->match_map, p->similarity);
    }
    return err;
}

bona_err bona_match_any(const bona_match_set *set, const char *root, bona_note *note)
{
    for (int64_t i = 0; i < set->picture_count; i++)
        if (is_good(set, i))
            return BONA_OK;
    return bona_fail(note, BONA_IO,
                     "none of the %lld pictures below %.120s gave a vector (first: %s)",
                     (long long)set->picture_count, root,
                     set->picture_count > 0 ? set->pictures[0].error : "no pair");
}

bona_err bona_match_write(const bona_match_set *set, const char *scores, bona_note *note)
{
    bona_buf out;
    bona_err err;

    bona_buf_init(&out, SCORES_BYTES_MAX);
    err = bona_buf_text(&out, "a,b,same,similarity,score,error\n");
    for (int64_t i = 0; err == BONA_OK && i < set->pair_count; i++) {
        const bona_match_pair *p = &set->pairs[i];
        const char *error =
            is_good(set, p->a) ? set->pictures[p->b].error : set->pictures[p->a].error;

        err = bona_csv_put(&out, set->pictures[p->a].path, true);
        if (err == BONA_OK)
            err = bona_csv_put(&out, set->pictures[p->b].path, false);
        if (err == BONA_OK && isfinite(p->similarity))
            err = bona_buf_printf(&out, ",%d,%.7g,%.7g,\n", p->same, (double)p->similarity,
                                  (double)p->score);
        else if (err == BONA_OK)
            err = bona_buf_printf(&out, ",%d,,,%s\n", p->same, error);
    }
    if (err == BONA_OK)
        err = bona_file_write(scores, out.data, out.size, note);
    bona_buf_deinit(&out);
    return err;
}

static void add_cross(bona_scores *s, const bona_match_set *set)
{
    for (int64_t i = 0; i < set->picture_count; i++)
        for (int64_t k = i + 1; k < set->picture_count; k++)
            if (is_good(set, i) && is_good(set, k) &&
                strcmp(set->pictures[i].person, set->pictures[k].person) != 0)
                s->negative[s->negatives++] = (double)similarity_of(set, i, k);
}

bona_err bona_match_scores(bona_scores *scores, const bona_match_set *set, bool cross)
{
    size_t most =
        (size_t)(cross ? set->picture_count * (set->picture_count - 1) / 2 : set->pair_count);
    bona_scores s = { bona_alloc((size_t)set->pair_count, sizeof(double)),
                      bona_alloc(most, sizeof(double)), 0, 0 };

    if (s.positive == NULL || s.negative == NULL) {
        bona_free(s.positive);
        bona_free(s.negative);
        return BONA_NO_MEMORY;
    }
    for (int64_t i = 0; i < set->pair_count; i++) {
        const bona_match_pair *p = &set->pairs[i];

        if (isfinite(p->similarity) && p->same)
            s.positive[s.positives++] = (double)p->similarity;
        else if (isfinite(p->similarity) && !cross)
            s.negative[s.negatives++] = (double)p->similarity;
    }
    if (cross)
        add_cross(&s, set);
    bona_scores_sort(&s);
    *scores = s;
    return BONA_OK;
}
