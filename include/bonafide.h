/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libbonafide: was a face picture taken of a live person, and do two pictures show the same person?
 *
 * A `bona_pack` holds the loaded networks: read only, shared by any number of threads and, after a
 * fork, by processes. A `bona_engine` is the working memory of one thread over a pack. Every
 * function that can fail returns a `bona_err`; results leave through out parameters and are
 * untouched on error unless the function says otherwise. A `bona_note`, where one is taken, may be
 * NULL; it receives one line that says what was wrong, where, and what would be right.
 *
 * Words are those of ISO/IEC 30107-1 and 19795-1: bona fide, presentation attack, mated comparison.
 */
#ifndef BONAFIDE_H
#define BONAFIDE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define BONA_API     __attribute__((visibility("default"), warn_unused_result))
#define BONA_API_ANY __attribute__((visibility("default"))) /* the result may be ignored */

/* X(name, text for the caller). Append only: the order is the ABI. Each dialect maps names to its
 * own codes. */
#define BONA_ERR_LIST(X)                                               \
    X(OK, "ok")                                                        \
    X(NO_MEMORY, "out of memory")                                      \
    X(BAD_ARGUMENT, "argument out of range")                           \
    X(IO, "file cannot be read or written")                            \
    X(BAD_IMAGE, "picture cannot be decoded")                          \
    X(IMAGE_FORMAT, "picture format is not supported or not accepted") \
    X(IMAGE_TOO_BIG, "picture exceeds the pixel limit")                \
    X(IMAGE_TOO_SMALL, "picture is smaller than the limit")            \
    X(IMAGE_TOO_LONG, "picture file exceeds the byte limit")           \
    X(BAD_MODEL, "network file is malformed or not supported")         \
    X(BAD_PACK, "pack file is malformed or does not fit its networks") \
    X(BAD_HASH, "network file does not have the hash its pack names")  \
    X(NO_FACE, "no face found")                                        \
    X(FACE_OCCLUDED, "eyes, nose or mouth are covered")                \
    X(BAD_JSON, "not well-formed JSON")                                \
    X(BAD_BASE64, "not standard base64")                               \
    X(BAD_CONTAINER, "liveness file is damaged or not authentic")      \
    X(BAD_CIPHER, "text does not decrypt")                             \
    X(BAD_TOKEN, "token is not valid")                                 \
    X(BAD_CONFIG, "configuration is not valid")                        \
    X(BUSY, "the queue is full, or the server starts or ends")         \
    X(TIMEOUT, "deadline passed")                                      \
    X(WORKER_LOST, "vision worker died on this job")                   \
    X(STORE, "database failed")                                        \
    X(NOT_FOUND, "no such entry")                                      \
    X(INTERNAL, "internal failure")

typedef enum bona_err {
#define BONA_ERR_ENUM(name, text) BONA_##name,
    BONA_ERR_LIST(BONA_ERR_ENUM)
#undef BONA_ERR_ENUM
        BONA_ERR_COUNT
} bona_err;

/* The name without prefix ("NO_FACE") and the text ("no face found"); "UNKNOWN" for values out of
 * range. */
BONA_API_ANY const char *bona_err_name(bona_err err);
BONA_API_ANY const char *bona_err_text(bona_err err);

/* One line for a person: what was wrong, where, what would be right. Always terminated. */
typedef struct bona_note {
    char text[256];
} bona_note;

/* Picture formats, recognised by content. A caller passes the set it accepts. */
typedef enum bona_format {
    BONA_FORMAT_JPEG = 1 << 0,
    BONA_FORMAT_PNG = 1 << 1,
    BONA_FORMAT_BMP = 1 << 2,
    BONA_FORMAT_GIF = 1 << 3,  /* first frame */
    BONA_FORMAT_TIFF = 1 << 4, /* first page */
    BONA_FORMAT_TGA = 1 << 5,
    BONA_FORMAT_PNM = 1 << 6,  /* P1 to P6 */
    BONA_FORMAT_WEBP = 1 << 7, /* first frame */
    BONA_FORMAT_HEIF = 1 << 8, /* HEIC and AVIF */
    BONA_FORMATS_ALL = (1 << 9) - 1
} bona_format;

/* Borrowed pixels: RGB, 8 bits, interleaved, rows `stride` bytes apart, stride >= 3 * width. */
typedef struct bona_image_view {
    const uint8_t *rgb;
    int32_t width, height; /* px, at least 1 */
    ptrdiff_t stride;      /* bytes */
} bona_image_view;

typedef struct bona_point {
    float x, y; /* px of the submitted picture after turning; origin top left, y down */
} bona_point;

typedef struct bona_box {
    float x, y, w, h; /* px, likewise; may reach over the picture's edge */
} bona_box;

