# SPDX-License-Identifier: Apache-2.0
"""Aligned face crops with a margin, made once and kept as one .npy, for quality and occlusion."""
import os
import zlib

import cv2
import numpy as np

from . import faces

MARGIN = 32                 # pixels around the 112x112 template
SIDE = 112 + 2 * MARGIN
POINTS = faces.TEMPLATE_112 + MARGIN


def build(data, path, amount=8000, seed=1):
    """Crops from faces_lfw.npz and faces_utk.npz in DATA, half of each; [N, SIDE, SIDE, 3] BGR."""
    rng = np.random.default_rng(seed)
    jobs = []
    for name in ("lfw", "utk"):
        source = os.path.join(data, "faces_%s.npz" % name)
        if not os.path.exists(source):
            continue
        table = np.load(source)
        good = np.flatnonzero((table["box"][:, 2] >= 60) & (table["score"] > .8))
        for i in rng.permutation(good)[:amount // 2]:
            jobs.append((str(table["files"][i]), table["points"][i]))
    jobs = [jobs[i] for i in rng.permutation(len(jobs))]
    crops = np.lib.format.open_memmap(path + ".part", "w+", np.uint8, (len(jobs), SIDE, SIDE, 3))
    for i, (name, points) in enumerate(jobs):
        crops[i] = faces.align(cv2.imread(name), points, POINTS, SIDE)
    people = [os.path.dirname(n) if "lfw" in n else n for n, _ in jobs]
    held = np.array([zlib.crc32(os.path.basename(p).encode()) % 10 == 0 for p in people])
    np.save(path.replace(".npy", "_held.npy"), held)
    crops.flush()
    os.replace(path + ".part", path)


def load(data, seed=1):
    """Crops and the mask of held-out people; built on first use."""
    path = os.path.join(data, "aligned.npy")
    if not os.path.exists(path):
        build(data, path, seed=seed)
    return np.load(path, mmap_mode="r"), np.load(path.replace(".npy", "_held.npy"))
