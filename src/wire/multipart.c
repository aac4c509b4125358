/* SPDX-License-Identifier: Apache-2.0 */
/* A push parser for forms; see multipart.h. */
#include "wire/multipart.h"

#include <assert.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "wire/params.h"

enum { MARK_MAX = 4 + BONA_BOUNDARY_MAX }; /* CR LF - - and the boundary */

typedef enum state {
    PREAMBLE, /* before the first boundary: ignored */
    MARKED,   /* a boundary was read: its line has to end, or the form */
    DASHED,   /* the first of two dashes was read */
    LINE_END, /* the CR of that line was read */
    HEADERS,  /* of a part */
    CONTENT,  /* of a part */
    EPILOGUE  /* after the closing boundary: ignored */
} state;

struct bona_multipart {
    bona_multipart_calls calls;
    void *arg;
    state state;
    char mark[MARK_MAX + 1]; /* what separates parts */
    size_t mark_size;
    size_t matched; /* bytes of the mark seen at the end of what was pushed */
    size_t assumed; /* of these, how many were never there: the line end before the first byte */
    int32_t parts;
    char head[BONA_PART_HEAD_MAX + 1];
    size_t head_size;
    bona_err err; /* why it is broken */
};

/* RFC 2046 section 5.1.1: bchars, the last one not a space. */
static bool boundary_valid(const char *boundary)
{
    static const char allowed[] =
        "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'()+_,-./:=? ";
    size_t size = strlen(boundary);

    return size > 0 && size <= BONA_BOUNDARY_MAX && strspn(boundary, allowed) == size &&
           boundary[size - 1] != ' ';
}

/* Content begins on a new line, so the line end of a boundary's mark counts as seen. */
static void assume_line_end(bona_multipart *parser)
{
    parser->matched = parser->assumed = 2;
}

bona_err bona_multipart_new(bona_multipart **parser_out, const char *content_type,
                            const bona_multipart_calls *calls, void *arg, bona_note *note)
{
    char boundary[BONA_BOUNDARY_MAX + 2];
    bona_multipart *parser;

    if (bona_params_find(content_type, "multipart/form-data", "boundary", boundary,
                         sizeof boundary) != BONA_OK ||
        !boundary_valid(boundary))
        return bona_fail(note, BONA_BAD_ARGUMENT,
                         "content type: multipart/form-data with a boundary of 1 to %d characters "
                         "would be right",
                         BONA_BOUNDARY_MAX);
    parser = bona_alloc(1, sizeof *parser);
    if (parser == NULL)
        return BONA_NO_MEMORY;
    parser->calls = *calls;
    parser->arg = arg;
    memcpy(parser->mark, "\r\n--", 4);
    memcpy(parser->mark + 4, boundary, strlen(boundary));
    parser->mark_size = 4 + strlen(boundary);
    assume_line_end(parser);
    *parser_out = parser;
    return BONA_OK;
}

void bona_multipart_free(bona_multipart *parser)
{
    bona_free(parser);
}

static bona_err emit(bona_multipart *parser, const uint8_t *bytes, size_t size)
{
    return parser->state == CONTENT && size > 0 ? parser->calls.data(parser->arg, bytes, size)
                                                : BONA_OK;
}

/* What looked like the beginning of a mark was content. */
static bona_err emit_matched(bona_multipart *parser)
{
    bona_err err = emit(parser, (const uint8_t *)parser->mark + parser->assumed,
                        parser->matched - parser->assumed);

    parser->matched = parser->assumed = 0;
    return err;
}

static bona_err reach_mark(bona_multipart *parser)
{
    bona_err err = parser->state == CONTENT ? parser->calls.end(parser->arg) : BONA_OK;

    parser->matched = parser->assumed = 0;
    parser->state = MARKED;
    return err;
}

/* Goes on with a mark that began in an earlier piece; *used is how many bytes that took. */
static bona_err go_on_matching(bona_multipart *parser, const uint8_t *bytes, size_t size,
                               size_t *used)
{
    while (*used < size && parser->matched > 0 && parser->matched < parser->mark_size) {
        if (bytes[*used] != (uint8_t)parser->mark[parser->matched])
            return emit_matched(parser); /* a CR stands only at the start of a mark, so nothing of
                                            it can be a new one */
        parser->matched++;
        ++*used;
    }
    return parser->matched == parser->mark_size ? reach_mark(parser) : BONA_OK;
}

/* How many of the last bytes could be the beginning of a mark. */
static size_t tail_of_mark(const bona_multipart *parser, const uint8_t *bytes, size_t size)
{
    size_t look = size < parser->mark_size - 1 ? size : parser->mark_size - 1;
    const uint8_t *cr = look > 0 ? memrchr(bytes + size - look, '\r', look) : NULL;
    size_t tail = cr != NULL ? (size_t)(bytes + size - cr) : 0;

    return tail > 0 && memcmp(cr, parser->mark, tail) == 0 ? tail : 0;
}

