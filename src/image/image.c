/* SPDX-License-Identifier: Apache-2.0 */
/* The owner of pixels; see image.h. */
#include "image/image.h"

#include "base/mem.h"

enum { SIDE_PX_MAX = 65535 };

bona_err bona_image_init(bona_image *image, int32_t width, int32_t height)
{
    uint8_t *rgb;

    *image = (bona_image){ 0 };
    if (width < 1 || height < 1 || width > SIDE_PX_MAX || height > SIDE_PX_MAX)
        return BONA_BAD_ARGUMENT;
    rgb = bona_alloc((size_t)height, 3 * (size_t)width);
    if (rgb == NULL)
        return BONA_NO_MEMORY;
    *image = (bona_image){
        .rgb = rgb, .width = width, .height = height, .stride = 3 * (ptrdiff_t)width
    };
    return BONA_OK;
}

void bona_image_deinit(bona_image *image)
{
    bona_free(image->rgb);
    *image = (bona_image){ 0 };
}

bona_image_view bona_image_look(const bona_image *image)
{
    return (bona_image_view){
        .rgb = image->rgb, .width = image->width, .height = image->height, .stride = image->stride
    };
}
