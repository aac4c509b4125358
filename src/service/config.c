/* SPDX-License-Identifier: Apache-2.0 */
/* Settings; see config.h. */
#include "service/config.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "wire/json.h"

enum { CONFIG_FILE_MAX = 1 << 20 }; /* bytes */

typedef enum kind { TEXT, NUMBER, FLAG } kind;

typedef struct setting {
    const char *name;
    kind kind;
    size_t offset;
    const char *text; /* default of a TEXT */
    int64_t value;    /* default of a NUMBER */
    int64_t min, max;
    const char *help;
} setting;

#define AT(field) offsetof(bona_config, field)

/* clang-format off */
static const setting settings[] = {
    { "listen", TEXT, AT(listen), "127.0.0.1:8080", 0, 0, 0, "ADDR:PORT; port 0 takes any free one" },
    { "state", TEXT, AT(state), "bonafide-state", 0, 0, 0, "folder of the database" },
    { "models", TEXT, AT(models), "", 0, 0, 0, "a pack file, or builtin; empty: built in" },
    { "config", TEXT, AT(config), "", 0, 0, 0, "JSON file with any of these settings" },
    { "workers", NUMBER, AT(workers), NULL, 0, 0, 64, "vision processes; 0 = one per core" },
    { "queue-max", NUMBER, AT(queue_max), NULL, 64, 1, 65536, "jobs waiting; beyond it 503" },
    { "deadline-ms", NUMBER, AT(deadline_ms), NULL, 10000, 100, 600000, "of one try of a job" },
    { "tls-cert", TEXT, AT(tls_cert), "", 0, 0, 0, "PEM file with the certificate chain" },
    { "tls-key", TEXT, AT(tls_key), "", 0, 0, 0, "PEM file with its key" },
    { "cors", TEXT, AT(cors), "", 0, 0, 0, "origin that browsers may call from" },
    { "images-path", TEXT, AT(images_path), "/api/v1/liveness/images", 0, 0, 0, "path of the images API" },
    { "threads", NUMBER, AT(threads), NULL, 1, 1, 64, "for input and output" },
    { "connections-max", NUMBER, AT(connections_max), NULL, 1024, 1, 65536, "in all" },
    { "connections-per-address-max", NUMBER, AT(connections_per_address_max), NULL, 512, 1, 65536, "" },
    { "header-ms", NUMBER, AT(header_ms), NULL, 10000, 100, 600000, "until the head of a request is in" },
    { "idle-ms", NUMBER, AT(idle_ms), NULL, 60000, 100, 3600000, "between requests of a connection" },
    { "body-rate-min", NUMBER, AT(body_rate_min), NULL, 16384, 1, 1 << 30, "bytes per second" },
    { "bodies-bytes-max", NUMBER, AT(bodies_bytes_max), NULL, (int64_t)1 << 30, 1 << 20, (int64_t)1 << 40, "of all bodies under way" },
    { "retention-days", NUMBER, AT(retention_days), NULL, 0, 0, 36500, "of the bookkeeping; 0 = for ever" },
    { "token-lifetime-s-max", NUMBER, AT(token_lifetime_s_max), NULL, 0, 0, (int64_t)1 << 32, "of a BWS token; 0 = any" },
    { "photo-px-min", NUMBER, AT(photo_px_min), NULL, 32, 1, 16384, "identity API: side of the photo" },
    { "photo-px-max", NUMBER, AT(photo_px_max), NULL, 4096, 1, 16384, "likewise" },
    { "photo-bytes-max", NUMBER, AT(photo_bytes_max), NULL, 10 << 20, 1, 50 << 20, "identity API: decrypted photo" },
    { "identity-bytes-max", NUMBER, AT(identity_bytes_max), NULL, 32 << 20, 1, 1 << 30, "identity API: request" },
    { "liveness-age-s-max", NUMBER, AT(liveness_age_s_max), NULL, 0, 0, (int64_t)1 << 32, "of a liveness file; 0 = any" },
    { "verify-liveness", FLAG, AT(verify_liveness), NULL, 0, 0, 1, "identity API: test the live frame ourselves" },
    { "heif", FLAG, AT(heif), NULL, 0, 0, 1, "accept HEIC and AVIF as well" },
};
/* clang-format on */

enum { SETTINGS = sizeof settings / sizeof *settings };

static void *field(bona_config *config, const setting *s)
{
    return (char *)config + s->offset;
}

