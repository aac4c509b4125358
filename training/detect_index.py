# SPDX-License-Identifier: Apache-2.0
"""Index of the portraits, fast: one look by the reference detector at small pictures in batches.

    python3 training/detect_index.py DATA OUT.npz utk lfw

Writes what common/index.py writes. That one looks twice at full size, which takes eight times as
long; detect.py asks the reference again about every scene, and the mesh needs a box only.
"""
import os
import sys

import cv2
import numpy as np
import torch

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from common import index, reference  # noqa: E402

SIDE = 192
SHARE = {"utk": 0.65, "lfw": 0.9}  # of the canvas that the picture takes


def placed(source, path):
    """(canvas, factor, dx, dy): canvas pixel = factor * picture pixel + shift."""
    picture = cv2.imread(path)
    if picture is None or min(picture.shape[:2]) < 64:
        return None
    side = round(SIDE * SHARE[source])
    factor = side / max(picture.shape[:2])
    small = cv2.resize(picture, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    dy, dx = [(SIDE - n) // 2 for n in small.shape[:2]]
    canvas = np.full((SIDE, SIDE, 3), 110, np.uint8)
    canvas[dy:dy + small.shape[0], dx:dx + small.shape[1]] = small
    return canvas, factor, dx, dy


def look(batch, detector):
    """Rows in picture pixels for every (canvas, factor, dx, dy) of BATCH."""
    answers = detector(np.stack([b[0] for b in batch]))
    for (_, factor, dx, dy), rows in zip(batch, answers):
        rows = np.float32(reference.separate(rows)).reshape(-1, 15)
        rows[:, [0, 4, 6, 8, 10, 12]] -= dx
        rows[:, [1, 5, 7, 9, 11, 13]] -= dy
        rows[:, :14] /= factor
        yield rows


def main(data, out, wanted):
    cv2.setNumThreads(1)
    torch.set_num_threads(1)
    detector = reference.Batch(0.3)
    names, sources, table, batch = [], [], [], []

    def flush():
        for number, rows in enumerate(look(batch, detector) if batch else (),
                                      len(names) - len(batch)):
            table.extend(np.concatenate([[number], row]) for row in rows)
        batch.clear()

    for source, path in index.pictures(data):
        made = placed(source, path) if source in wanted else None
        if made is None:
            continue
        names.append(path)
        sources.append(source)
        batch.append(made)
        if len(batch) == 12:
            flush()
            if len(names) % 3000 == 0:
                print(len(names), len(table), flush=True)
    flush()
    np.savez(out, paths=names, sources=sources, rows=np.float32(table))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3:])
