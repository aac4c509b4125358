/* SPDX-License-Identifier: Apache-2.0 */
/* Suitable faces; see suitable.h. */
#include "verdict/suitable.h"

#include <math.h>

static bool near_border(bona_point eye, int32_t width, int32_t height)
{
    float margin = BONA_EYE_BORDER_SHARE_MIN * (float)width;

    return eye.x < margin || eye.y < margin || eye.x > (float)width - margin ||
           eye.y > (float)height - margin;
}

bona_unsuitable bona_face_unsuitable(const bona_point points[BONA_POINTS], int32_t width,
                                     int32_t height)
{
    bona_point a = points[0], b = points[1], nose = points[2];
    float dx = b.x - a.x, dy = b.y - a.y, distance = hypotf(dx, dy);
    float eyes_y = (a.y + b.y) / 2, mouth_y = (points[3].y + points[4].y) / 2;
    float along; /* where the nose stands on the line from eye to eye: 0 at one, 1 at the other */

    if (eyes_y > mouth_y)
        return BONA_EYES_INVERTED;
    if (nose.y < fminf(a.y, b.y))
        return BONA_NOSE_ABOVE_EYES;
    along = distance > 0 ? ((nose.x - a.x) * dx + (nose.y - a.y) * dy) / (distance * distance) : 0;
    if (along < -BONA_PROFILE_SHARE_MAX || along > 1 + BONA_PROFILE_SHARE_MAX)
        return BONA_PROFILE;
    if (distance < BONA_EYE_DISTANCE_PX_MIN)
        return BONA_EYES_TOO_CLOSE;
    if (near_border(a, width, height) || near_border(b, width, height))
        return BONA_BEYOND_BORDER;
    return BONA_SUITABLE;
}

float bona_box_visible(bona_box box, float grow, int32_t width, int32_t height)
{
    float w = box.w * (1 + grow), h = box.h * (1 + grow);
    float x = box.x - box.w * grow / 2, y = box.y - box.h * grow / 2;
    float seen_w = fminf(x + w, (float)width) - fmaxf(x, 0);
    float seen_h = fminf(y + h, (float)height) - fmaxf(y, 0);

    if (w <= 0 || h <= 0 || seen_w <= 0 || seen_h <= 0)
        return 0;
    return seen_w * seen_h / (w * h);
}
