# SPDX-License-Identifier: Apache-2.0
"""Other places, cameras and mixtures of crops that lie in a batch, for the anti-spoofing networks."""
import numpy as np
import torch
import torch.nn.functional as F


def hazy(x, uniform, rng):
    """Low contrast, veiling light, soft focus: cheap webcams show people that way."""
    count, _, height, width = x.shape
    keep, mix = uniform(.3, .95), uniform(0, 1)
    veil = uniform(40, 190) * uniform(.9, 1.1, count, 3, 1, 1)
    small = F.interpolate(x, scale_factor=float(rng.uniform(.45, 1)), mode="area")
    soft = F.interpolate(small, (height, width), mode="bilinear", align_corners=False)
    return (x * mix + soft * (1 - mix)) * keep + veil * (1 - keep)


def moved(x, uniform, rng):
    """Flip, turn, scale, stretch and shift, each picture for itself."""
    count = len(x)
    theta = torch.zeros(count, 2, 3)
    flip = torch.from_numpy(rng.choice([-1., 1.], count).astype(np.float32))
    grow, stretch, turn = uniform(.72, 1.2, count), uniform(.92, 1.08, count), uniform(-.15, .15, count)
    theta[:, 0, 0], theta[:, 1, 1] = grow * stretch * flip, grow / stretch
    theta[:, 0, 1], theta[:, 1, 0] = turn, -turn * flip
    theta[:, :, 2] = uniform(-.12, .12, count, 2)
    grid = F.affine_grid(theta, x.shape, align_corners=False)
    return F.grid_sample(x, grid, padding_mode="reflection", align_corners=False)


def augmented(x, rng):
    """Other places, other cameras; 0..255 in and out. The teacher sees the result too."""
    count = len(x)
    uniform = lambda low, high, *shape: torch.from_numpy(
        rng.uniform(low, high, shape or (count, 1, 1, 1)).astype(np.float32))
    x = moved(x, uniform, rng) if rng.random() < .7 else x.flip(3)
    if rng.random() < .3:
        x = hazy(x, uniform, rng)
    if rng.random() < .7:
        middle = x.mean((1, 2, 3), keepdim=True)
        x = (x - middle) * uniform(.6, 1.4) + middle * uniform(.6, 1.4)
        x = x * uniform(.88, 1.12, count, 3, 1, 1)
        grey = x.mean(1, keepdim=True)
        x = grey + (x - grey) * uniform(.3, 1.5)
    if rng.random() < .3:
        soft = F.avg_pool2d(F.pad(x, (1, 1, 1, 1), mode="reflect"), 3, 1)
        x = soft + (x - soft) * uniform(0, 2)
    if rng.random() < .3:
        x = x + torch.randn_like(x) * uniform(0, 9)
    return x.clamp(0, 255)


def mixed(x, live, rng):
    """Half of the batches: each picture laid over another one, or a part of it put in."""
    if rng.random() < .5:
        return x, live
    other = torch.from_numpy(rng.permutation(len(x)))
    if rng.random() < .7:
        part = torch.from_numpy(rng.uniform(0, .5, len(x)).astype(np.float32))
        share = part[:, None, None, None]
        return x * (1 - share) + x[other] * share, live * (1 - part) + live[other] * part
    high, wide = [int(side * rng.uniform(.2, .6)) for side in x.shape[2:]]
    top, left = rng.integers(0, x.shape[2] - high), rng.integers(0, x.shape[3] - wide)
    x = x.clone()
    x[:, :, top:top + high, left:left + wide] = x[other, :, top:top + high, left:left + wide]
    return x, live
