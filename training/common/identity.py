# SPDX-License-Identifier: Apache-2.0
"""Faces for the identity network: aligned crops, random and mixed views, what the teacher says.

A view is asked about itself: the teacher sees the very pixels that the student sees, so that every
turning, mixture and bad camera is one more correct example, and two mixed people are a third one.
"""
import glob
import os
import zlib

import cv2
import numpy as np
import torch

from common import degrade, faces, index, teachers

SIDE, MARGIN = 112, 8
STORE = SIDE + 2 * MARGIN
SURE = 0.65        # score of the reference detector
KEPT_ASIDE = 25    # one person in so many (LFW; one picture of UTKFace) is never trained on
FRESH = 64         # views the teacher is asked about at a time


def pictures(data):
    """(path, who) of all faces that may train; who is the person in LFW, the picture in UTKFace."""
    barred = index.test_people(data)
    for path in sorted(glob.glob(os.path.join(data, "utk", "unlabeled", "*.jpg"))):
        yield path, os.path.basename(path)
    for path in sorted(glob.glob(os.path.join(data, "lfw", "*", "*.jpg"))):
        who = path.split(os.sep)[-2]
        if who not in barred:
            yield path, who


def aligned(picture, points):
    """STORE x STORE crop: the 112x112 template with a margin for turning and shifting."""
    matrix = faces.similarity(points, faces.TEMPLATE_112 + MARGIN)
    return teachers.crop(picture, matrix, STORE)


def gather(data, work, part, parts):
    """Aligned crops of every PARTS-th picture: WORK/embed_crops_PART.npy, embed_faces_PART.npz."""
    cv2.setNumThreads(1)
    jobs = list(pictures(data))
    np.random.default_rng(4).shuffle(jobs)
    detector, crops, people = faces.Detector(320, SURE), [], []
    for path, who in jobs[part::parts]:
        picture = cv2.imread(path)
        canvas, dx, dy = index.framed(picture, 0.65 if who.endswith(".jpg") else 0.9)
        face = faces.largest(detector(canvas))
        if face is None:
            continue
        crops.append(aligned(picture, face["points"] - np.float32([dx, dy])))
        people.append(who)
        if len(crops) % 2000 == 0:
            print("%d faces" % len(crops), flush=True)
    np.save(os.path.join(work, "embed_crops_%d.npy" % part), np.stack(crops))
    aside = np.bool_([zlib.crc32(who.encode()) % KEPT_ASIDE == 0 for who in people])
    np.savez(os.path.join(work, "embed_faces_%d.npz" % part), people=people, aside=aside)


def bend(crop, rng):
    """Stretch and bend a face smoothly by a few pixels: another shape of skull."""
    coarse = rng.normal(0, 2.2, (4, 4, 2)).astype(np.float32)
    field = cv2.resize(coarse, (STORE, STORE), interpolation=cv2.INTER_CUBIC)
    grid = np.stack(np.meshgrid(np.arange(STORE), np.arange(STORE)), 2).astype(np.float32)
    stretch = np.float32(1 + rng.normal(0, 0.05, 2))
    place = (grid - STORE / 2) * stretch + STORE / 2 + field
    return cv2.remap(crop, place, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)


def mix(first, second, rng):
    """One face out of two: a blend, or the lower half of one below the upper half of the other."""
    if rng.random() < 0.5:
        share = np.float32(rng.uniform(0.3, 0.7))
    else:
        edge = rng.uniform(0.48, 0.68) * STORE
        share = 1 / (1 + np.exp(-(np.arange(STORE, dtype=np.float32) - edge) / 5))[:, None, None]
    tone = (second.reshape(-1, 3).mean(0) + 1) / (first.reshape(-1, 3).mean(0) + 1)
    adjusted = np.clip(first * np.clip(tone, 0.6, 1.6), 0, 255)
    return np.uint8(adjusted * (1 - share) + second * share)


class Views:
    """Random views of the stored crops."""

    def __init__(self, work, seed):
        self.crops, self.people, aside = [], [], []
        for path in sorted(glob.glob(os.path.join(work, "embed_crops_*.npy"))):
            self.crops.append(np.load(path, mmap_mode="r"))
            facts = path.replace("embed_crops", "embed_faces").replace(".npy", ".npz")
            aside.append(np.load(facts)["aside"])
            self.people += list(np.load(facts)["people"])
        self.first = np.cumsum([0] + [len(a) for a in aside])
        aside = np.concatenate(aside)
        self.aside, self.own = np.flatnonzero(aside), np.flatnonzero(~aside)
        self.rng = np.random.default_rng(seed)
        self.queue = []

    def crop(self, number):
        part = int(np.searchsorted(self.first, number, "right")) - 1
        return self.crops[part][number - self.first[part]]

    def next(self):
        """A crop of its own; every one comes once before any comes twice."""
        if not self.queue:
            self.queue = list(self.rng.permutation(self.own))
        crop = self.crop(self.queue.pop())
        return np.ascontiguousarray(crop[:, ::self.rng.choice([-1, 1])])

    def view(self):
        """Half of them one face, half mixed from two or bent; BGR, SIDE x SIDE."""
        rng, crop = self.rng, self.next()
        kind = rng.random()
        if kind < 0.4:
            crop = mix(crop, self.crop(rng.choice(self.own)), rng)
        if 0.2 < kind < 0.5:
            crop = bend(crop, rng)
        centre = (STORE - 1) / 2
        matrix = cv2.getRotationMatrix2D((centre, centre), rng.normal(0, 2.5),
                                         np.exp(rng.normal(0, 0.025)))
        matrix[:, 2] += rng.normal(0, 1.2, 2) - MARGIN
        picture = cv2.warpAffine(crop, matrix, (SIDE, SIDE), borderMode=cv2.BORDER_REPLICATE)
        return degrade.camera(picture, rng, 0.5)

    def inside(self, numbers):
        """Faces of these numbers as they are; BGR [n, SIDE, SIDE, 3]."""
        return np.stack([self.crop(n)[MARGIN:-MARGIN, MARGIN:-MARGIN] for n in numbers])


def tensor(bgr):
    """BGR uint8 [n, h, w, 3] -> RGB float [n, 3, h, w]."""
    return torch.from_numpy(np.ascontiguousarray(bgr[..., ::-1].transpose(0, 3, 1, 2))).float()


class Told:
    """FRESH new views with the teacher's vectors and inner maps, these brought to mean 0 and spread 1
    in every channel of the first views (SCALE, kept over stops)."""

    def __init__(self, views, teacher, scale=None):
        self.views, self.teacher, self.scale = views, teacher, scale

    def __call__(self):
        fresh = tensor(np.stack([self.views.view() for _ in range(FRESH)]))
        vectors, inner = self.teacher.maps(fresh)
        if self.scale is None:
            self.scale = (inner.mean((0, 2, 3), keepdim=True),
                          inner.std((0, 2, 3), keepdim=True) + 1e-3)
        return fresh, vectors, ((inner - self.scale[0]) / self.scale[1]).half()


def lit(rng, pictures, vectors, inner):
    """The same views, slightly lighter or darker."""
    count = len(pictures)
    gain = torch.from_numpy(rng.normal(1, 0.03, (count, 1, 1, 1)).astype(np.float32))
    lift = torch.from_numpy(rng.normal(0, 2, (count, 3, 1, 1)).astype(np.float32))
    return (pictures * gain + lift).clamp(0, 255), vectors, inner.float()
