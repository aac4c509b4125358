/* SPDX-License-Identifier: Apache-2.0 */
/* Rigid movement between two meshes; see rigid.h. */
#include "motion/rigid.h"

#include <math.h>
#include <string.h>

static const float degrees = 57.29577951f;

static bona_vec3 mean_of(const bona_mesh_point *p, int32_t count)
{
    double x = 0, y = 0, z = 0;

    for (int32_t n = 0; n < count; n++) {
        x += (double)p[n].x;
        y += (double)p[n].y;
        z += (double)p[n].z;
    }
    return (bona_vec3){ (float)(x / count), (float)(y / count), (float)(z / count) };
}

static bona_vec3 unit(bona_vec3 v)
{
    float n = sqrtf(v.x * v.x + v.y * v.y + v.z * v.z);

    return n > 1e-9f ? (bona_vec3){ v.x / n, v.y / n, v.z / n } : (bona_vec3){ 0, 0, -1 };
}

/* One Jacobi rotation of the symmetric 4 x 4 matrix that empties m[p][q]. */
static void jacobi(double m[4][4], double v[4][4], int32_t p, int32_t q)
{
    double angle = 0.5 * atan2(2 * m[p][q], m[q][q] - m[p][p]), c = cos(angle), s = sin(angle);

    for (int32_t k = 0; k < 4; k++) {
        double a = m[k][p], b = m[k][q];

        m[k][p] = c * a - s * b;
        m[k][q] = s * a + c * b;
    }
    for (int32_t k = 0; k < 4; k++) {
        double a = m[p][k], b = m[q][k];

        m[p][k] = c * a - s * b;
        m[q][k] = s * a + c * b;
        a = v[k][p];
        b = v[k][q];
        v[k][p] = c * a - s * b;
        v[k][q] = s * a + c * b;
    }
}

/* Eigenvector of the largest eigenvalue: the unit quaternion of the best turn. */
static void largest(double m[4][4], double quaternion[4])
{
    double v[4][4] = { { 1, 0, 0, 0 }, { 0, 1, 0, 0 }, { 0, 0, 1, 0 }, { 0, 0, 0, 1 } };
    int32_t best = 0;

    for (int32_t sweep = 0; sweep < 12; sweep++)
        for (int32_t p = 0; p < 3; p++)
            for (int32_t q = p + 1; q < 4; q++)
                jacobi(m, v, p, q);
    for (int32_t k = 1; k < 4; k++)
        if (m[k][k] > m[best][best])
            best = k;
    for (int32_t k = 0; k < 4; k++)
        quaternion[k] = v[k][best];
}

static void matrix_of(const double q[4], float r[3][3])
{
    double w = q[0], x = q[1], y = q[2], z = q[3];

    r[0][0] = (float)(w * w + x * x - y * y - z * z);
    r[0][1] = (float)(2 * (x * y - w * z));
    r[0][2] = (float)(2 * (x * z + w * y));
    r[1][0] = (float)(2 * (x * y + w * z));
    r[1][1] = (float)(w * w - x * x + y * y - z * z);
    r[1][2] = (float)(2 * (y * z - w * x));
    r[2][0] = (float)(2 * (x * z - w * y));
    r[2][1] = (float)(2 * (y * z + w * x));
    r[2][2] = (float)(w * w - x * x - y * y + z * z);
}