enum {
    BONA_POINTS =
        5, /* eye at smaller x, eye at larger x, nose tip, mouth corner at smaller x, at larger x */
    BONA_FACES_MAX = 16,      /* faces reported per picture, largest first */
    BONA_SPOOF_NETS_MAX = 4,  /* anti-spoofing networks a pack may fuse */
    BONA_LANDMARKS_MAX = 468, /* points of the face mesh */
    BONA_FRAMES_MAX = 16      /* live frames of one comparison */
};

/*
 * Quality measures of one face, each 0..100, higher = better suited, after ISO/IEC 29794-5; -1 =
 * not computed.
 */
typedef struct bona_quality {
    float unified;   /* recognisability as the quality network sees it */
    float exposure;  /* illumination: neither under- nor over-exposed */
    float contrast;  /* dynamic range of the face area */
    float sharpness; /* focus and motion blur */
    float face_size; /* inter-eye distance */
    float pose;      /* frontal head pose */
    float eyes_open;
    float mouth_closed;
    float eyes_visible; /* 100 = free, 0 = covered */
    float nose_visible;
    float mouth_visible;
} bona_quality;

typedef struct bona_face {
    bona_box box;
    bona_point points[BONA_POINTS];
    float confidence; /* of the detector, 0..1, higher = surer */
    float live;       /* passive test, ]0,1], higher = bona fide, 0.5 decides; 0 = not computed */
    float motion;     /* 3-D test, ]0,1], higher = bona fide, 0.5 decides; 0 = not computed */
    float direction; /* of the movement, degrees in ]0,360], counter-clockwise, 360 = to larger x; 0
                        = not computed */
    float yaw, pitch, roll; /* degrees from the mesh; yaw > 0: nose to larger x, pitch > 0: chin up;
                               NAN = not computed */
    float raw_live[BONA_SPOOF_NETS_MAX]; /* bona fide probability per anti-spoofing network, before
                                            fusion */
    bona_quality quality;
} bona_face;

/* What one picture showed. `faces` are the countable ones (detector confidence over the pack's
 * threshold). */
typedef struct bona_picture {
    bona_err err; /* BONA_OK or why this picture could not be used; the rest is 0 then */
    bona_format format;
    int32_t width, height; /* px as submitted, after EXIF orientation and `rotated` */
    int32_t
        rotated; /* 0, 90, 180, 270: degrees clockwise turned after EXIF orientation was applied */
    int32_t face_count; /* faces found, may exceed BONA_FACES_MAX */
    int32_t judged;     /* index of the face that was judged (the largest), -1 = none */
    bona_face faces[BONA_FACES_MAX];
} bona_picture;

/* Why a check did not come out live, in the order of reports; a set. */
typedef enum bona_reason {
    BONA_REASON_NO_FACE = 1 << 0,        /* no suitable face in at least one picture */
    BONA_REASON_MULTIPLE_FACES = 1 << 1, /* only with BONA_ONE_FACE */
    BONA_REASON_FACE_CUT = 1 << 2,       /* too near the edge to be judged */
    BONA_REASON_PASSIVE = 1 << 3,        /* at least one picture fails the passive test */
    BONA_REASON_ACTIVE = 1 << 4, /* the motion is not that of a live head, or the persons differ */
    BONA_REASON_CHALLENGE = 1 << 5,  /* a demanded direction was not met */
    BONA_REASON_BAD_PICTURE = 1 << 6 /* a picture could not be decoded */
} bona_reason;

typedef enum bona_decision { BONA_UNDECIDED = 0, BONA_LIVE = 1, BONA_NOT_LIVE = 2 } bona_decision;

/* Directions a challenge may demand, as seen in the submitted picture; a set. */
typedef enum bona_tag {
    BONA_TAG_UP = 1 << 0,    /* to smaller y */
    BONA_TAG_DOWN = 1 << 1,  /* to larger y */
    BONA_TAG_LEFT = 1 << 2,  /* to smaller x */
    BONA_TAG_RIGHT = 1 << 3, /* to larger x */
} bona_tag;

typedef enum bona_flag {
    BONA_KEEP_EXIF = 1 << 0, /* do not apply the EXIF orientation */
    BONA_FIND_TURN = 1 << 1, /* try the other three turns when the upright one shows no good face */
    BONA_ONE_FACE =
        1 << 2, /* more than one countable face is an error (else the largest is judged) */
    BONA_WANT_QUALITY = 1 << 3, /* fill `quality` and the pose of the judged face */
    BONA_WANT_LIVE = 1 << 4,    /* bona_match only: run the passive test on the chosen frame too */
    BONA_BEST_TURN = 1 << 5     /* try all four turns and take the strongest face (slower) */
} bona_flag;

/* An encoded picture, borrowed. */
typedef struct bona_bytes {
    const uint8_t *data;
    size_t size; /* bytes */
} bona_bytes;

/* Limits that hold before any pixel is decoded; 0 = the default in the comment. */
typedef struct bona_limits {
    size_t bytes_max;    /* encoded picture, default 52428800 bytes */
    int32_t side_px_max; /* either side, default 16384 px */
    int64_t pixels_max;  /* width x height, default 100000000 px */
    int32_t side_px_min; /* either side, default 1 px */
    int32_t frames_max;  /* frames or pages in the file, default 1000; only the first is decoded */
} bona_limits;

