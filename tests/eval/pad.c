/* SPDX-License-Identifier: Apache-2.0 */
/* Error rates of a scores file that is small enough to count by hand. */
#include "check.h"

#include <math.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "eval/fit_pack.h"
#include "eval/pad_rates.h"

#define NEAR(a, b) assert_true(fabs((a) - (b)) < 1e-9)

/* Two sources, two kinds, two failures, one slice column. */
static const char text[] = "path,label,live,faces,error,net_a,net_b,source,light,ms,pack\n"
                           "a/1.jpg,live,0.9,1,,0.9,0.8,cam_a,day,10,p\n"
                           "a/2.jpg,live,0.4,1,,0.4,0.3,cam_a,night,12,p\n"
                           "a/3.jpg,live,,0,NO_FACE,,,cam_a,night,8,p\n"
                           "a/4.jpg,print,0.1,1,,0.2,0.1,cam_a,day,11,p\n"
                           "a/5.jpg,print,0.6,1,,0.7,0.4,cam_a,day,11,p\n"
                           "b/1.jpg,live,0.8,1,,0.8,0.7,cam_b,day,9,p\n"
                           "b/2.jpg,replay,0.2,1,,0.1,0.2,cam_b,day,9,p\n"
                           "b/3.jpg,replay,,0,BAD_IMAGE,,,cam_b,day,1,p\n";

static char folder[] = "/tmp/bonafide-pad-XXXXXX";
static char scores_path[64], other_path[64];
static bona_pad_set set;

static int load_scores(void **state)
{
    (void)state;
    if (mkdtemp(folder) == NULL)
        return -1;
    snprintf(scores_path, sizeof scores_path, "%s/scores.csv", folder);
    snprintf(other_path, sizeof other_path, "%s/other.csv", folder);
    assert_int_equal(bona_file_write(scores_path, text, sizeof text - 1, NULL), BONA_OK);
    assert_int_equal(bona_pad_load(&set, scores_path, NULL), BONA_OK);
    return bona_pad_resume(&set, scores_path, NULL, NULL) == BONA_OK ? 0 : -1;
}

static int remove_scores(void **state)
{
    (void)state;
    bona_pad_deinit(&set);
    unlink(scores_path);
    unlink(other_path);
    return rmdir(folder);
}

static void every_line_is_read_with_its_slices_and_networks(void **state)
{
    (void)state;
    assert_int_equal(set.count, 8);
    assert_int_equal(set.net_count, 2);
    assert_string_equal(set.net_names[1], "net_b");
    assert_int_equal(set.slice_count, 1);
    assert_string_equal(set.slice_names[0], "light");
    assert_string_equal(set.items[2].error, "NO_FACE");
    assert_true(isnan(set.items[2].live));
    NEAR(set.items[4].raw[0], 0.7);
}

static void rates_are_those_counted_by_hand(void **state)
{
    bona_pad_summary s;
    const bona_pad_rates *w = &s.whole;

    (void)state;
    assert_int_equal(bona_pad_summarise(&s, &set, 0.5), BONA_OK);
    NEAR(w->bpcer.rate, 1.0 / 3);        /* 0.4 of 0.9, 0.4, 0.8 */
    NEAR(w->live_failure.rate, 1.0 / 4); /* one of four has no face */
    NEAR(w->apcer.rate, 1.0 / 3);        /* 0.6 of 0.1, 0.6, 0.2 */
    assert_int_equal(w->kind_count, 2);
    assert_string_equal(w->kinds[w->worst].name, "print");
    NEAR(w->kinds[w->worst].apcer.rate, 0.5);
    NEAR(w->kinds[1].failure.rate, 0.5);
    NEAR(w->acer.value, 1.0 / 3);
    NEAR(w->acer_worst, (1.0 / 3 + 0.5) / 2);
    NEAR(w->acer_strict.value,
         (2.0 / 4 + 2.0 / 4) / 2); /* live: 0.4 and no face; attacks: 0.6 and unreadable */
    bona_pad_summary_deinit(&s);
}

