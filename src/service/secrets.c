/* SPDX-License-Identifier: Apache-2.0 */
/* Keys out of reach of the workers; see secrets.h. */
#include "service/secrets.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"

static void erase(const char *name)
{
    char *value = getenv(name); /* points into the environment itself */

    if (value != NULL) {
        bona_wipe(value, strlen(value));
        unsetenv(name);
    }
}

bona_err bona_secrets_hide(bona_secrets *secrets, bona_note *note)
{
    bona_seal_keys keys;
    bona_err err = bona_seal_keys_read(&keys, note);

    secrets->pipe[0] = secrets->pipe[1] = -1;
    if (err != BONA_OK)
        return err;
    if (pipe2(secrets->pipe, O_CLOEXEC) != 0 ||
        write(secrets->pipe[1], &keys, sizeof keys) != (ssize_t)sizeof keys)
        err = bona_fail(note, BONA_IO, "cannot put the keys aside: %s", strerror(errno));
    bona_seal_keys_wipe(&keys);
    erase("PARAM_DECRYPT_KEY");
    erase("PARAM_DECRYPT_IV");
    erase("BONAFIDE_LIVENESS_KEY");
    return err;
}

bona_err bona_secrets_take(bona_secrets *secrets, bona_seal_keys *keys, bona_note *note)
{
    ssize_t size = secrets->pipe[0] >= 0 ? read(secrets->pipe[0], keys, sizeof *keys) : -1;

    for (int i = 0; i < 2; i++)
        if (secrets->pipe[i] >= 0)
            close(secrets->pipe[i]);
    if (size != (ssize_t)sizeof *keys)
        return bona_fail(note, BONA_IO, "cannot take the keys back");
    return BONA_OK;
}
