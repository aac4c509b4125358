/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A dialect is one wire API: it turns the bytes of a request into an `ask`, and the `answer` of the
 * engine into the bytes of a response. It knows nothing of connections, processes or databases. A
 * new one is a file with the five functions below and a row in service/routes.c.
 */
#ifndef BONA_DIALECT_DIALECT_H
#define BONA_DIALECT_DIALECT_H

#include "base/buf.h"
#include "wire/seal.h"

/* What an operator may set, shared by all dialects. */
typedef struct bona_rules {
    bool heif;                  /* HEIC and AVIF are accepted where the API's own list ends */
    int32_t photo_px_min;       /* identity API: either side, 32 px */
    int32_t photo_px_max;       /* either side, 4096 px */
    size_t photo_bytes_max;     /* decrypted photo, 10485760 bytes */
    int64_t liveness_age_s_max; /* of a liveness file; 0 = any age */
    bool verify_liveness;       /* run our passive test on the chosen live frame */
    bona_seal_keys keys;
} bona_rules;

void bona_rules_defaults(bona_rules *rules); /* all but the keys */

/* The headers a dialect looks at; NULL = absent. */
typedef struct bona_head {
    const char *content_type;
    const char *reference; /* Reference-Number */
} bona_head;

/* An encoded picture in the picture memory of the job. */
typedef struct bona_span {
    uint64_t offset, size; /* bytes */
} bona_span;

/* The picture memory, behind two functions: see workers/slab.h for what they do. */
typedef struct bona_tray {
    void *slab;
    uint8_t *(*reserve)(void *slab, size_t size, size_t *offset);
    void (*keep)(void *slab, size_t offset, size_t size);
} bona_tray;

/* A request, understood. Without `match` it is a liveness check of `pictures`. */
typedef struct bona_ask {
    bool match; /* compare `pictures[0]` with the best of `frames` */
    bona_span pictures[2];
    int32_t picture_count;
    bona_span frames[BONA_FRAMES_MAX];
    int32_t frame_count;
    uint32_t tags;          /* set of bona_tag */
    uint32_t formats;       /* set of bona_format, for `pictures` */
    uint32_t frame_formats; /* the same for `frames` */
    uint32_t flags;         /* set of bona_flag, for `pictures` */
    bona_limits limits;
    bool auto_rotate; /* images API */
} bona_ask;

/* Why a request is turned down: HTTP status, code inside the body, text for a developer. */
typedef struct bona_refusal {
    int status;
    int code;
    char text[256];
} bona_refusal;

/* What came of an ask. */
typedef struct bona_answer {
    bona_err err; /* BONA_OK, or why there is no report: BUSY, TIMEOUT, WORKER_LOST, NO_MEMORY,
                     INTERNAL */
    const bona_check_report *check; /* one of the two, as the ask wanted */
    const bona_match_report *match;
    const char *request_id; /* 32 hex digits */
} bona_answer;

/* What the bookkeeping wants to know of a response. */
typedef struct bona_summary {
    const char *outcome; /* "live", "not_live", "undecided", "compared", "refused", "failed" */
    char errors[160];    /* codes as the client saw them, comma separated */
    double score;        /* shown to the client; NAN = none */
} bona_summary;

typedef struct bona_dialect {
    const char *name;

    /* Looks at the head, before the body is read. Returns true to go on. */
    bool (*admit)(const bona_head *head, bona_refusal *refusal);

    /*
     * Reads a body, which may be changed in place; pictures go to the tray, which has room for all
     * of a body's size and a little more. Returns true to go on.
     */
    bool (*read)(bona_ask *ask, const bona_head *head, bona_buf *body, const bona_tray *tray,
                 const bona_rules *rules, bona_refusal *refusal);

    /* Writes the response to an ask. Returns the HTTP status; 0 when memory ran out. */
    int (*write)(bona_buf *body, const bona_ask *ask, const bona_answer *answer,
                 bona_summary *summary);

    /* Writes a refusal. */
    bona_err (*refuse)(bona_buf *body, const bona_refusal *refusal, const char *request_id);

    /* Writes an error that was found before or beside the dialect, by its HTTP status. */
    bona_err (*shape)(bona_buf *body, int status, const char *message);
} bona_dialect;

extern const bona_dialect bona_dialect_bws;
extern const bona_dialect bona_dialect_images;
extern const bona_dialect bona_dialect_identity;

/* Fills a refusal like printf; returns false, so that a check is one line: return bona_refuse(...).
 */
__attribute__((format(printf, 4, 5))) bool bona_refuse(bona_refusal *refusal, int status, int code,
                                                       const char *format, ...);

/* Whether a Content-Type is application/json, with parameters or not; `suffix` takes other +json
 * types as well. */
bool bona_type_is_json(const char *content_type, bool suffix);

/* HTTP status for an answer without a report: 503 while the crew has no room, else 500. */
int bona_trouble_status(bona_err err);

#endif
