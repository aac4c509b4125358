# SPDX-License-Identifier: Apache-2.0
"""Crops and teacher's answers for the face mesh, and random views of them."""
import glob
import os

import cv2
import numpy as np
import torch

from common import degrade, occlude, scenes, teachers

SIDE = 128           # input of the network
STORE = 176          # side of a stored crop, which shows STORE_SCALE times the box
STORE_SCALE = 2.0
FIVE = ((33, 133), (362, 263), (4, 4), (78, 78), (308, 308))  # mesh points that make the five


def openings(picture, points, lids):
    """Lids of the eye on the left, on the right, and the mouth: gap over width. Without LIDS the
    eyes are unknown: -1."""
    gap = np.hypot(*(points[13] - points[14])[:2])
    mouth = float(gap / max(np.hypot(*(points[78] - points[308])[:2]), 1e-3))
    if lids is None:
        return -1.0, -1.0, mouth
    left = lids(picture, points[33], points[133], True)
    right = lids(picture, points[362], points[263], False)
    return left, right, mouth


def gather_face(picture, row, mesh, lids):
    """Stored crop, points in its pixels [468, 3], (left, right, mouth, presence logit)."""
    box, five = row[:4], row[4:14].reshape(5, 2)
    matrix = teachers.crop_matrix(box, five, teachers.MESH_CROP, 192)
    points, score = mesh(teachers.crop(picture, matrix, 192))
    back = cv2.invertAffineTransform(matrix)
    here = points[:, :2] @ back[:, :2].T + back[:, 2]
    opened = openings(picture, here, lids)
    store = teachers.crop_matrix(box, five, STORE_SCALE, STORE)
    factor = np.sqrt(np.linalg.det(store[:, :2]) * np.linalg.det(back[:, :2]))
    moved = np.hstack([here @ store[:, :2].T + store[:, 2], points[:, 2:] * factor])
    return teachers.crop(picture, store, STORE), np.float32(moved), (*opened, score)


def empty_crop(album, rng, mesh):
    """Stored crop without a face and the teacher's presence logit."""
    picture, _ = album.picture(album.empty[rng.integers(len(album.empty))])
    side = int(rng.uniform(0.2, 0.9) * min(picture.shape[:2]))
    y, x = [int(rng.integers(0, n - side)) for n in picture.shape[:2]]
    part = cv2.resize(picture[y:y + side, x:x + side], (STORE, STORE))
    inner = round(STORE * (1 - teachers.MESH_CROP / STORE_SCALE) / 2)
    _, score = mesh(cv2.resize(part[inner:-inner, inner:-inner], (192, 192)))
    return part, score


class Shelf:
    """Part PART of the crops on disk: mesh_crops_PART.npy and mesh_targets_PART.npz."""

    def __init__(self, work, part, room):
        self.names = [os.path.join(work, n % part) for n in
                      ("mesh_crops_%d.npy", "mesh_targets_%d.npz")]
        self.crops = np.lib.format.open_memmap(self.names[0] + ".new", "w+", np.uint8,
                                               (room, STORE, STORE, 3))
        self.points, self.extra, self.sources, self.aside = [], [], [], []

    def keep(self, crop, points, extra, source, aside):
        self.crops[len(self.points)] = crop
        self.points.append(points)
        self.extra.append(extra)
        self.sources.append(source)
        self.aside.append(aside)

    def close(self):
        self.crops.flush()
        os.replace(self.names[0] + ".new", self.names[0])
        np.savez(self.names[1], points=np.float32(self.points), extra=np.float32(self.extra),
                 sources=self.sources, aside=self.aside)


def gather(args):
    """Writes part args.part of args.parts; the lids of its first args.lids faces only."""
    cv2.setNumThreads(1)
    album = scenes.Album(*scenes.index_files(args.data))
    order = [n for n in range(len(album.paths)) if album.sure(n)
             and (not args.only or album.sources[n] in args.only)]
    np.random.default_rng(3).shuffle(order)
    order = order[args.part % args.parts::args.parts]
    mesh, lids = teachers.Mesh(), teachers.Lids()
    shelf = Shelf(args.work, args.part, len(order) + args.negatives)
    for number in order:
        picture = cv2.imread(album.paths[number])
        row = max((r for r in album.faces[number] if r[14] >= scenes.SURE), key=lambda r: r[2])
        aside = scenes.kept_aside(album.paths[number])
        known = lids if len(shelf.points) < args.lids or aside else None
        crop, moved, more = gather_face(picture, row, mesh, known)
        if more[3] >= 2:
            shelf.keep(crop, moved, more, album.sources[number], aside)
        if len(shelf.points) % 1000 == 0:
            print(len(shelf.points), flush=True)
    rng = np.random.default_rng(7 + args.part)
    for _ in range(args.negatives):
        part, score = empty_crop(album, rng, mesh)
        shelf.keep(part, np.zeros((468, 3), np.float32), (-1, -1, -1, score), "none", False)
    shelf.close()


