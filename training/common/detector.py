# SPDX-License-Identifier: Apache-2.0
"""The detector network, its targets and its loss. Outputs and decoding are those of YuNet.

Cell (gx, gy) of stride s says: score sqrt(cls * obj); centre ((gx + b0) s, (gy + b1) s), width
exp(b2) s, height exp(b3) s; point k at ((gx + p[2k]) s, (gy + p[2k+1]) s).
"""
import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from common import blocks

STRIDES = (8, 16, 32)
SIZES = {8: (0, 72), 16: (44, 176), 32: (112, 10000)}  # face size in px that a stride answers for
OUTPUTS = ["%s_%d" % (k, s) for s in STRIDES for k in ("cls", "obj", "bbox", "kps")]
PIXEL_SCALE = 64.0
WIDTHS = {"cls": 1, "obj": 1, "bbox": 4, "kps": 10}


class Head(nn.Module):
    """One separable convolution, then four 1x1 outputs from the same map."""

    def __init__(self, width):
        super().__init__()
        self.shared = blocks.separable(width, width)
        self.out = nn.ModuleDict({k: nn.Conv2d(width, n, 1) for k, n in WIDTHS.items()})
        for kind in ("cls", "obj"):
            nn.init.constant_(self.out[kind].bias, -3.0)

    def forward(self, x):
        x = self.shared(x)
        return {k: layer(x) for k, layer in self.out.items()}


class FaceDetector(nn.Module):
    """Separable backbone to stride 32, top-down sums, three heads. Input BGR / 64."""

    def __init__(self, widths=(16, 24, 48, 96, 96), neck=48):
        super().__init__()
        a, b, c, d, e = widths
        self.stem = nn.Sequential(
            blocks.conv(3, a, 3, 2), blocks.separable(a, b, 2), blocks.flat_residual(b))
        self.level8 = nn.Sequential(blocks.separable(b, c, 2),
                                    *[blocks.flat_residual(c) for _ in range(3)])
        self.level16 = nn.Sequential(blocks.separable(c, d, 2),
                                     *[blocks.flat_residual(d) for _ in range(4)])
        self.level32 = nn.Sequential(blocks.separable(d, e, 2),
                                     *[blocks.flat_residual(e) for _ in range(3)])
        self.side = nn.ModuleList([blocks.conv(w, neck, act=None) for w in (c, d, e)])
        self.heads = nn.ModuleList([Head(neck) for _ in STRIDES])

    def maps(self, x):
        """Raw maps per stride: {stride: {cls, obj, bbox, kps}}."""
        x8 = self.level8(self.stem(x))
        x16 = self.level16(x8)
        n32 = F.relu(self.side[2](self.level32(x16)))
        n16 = F.relu(self.side[1](x16) + F.interpolate(n32, scale_factor=2, mode="nearest"))
        n8 = F.relu(self.side[0](x8) + F.interpolate(n16, scale_factor=2, mode="nearest"))
        return {s: head(n) for s, head, n in zip(STRIDES, self.heads, (n8, n16, n32))}

    def half(self, pictures):
        """Maps in float32 of uint8 pictures, computed in bfloat16: half the time."""
        x = pictures.float().contiguous(memory_format=torch.channels_last) / PIXEL_SCALE
        with torch.autocast("cpu", dtype=torch.bfloat16):
            maps = self.maps(x)
        return {s: {k: v.float() for k, v in parts.items()} for s, parts in maps.items()}

    def forward(self, x):
        """Outputs in the order of OUTPUTS, each [1, cells, numbers]."""
        out = []
        for parts in self.maps(x).values():
            for kind, wide in WIDTHS.items():
                flat = parts[kind].permute(0, 2, 3, 1).reshape(1, -1, wide)
                out.append(torch.sigmoid(flat) if kind in ("cls", "obj") else flat)
        return tuple(out)


def for_raw_pixels(net):
    """NET, trained on pixels / PIXEL_SCALE, changed to take raw pixels."""
    with torch.no_grad():
        net.stem[0][0].weight /= PIXEL_SCALE
    return net


