/* SPDX-License-Identifier: Apache-2.0 */
/* Counters and histograms; see metrics.h. */
#include "service/metrics.h"

#include <stdio.h>
#include <string.h>

/* Upper bounds in ms: from a cached decision on a fast machine to the job deadline. */
static const double bounds[METRIC_BUCKETS] = { 1,   2,   5,   10,   20,   35,   50,
                                               100, 200, 500, 1000, 2000, 5000, 10000 };
static const char *const time_names[METRIC_TIMES] = { "bonafide_queue_seconds",
                                                      "bonafide_vision_seconds",
                                                      "bonafide_request_seconds" };

void bona_metrics_init(bona_metrics *metrics)
{
    *metrics = (bona_metrics){ 0 };
    pthread_mutex_init(&metrics->lock, NULL);
}

void bona_metrics_count(bona_metrics *metrics, const char *name, const char *label)
{
    metric_row *row = NULL;

    pthread_mutex_lock(&metrics->lock);
    for (int32_t i = 0; i < metrics->row_count && row == NULL; i++)
        if (strcmp(metrics->rows[i].label, label) == 0 && strcmp(metrics->rows[i].name, name) == 0)
            row = &metrics->rows[i];
    if (row == NULL && metrics->row_count < METRIC_ROWS) {
        row = &metrics->rows[metrics->row_count++];
        row->name = name;
        snprintf(row->label, sizeof row->label, "%s", label);
    }
    if (row != NULL)
        row->count++;
    pthread_mutex_unlock(&metrics->lock);
}

void bona_metrics_time(bona_metrics *metrics, metric_time which, double ms)
{
    metric_histogram *h = &metrics->times[which];
    int bucket = 0;

    while (bucket < METRIC_BUCKETS && ms > bounds[bucket])
        bucket++;
    pthread_mutex_lock(&metrics->lock);
    h->buckets[bucket]++;
    h->count++;
    h->sum_ms += ms;
    pthread_mutex_unlock(&metrics->lock);
}

/* Rows of one family have to stand together. */
static bona_err write_family(const bona_metrics *metrics, bona_buf *out, int32_t first)
{
    const char *name = metrics->rows[first].name;
    bona_err err;

    for (int32_t i = 0; i < first; i++)
        if (strcmp(metrics->rows[i].name, name) == 0)
            return BONA_OK; /* was written with that one */
    err = bona_buf_printf(out, "# TYPE %s counter\n", name);
    for (int32_t i = first; i < metrics->row_count && err == BONA_OK; i++)
        if (strcmp(metrics->rows[i].name, name) == 0)
            err = bona_buf_printf(out, "%s{%s} %llu\n", name, metrics->rows[i].label,
                                  (unsigned long long)metrics->rows[i].count);
    return err;
}

static bona_err write_histogram(const metric_histogram *h, const char *name, bona_buf *out)
{
    uint64_t sum = 0;
    bona_err err = bona_buf_printf(out, "# TYPE %s histogram\n", name);

    for (int i = 0; i < METRIC_BUCKETS && err == BONA_OK; i++) {
        sum += h->buckets[i];
        err = bona_buf_printf(out, "%s_bucket{le=\"%g\"} %llu\n", name, bounds[i] / 1000,
                              (unsigned long long)sum);
    }
    if (err == BONA_OK)
        err = bona_buf_printf(out, "%s_bucket{le=\"+Inf\"} %llu\n%s_sum %.6f\n%s_count %llu\n",
                              name, (unsigned long long)h->count, name, h->sum_ms / 1000, name,
                              (unsigned long long)h->count);
    return err;
}

bona_err bona_metrics_write(bona_metrics *metrics, bona_buf *out)
{
    bona_err err = BONA_OK;

    pthread_mutex_lock(&metrics->lock);
    for (int32_t i = 0; i < metrics->row_count && err == BONA_OK; i++)
        err = write_family(metrics, out, i);
    for (int i = 0; i < METRIC_TIMES && err == BONA_OK; i++)
        err = write_histogram(&metrics->times[i], time_names[i], out);
    pthread_mutex_unlock(&metrics->lock);
    return err;
}

bona_err bona_metrics_put(bona_buf *out, const char *name, const char *type, double value)
{
    return bona_buf_printf(out, "# TYPE %s %s\n%s %.10g\n", name, type, name, value);
}
