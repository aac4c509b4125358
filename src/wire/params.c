/* SPDX-License-Identifier: Apache-2.0 */
/* Parameters of MIME headers; see params.h. */
#include "wire/params.h"

#include <string.h>
#include <strings.h>

/* Not in a token, RFC 2045 section 5.1; '/', ':', '?', '=' and the like are let through where
 * boundaries use them unquoted. */
static bool ends_token(char c)
{
    return c == 0 || c == ';' || c == ' ' || c == '\t' || c == '"' || c == ',' ||
           (unsigned char)c < 0x20;
}

static const char *skip_spaces(const char *p)
{
    return p + strspn(p, " \t\r\n"); /* folded headers hold line ends */
}

/* Reads a quoted text or a token to `out` (NULL = drops it); returns where it ends, NULL when
 * malformed or too long. */
static const char *read_value(const char *p, char *out, size_t room)
{
    bool quoted = *p == '"';
    size_t size = 0;

    if (quoted)
        p++;
    while (quoted ? *p != '"' : !ends_token(*p)) {
        if (quoted && *p == '\\' && (p[1] == '"' || p[1] == '\\'))
            p++;
        if (*p == 0 || (out != NULL && size + 1 >= room))
            return NULL;
        if (out != NULL)
            out[size] = *p;
        size++;
        p++;
    }
    if (out != NULL)
        out[size] = 0;
    return quoted ? p + 1 : p;
}

bona_err bona_params_find(const char *value, const char *word, const char *name, char *out,
                          size_t room)
{
    const char *p = skip_spaces(value);
    bool found = false;

    if (strncasecmp(p, word, strlen(word)) != 0)
        return BONA_BAD_ARGUMENT;
    p = skip_spaces(p + strlen(word));
    while (*p == ';') {
        const char *start = skip_spaces(p + 1);
        size_t size = strcspn(start, "=; \t\r\n\"");
        bool wanted = size == strlen(name) && strncasecmp(start, name, size) == 0;

        p = skip_spaces(start + size);
        if (size == 0 && (*p == ';' || *p == 0))
            continue; /* `;;` and a last `;` mean nothing */
        if (size == 0 || *p != '=' || (wanted && found))
            return BONA_BAD_ARGUMENT;
        p = read_value(skip_spaces(p + 1), wanted ? out : NULL, room);
        if (p == NULL)
            return BONA_BAD_ARGUMENT;
        found = found || wanted;
        p = skip_spaces(p);
    }
    if (*p != 0)
        return BONA_BAD_ARGUMENT;
    return found ? BONA_OK : BONA_NOT_FOUND;
}