static bona_err take_content(bona_multipart *parser, const uint8_t *bytes, size_t size,
                             size_t *used)
{
    const uint8_t *mark;
    size_t tail;
    bona_err err;

    if (parser->matched > 0)
        return go_on_matching(parser, bytes, size, used);
    mark = memmem(bytes, size, parser->mark, parser->mark_size);
    if (mark != NULL) {
        err = emit(parser, bytes, (size_t)(mark - bytes));
        *used = (size_t)(mark - bytes) + parser->mark_size;
        return err == BONA_OK ? reach_mark(parser) : err;
    }
    tail = tail_of_mark(parser, bytes, size);
    parser->matched = tail;
    *used = size;
    return emit(parser, bytes, size - tail);
}

/* The line of a boundary: two dashes end the form, else spaces and a line end begin a part. */
static bona_err take_mark_line(bona_multipart *parser, uint8_t byte)
{
    if (parser->state == MARKED && byte == '-') {
        parser->state = DASHED;
    } else if (parser->state == DASHED && byte == '-') {
        parser->state = EPILOGUE;
    } else if (parser->state == MARKED && byte == '\r') {
        parser->state = LINE_END;
    } else if (parser->state == LINE_END && byte == '\n') {
        if (++parser->parts > BONA_PARTS_MAX)
            return BONA_BAD_ARGUMENT;
        parser->state = HEADERS;
        parser->head_size = 0;
    } else if (parser->state != MARKED || (byte != ' ' && byte != '\t')) {
        return BONA_BAD_ARGUMENT;
    }
    return BONA_OK;
}

/* Whether a header line has this name; *value is what follows, a terminated text. */
static bool header_is(const char *line, const char *name, const char **value)
{
    size_t size = strlen(name);

    if (strncasecmp(line, name, size) != 0)
        return false;
    line += size;
    line += strspn(line, " \t");
    *value = line + 1;
    return *line == ':';
}

/* The end of a header line with its folded continuations, which is made a terminator; returns where
 * the next one starts. */
static char *cut_line(char *line)
{
    char *end = line;

    for (;;) {
        end = strstr(end, "\r\n");
        assert(end != NULL); /* the head ends with one */
        if (end[2] != ' ' && end[2] != '\t')
            break;
        end += 2;
    }
    *end = 0;
    return end + 2;
}

/* All headers of a part are there: finds its name and begins it. */
static bona_err begin_part(bona_multipart *parser)
{
    char name[BONA_PART_NAME_MAX + 1];
    bool named = false;

    for (char *line = parser->head, *next; *line != 0; line = next) {
        const char *value;

        next = cut_line(line);
        if (header_is(line, "Content-Disposition", &value)) {
            if (named || bona_params_find(value, "form-data", "name", name, sizeof name) != BONA_OK)
                return BONA_BAD_ARGUMENT;
            named = true;
        } else if (header_is(line, "Content-Transfer-Encoding", &value)) {
            value += strspn(value, " \t");
            if (strcasecmp(value, "binary") != 0 && strcasecmp(value, "8bit") != 0 &&
                strcasecmp(value, "7bit") != 0)
                return BONA_BAD_ARGUMENT; /* RFC 7578 section 4.7: nobody sends base64 here, and it
                                             would be taken for content */
        } else if (strchr(line, ':') == NULL) {
            return BONA_BAD_ARGUMENT;
        }
    }
    if (!named)
        return BONA_BAD_ARGUMENT;
    parser->state = CONTENT;
    assume_line_end(parser);
    return parser->calls.part(parser->arg, name);
}

static bona_err take_head(bona_multipart *parser, uint8_t byte)
{
    size_t size = parser->head_size;

    if (byte == 0 || size >= BONA_PART_HEAD_MAX)
        return BONA_BAD_ARGUMENT;
    parser->head[size++] = (char)byte;
    parser->head_size = size;
    if (byte != '\n' || size < 2 || parser->head[size - 2] != '\r')
        return BONA_OK;
    if (size > 2 && (size < 4 || memcmp(parser->head + size - 4, "\r\n", 2) != 0))
        return BONA_OK;
    parser->head[size - 2] = 0; /* the empty line */
    return begin_part(parser);
}

bona_err bona_multipart_push(bona_multipart *parser, const uint8_t *bytes, size_t size)
{
    size_t at = 0;

    while (at < size && parser->err == BONA_OK && parser->state != EPILOGUE) {
        size_t used = 0;

        switch (parser->state) {
        case PREAMBLE:
        case CONTENT:
            parser->err = take_content(parser, bytes + at, size - at, &used);
            break;
        case HEADERS:
            parser->err = take_head(parser, bytes[at]);
            used = 1;
            break;
        default:
            parser->err = take_mark_line(parser, bytes[at]);
            used = 1;
            break;
        }
        at += used;
    }
    return parser->err;
}

bona_err bona_multipart_finish(bona_multipart *parser, bona_note *note)
{
    if (parser->err != BONA_OK)
        return bona_fail(note, parser->err, "form: malformed in part %d", (int)parser->parts);
    if (parser->state != EPILOGUE)
        return bona_fail(note, BONA_BAD_ARGUMENT,
                         "form: ends in part %d without its closing boundary", (int)parser->parts);
    return BONA_OK;
}