static void put_number(bona_config *config, const setting *s, int64_t value)
{
    if (s->kind == FLAG)
        *(bool *)field(config, s) = value != 0;
    else
        *(int64_t *)field(config, s) = value;
}

static void put_text(bona_config *config, const setting *s, const char *text, size_t size)
{
    char *to = field(config, s);

    memcpy(to, text, size);
    to[size] = 0;
}

void bona_config_defaults(bona_config *config)
{
    memset(config, 0, sizeof *config);
    for (int i = 0; i < SETTINGS; i++) {
        if (settings[i].kind == TEXT)
            put_text(config, &settings[i], settings[i].text, strlen(settings[i].text));
        else
            put_number(config, &settings[i], settings[i].value);
    }
}

static bona_err put_checked(bona_config *config, const setting *s, int64_t value, bona_err wrong,
                            bona_note *note)
{
    if (value < s->min || value > s->max)
        return bona_fail(note, wrong, "%s is %lld; it has to be %lld to %lld", s->name,
                         (long long)value, (long long)s->min, (long long)s->max);
    put_number(config, s, value);
    return BONA_OK;
}

static bona_err put_option(bona_config *config, const setting *s, const char *value,
                           bona_note *note)
{
    char *end;
    long long number;

    if (s->kind == TEXT) {
        if (strlen(value) >= BONA_CONFIG_TEXT)
            return bona_fail(note, BONA_BAD_ARGUMENT, "--%s is longer than %d bytes", s->name,
                             BONA_CONFIG_TEXT - 1);
        put_text(config, s, value, strlen(value));
        return BONA_OK;
    }
    number = strtoll(value, &end, 10);
    if (end == value || *end != 0)
        return bona_fail(note, BONA_BAD_ARGUMENT, "--%s wants a number, not \"%.40s\"", s->name,
                         value);
    return put_checked(config, s, number, BONA_BAD_ARGUMENT, note);
}

/* The setting that an option names; *value is what follows '=', or NULL. */
static const setting *find_option(const char *option, const char **value)
{
    size_t size;

    if (strncmp(option, "--", 2) != 0)
        return NULL;
    option += 2;
    size = strcspn(option, "=");
    *value = option[size] == '=' ? option + size + 1 : NULL;
    for (int i = 0; i < SETTINGS; i++)
        if (strlen(settings[i].name) == size && strncmp(settings[i].name, option, size) == 0)
            return &settings[i];
    return NULL;
}

static bona_err read_options(bona_config *config, bool given[SETTINGS], int argc, char **argv,
                             bona_note *note)
{
    for (int i = 1; i < argc; i++) {
        const char *value;
        const setting *s = find_option(argv[i], &value);
        bona_err err;

        if (s == NULL)
            return bona_fail(note, BONA_BAD_ARGUMENT, "no option \"%.60s\"", argv[i]);
        if (value == NULL && s->kind == FLAG)
            value = "1";
        if (value == NULL && i + 1 < argc)
            value = argv[++i];
        if (value == NULL)
            return bona_fail(note, BONA_BAD_ARGUMENT, "--%s wants a value", s->name);
        err = put_option(config, s, value, note);
        if (err != BONA_OK)
            return err;
        given[s - settings] = true;
    }
    return BONA_OK;
}

static bona_err put_member(bona_config *config, const setting *s, const bona_json *value,
                           bona_note *note)
{
    if (s->kind == TEXT && value->type == BONA_JSON_STRING && value->text.size < BONA_CONFIG_TEXT &&
        memchr(value->text.data, 0, value->text.size) == NULL) {
        put_text(config, s, value->text.data, value->text.size);
        return BONA_OK;
    }
    if (s->kind == NUMBER && value->type == BONA_JSON_NUMBER && value->integer)
        return put_checked(config, s, value->whole, BONA_BAD_CONFIG, note);
    if (s->kind == FLAG && (value->type == BONA_JSON_TRUE || value->type == BONA_JSON_FALSE)) {
        put_number(config, s, value->type == BONA_JSON_TRUE);
        return BONA_OK;
    }
    return bona_fail(note, BONA_BAD_CONFIG, "%s has to be %s", s->name,
                     s->kind == TEXT     ? "a text of at most 511 bytes"
                     : s->kind == NUMBER ? "a whole number"
                                         : "true or false");
}

