# SPDX-License-Identifier: Apache-2.0
"""Endless batches for the detector: scenes, and what the reference detector sees in them."""
import cv2
import numpy as np
import torch

from common import detector, faces, reference, scenes

BATCHES = ((192, 24, 0.72), (320, 8, 0.28))  # side, pictures, share of the steps
ALIKE = 0.5      # overlap from which an answer of the reference belongs to a known face
TRUSTED = 0.5    # score from which its box and points replace the known ones
USES = 4         # shots of a scene
STOCK = {192: 240, 320: 96}  # scenes at hand, of which batches take shots at random
FOREIGN = 0.6    # score from which a face that nobody knew of is no background


def refine(rows, found):
    """ROWS of a scene with box and points as the reference sees them in this very picture (where it
    sees them); faces that only the reference sees are added as doubtful."""
    rows = rows.copy()
    taken = np.zeros(len(found), bool)
    for row in rows:
        near = np.float32([faces._overlap(f[:4], row[:4]) for f in found])
        taken |= near > 0.2
        best = np.flatnonzero(near >= ALIKE)
        if len(best) and found[best[0], 14] >= TRUSTED:  # best score first
            row[:14] = found[best[0], :14]
    others = reference.separate([f for f, t in zip(found, taken) if not t and f[14] >= FOREIGN])
    if others:
        others = np.float32(others)
        others[:, 14] = scenes.DOUBTFUL
        rows = np.concatenate([rows, others])
    return rows


class Stock:
    """Scenes of one side; every scene is shown USES times by different cameras, then replaced."""

    def __init__(self, maker, side, teacher):
        self.maker, self.side, self.teacher = maker, side, teacher
        self.scenes, self.left = [], []

    def fill(self):
        """New scenes, a dozen at a time so that the reference looks at whole batches."""
        while len(self.scenes) < STOCK[self.side]:
            new = [self.maker.scene(self.side) for _ in range(12)]
            if self.teacher:
                answers = self.teacher(np.stack([n[0] for n in new]))
                new = [(p, refine(rows, found)) for (p, rows), found in zip(new, answers)]
            self.scenes += new
            self.left += [USES] * len(new)

    def take(self, count):
        if len(self.scenes) < STOCK[self.side] * 3 // 4:
            self.fill()
        chosen = self.maker.rng.choice(len(self.scenes), count, replace=False)
        shots = [self.maker.shot(*self.scenes[n]) for n in chosen]
        for n in sorted(chosen, reverse=True):
            self.left[n] -= 1
            if not self.left[n]:
                del self.scenes[n], self.left[n]
        return shots


class Stream(torch.utils.data.IterableDataset):
    """Endless batches: pictures uint8 [b, 3, S, S] and target planes per stride."""

    def __init__(self, album, seed, drawn, teach=True):
        self.album, self.seed, self.drawn, self.teach = album, seed, drawn, teach

    def __iter__(self):
        cv2.setNumThreads(1)
        torch.set_num_threads(1)
        maker = scenes.Maker(self.album, self.seed, self.drawn)
        teacher = reference.Batch(TRUSTED) if self.teach else None
        stocks = [Stock(maker, side, teacher) for side, _, _ in BATCHES]
        shares = np.cumsum([b[2] for b in BATCHES])
        while True:
            kind = int(np.searchsorted(shares, maker.rng.random()))
            side, count, _ = BATCHES[kind]
            shots = stocks[kind].take(count)
            planes = [detector.targets(side, *s[1:]) for s in shots]
            yield (torch.from_numpy(np.stack([s[0] for s in shots]).transpose(0, 3, 1, 2)),
                   {s: torch.from_numpy(np.stack([p[s] for p in planes])) for s in planes[0]})
