/* SPDX-License-Identifier: Apache-2.0 */
/* Error names, texts and notes; see err.h. */
#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define ERR_NAME(name, text) #name,
#define ERR_TEXT(name, text) text,
static const char *const err_names[] = { BONA_ERR_LIST(ERR_NAME) };
static const char *const err_texts[] = { BONA_ERR_LIST(ERR_TEXT) };

const char *bona_err_name(bona_err err)
{
    return (unsigned)err < BONA_ERR_COUNT ? err_names[err] : "UNKNOWN";
}

const char *bona_err_text(bona_err err)
{
    return (unsigned)err < BONA_ERR_COUNT ? err_texts[err] : "unknown error";
}

const char *bona_version(void)
{
    return BONA_VERSION;
}

bona_err bona_fail(bona_note *note, bona_err err, const char *format, ...)
{
    va_list args;

    if (note == NULL)
        return err;
    va_start(args, format);
    vsnprintf(note->text, sizeof note->text, format, args);
    va_end(args);
    return err;
}

bona_err bona_fail_in(bona_note *note, bona_err err, const char *where)
{
    bona_note inner;

    if (note == NULL)
        return err;
    memcpy(&inner, note, sizeof inner);
    /* The inner line is cut so that the whole fits; %.*s keeps the compiler sure of it. */
    snprintf(note->text, sizeof note->text, "%.100s: %.150s", where, inner.text);
    return err;
}