def mirror_order(points):
    """Number of the point that each point becomes when the picture is mirrored, found from POINTS
    (frontal faces): the nearest point to the mirrored mean shape."""
    mean = points.mean(0)
    mean[:, 0] -= mean[:, 0].mean()
    mirrored = mean * np.float32([-1, 1, 1])
    away = ((mirrored[:, None] - mean[None]) ** 2).sum(2)
    return away.argmin(1)


def jitter(rng, amount=1.0):
    """2x3 matrix from a stored crop to the input: the crop rule plus what the detector's box and
    eyes may be off by."""
    factor = SIDE / STORE * STORE_SCALE / teachers.MESH_CROP * np.exp(rng.normal(0, 0.07 * amount))
    angle = rng.normal(0, 5 * amount)
    matrix = cv2.getRotationMatrix2D((STORE / 2, STORE / 2), angle, factor)
    matrix[:, 2] += SIDE / 2 - STORE / 2 + rng.normal(0, 0.03 * amount, 2) * SIDE
    return matrix


def placed(points, matrix):
    """POINTS [468, 3] through MATRIX; depth scales along."""
    factor = np.float32(np.sqrt(np.linalg.det(matrix[:, :2])))
    plane = points[:, :2] @ np.float32(matrix[:, :2]).T + np.float32(matrix[:, 2])
    return np.hstack([plane, points[:, 2:] * factor])


def yaw(points):
    """Degrees from the mesh: x axis from 33 to 263; positive towards the left of the picture."""
    across = points[..., 263, :] - points[..., 33, :]
    return np.degrees(np.arctan2(-across[..., 2], across[..., 0] + 1e-6))


def cut(picture, rng):
    """The face lies at the border of its picture: beyond a line the last pixels go on."""
    picture = picture.copy()
    reach = int(STORE * rng.uniform(0.2, 0.38))
    side = rng.integers(4)
    if side == 0:
        picture[:, :reach] = picture[:, reach:reach + 1]
    elif side == 1:
        picture[:, -reach:] = picture[:, -reach - 1:-reach]
    elif side == 2:
        picture[:reach] = picture[reach:reach + 1]
    else:
        picture[-reach:] = picture[-reach - 1:-reach]
    return picture


class Views:
    """Random views of the stored crops."""

    def __init__(self, work, seed, aside=False):
        names = sorted(glob.glob(os.path.join(work, "mesh_targets_*.npz")))
        parts = [np.load(n) for n in names]
        self.shelves = [np.load(n.replace("targets", "crops")[:-1] + "y", mmap_mode="r")
                        for n in names]
        self.points, self.extra, sources, kept = [np.concatenate([p[k] for p in parts]) for k in (
            "points", "extra", "sources", "aside")]
        self.place = [(s, n) for s, p in enumerate(parts) for n in range(len(p["points"]))]
        self.face = sources != "none"
        self.own = np.flatnonzero(kept == aside)
        turned = np.abs(yaw(self.points)) * self.face
        self.twin = mirror_order(self.points[self.face & (turned < 10)])
        self.rng = np.random.default_rng(seed)
        self.share = (1 + turned / 10)[self.own]  # turned heads are seen more often
        self.share[sources[self.own] == "camera"] *= 3
        self.share /= self.share.sum()

    def view(self, number, amount=1.0, plain=False):
        """(input uint8 [3, S, S], points [468, 3], extra)."""
        shelf, at = self.place[number]
        picture, points = self.shelves[shelf][at], self.points[number]
        extra = self.extra[number].copy()
        matrix = jitter(self.rng, 0.0 if plain else amount)
        if not plain and self.rng.random() < 0.5:
            picture = picture[:, ::-1]
            points = points[self.twin] * np.float32([-1, 1, 1]) + np.float32([STORE - 1, 0, 0])
            extra = extra[[1, 0, 2, 3]]
        picture = np.ascontiguousarray(picture)
        if not plain and self.rng.random() < 0.06:
            picture = cut(picture, self.rng)
        picture = cv2.warpAffine(picture, matrix, (SIDE, SIDE), borderMode=cv2.BORDER_REPLICATE)
        points = placed(points, matrix)
        if not plain:
            if self.face[number] and self.rng.random() < 0.1:
                five = np.float32([(points[a, :2] + points[b, :2]) / 2 for a, b in FIVE])
                occlude.cover(picture, five, self.rng)
            if self.rng.random() < 0.35:
                picture = degrade.webcam(picture, self.rng)
            else:
                picture = degrade.camera(picture, self.rng, 0.8)
        return picture[..., ::-1].transpose(2, 0, 1), points, extra

    def batch(self, count):
        numbers = self.rng.choice(self.own, count, p=self.share)
        parts = [self.view(n) for n in numbers]
        return (torch.from_numpy(np.stack([p[0] for p in parts])),
                torch.from_numpy(np.stack([p[1] for p in parts])),
                torch.from_numpy(np.stack([p[2] for p in parts])),
                torch.from_numpy(self.face[numbers]))


class Stream(torch.utils.data.IterableDataset):
    """Endless batches of views, for a process of their own."""

    def __init__(self, work, seed, count):
        self.work, self.seed, self.count = work, seed, count

    def __iter__(self):
        cv2.setNumThreads(1)
        views = Views(self.work, self.seed)
        while True:
            yield views.batch(self.count)
