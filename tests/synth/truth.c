/* SPDX-License-Identifier: Apache-2.0 */
/* What is known about a drawn picture: box, points, mesh and direction. */
#include "synth/parts.h"

#include <math.h>

static bona_point flat(vec3 p)
{
    return (bona_point){ p.x, p.y };
}

/* Points spread evenly over the face (Fibonacci's spiral), MediaPipe's own where they have a name.
 */
static vec3 mesh_point(const synth_person *p, int32_t n)
{
    float r = sqrtf(((float)n + 0.5f) / SYNTH_MESH_POINTS), t = 2.3999632f * (float)n;

    switch (n) {
    case 1:
        return head_front(p, 0, -6 - p->nose_len);
    case 10:
        return head_front(p, 0, 62);
    case 152:
        return head_front(p, 0, -112);
    case 33:
        return head_front(p, -p->eye_x - p->eye_w, 0);
    case 133:
        return head_front(p, -p->eye_x + p->eye_w, 0);
    case 362:
        return head_front(p, p->eye_x - p->eye_w, 0);
    case 263:
        return head_front(p, p->eye_x + p->eye_w, 0);
    case 234:
        return head_point(p, -1.45f, -8);
    case 454:
        return head_point(p, 1.45f, -8);
    default:
        return head_front(p, 62 * p->width * r * cosf(t), -25 + 86 * r * sinf(t));
    }
}

void truth_of(synth_truth *truth, const synth_scene *s)
{
    const synth_person *p = &s->person;
    const float tip = -6 - p->nose_len;
    float x0 = 1e9f, y0 = 1e9f, x1 = -1e9f, y1 = -1e9f;
    vec3 e[2] = { eye_centre(p, -1), eye_centre(p, 1) };

    truth->pose = s->pose;
    for (int32_t n = 0; n < 2; n++) {
        e[n].z += 14;
        truth->points[n] = flat(scene_point(s, e[n]));
    }
    truth->points[2] = flat(scene_point(s, head_front(p, 0, tip)));
    truth->points[3] = flat(scene_point(s, head_front(p, -p->mouth_w * 0.95f, -p->mouth_y)));
    truth->points[4] = flat(scene_point(s, head_front(p, p->mouth_w * 0.95f, -p->mouth_y)));
    truth->centre = flat(scene_point(s, (vec3){ 0, tip, 0 }));
    truth->px_per_mm = s->size * (float)s->camera.width / 146;
    for (int32_t j = 0; j <= 24; j++) {
        for (int32_t i = -12; i <= 12; i++) {
            vec3 at = scene_point(s, head_point(p, (float)i * 0.105f, -112 + 7.0f * (float)j));

            x0 = fminf(x0, at.x);
            x1 = fmaxf(x1, at.x);
            y0 = fminf(y0, at.y);
            y1 = fmaxf(y1, at.y);
        }
    }
    truth->box = (bona_box){ x0, y0, x1 - x0, y1 - y0 };
    for (int32_t n = 0; n < SYNTH_MESH_POINTS; n++) {
        vec3 at = scene_point(s, mesh_point(p, n));

        truth->mesh[n] = (synth_point3){ at.x, at.y, at.z };
    }
}

float synth_direction(const synth_truth *first, const synth_truth *second)
{
    float dx = (second->points[2].x - second->centre.x) / second->px_per_mm -
               (first->points[2].x - first->centre.x) / first->px_per_mm;
    float dy = (second->points[2].y - second->centre.y) / second->px_per_mm -
               (first->points[2].y - first->centre.y) / first->px_per_mm;
    float angle = atan2f(-dy, dx) * 57.29578f;

    return angle <= 0 ? angle + 360 : angle;
}
