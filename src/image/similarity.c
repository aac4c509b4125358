/* SPDX-License-Identifier: Apache-2.0 */
/* Similarity transforms from point pairs, and their inverse; see warp.h. */
#include <assert.h>

#include "image/warp.h"

/*
 * In the plane, Umeyama's solution (1991, equations 38 to 43) without a mirror is one complex
 * number: with centred points as complex p and q, it is sum(conj(p) q) / sum(|p|^2).
 */
bona_affine bona_similarity(const bona_point *from, const bona_point *to, int32_t n)
{
    double fx = 0, fy = 0, tx = 0, ty = 0, real = 0, imaginary = 0, norm = 0;

    assert(n >= 2);
    for (int32_t i = 0; i < n; i++) {
        fx += (double)from[i].x / n;
        fy += (double)from[i].y / n;
        tx += (double)to[i].x / n;
        ty += (double)to[i].y / n;
    }
    for (int32_t i = 0; i < n; i++) {
        double px = from[i].x - fx, py = from[i].y - fy, qx = to[i].x - tx, qy = to[i].y - ty;

        real += px * qx + py * qy;
        imaginary += px * qy - py * qx;
        norm += px * px + py * py;
    }
    if (norm > 0) {
        real /= norm;
        imaginary /= norm;
    } else {
        real = 1;
    }
    return (bona_affine){
        .a = (float)real,
        .b = (float)-imaginary,
        .c = (float)(tx - real * fx + imaginary * fy),
        .d = (float)imaginary,
        .e = (float)real,
        .f = (float)(ty - imaginary * fx - real * fy),
    };
}

bona_affine bona_affine_invert(bona_affine m)
{
    double det = (double)m.a * m.e - (double)m.b * m.d;
    double a, b, d, e;

    if (det == 0)
        return (bona_affine){ 0 };
    a = m.e / det;
    b = -m.b / det;
    d = -m.d / det;
    e = m.a / det;
    return (bona_affine){
        .a = (float)a,
        .b = (float)b,
        .c = (float)-(a * m.c + b * m.f),
        .d = (float)d,
        .e = (float)e,
        .f = (float)-(d * m.c + e * m.f),
    };
}
