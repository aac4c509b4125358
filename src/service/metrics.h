/* SPDX-License-Identifier: Apache-2.0 */
/* Counters and histograms, written out in the text format of Prometheus (exposition format 0.0.4).
 */
#ifndef BONA_SERVICE_METRICS_H
#define BONA_SERVICE_METRICS_H

#include <pthread.h>

#include "base/buf.h"

enum { METRIC_ROWS = 192, METRIC_BUCKETS = 14 };

typedef enum metric_time { TIME_QUEUE, TIME_VISION, TIME_WHOLE, METRIC_TIMES } metric_time;

typedef struct metric_row {
    const char *name; /* of the family; static */
    char label[64];   /* route="bws",status="200" */
    uint64_t count;
} metric_row;

typedef struct metric_histogram {
    uint64_t buckets[METRIC_BUCKETS + 1];
    uint64_t count;
    double sum_ms;
} metric_histogram;

typedef struct bona_metrics {
    pthread_mutex_t lock;
    metric_row rows[METRIC_ROWS];
    int32_t row_count;
    metric_histogram times[METRIC_TIMES];
} bona_metrics;

void bona_metrics_init(bona_metrics *metrics);

/* Adds one to a counter; `name` is static, `label` its labels. Rows beyond METRIC_ROWS are not
 * counted. */
void bona_metrics_count(bona_metrics *metrics, const char *name, const char *label);
void bona_metrics_time(bona_metrics *metrics, metric_time which, double ms);

/* Appends everything counted. Returns what bona_buf_add returns. */
bona_err bona_metrics_write(bona_metrics *metrics, bona_buf *out);

/* One number with its family's head line. */
bona_err bona_metrics_put(bona_buf *out, const char *name, const char *type, double value);

#endif
