# SPDX-License-Identifier: Apache-2.0
"""Building blocks of the small networks and the bookkeeping of a training run."""
import os
import sys
import time

import torch
from torch import nn

SLOPE = .15  # LeakyReLU: trains faster than PReLU on a CPU, written out as PRelu


def conv(inputs, outputs, kernel, stride=1, groups=1, act=True):
    """Convolution, BatchNorm, optional LeakyReLU."""
    parts = [nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=False),
             nn.BatchNorm2d(outputs)]
    return nn.Sequential(*parts, nn.LeakyReLU(SLOPE, inplace=True)) if act else nn.Sequential(*parts)


class Residual(nn.Module):
    """x + narrow(act(widen(depthwise(x))))"""

    def __init__(self, width, inner):
        super().__init__()
        self.body = nn.Sequential(conv(width, width, 3, groups=width, act=False),
                                  conv(width, inner, 1), conv(inner, width, 1, act=False))

    def forward(self, x):
        return x + self.body(x)


def down(inputs, outputs):
    """Halve the map: depthwise stride 2, then 1x1."""
    return nn.Sequential(conv(inputs, inputs, 3, 2, inputs, act=False), conv(inputs, outputs, 1))


class Average:
    """Exponential moving average of a network's weights; what is exported."""

    def __init__(self, net, decay=.998):
        self.decay = decay
        self.state = {k: v.clone() for k, v in net.state_dict().items()}
        self.steps = 0

    @torch.no_grad()
    def update(self, net):
        self.steps += 1
        decay = min(self.decay, self.steps / (self.steps + 10))
        for key, value in net.state_dict().items():
            if value.dtype.is_floating_point:
                self.state[key].lerp_(value, 1 - decay)
            else:
                self.state[key] = value.clone()


class Checkpoint:
    """Saves atomically now and then, so that a stopped run goes on where it was."""

    def __init__(self, path, every_seconds=60):
        self.path, self.every, self.last = path, every_seconds, time.time()

    def load(self):
        return torch.load(self.path) if os.path.exists(self.path) else None

    def save(self, state, force=False):
        """STATE: what to keep, or a function that returns it."""
        if not force and time.time() - self.last < self.every:
            return
        self.last = time.time()
        torch.save(state() if callable(state) else state, self.path + ".part")
        os.replace(self.path + ".part", self.path)


def cosine(step, steps, peak, warm=100):
    """Learning rate: linear start, then half a cosine to 1 % of PEAK."""
    if step < warm:
        return peak * (step + 1) / warm
    part = min((step - warm) / max(steps - warm, 1), 1.)
    return peak * (.01 + .99 * .5 * (1 + float(torch.cos(torch.tensor(part * 3.14159265)))))


def keep_heap():
    """Restart once with glibc settings that keep big tensors mapped: 1.3 to 3 times as fast."""
    wanted = {"MALLOC_MMAP_THRESHOLD_": "2000000000", "MALLOC_TRIM_THRESHOLD_": "4000000000",
              "MALLOC_TOP_PAD_": "100000000"}
    if "MALLOC_TOP_PAD_" not in os.environ:
        os.execve(sys.executable, [sys.executable] + sys.argv, dict(os.environ, **wanted))