static void sources_count_the_same_whatever_their_size(void **state)
{
    bona_pad_summary s;

    (void)state;
    assert_int_equal(bona_pad_summarise(&s, &set, 0.5), BONA_OK);
    assert_int_equal(s.source_count, 2);
    NEAR(s.source_acer.value, ((0.5 + 0.5) / 2 + 0) / 2); /* cam_a 1 of 2 and 1 of 2, cam_b none */
    assert_int_equal(s.part_count, 4);                    /* two sources, day and night */
    assert_string_equal(s.parts[3].name, "night");
    NEAR(s.parts[3].bpcer.rate, 1);
    NEAR(s.median_ms, 10);
    bona_pad_summary_deinit(&s);
}

static void a_written_file_reads_back_the_same(void **state)
{
    bona_pad_set again;

    (void)state;
    assert_int_equal(bona_pad_write(&set, other_path, NULL), BONA_OK);
    assert_int_equal(bona_pad_load(&again, other_path, NULL), BONA_OK);
    assert_int_equal(bona_pad_resume(&again, other_path, NULL, NULL), BONA_OK);
    assert_int_equal(again.count, set.count);
    for (int64_t i = 0; i < set.count; i++) {
        assert_string_equal(again.items[i].path, set.items[i].path);
        assert_string_equal(again.items[i].error, set.items[i].error);
        assert_true(again.items[i].live == set.items[i].live || isnan(set.items[i].live));
        assert_string_equal(again.items[i].source, set.items[i].source);
    }
    bona_pad_deinit(&again);
}

static void scores_of_another_pack_are_passed_over(void **state)
{
    bona_pad_set again;

    (void)state;
    assert_int_equal(bona_pad_load(&again, scores_path, NULL), BONA_OK);
    assert_int_equal(bona_pad_resume(&again, scores_path, "q", NULL), BONA_OK);
    for (int64_t i = 0; i < again.count; i++)
        assert_false(again.items[i].done);
    bona_pad_deinit(&again);
}

static void a_fit_changes_only_the_fusion_of_the_pack(void **state)
{
    static const char pack[] =
        "{\"format\":1,\"name\":\"x\",\"roles\":{\"spoof\":[{\"file\":\"n.onnx\"}]},"
        "\"fusion\":{\"clip\":0.1}}";
    bona_buf out;
    uint8_t *made;
    size_t size;

    (void)state;
    assert_int_equal(bona_file_write(other_path, pack, sizeof pack - 1, NULL), BONA_OK);
    bona_buf_init(&out, 1 << 20);
    assert_int_equal(bona_pad_fit(&out, &set, other_path, other_path, NULL), BONA_OK);
    assert_non_null(strstr((const char *)out.data, "overfitting"));
    assert_int_equal(bona_file_read(other_path, 1 << 20, &made, &size, NULL), BONA_OK);
    assert_non_null(strstr((const char *)made, "\"n.onnx\""));
    assert_non_null(strstr((const char *)made, "\"weight\""));
    assert_non_null(strstr((const char *)made, "\"threshold\": 0.5"));
    bona_free(made);
    bona_buf_deinit(&out);
}

static void a_list_without_labels_is_refused_with_the_missing_columns(void **state)
{
    bona_pad_set none;
    bona_note note;

    (void)state;
    assert_int_equal(bona_file_write(other_path, "path\nx\n", 7, NULL), BONA_OK);
    assert_int_equal(bona_pad_load(&none, other_path, &note), BONA_BAD_CONFIG);
    assert_non_null(strstr(note.text, "path and label"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_line_is_read_with_its_slices_and_networks),
        cmocka_unit_test(rates_are_those_counted_by_hand),
        cmocka_unit_test(sources_count_the_same_whatever_their_size),
        cmocka_unit_test(a_written_file_reads_back_the_same),
        cmocka_unit_test(scores_of_another_pack_are_passed_over),
        cmocka_unit_test(a_fit_changes_only_the_fusion_of_the_pack),
        cmocka_unit_test(a_list_without_labels_is_refused_with_the_missing_columns),
    };

    return cmocka_run_group_tests_name("eval_pad", tests, load_scores, remove_scores);
}
