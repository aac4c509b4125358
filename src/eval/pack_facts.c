/* SPDX-License-Identifier: Apache-2.0 */
/* Names and hash of a pack; see pack_facts.h. */
#include "eval/pack_facts.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

#include "engine/pack.h"

void bona_pack_net_name(char *name, size_t room, const bona_pack *pack, int32_t spoof)
{
    const char *file = pack->spoof[spoof].file, *slash = strrchr(file, '/'), *dot;

    if (slash != NULL)
        file = slash + 1;
    dot = strrchr(file, '.');
    snprintf(name, room, "%.*s", (int)(dot != NULL ? dot - file : (ptrdiff_t)strlen(file)), file);
}

bona_err bona_pack_hash(char hex[65], const bona_pack *pack)
{
    bona_pack_row rows[BONA_PACK_MODELS_MAX];
    int32_t count = bona_pack_rows(pack, rows);
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    unsigned char digest[EVP_MAX_MD_SIZE];
    bool good = context != NULL && EVP_DigestInit_ex(context, EVP_sha256(), NULL) == 1;

    for (int32_t i = 0; good && i < count; i++)
        good = EVP_DigestUpdate(context, rows[i].role, strlen(rows[i].role) + 1) == 1 &&
               EVP_DigestUpdate(context, rows[i].model->sha256, 64) == 1;
    good = good && EVP_DigestUpdate(context, &pack->fusion, sizeof pack->fusion) == 1 &&
           EVP_DigestUpdate(context, &pack->match_map, sizeof pack->match_map) == 1 &&
           EVP_DigestFinal_ex(context, digest, NULL) == 1;
    EVP_MD_CTX_free(context);
    if (!good)
        return BONA_NO_MEMORY;
    for (int i = 0; i < 32; i++)
        snprintf(hex + 2 * i, 3, "%02x", digest[i]);
    return BONA_OK;
}