typedef struct bona_check_ask {
    bona_bytes pictures[2];
    int32_t picture_count; /* 1: passive test; 2: passive on each and the 3-D test on the pair */
    uint32_t tags;         /* set of bona_tag for the second picture; 0 = no challenge */
    uint32_t formats;      /* set of bona_format; 0 = all */
    uint32_t flags;        /* set of bona_flag */
    bona_limits limits;
} bona_check_ask;

/* Milliseconds of the calling thread's CPU time by stage, summed over the pictures; a check waits
 * for nothing else. */
typedef struct bona_times {
    float decode, detect, spoof, landmark, motion, embed, quality, total;
} bona_times;

/* Plain data without pointers: it crosses the process wall as bytes. */
typedef struct bona_check_report {
    bona_decision decision;
    uint32_t reasons; /* set of bona_reason; 0 exactly when the decision is BONA_LIVE */
    float live; /* mean of all passive and motion scores that were computed, 0..1, higher = bona
                   fide; 0 = none */
    int32_t picture_count;
    bona_picture pictures[2];
    bona_times ms;
} bona_check_report;

typedef struct bona_match_ask {
    bona_bytes photo;
    bona_bytes frames[BONA_FRAMES_MAX];
    int32_t frame_count;    /* at least 1 */
    uint32_t photo_formats; /* set of bona_format; 0 = all */
    uint32_t frame_formats; /* the same of the frames */
    uint32_t photo_flags;   /* set of bona_flag; frames always get EXIF and BONA_FIND_TURN */
    bona_limits photo_limits;
    bona_limits frame_limits; /* of each frame */
} bona_match_ask;

typedef struct bona_match_report {
    bona_err photo_err;  /* BONA_OK, a picture error, BONA_NO_FACE or BONA_FACE_OCCLUDED (with
                            BONA_WANT_QUALITY) */
    bona_err frames_err; /* BONA_OK, a picture error (any frame undecodable) or BONA_NO_FACE (in no
                            frame) */
    bool compared;       /* both were OK; the numbers below hold */
    bool same;           /* score > the pack's threshold */
    float similarity;    /* cosine, -1..1, higher = alike */
    float score; /* calibrated so that the false match rate at threshold t is 10^-(10 t - 3), 0..1,
                    higher = same */
    float live;  /* of the chosen frame, with BONA_WANT_LIVE; 0 = not computed */
    int32_t frame; /* index of the frame that was compared */
    bona_picture photo;
    bona_picture best_frame;
    bona_times ms;
} bona_match_report;

typedef struct bona_pack bona_pack;
typedef struct bona_engine bona_engine;

/*
 * Loads a pack: the JSON file at `path` and the networks it names; "builtin" is the built-in one,
 * NULL the same, unless the library was built with another default (docs/packs.md). Returns
 * BONA_OK, BONA_IO, BONA_BAD_PACK, BONA_BAD_MODEL, BONA_BAD_HASH or BONA_NO_MEMORY.
 */
BONA_API bona_err bona_pack_load(bona_pack **pack, const char *path, bona_note *note);
BONA_API_ANY void bona_pack_free(bona_pack *pack); /* NULL is fine; no engine may be left */

/*
 * Which networks judge, for bookkeeping: "detect:0a1b2c3d,spoof:..." with the first 8 digits of
 * each SHA-256. Written to `text` (`room` bytes, 512 are enough for any pack), cut and terminated.
 */
BONA_API_ANY void bona_pack_describe(const bona_pack *pack, char *text, size_t room);

/* Working memory of one thread; borrows the pack. Returns BONA_OK or BONA_NO_MEMORY. */
BONA_API bona_err bona_engine_new(bona_engine **engine, const bona_pack *pack);
BONA_API_ANY void bona_engine_free(bona_engine *engine);

/*
 * Decides on one or two pictures. The engine is not shared between threads during the call; `ask`
 * is borrowed. Returns BONA_OK whenever `report` was filled (also when a picture was unusable: see
 * its `err`, `reasons`), BONA_BAD_ARGUMENT (picture_count, tags) or BONA_NO_MEMORY.
 */
BONA_API bona_err bona_check(bona_engine *engine, const bona_check_ask *ask,
                             bona_check_report *report);

/*
 * Compares a photo with the best of the live frames. Returns BONA_OK whenever `report` was filled,
 * BONA_BAD_ARGUMENT (frame_count, or a pack without an identity network) or BONA_NO_MEMORY.
 */
BONA_API bona_err bona_match(bona_engine *engine, const bona_match_ask *ask,
                             bona_match_report *report);

/* The library's version, "major.minor.patch". */
BONA_API_ANY const char *bona_version(void);

#ifdef __cplusplus
}
#endif
#endif
