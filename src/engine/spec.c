/* SPDX-License-Identifier: Apache-2.0 */
/* Strict reading; see spec.h. */
#include "engine/spec.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const char *const type_names[] = { "null",   "false",    "true",     "a number",
                                          "a text", "an array", "an object" };

bona_spec bona_spec_root(const bona_json *json, bona_spec_state *state)
{
    return (bona_spec){ .json = json, .state = state };
}

void bona_spec_fail(const bona_spec *spec, const char *format, ...)
{
    char line[160];
    va_list args;

    if (spec->state->err != BONA_OK)
        return;
    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    spec->state->err = bona_fail(spec->state->note, BONA_BAD_PACK, "%s%s%s", spec->where,
                                 spec->where[0] != 0 ? ": " : "", line);
}

static bool is_a(const bona_spec *spec, bona_json_type type)
{
    if (spec->state->err != BONA_OK || spec->json == NULL)
        return false;
    if (spec->json->type == type)
        return true;
    bona_spec_fail(spec, "is %s, must be %s", type_names[spec->json->type], type_names[type]);
    return false;
}

bona_spec bona_spec_maybe(const bona_spec *object, const char *key)
{
    bona_spec spec = { .state = object->state };
    const char *dot = object->where[0] != 0 ? "." : "";

    if (snprintf(spec.where, sizeof spec.where, "%s%s%s", object->where, dot, key) >=
        (int)sizeof spec.where)
        bona_spec_fail(object, "is nested too deep");
    if (is_a(object, BONA_JSON_OBJECT))
        spec.json = bona_json_member(object->json, key);
    return spec;
}

bona_spec bona_spec_get(const bona_spec *object, const char *key)
{
    bona_spec spec = bona_spec_maybe(object, key);

    if (spec.json == NULL)
        bona_spec_fail(&spec, "is missing");
    return spec;
}

bool bona_spec_there(const bona_spec *spec)
{
    return spec->json != NULL;
}

static bool is_among(bona_text key, const char *allowed)
{
    const char *word = allowed;

    while (*word != 0) {
        size_t length = strcspn(word, " ");

        if (length == key.size && memcmp(word, key.data, length) == 0)
            return true;
        word += length + strspn(word + length, " ");
    }
    return bona_text_is(key, "about");
}

void bona_spec_keys(const bona_spec *spec, const char *allowed)
{
    if (!is_a(spec, BONA_JSON_OBJECT))
        return;
    for (const bona_json *member = spec->json->first; member != NULL; member = member->next) {
        if (!is_among(member->key, allowed))
            bona_spec_fail(spec, "unknown key \"%.*s\"; known are: %s",
                           (int)(member->key.size < 40 ? member->key.size : 40), member->key.data,
                           allowed);
    }
}

int32_t bona_spec_count(const bona_spec *array, int32_t min, int32_t max)
{
    if (!is_a(array, BONA_JSON_ARRAY))
        return 0;
    if (array->json->count >= min && array->json->count <= max)
        return array->json->count;
    bona_spec_fail(array, "has %d items, must have %d to %d", array->json->count, min, max);
    return 0;
}

bona_spec bona_spec_item(const bona_spec *array, int32_t index)
{
    bona_spec spec = { .state = array->state };

    if (snprintf(spec.where, sizeof spec.where, "%s[%d]", array->where, index) >=
        (int)sizeof spec.where)
        bona_spec_fail(array, "is nested too deep");
    if (!is_a(array, BONA_JSON_ARRAY))
        return spec;
    spec.json = array->json->first;
    for (int32_t i = 0; i < index && spec.json != NULL; i++)
        spec.json = spec.json->next;
    if (spec.json == NULL)
        bona_spec_fail(&spec, "is missing");
    return spec;
}

double bona_spec_number(const bona_spec *spec, double min, double max)
{
    if (!is_a(spec, BONA_JSON_NUMBER))
        return min;
    if (spec->json->number >= min && spec->json->number <= max)
        return spec->json->number;
    bona_spec_fail(spec, "is %g, must be %g to %g", spec->json->number, min, max);
    return min;
}

int32_t bona_spec_int(const bona_spec *spec, int32_t min, int32_t max)
{
    if (!is_a(spec, BONA_JSON_NUMBER))
        return min;
    if (spec->json->integer && spec->json->whole >= min && spec->json->whole <= max)
        return (int32_t)spec->json->whole;
    bona_spec_fail(spec, "is %g, must be a whole number from %d to %d", spec->json->number, min,
                   max);
    return min;
}

bool bona_spec_flag(const bona_spec *spec, bool fallback)
{
    if (spec->json == NULL)
        return fallback;
    if (spec->json->type != BONA_JSON_FALSE)
        return is_a(spec, BONA_JSON_TRUE);
    return false;
}

void bona_spec_text(const bona_spec *spec, char *out, size_t size)
{
    bona_text text;

    out[0] = 0;
    if (!is_a(spec, BONA_JSON_STRING))
        return;
    text = spec->json->text;
    if (text.size == 0 || text.size >= size) {
        bona_spec_fail(spec, "has %zu bytes, must have 1 to %zu", text.size, size - 1);
        return;
    }
    for (size_t i = 0; i < text.size; i++) {
        if ((unsigned char)text.data[i] < ' ' || text.data[i] == 127) {
            bona_spec_fail(spec, "has a control character at byte %zu", i);
            return;
        }
    }
    memcpy(out, text.data, text.size);
    out[text.size] = 0;
}

int32_t bona_spec_word(const bona_spec *spec, const char *const *words)
{
    char word[24];

    bona_spec_text(spec, word, sizeof word);
    if (spec->json == NULL || spec->state->err != BONA_OK)
        return 0;
    for (int32_t i = 0; words[i] != NULL; i++) {
        if (strcmp(words[i], word) == 0)
            return i;
    }
    bona_spec_fail(spec, "\"%s\" is not known", word);
    return 0;
}
