/* SPDX-License-Identifier: Apache-2.0 */
/* Writes small random networks as seeds into <folder>/onnx/. */
#include <stdio.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/mem.h"
#include "nn/grow.h"

enum { SEEDS = 40 };

int main(int argc, char **argv)
{
    char path[512];

    if (argc != 2) {
        fprintf(stderr, "seeds_onnx FOLDER\n");
        return 64;
    }
    snprintf(path, sizeof path, "%s/onnx", argv[1]);
    mkdir(path, 0777);
    for (uint32_t seed = 1; seed <= SEEDS; seed++) {
        size_t size;
        uint8_t *bytes = grow_network(seed, (int)(seed % 12) + 1, &size);
        bona_err err;

        snprintf(path, sizeof path, "%s/onnx/%u.onnx", argv[1], seed);
        err = bona_file_write(path, bytes, size, NULL);
        bona_free(bytes);
        if (err != BONA_OK)
            return 70;
    }
    return 0;
}
