# SPDX-License-Identifier: Apache-2.0
"""Smoke test of spoof, quality and occlusion on drawn faces: few steps, fusion, export, load again.

    /usr/bin/python3 training/smoke_spoof.py WORK      needs no picture of a person, no reference

Networks with drawn-lot weights stand where the reference networks would, so the teaching runs too.
"""
import os
import subprocess
import sys

import cv2
import numpy as np
import torch

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
from common import onnx_write  # noqa: E402
import evaluate_pad  # noqa: E402
import find_faces  # noqa: E402
import quality  # noqa: E402
import spoof  # noqa: E402


class Stand(torch.nn.Module):
    """Same ends as a reference network: maps that are sums, 128 features, one Gemm, three logits."""

    def __init__(self, size):
        super().__init__()
        self.one, self.two = torch.nn.Conv2d(3, 128, 8, 8), torch.nn.Conv2d(128, 128, 2, 2)
        self.body = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(size * size // 2, 128))
        self.last = torch.nn.Linear(128, 3)

    def forward(self, x):
        x = self.one(x)
        x = self.two(x + torch.relu(x))
        return self.last(self.body(x + torch.relu(x)))


def draw(rng):
    """Picture 250x250 with an oval face, its box and its five points."""
    picture = cv2.resize(rng.integers(0, 255, (6, 6, 3)).astype(np.uint8), (250, 250))
    size = rng.uniform(38, 55)
    middle = np.float32([125, 125]) + np.float32(rng.normal(0, 6, 2))
    skin = [float(v) for v in np.float32([130, 160, 210]) * rng.uniform(.4, 1.15)]
    whole = tuple(int(v) for v in middle)
    cv2.ellipse(picture, whole, (int(size), int(size * 1.3)), 0, 0, 360, skin, -1)
    points = middle + size * np.float32([[-.42, -.3], [.42, -.3], [0, .15], [-.35, .6], [.35, .6]])
    for eye in points[:2]:
        cv2.circle(picture, tuple(int(v) for v in eye), int(size * .14), (30, 30, 30), -1)
    cv2.line(picture, *[tuple(int(v) for v in p) for p in points[3:]], (60, 60, 150), 3)
    box = np.float32([middle[0] - size, middle[1] - 1.3 * size, 2 * size, 2.6 * size])
    return picture, box, points


def draw_sets(work, rng):
    for name in ("lfw", "utk", "caltech", "web"):
        rows = []
        for i in range(40):  # of these persons 8, 9, 30 and 31 are held out
            folder = os.path.join(work, name, "person_%d" % i)
            os.makedirs(folder, exist_ok=True)
            picture, box, points = draw(rng)
            path = os.path.join(folder, "%d.jpg" % i)
            cv2.imwrite(path, picture)
            rows.append((path, box, points, .95))
        find_faces.save(os.path.join(work, "faces_%s.npz" % name), rows)
    os.makedirs(os.path.join(work, "bsds"), exist_ok=True)
    for i in range(4):
        wall = cv2.resize(rng.integers(0, 255, (8, 8, 3)).astype(np.uint8), (320, 240))
        cv2.imwrite(os.path.join(work, "bsds", "%d.jpg" % i), wall)


def draw_teachers(work):
    torch.manual_seed(3)
    for crop, name in spoof.TEACHERS.items():
        size = 128 if crop == "c15" else 80
        onnx_write.export(Stand(size), (size, size), os.path.join(work, "pad", name + ".onnx"),
                          ["logits"], half=False)
    onnx_write.export(quality.Net(), (96, 96),
                      os.path.join(work, "quality", "lightqnet_dm050_96.onnx"), ["quality"], half=False)


def run(work, *words):
    environment = dict(os.environ, BONAFIDE_REFERENCE=work, BONAFIDE_SHARED="")
    subprocess.run([sys.executable, os.path.join(HERE, words[0]), *words[1:]], check=True,
                   env=environment)


def main(work):
    rng = np.random.default_rng(5)
    os.makedirs(work, exist_ok=True)
    draw_sets(work, rng)
    draw_teachers(work)
    store, models = os.path.join(work, "views"), os.path.join(work, "models")
    run(work, "spoof_data.py", "--data", work, "--shared", "", "--out", store, "--amount", "0.04")
    run(work, "spoof_data.py", "--data", work, "--shared", "", "--out", os.path.join(work, "held"),
        "--held", os.path.join(HERE, "..", "models", "detect_320.onnx"))
    held = np.load(os.path.join(work, "held", "table.npz"))
    if not held["validation"].all() or len(held["kind"]) < 10:
        raise SystemExit("%d held-out views, all held out: %s" % (
            len(held["kind"]), held["validation"].all()))
    nets = []
    for name, crop in (("spoof_far_80", "c40"), ("spoof_near_80", "c27"), ("spoof_close_96", "c15")):
        kept = os.path.join(work, crop + ".pt")
        for steps in ("4", "8"):  # the second run goes on from the checkpoint of the first
            run(work, "spoof.py", "--crop", crop, "--data", store, "--checkpoint", kept, "--steps",
                steps, "--batch", "8", "--pool", "64", "--out",
                os.path.join(models, name + ".onnx"))
        nets += ["--net", "%s:%s:%s" % (name, crop, kept)]
    run(work, "spoof_fuse.py", "--data", os.path.join(work, "held"), store, "--models", models,
        "--share", "0.5", *nets)
    for name, size in (("quality", 96), ("occlusion", 112)):
        run(work, name + ".py", "--data", work, "--steps", "4", "--batch", "8", "--out",
            os.path.join(models, "%s_%d.onnx" % (name, size)))
    networks, fusion = evaluate_pad.read_pack(models)
    picture, box, _ = draw(rng)
    score = evaluate_pad.fused([n(picture, box) for n in networks], fusion)
    if not (1 <= len(networks) <= 3 and 0 < score < 1 and 0 < fusion["threshold"] < 1):
        raise SystemExit("fused score %g of %d networks" % (score, len(networks)))
    print("spoof, quality, occlusion: trained, resumed, fused, exported, loaded; score %.3f" % score)


if __name__ == "__main__":
    main(sys.argv[1])