bona_rigid bona_rigid_fit(const bona_mesh_point *first, const bona_mesh_point *second,
                          int32_t count)
{
    bona_rigid out = { .centre_first = mean_of(first, count),
                       .centre_second = mean_of(second, count) };
    double s[3][3] = { { 0 } }, aa = 0, bb = 0, dot = 0, q[4], m[4][4];

    for (int32_t n = 0; n < count; n++) {
        double a[3] = { (double)(first[n].x - out.centre_first.x),
                        (double)(first[n].y - out.centre_first.y),
                        (double)(first[n].z - out.centre_first.z) };
        double b[3] = { (double)(second[n].x - out.centre_second.x),
                        (double)(second[n].y - out.centre_second.y),
                        (double)(second[n].z - out.centre_second.z) };

        for (int32_t i = 0; i < 3; i++) {
            aa += a[i] * a[i];
            bb += b[i] * b[i];
            for (int32_t j = 0; j < 3; j++)
                s[i][j] += a[i] * b[j];
        }
    }
    m[0][0] = s[0][0] + s[1][1] + s[2][2];
    m[0][1] = m[1][0] = s[1][2] - s[2][1];
    m[0][2] = m[2][0] = s[2][0] - s[0][2];
    m[0][3] = m[3][0] = s[0][1] - s[1][0];
    m[1][1] = s[0][0] - s[1][1] - s[2][2];
    m[1][2] = m[2][1] = s[0][1] + s[1][0];
    m[1][3] = m[3][1] = s[2][0] + s[0][2];
    m[2][2] = s[1][1] - s[0][0] - s[2][2];
    m[2][3] = m[3][2] = s[1][2] + s[2][1];
    m[3][3] = s[2][2] - s[0][0] - s[1][1];
    largest(m, q);
    matrix_of(q, out.turn);
    for (int32_t i = 0; i < 3; i++)
        for (int32_t j = 0; j < 3; j++)
            dot += (double)out.turn[j][i] * s[i][j];
    out.scale = (float)(aa > 0 ? dot / aa : 1);
    out.residual = (float)(bb > 0 && aa > 0 ? sqrt(fmax(0, 1 - dot * dot / (aa * bb))) : 0);
    return out;
}

bona_vec3 bona_rigid_turn(const bona_rigid *r, bona_vec3 v)
{
    return (bona_vec3){ r->turn[0][0] * v.x + r->turn[0][1] * v.y + r->turn[0][2] * v.z,
                        r->turn[1][0] * v.x + r->turn[1][1] * v.y + r->turn[1][2] * v.z,
                        r->turn[2][0] * v.x + r->turn[2][1] * v.y + r->turn[2][2] * v.z };
}

bona_vec3 bona_mesh_facing(const bona_mesh_point *mesh)
{
    const bona_mesh_point *l = &mesh[MESH_EYE_SMALL_X], *r = &mesh[MESH_EYE_LARGE_X];
    const bona_mesh_point *t = &mesh[MESH_FOREHEAD], *b = &mesh[MESH_CHIN];
    bona_vec3 x = unit((bona_vec3){ r->x - l->x, r->y - l->y, r->z - l->z });
    bona_vec3 y = unit((bona_vec3){ b->x - t->x, b->y - t->y, b->z - t->z });

    return unit((bona_vec3){ y.y * x.z - y.z * x.y, y.z * x.x - y.x * x.z, y.x * x.y - y.y * x.x });
}

float bona_mesh_height(const bona_mesh_point *mesh)
{
    const bona_mesh_point *t = &mesh[MESH_FOREHEAD], *b = &mesh[MESH_CHIN];

    return sqrtf((b->x - t->x) * (b->x - t->x) + (b->y - t->y) * (b->y - t->y) +
                 (b->z - t->z) * (b->z - t->z));
}

bona_vec3 bona_facing_from_axis(bona_vec3 seen, bona_point centre, int32_t width, int32_t height,
                                float focal)
{
    float f = focal * (float)(width > height ? width : height);
    float a = atan2f(centre.x - 0.5f * (float)width, f),
          b = -atan2f(centre.y - 0.5f * (float)height, f);
    bona_vec3 p = { seen.x, cosf(b) * seen.y - sinf(b) * seen.z,
                    sinf(b) * seen.y + cosf(b) * seen.z };

    return (bona_vec3){ cosf(a) * p.x + sinf(a) * p.z, p.y, cosf(a) * p.z - sinf(a) * p.x };
}

float bona_angle_deg(bona_vec3 a, bona_vec3 b)
{
    float dot = a.x * b.x + a.y * b.y + a.z * b.z;

    return acosf(dot > 1 ? 1 : dot < -1 ? -1 : dot) * degrees;
}

float bona_direction_deg(float dx, float dy)
{
    float angle = atan2f(-dy, dx) * degrees;

    return angle <= 0 ? angle + 360 : angle;
}
