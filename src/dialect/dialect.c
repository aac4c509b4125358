/* SPDX-License-Identifier: Apache-2.0 */
/* What the dialects share; see dialect.h. */
#include "dialect/dialect.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

void bona_rules_defaults(bona_rules *rules)
{
    *rules = (bona_rules){ .photo_px_min = 32,
                           .photo_px_max = 4096,
                           .photo_bytes_max = (size_t)10 << 20 };
}

bool bona_refuse(bona_refusal *refusal, int status, int code, const char *format, ...)
{
    va_list args;

    refusal->status = status;
    refusal->code = code;
    va_start(args, format);
    vsnprintf(refusal->text, sizeof refusal->text, format, args);
    va_end(args);
    return false;
}

bool bona_type_is_json(const char *content_type, bool suffix)
{
    size_t size;

    if (content_type == NULL)
        return false;
    size = strcspn(content_type, "; \t");
    if (size == 16 && strncasecmp(content_type, "application/json", 16) == 0)
        return true;
    return suffix && size > 5 && memchr(content_type, '/', size) != NULL &&
           strncasecmp(content_type + size - 5, "+json", 5) == 0;
}

int bona_trouble_status(bona_err err)
{
    return err == BONA_BUSY ? 503 : 500;
}