static bona_err read_members(bona_config *config, const bool given[SETTINGS], const bona_json *root,
                             bona_note *note)
{
    for (const bona_json *m = root->first; m != NULL; m = m->next) {
        const setting *s = NULL;
        bona_err err;

        for (int i = 0; i < SETTINGS && s == NULL; i++)
            if (bona_text_is(m->key, settings[i].name))
                s = &settings[i];
        if (s == NULL)
            return bona_fail(note, BONA_BAD_CONFIG, "no setting \"%.*s\"",
                             m->key.size < 60 ? (int)m->key.size : 60, m->key.data);
        if (given[s - settings])
            continue;
        err = put_member(config, s, m, note);
        if (err != BONA_OK)
            return err;
    }
    return BONA_OK;
}

static bona_err read_file(bona_config *config, const bool given[SETTINGS], bona_note *note)
{
    bona_json_doc doc = { 0 };
    uint8_t *text = NULL;
    size_t size = 0;
    bona_err err = bona_file_read(config->config, CONFIG_FILE_MAX, &text, &size, note);

    if (err == BONA_OK)
        err = bona_json_parse(&doc, (char *)text, size, 0, note);
    if (err == BONA_OK && (doc.nodes->type != BONA_JSON_OBJECT || doc.duplicate_keys))
        err = bona_fail(note, BONA_BAD_CONFIG, "not one object with each setting once");
    if (err == BONA_OK)
        err = read_members(config, given, doc.nodes, note);
    bona_json_deinit(&doc);
    bona_free(text);
    return err == BONA_OK ? BONA_OK : bona_fail_in(note, BONA_BAD_CONFIG, config->config);
}

/* Both stand in what is sent or compared, so neither may hold what no URL does. */
static bona_err check_texts(const bona_config *config, bona_note *note)
{
    static const char in_urls[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
                                  "-._~/:@!$&'()*+,;=%[]";

    if (config->images_path[0] != '/' ||
        config->images_path[strspn(config->images_path, in_urls)] != 0)
        return bona_fail(note, BONA_BAD_ARGUMENT,
                         "images-path has to start with / and hold what a path may");
    if (strcmp(config->images_path, "/api/v1/livenessdetection") == 0 ||
        strncmp(config->images_path, "/identity/", 10) == 0)
        return bona_fail(note, BONA_BAD_ARGUMENT, "images-path belongs to another API");
    if (config->cors[strspn(config->cors, in_urls)] != 0)
        return bona_fail(note, BONA_BAD_ARGUMENT, "cors has to be one origin, or *");
    return BONA_OK;
}

bona_err bona_config_read(bona_config *config, int argc, char **argv, bona_note *note)
{
    bool given[SETTINGS] = { false };
    char address[64];
    uint16_t port;
    bona_err err;

    bona_config_defaults(config);
    err = read_options(config, given, argc, argv, note);
    if (err == BONA_OK && config->config[0] != 0)
        err = read_file(config, given, note);
    if (err != BONA_OK)
        return err;
    if (!bona_config_address(config, address, &port))
        return bona_fail(note, BONA_BAD_ARGUMENT,
                         "listen is \"%.60s\"; it has to be ADDR:PORT, for IPv6 [ADDR]:PORT",
                         config->listen);
    if ((config->tls_cert[0] == 0) != (config->tls_key[0] == 0))
        return bona_fail(note, BONA_BAD_ARGUMENT, "tls-cert and tls-key go together");
    return check_texts(config, note);
}

void bona_config_help(void)
{
    for (int i = 0; i < SETTINGS; i++) {
        const setting *s = &settings[i];

        printf("  --%-30s %s", s->name, s->help);
        if (s->kind == TEXT && s->text[0] != 0)
            printf(" (%s)", s->text);
        else if (s->kind == NUMBER)
            printf(" (%lld)", (long long)s->value);
        printf("\n");
    }
}

bool bona_config_address(const bona_config *config, char address[64], uint16_t *port)
{
    const char *colon = strrchr(config->listen, ':'), *from = config->listen;
    size_t size = colon != NULL ? (size_t)(colon - from) : 0;
    unsigned long number;
    char *end;

    if (size >= 2 && from[0] == '[' && from[size - 1] == ']') {
        from++;
        size -= 2;
    }
    if (size == 0 || size >= 64 || colon[1] == 0 || strspn(colon + 1, "0123456789") > 5)
        return false;
    number = strtoul(colon + 1, &end, 10);
    if (*end != 0 || number > 65535)
        return false;
    memcpy(address, from, size);
    address[size] = 0;
    *port = (uint16_t)number;
    return true;
}
