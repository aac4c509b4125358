/* SPDX-License-Identifier: Apache-2.0 */
/* Seeds for the picture readers: the rendered pattern in every form, into <folder>/image_<format>/.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "image/decode.h"
#include "pictures.h"

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: seeds_image FOLDER\n");
        return 64;
    }
    for (int32_t i = 0; i < picture_recipe_count; i++) {
        char format[16], folder[4096], path[8192];
        bona_buf file;

        snprintf(format, sizeof format, "%s", bona_format_name(picture_recipes[i].format));
        for (char *c = format; *c != 0; c++)
            *c = (char)tolower((unsigned char)*c);
        snprintf(folder, sizeof folder, "%s/image_%s", argv[1], format);
        mkdir(folder, 0777);
        snprintf(path, sizeof path, "%s/%s", folder, picture_recipes[i].name);
        picture_make(&file, picture_recipes[i].name, 37, 23);
        if (bona_file_write(path, file.data, file.size, NULL) != BONA_OK)
            return 1;
        bona_buf_deinit(&file);
    }
    return 0;
}
