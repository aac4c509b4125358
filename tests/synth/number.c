/* SPDX-License-Identifier: Apache-2.0 */
/* Seeded numbers, smooth noise and rotations for the procedural head. */
#include "synth/parts.h"

#include <math.h>

static uint64_t mix(uint64_t z)
{
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

float synth_uniform(uint64_t *state, float low, float high)
{
    *state += 0x9e3779b97f4a7c15u;
    return low + (high - low) * (float)(mix(*state) >> 40) / 16777216.0f;
}

float synth_bell(uint64_t *state)
{
    uint64_t bits;

    *state += 0x9e3779b97f4a7c15u;
    bits = mix(*state);
    return (float)((bits & 0x1fffff) + (bits >> 21 & 0x1fffff) + (bits >> 42 & 0x1fffff)) /
               1048576.0f -
           3.0f;
}

static float lattice(uint32_t seed, int32_t x, int32_t y, int32_t z)
{
    uint32_t h =
        seed + (uint32_t)x * 0x9e3779b1u + (uint32_t)y * 0x85ebca77u + (uint32_t)z * 0xc2b2ae3du;

    h = (h ^ (h >> 15)) * 0x2c1b3c6du;
    h = (h ^ (h >> 12)) * 0x297a2d39u;
    h ^= h >> 15;
    return (float)(h & 0xffff) / 32767.5f - 1.0f;
}

static float lerp(float a, float b, float t)
{
    return a + (b - a) * t;
}

float noise3(uint64_t seed, float x, float y, float z)
{
    float fx = floorf(x), fy = floorf(y), fz = floorf(z);
    int32_t i = (int32_t)fx, j = (int32_t)fy, k = (int32_t)fz;
    float u = x - fx, v = y - fy, w = z - fz;
    uint32_t s = (uint32_t)(seed ^ (seed >> 32));
    float plane[2] = { 0, 0 };
    int32_t planes = w > 0 ? 2 : 1; /* flat noise needs half of the lattice */

    u = u * u * (3 - 2 * u);
    v = v * v * (3 - 2 * v);
    w = w * w * (3 - 2 * w);
    for (int32_t n = 0; n < planes; n++) {
        float low = lerp(lattice(s, i, j, k + n), lattice(s, i + 1, j, k + n), u);
        float high = lerp(lattice(s, i, j + 1, k + n), lattice(s, i + 1, j + 1, k + n), u);

        plane[n] = lerp(low, high, v);
    }
    return lerp(plane[0], plane[1], w);
}

float cloud3(uint64_t seed, float x, float y, float z, int32_t octaves)
{
    float sum = 0, weight = 0.5f;

    for (int32_t n = 0; n < octaves; n++) {
        sum += weight * noise3(seed + (uint64_t)n, x, y, z);
        x *= 2.03f;
        y *= 2.03f;
        z *= 2.03f;
        weight *= 0.5f;
    }
    return sum;
}

float smooth_step(float from, float to, float x)
{
    float t = (x - from) / (to - from);

    t = t < 0 ? 0 : t > 1 ? 1 : t;
    return t * t * (3 - 2 * t);
}

vec3 normalize3(vec3 v)
{
    float n = sqrtf(v.x * v.x + v.y * v.y + v.z * v.z);

    n = n > 1e-12f ? 1 / n : 0;
    return (vec3){ v.x * n, v.y * n, v.z * n };
}

vec3 rotate(const mat3 *m, vec3 v)
{
    return (vec3){ m->r[0].x * v.x + m->r[0].y * v.y + m->r[0].z * v.z,
                   m->r[1].x * v.x + m->r[1].y * v.y + m->r[1].z * v.z,
                   m->r[2].x * v.x + m->r[2].y * v.y + m->r[2].z * v.z };
}

/* Yaw about the head's own vertical first, then pitch, then roll in the picture. */
mat3 rotation_of(synth_pose pose)
{
    const float rad = 3.14159265f / 180;
    float cy = cosf(pose.yaw * rad), sy = sinf(pose.yaw * rad);
    float cp = cosf(pose.pitch * rad), sp = sinf(pose.pitch * rad);
    float cr = cosf(pose.roll * rad), sr = sinf(pose.roll * rad);
    /* pitch * yaw */
    vec3 a = { cy, 0, sy };
    vec3 b = { -sp * sy, cp, sp * cy };
    vec3 c = { -cp * sy, -sp, cp * cy };

    return (mat3){ { { cr * a.x + sr * b.x, cr * a.y + sr * b.y, cr * a.z + sr * b.z },
                     { -sr * a.x + cr * b.x, -sr * a.y + cr * b.y, -sr * a.z + cr * b.z },
                     c } };
}

float synth_turn_deg(synth_pose first, synth_pose second)
{
    mat3 a, b;
    float dot;

    first.roll = second.roll = 0;
    a = rotation_of(first);
    b = rotation_of(second);
    /* where the nose points: third column */
    dot = a.r[0].z * b.r[0].z + a.r[1].z * b.r[1].z + a.r[2].z * b.r[2].z;
    return acosf(dot > 1 ? 1 : dot < -1 ? -1 : dot) * 180 / 3.14159265f;
}
