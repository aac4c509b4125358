# SPDX-License-Identifier: Apache-2.0
"""Aligned face crops with a margin, made once and kept as one .npy, for quality and occlusion.

Sources: LFW, UTKFace and Caltech faces (faces_*.npz of find_faces.py); NUAA without the test sitters
and `mixed` without its paper masks ("webcam"); DATA/masks/with_mask and without_mask, where they are.
"""
import csv
import os
import zlib

import cv2
import numpy as np

from . import faces

MARGIN = 32                 # pixels around the 112x112 template
SIDE = 112 + 2 * MARGIN
POINTS = faces.TEMPLATE_112 + MARGIN
LIMITS = {"lfw": (9000, 55), "utk": (9000, 50), "caltech": (500, 50)}  # most faces, smallest box
TIGHT = .25                 # border for pictures cut at the face, without which none is found
SHARED = os.environ.get("BONAFIDE_SHARED", os.path.join(
    os.path.dirname(os.path.abspath(__file__)), "..", "..", "..", "shared"))
TEST_SITTERS = ("nuaa_0003", "nuaa_0007")
HELD_SITTER = "0009"


def _known(data, rng):
    """Faces of find_faces.py: (source, path, points)."""
    for name, (amount, low) in LIMITS.items():
        path = os.path.join(data, "faces_%s.npz" % name)
        if os.path.exists(path):
            table = np.load(path)
            good = np.flatnonzero((table["box"][:, 2] >= low) & (table["score"] > .75))
            for i in rng.permutation(good)[:amount]:
                yield name, str(table["files"][i]), table["points"][i]


def _found(source, paths, border):
    """The largest face of each picture."""
    detector = faces.Detector(320, .6) if paths else None
    for path in paths:
        picture = cv2.imread(path)
        if picture is None or min(picture.shape[:2]) < 40:
            continue
        wide = int(max(picture.shape) * border)
        face = faces.largest(detector(cv2.copyMakeBorder(picture, *[wide] * 4, cv2.BORDER_CONSTANT)))
        if face is not None and face["box"][2] >= 45:
            yield source, path, face["points"] - wide


def _shared():
    """Pictures of webcams that may train: NUAA (live and printed; all are bare faces) and `mixed`."""
    with open(os.path.join(SHARED, "data", "manifest.csv"), newline="") as handle:
        for row in csv.DictReader(handle):
            sitter = row["subject"] in TEST_SITTERS
            nuaa = row["set"] == "nuaa" and row["role"] in ("pad", "motion") and not sitter
            if nuaa or (row["set"] == "mixed" and row["role"] == "pad" and row["label"] != "mask"):
                yield os.path.join(SHARED, "data", row["path"])


def _folder(path):
    return [os.path.join(path, n) for n in sorted(os.listdir(path))] if os.path.isdir(path) else []


def _held(source, path):
    """Stable choice of people (pictures, one sitter) that are not trained on."""
    name = os.path.basename(path)
    if source == "webcam":
        return name.startswith(HELD_SITTER) if "nuaa" in path else zlib.crc32(name.encode()) % 4 == 0
    if source == "lfw":
        name = os.path.basename(os.path.dirname(path))
    return zlib.crc32(name.encode()) % 10 == 0


def build(data, path, seed=1):
    """Crops [N, SIDE, SIDE, 3] BGR to PATH, their sources and who is held out beside them."""
    rng = np.random.default_rng(seed)
    jobs = list(_known(data, rng))
    for name in ("with", "without"):
        jobs += _found(name, _folder(os.path.join(data, "masks", name + "_mask")), TIGHT)
    if os.path.isdir(SHARED):
        jobs += _found("webcam", sorted(set(_shared())), 0)
    jobs = [jobs[i] for i in rng.permutation(len(jobs))]
    crops = np.lib.format.open_memmap(path + ".part", "w+", np.uint8, (len(jobs), SIDE, SIDE, 3))
    for i, (source, name, points) in enumerate(jobs):
        whole = source in ("lfw", "caltech", "webcam")
        crops[i] = cv2.warpAffine(
            cv2.imread(name), faces.similarity(points, POINTS), (SIDE, SIDE),
            borderMode=cv2.BORDER_CONSTANT if whole else cv2.BORDER_REPLICATE)
    np.savez(path.replace(".npy", "_rows.npz"), source=np.array([j[0] for j in jobs]),
             held=np.array([_held(s, n) for s, n, _ in jobs]))
    crops.flush()
    os.replace(path + ".part", path)


def load(data, seed=1):
    """Crops, their sources, mask of held-out people; built on first use."""
    path = os.path.join(data, "aligned.npy")
    if not os.path.exists(path):
        build(data, path, seed=seed)
    rows = np.load(path.replace(".npy", "_rows.npz"))
    return np.load(path, mmap_mode="r"), rows["source"], rows["held"]
