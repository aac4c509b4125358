# SPDX-License-Identifier: Apache-2.0
"""Pictures for the detector: known faces placed at a random size and angle into other pictures.

A scene is a picture (BGR uint8 [S, S, 3]) with rows as in the index; a shot of it is (picture,
boxes [n, 4], points [n, 5, 2], weight [n]); weight 0 marks a place that may or may not be a face
and teaches nothing. Boxes are x, y, w, h in pixels.
"""
import glob
import os
import zlib

import cv2
import numpy as np

from common import degrade, occlude
from common.index import MIRRORED

SURE, DOUBTFUL = 0.65, 0.3  # scores of the reference detector
KEPT_ASIDE = 25             # one picture in so many is never trained on


def kept_aside(path):
    """Whether the picture is for tuning only; depends on its name alone."""
    return zlib.crc32(os.path.basename(path).encode()) % KEPT_ASIDE == 0


def index_files(data):
    """Every index.npz, index_*.npz in DATA."""
    return sorted(glob.glob(os.path.join(data, "index*.npz")))


class Album:
    """Pictures of the index with the faces found in them; rows hold box 4, points 10, score 1."""

    def __init__(self, *index_files):
        self.paths, self.sources, self.faces = [], [], []
        for name in index_files:
            data = np.load(name)
            start = len(self.paths)
            self.paths += list(data["paths"])
            self.sources += list(data["sources"])
            self.faces += [[] for _ in data["paths"]]
            for row in data["rows"]:
                self.faces[start + int(row[0])].append(row[1:])
        self.held = {}
        kinds = {"utk": [], "lfw": [], "scene": [], "camera": []}
        for number, source in enumerate(self.sources):
            if not kept_aside(self.paths[number]):
                kinds[source].append(number)
        self.scenes = kinds["scene"] + [n for n in kinds["camera"] for _ in range(3)]
        self.empty = [n for n in kinds["scene"] if not self.faces[n]]
        self.wholes = [n for n in kinds["lfw"] if self.sure(n)]
        self.heads = {k: [n for n in kinds[k] if len(self.faces[n]) == 1 and self.sure(n)]
                      for k in ("utk", "lfw")}
        self.odds = {id(list_): turned_odds([self.faces[n] for n in list_]) for list_ in
                     (self.wholes, *self.heads.values())}

    def sure(self, number):
        return any(row[14] >= SURE for row in self.faces[number])

    def picture(self, number):
        """Picture with its long side at most 512, and its faces in those pixels."""
        if number in self.held:
            return self.held[number]
        picture = cv2.imread(self.paths[number])
        factor = min(1.0, 512 / max(picture.shape[:2]))
        if factor < 1:
            picture = cv2.resize(picture, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
        rows = np.float32(self.faces[number]).reshape(-1, 15).copy()
        rows[:, :14] *= factor
        if self.sources[number] in ("scene", "camera"):
            self.held[number] = picture, rows
        return picture, rows


def mirrored(picture, rows):
    width = picture.shape[1]
    rows = rows.copy()
    rows[:, 0] = width - 1 - rows[:, 0] - rows[:, 2]
    points = rows[:, 4:14].reshape(-1, 5, 2)[:, MIRRORED]
    points[..., 0] = width - 1 - points[..., 0]
    rows[:, 4:14] = points.reshape(-1, 10)
    return np.ascontiguousarray(picture[:, ::-1]), rows


def turning(centre, target, factor, angle):
    """2x3 matrix that scales by FACTOR, turns by ANGLE degrees and moves CENTRE to TARGET."""
    matrix = cv2.getRotationMatrix2D((float(centre[0]), float(centre[1])), angle, factor)
    matrix[:, 2] += np.float64(target) - centre
    return matrix


def warp(picture, matrix, side, border):
    """PICTURE through MATRIX onto SIDE x SIDE; shrinks by area first where it gets much smaller."""
    factor = float(np.sqrt(abs(np.linalg.det(matrix[:, :2]))))
    if factor < 0.7:
        small = cv2.resize(picture, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
        scale = np.float64([picture.shape[1] / small.shape[1], picture.shape[0] / small.shape[0]])
        matrix = matrix.copy()
        matrix[:, :2] *= scale
        matrix[:, 2] += matrix[:, :2] @ (0.5 - 0.5 / scale)
        picture = small
    return cv2.warpAffine(picture, matrix, (side, side), flags=cv2.INTER_LINEAR, borderMode=border,
                          borderValue=(0, 0, 0))


def moved(rows, matrix):
    """Faces after MATRIX; a box turns like the ellipse inside it."""
    rows = rows.copy()
    turn = matrix[:, :2]
    centre = (rows[:, :2] + rows[:, 2:4] / 2) @ turn.T + matrix[:, 2]
    half = np.sqrt((rows[:, 2:4] / 2) ** 2 @ (turn.T ** 2))
    rows[:, :2], rows[:, 2:4] = centre - half, 2 * half
    points = rows[:, 4:14].reshape(-1, 5, 2) @ turn.T + matrix[:, 2]
    rows[:, 4:14] = points.reshape(-1, 10)
    return rows


def head_cover(row, matrix, side, rng, tight):
    """Soft-edged ellipse around the head, as float32 [SIDE, SIDE, 1]."""
    x, y, w, h = row[:4]
    centre = np.float64([x + w / 2, y + h * (0.5 if tight else 0.42)])
    reach = np.float64([w, h]) * (rng.uniform([0.52, 0.52], [0.62, 0.6]) if tight else
                                  rng.uniform([0.62, 0.68], [0.95, 0.9]))
    angle = np.linspace(0, 2 * np.pi, 36)
    outline = (centre + np.stack([np.cos(angle), np.sin(angle)], 1) * reach) @ matrix[:, :2].T \
        + matrix[:, 2]
    cover = np.zeros((side, side), np.uint8)
    cv2.fillConvexPoly(cover, np.int32(np.round(outline)), 255)
    size = float(np.sqrt(abs(np.linalg.det(matrix[:, :2])) * w * h))
    return cv2.GaussianBlur(cover, (0, 0), max(0.6, size * rng.uniform(0.01, 0.07)))


def turned_odds(faces):
    """Cumulative odds that prefer turned heads: the nose far from the middle of the eyes."""
    odds = []
    for rows in faces:
        points = max(rows, key=lambda r: r[2])[4:14].reshape(5, 2)
        across = points[1] - points[0]
        aside = (points[2] - points[:2].mean(0)) @ across / max(across @ across, 1.0)
        odds.append(1 + 6 * min(abs(aside), 0.7))
    return np.cumsum(odds) / max(np.sum(odds), 1e-9)


class Maker:
    """Makes scenes of a given side from an album."""

    def __init__(self, album, seed, renders=None):
        self.album, self.renders = album, renders
        self.rng = np.random.default_rng(seed)

    def pick(self, numbers):
        odds = self.album.odds.get(id(numbers))
        at = self.rng.integers(len(numbers)) if odds is None else \
            int(np.searchsorted(odds, self.rng.random()).clip(0, len(numbers) - 1))
        picture, rows = self.album.picture(numbers[at])
        return mirrored(picture, rows) if self.rng.random() < 0.5 else (picture, rows)

    def size(self, side, largest=0.92):
        """Face width, more small ones than big ones."""
        low, high = (12, largest * side) if side < 256 else (36, largest * side)
        return float(np.exp(self.rng.uniform(np.log(low), np.log(high))))

    def angle(self):
        wide = self.rng.random() < 0.15
        angle = self.rng.uniform(-45, 45) if wide else self.rng.normal(0, 13)
        return float(np.clip(angle, -45, 45))

    def target(self, side, size):
        """Where the middle of a face goes; one in four may be cut by the border."""
        margin = min(size * (self.rng.uniform(0.2, 0.5) if self.rng.random() < 0.25 else 0.55),
                     side / 2)
        return self.rng.uniform(margin, max(side - margin, margin + 1), 2)

    def scene(self, side):
        """A new picture and its rows, as yet perfectly sharp and lit."""
        kind = self.rng.random()
        if kind < 0.42:
            picture, rows = self.collage(side)
        elif kind < 0.75:
            picture, rows = self.whole(side)
        elif self.renders and kind < 0.83:
            picture, rows = self.rendered(side)
        else:
            picture, rows = self.background(side, self.album.scenes)
            self.decoys(picture)
        for row in rows:
            if row[14] >= SURE and self.rng.random() < 0.22:
                occlude.cover(picture, row[4:14].reshape(5, 2), self.rng)
        return np.ascontiguousarray(picture), np.float32(rows).reshape(-1, 15)

    def shot(self, picture, rows):
        """A scene as a random camera sees it: picture, boxes, points, weight."""
        if self.rng.random() < 0.5:
            picture, rows = mirrored(picture, rows)
        if self.rng.random() < 0.3:
            picture = degrade.webcam(picture, self.rng, self.softest(rows))
        else:
            picture = degrade.camera(picture, self.rng)
        return self.finish(*self.letterbox(picture.copy()), rows)

    def softest(self, rows):
        """How far a scene may be reduced: its largest face keeps 14 pixels."""
        return float(np.clip(14 / max([r[2] for r in rows], default=40), 0.15, 0.7))

    def letterbox(self, picture):
        """The scene, or its upper or left part before black, as pictures of other shapes come."""
        side = picture.shape[0]
        shown = [side, side]
        if self.rng.random() < 0.4:
            axis = int(self.rng.random() < 0.3)
            shown[axis] = int(side * self.rng.choice([0.75, 0.5625, self.rng.uniform(0.55, 0.95)]))
            picture[shown[0]:] = 0
            picture[:, shown[1]:] = 0
        return picture, shown

    def finish(self, picture, shown, rows):
        """Drops faces outside of what is SHOWN (height, width), marks cut, tiny and doubtful ones
        as teaching nothing."""
        low = np.maximum(rows[:, :2], 0)
        high = np.minimum(rows[:, :2] + rows[:, 2:4], shown[::-1])
        seen = np.prod(np.maximum(high - low, 0), 1) / np.maximum(np.prod(rows[:, 2:4], 1), 1)
        rows, seen = rows[seen > 0.15], seen[seen > 0.15]
        wide = np.sqrt(np.prod(rows[:, 2:4], 1))
        weight = (rows[:, 14] >= SURE) & (seen >= 0.65) & (wide >= 10)
        return (picture, rows[:, :4], rows[:, 4:14].reshape(-1, 5, 2), weight.astype(np.float32))

    def background(self, side, numbers):
        """A random part of a random picture with the faces known in it."""
        picture, rows = self.pick(numbers)
        height, width = picture.shape[:2]
        factor = side / min(height, width) * self.rng.uniform(1.0, 1.8)
        half = side / 2 / factor
        spread = np.float64([width / 2 - half, height / 2 - half])
        centre = np.float64([width, height]) / 2
        centre = centre + self.rng.uniform(-1, 1, 2) * np.maximum(spread, 0)
        angle = 0.0 if self.rng.random() < 0.7 else self.angle()
        matrix = turning(centre, (side / 2, side / 2), factor, angle)
        border = cv2.BORDER_CONSTANT if len(rows) else cv2.BORDER_REFLECT_101
        return warp(picture, matrix, side, border), moved(rows, matrix)

    def collage(self, side):
        """One to three heads on a background; some as whole rectangles, like a photo or a phone."""
        picture, rows = self.background(side, self.album.empty if self.rng.random() < 0.8
                                        else self.album.scenes)
        picture = picture.copy()
        for _ in range(int(self.rng.choice([1, 1, 2, 3]))):
            new = self.place(picture, side)
            x, y, w, h = new[0]
            overlap = [min(x + w, r[0] + r[2]) > max(x, r[0]) and min(y + h, r[1] + r[3]) >
                       max(y, r[1]) for r in rows]
            if len(rows):
                rows[np.bool_(overlap), 14] = DOUBTFUL  # partly hidden by the new one
            rows = np.concatenate([rows, new[1][None]])
        return picture, np.float32(rows).reshape(-1, 15)

    def place(self, picture, side):
        """Draws one head into PICTURE; returns the area it may hide and its row."""
        tight = bool(self.album.heads["utk"]) and self.rng.random() < 0.5
        source, rows = self.pick(self.album.heads["utk" if tight else "lfw"])
        row = rows[0]
        size = self.size(side)
        factor = size / row[2]
        target = self.target(side, size)
        matrix = turning(row[:2] + row[2:4] / 2, target, factor, self.angle())
        piece = warp(source, matrix, side, cv2.BORDER_CONSTANT)
        if self.rng.random() < 0.2:
            full = np.full(source.shape[:2], 255, np.uint8)
            cover = warp(full, matrix, side, cv2.BORDER_CONSTANT)
        else:
            cover = head_cover(row, matrix, side, self.rng, tight)
            full = np.full(source.shape[:2], 255, np.uint8)
            cover = np.minimum(cover, warp(full, matrix, side, cv2.BORDER_CONSTANT))
        share = cover[..., None].astype(np.uint16)
        picture[:] = ((picture * (255 - share) + piece * share) // 255).astype(np.uint8)
        new = moved(row[None], matrix)[0]
        grown = np.concatenate([new[:2] - 0.3 * new[2:4], 1.6 * new[2:4]])
        return grown, new

    def whole(self, side):
        """A portrait as a whole, turned and scaled, on its own continued border."""
        source, rows = self.pick(self.album.wholes)
        best = rows[np.argmax(rows[:, 2] * (rows[:, 14] >= SURE))]
        size = self.size(side)
        target = self.target(side, size)
        matrix = turning(best[:2] + best[2:4] / 2, target, size / best[2], self.angle())
        if self.rng.random() < 0.4:
            picture = warp(source, matrix, side, cv2.BORDER_REPLICATE)
        else:
            picture, _ = self.background(side, self.album.empty)
            full = np.full(source.shape[:2], 255, np.uint8)
            inside = warp(full, matrix, side, cv2.BORDER_CONSTANT) > 127
            picture = np.where(inside[..., None], warp(source, matrix, side, cv2.BORDER_CONSTANT),
                               picture)
        return picture, moved(rows, matrix)

    def rendered(self, side):
        """A drawn head of the procedural renderer, turned and scaled."""
        source, rows = self.renders[self.rng.integers(len(self.renders))]
        if self.rng.random() < 0.5:
            source, rows = mirrored(source, rows)
        size = self.size(side)
        target = self.target(side, size)
        matrix = turning(rows[0, :2] + rows[0, 2:4] / 2, target, size / rows[0, 2], self.angle())
        return warp(source, matrix, side, cv2.BORDER_REPLICATE), moved(rows, matrix)

    def decoys(self, picture):
        """Fingers, blobs and bars with the colour or the very skin of people, so that colour,
        grain and roundness alone make no face."""
        side = picture.shape[0]
        for _ in range(int(self.rng.integers(0, 4))):
            centre = self.rng.uniform(0, side, 2)
            axes = self.rng.uniform(0.04, 0.3, 2) * side
            cover = np.zeros((side, side), np.uint8)
            cv2.ellipse(cover, tuple(int(v) for v in centre), tuple(int(v) for v in axes),
                        float(self.rng.uniform(0, 180)), 0, 360, 255, -1)
            if self.rng.random() < 0.6 and self.album.heads["utk"]:
                paint = self.skin(side)
            else:
                paint = np.float32([130, 160, 210]) * self.rng.uniform(0.3, 1.2)
            cover = cv2.GaussianBlur(cover, (0, 0), self.rng.uniform(0.6, 4))
            share = cover[..., None] / np.float32(255)
            picture[:] = np.clip(picture + (paint - picture) * share, 0, 255).astype(np.uint8)

    def skin(self, side):
        """A cheek or a forehead spread over SIDE x SIDE, with some light from one side."""
        source, rows = self.pick(self.album.heads["utk"])
        x, y, w, h = rows[0, :4]
        corner = np.float64([x + w * self.rng.uniform(0.1, 0.6),
                             y + h * self.rng.choice([0.08, 0.5])])
        reach = w * self.rng.uniform(0.12, 0.22)
        matrix = turning(corner + reach / 2, (side / 2, side / 2), side / reach * 0.5,
                         self.rng.uniform(0, 360))
        return degrade.shade(warp(source, matrix, side, cv2.BORDER_REFLECT_101), self.rng)
