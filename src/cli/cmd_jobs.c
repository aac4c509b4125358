/* SPDX-License-Identifier: Apache-2.0 */
/* bonafide jobs: the bookkeeping, newest first. */
#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "cli/command.h"
#include "cli/commands.h"
#include "cli/registry.h"
#include "wire/json_write.h"

const char bona_cmd_jobs_options[] = "  --state DIR       where the server keeps its state\n"
                                     "  --reference TEXT  only jobs with this reference number\n"
                                     "  --limit N         at most N jobs\n"
                                     "  --json            one object: {\"jobs\":[...]}\n"
                                     "  --help            this text\n";

enum {
    ROW_BYTES_MAX = 16384
}; /* of one job as JSON: texts of up to 512 bytes, each byte escaped as six */

typedef struct options {
    const char *state, *reference;
    int32_t limit;
    bool json;
} options;

typedef struct output {
    bool json;
    int64_t count;
    bona_buf row;
    bona_err err;
} output;

/* Returns -1 to go on, else an exit status. */
static int read_options(options *o, int argc, char **argv)
{
    static const struct option names[] = {
        { "state", required_argument, NULL, 's' }, { "reference", required_argument, NULL, 'r' },
        { "limit", required_argument, NULL, 'l' }, { "json", no_argument, NULL, 'j' },
        { "help", no_argument, NULL, 'h' },        { 0 }
    };
    char *end = NULL;
    long limit;
    int key;

    while ((key = getopt_long(argc, argv, "", names, NULL)) != -1) {
        if (key == 's') {
            o->state = optarg;
        } else if (key == 'r') {
            o->reference = optarg;
        } else if (key == 'j') {
            o->json = true;
        } else if (key == 'h') {
            return bona_command_help("jobs");
        } else if (key == 'l') {
            limit = strtol(optarg, &end, 10);
            if (*end != 0 || limit < 1 || limit > INT32_MAX)
                return bona_command_misused(
                    "jobs", "--limit takes a number of 1 or more, not \"%.20s\"", optarg);
            o->limit = (int32_t)limit;
        } else {
            return bona_command_misused("jobs", "unknown or incomplete option");
        }
    }
    if (optind != argc)
        return bona_command_misused("jobs", "takes options only, not \"%.40s\"", argv[optind]);
    if (o->state == NULL)
        return bona_command_misused("jobs", "--state DIR says where the server keeps its state");
    return -1;
}

static bona_err put_text(bona_buf *row, const char *key, const char *text)
{
    bona_err err = bona_buf_printf(row, ",\"%s\":", key);

    return err == BONA_OK ? bona_json_put_string(row, text) : err;
}

/* null where nothing was computed */
static bona_err put_score(bona_buf *row, const char *key, double score)
{
    bona_err err = bona_buf_printf(row, ",\"%s\":", key);

    if (err != BONA_OK)
        return err;
    return isfinite(score) ? bona_json_put_number(row, score) : bona_buf_text(row, "null");
}

static bona_err put_job(bona_buf *row, const bona_job_record *job)
{
    const struct {
        const char *key, *text;
    } texts[] = { { "client", job->client },       { "dialect", job->dialect },
                  { "reference", job->reference }, { "outcome", job->outcome },
                  { "errors", job->errors },       { "networks", job->networks } };
    const struct {
        const char *key;
        double value;
    } numbers[] = { { "score", job->score },       { "live1", job->live[0] },
                    { "live2", job->live[1] },     { "motion1", job->motion[0] },
                    { "motion2", job->motion[1] }, { "totalMs", job->total_ms },
                    { "queueMs", job->queue_ms },  { "visionMs", job->vision_ms } };
    char when[BONA_TIME_CHARS];
    bona_err err = bona_buf_text(row, "{\"job\":");

    bona_time_text(when, job->received_ms);
    if (err == BONA_OK)
        err = bona_json_put_string(row, job->job_id);
    if (err == BONA_OK)
        err = bona_buf_printf(row, ",\"received\":\"%s\",\"status\":%d", when, (int)job->status);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0] && err == BONA_OK; i++)
        err = put_text(row, texts[i].key, texts[i].text);
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0] && err == BONA_OK; i++)
        err = put_score(row, numbers[i].key, numbers[i].value);
    return err == BONA_OK ? bona_buf_text(row, "}") : err;
}

/* Control characters of a reference number stay off the terminal. */
static void print_plain(const char *text)
{
    for (; *text != 0; text++)
        putchar((unsigned char)*text < 0x20 || *text == 0x7f ? '?' : *text);
}

static void print_line(const bona_job_record *job)
{
    char when[BONA_TIME_CHARS];

    bona_time_text(when, job->received_ms);
    printf("%s  %s  %-8s  %-16s  %d  %-10s  ", when, job->job_id, job->dialect,
           job->client[0] != 0 ? job->client : "-", (int)job->status, job->outcome);
    if (isfinite(job->score))
        printf("%.4f", job->score);
    else
        printf("-     ");
    printf("  %.1f ms", job->total_ms);
    if (job->errors[0] != 0)
        printf("  %s", job->errors);
    if (job->reference[0] != 0) {
        printf("  ref ");
        print_plain(job->reference);
    }
    putchar('\n');
}

static bool print_job(void *arg, const bona_job_record *job)
{
    output *out = arg;

    if (!out->json) {
        print_line(job);
        return true;
    }
    bona_buf_clear(&out->row);
    out->err = put_job(&out->row, job);
    if (out->err == BONA_OK)
        printf("%s%s", out->count++ > 0 ? "," : "", (const char *)out->row.data);
    return out->err == BONA_OK;
}

int bona_cmd_jobs(int argc, char **argv)
{
    options o = { 0 };
    int status = read_options(&o, argc, argv);
    bona_store *store = NULL;
    output out = { .json = o.json };
    bona_note note = { "" };
    bona_err err;

    if (status >= 0)
        return status;
    err = bona_state_open(&store, o.state, false, &note);
    if (err != BONA_OK)
        return bona_command_failed("jobs", err, &note);
    bona_buf_init(&out.row, ROW_BYTES_MAX);
    if (o.json)
        printf("{\"jobs\":[");
    err = bona_store_job_list(store, o.reference, o.limit, print_job, &out, &note);
    if (o.json)
        printf("]}\n");
    if (err == BONA_OK)
        err = out.err;
    bona_buf_deinit(&out.row);
    bona_store_close(store);
    return err == BONA_OK ? BONA_EXIT_OK : bona_command_failed("jobs", err, &note);
}
