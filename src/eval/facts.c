/* SPDX-License-Identifier: Apache-2.0 */
/* When, on what, with which networks; see facts.h. */
#include "eval/facts.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "engine/pack.h"
#include "eval/pack_facts.h"

#define MANIFEST_BYTES_MAX ((size_t)64 << 20)

static void read_cpu(char *cpu, size_t room)
{
    FILE *file = fopen("/proc/cpuinfo", "re");
    char line[256];

    snprintf(cpu, room, "unknown");
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        const char *name = strchr(line, ':');

        if (strncmp(line, "model name", 10) != 0 || name == NULL)
            continue;
        snprintf(cpu, room, "%.*s", (int)strcspn(name + 2, "\n"), name + 2);
        break;
    }
    if (file != NULL)
        fclose(file);
}

static bona_err hash_file(char hex[65], const char *path, bona_note *note)
{
    unsigned char digest[32];
    uint8_t *data;
    size_t size;
    bona_err err = bona_file_read(path, MANIFEST_BYTES_MAX, &data, &size, note);

    if (err != BONA_OK)
        return err;
    if (EVP_Digest(data, size, digest, NULL, EVP_sha256(), NULL) != 1)
        err = BONA_INTERNAL;
    for (int i = 0; i < 32; i++)
        snprintf(hex + 2 * i, 3, "%02x", digest[i]);
    bona_free(data);
    return err;
}

bona_err bona_facts_gather(bona_facts *facts, const char *manifest, const bona_pack *pack,
                           bona_note *note)
{
    const char *name = strrchr(manifest, '/');
    time_t now = time(NULL);
    struct tm utc;

    *facts = (bona_facts){ 0 };
    snprintf(facts->manifest, sizeof facts->manifest, "%s", name != NULL ? name + 1 : manifest);
    strftime(facts->when, sizeof facts->when, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &utc));
    read_cpu(facts->cpu, sizeof facts->cpu);
    facts->cores = (int32_t)sysconf(_SC_NPROCESSORS_ONLN);
    if (pack != NULL) {
        bona_err err = bona_pack_hash(facts->pack_hash, pack);

        if (err != BONA_OK)
            return err;
        snprintf(facts->pack, sizeof facts->pack, "%s", pack->name);
        snprintf(facts->kernels, sizeof facts->kernels, "%s",
                 bona_isa_name(bona_net_isa(pack->spoof[0].net)));
    }
    return hash_file(facts->manifest_hash, manifest, note);
}