def targets(side, boxes, points, weight):
    """Per stride: plane [n, n] of 1 face, 0 none, -1 teaches nothing; box and point planes."""
    planes = {}
    size = np.sqrt(np.maximum(np.prod(boxes[:, 2:], 1), 1)) if len(boxes) else np.zeros(0)
    order = np.argsort(-size)  # small faces last: they win a shared cell
    for stride in STRIDES:
        cells = side // stride
        mark = np.zeros((cells, cells), np.float32)
        box = np.zeros((4, cells, cells), np.float32)
        place = np.zeros((10, cells, cells), np.float32)
        span = np.ones((cells, cells), np.float32)
        grid_y, grid_x = np.mgrid[:cells, :cells].astype(np.float32)
        for i in order:
            low, high = SIZES[stride]
            centre, extent = (boxes[i, :2] + boxes[i, 2:] / 2) / stride, boxes[i, 2:] / stride
            off = np.abs(np.stack([grid_x - centre[0], grid_y - centre[1]]))
            reach = float(np.clip(0.33 * size[i] / stride, 0.75, 1.8))
            near = (off.max(0) <= reach) if weight[i] else (off[0] < extent[0] / 2) & (
                off[1] < extent[1] / 2)
            if not weight[i]:
                mark[near] = -1
                continue
            if not low <= size[i] < high:
                if low * 0.75 <= size[i] < high * 1.33:
                    mark[near & (mark == 0)] = -1
                continue
            mark[(off.max(0) <= reach + 0.8) & (mark == 0)] = -1
            mark[near] = 1
            box[:, near] = np.stack([centre[0] - grid_x[near], centre[1] - grid_y[near],
                                     np.full(near.sum(), np.log(extent[0])),
                                     np.full(near.sum(), np.log(extent[1]))])
            target = points[i] / stride
            place[0::2, near] = target[:, 0, None] - grid_x[near][None]
            place[1::2, near] = target[:, 1, None] - grid_y[near][None]
            span[near] = size[i] / stride
        planes[stride] = np.concatenate([mark[None], box, place, span[None]])
    return planes


def overlap(a, b):
    """IoU of two sets of (dx, dy, log w, log h) around the same cells."""
    half_a, half_b = a[:, 2:].clamp(max=5).exp() / 2, b[:, 2:].exp() / 2
    low = torch.maximum(a[:, :2] - half_a, b[:, :2] - half_b)
    high = torch.minimum(a[:, :2] + half_a, b[:, :2] + half_b)
    shared = (high - low).clamp(min=0).prod(1)
    return shared / (4 * half_a.prod(1) + 4 * half_b.prod(1) - shared + 1e-6)


def focal(logit, target, gamma=2.0):
    """Cross entropy weighted by the distance to the target (quality focal loss)."""
    away = (torch.sigmoid(logit) - target).abs() ** gamma
    return away * F.binary_cross_entropy_with_logits(logit, target, reduction="none")


def loss(maps, planes):
    """Total loss and its parts; PLANES: {stride: [batch, 16, n, n]}."""
    parts = torch.zeros(4)
    found = 0
    for stride, out in maps.items():
        plane = planes[stride]
        mark = plane[:, 0]
        face = mark > 0
        count = int(face.sum())
        found += count
        good = torch.zeros_like(mark)
        if count:
            box = out["bbox"].permute(0, 2, 3, 1)[face]
            want = plane[:, 1:5].permute(0, 2, 3, 1)[face]
            span = plane[:, 15][face][:, None]
            iou = overlap(box, want)
            near = torch.cat([(box[:, :2] - want[:, :2]) / span, box[:, 2:] - want[:, 2:]], 1)
            parts[2] += (1 - iou).sum() + F.smooth_l1_loss(near, near * 0, beta=0.1,
                                                           reduction="sum")
            points = out["kps"].permute(0, 2, 3, 1)[face]
            aim = plane[:, 5:15].permute(0, 2, 3, 1)[face]
            away = (points - aim) / span
            parts[3] += F.smooth_l1_loss(away, away * 0, beta=0.02, reduction="sum") * 6.0
            good[face] = iou.detach().clamp(0, 1)
        known = (mark >= 0).float()
        parts[0] += (focal(out["cls"][:, 0], face.float()) * known).sum()
        parts[1] += (focal(out["obj"][:, 0], good) * known).sum()
    parts = parts / max(found, 1)
    return parts[0] + parts[1] + parts[2] + parts[3], parts.detach()
