# SPDX-License-Identifier: Apache-2.0
"""Index of the training pictures: every face the reference detector finds, found twice and averaged.

    python3 training/common/index.py DATA OUT.npz [SOURCE...]

DATA holds utk/unlabeled (UTKFace), lfw (LFW deep-funneled), scenes and caltech (whole pictures with
few people, also used as backgrounds), and pairs.txt of LFW. Each picture is looked at as it is and mirrored, and the two answers are
averaged, which halves the noise of the points. People of the LFW test folds are left out.
"""
import csv
import glob
import os
import sys

import cv2
import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from common import faces  # noqa: E402

MIRRORED = [1, 0, 2, 4, 3]  # order of the five points after mirroring
SHARED = os.path.join(os.environ.get("BONAFIDE_SHARED", os.path.join(faces.REFERENCE, "..")), "data")
TUNING_SITTERS_LEFT_OUT = ("nuaa_0003", "nuaa_0007")


def test_people(data):
    """Names of everybody in test folds 1 and 6 of LFW's own pairs.txt; nobody may train on them."""
    with open(os.path.join(data, "pairs.txt")) as handle:
        lines = handle.read().splitlines()[1:]
    rows = [line.split("\t") for fold in (1, 6) for line in lines[600 * (fold - 1):600 * fold]]
    return {row[0] for row in rows} | {row[2] for row in rows if len(row) == 4}


def camera_pictures():
    """Paths in SHARED whose terms allow training: NUAA but two sitters, mixed but masks."""
    with open(os.path.join(SHARED, "manifest.csv")) as handle:
        rows = list(csv.DictReader(handle))
    keep = {row["path"] for row in rows if row["role"] == "pad" and (
        row["set"] == "nuaa" or row["set"] == "mixed" and row["label"] != "mask")}
    barred = {row["path"] for row in rows if row["label"] == "mask"
              or any(s in row["subject"] + row["path"] + row["notes"] + row["source_path"]
                     or s[5:] in row["source_path"].split("/") for s in TUNING_SITTERS_LEFT_OUT)}
    return [os.path.join(SHARED, p) for p in sorted(keep - barred)]


def pictures(data):
    """(source, path) of everything that may train."""
    barred = test_people(data)
    for path in sorted(glob.glob(os.path.join(data, "utk", "unlabeled", "*.jpg"))):
        yield "utk", path
    for path in sorted(glob.glob(os.path.join(data, "lfw", "*", "*.jpg"))):
        if path.split(os.sep)[-2] not in barred:
            yield "lfw", path
    judged = {os.path.basename(p) for p in glob.glob(os.path.join(SHARED, "no_face", "*"))}
    judged_stems = {name.rsplit(".", 1)[0].split("_")[-1] for name in judged}
    whole = [p for folder in ("scenes", "caltech") for p in
             sorted(glob.glob(os.path.join(data, folder, "**", "*.*"), recursive=True))]
    for path in whole:
        name = os.path.basename(path)
        if path.lower().endswith((".jpg", ".jpeg", ".png")) \
                and name.rsplit(".", 1)[0] not in judged_stems and name not in judged:
            yield "scene", path
    for path in camera_pictures():
        yield "camera", path


def reduced(picture, side):
    """PICTURE with its long side at most SIDE pixels, and the factor."""
    factor = min(1.0, side / max(picture.shape[:2]))
    if factor == 1.0:
        return picture, 1.0
    return cv2.resize(picture, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA), factor


def framed(picture, share):
    """PICTURE on a grey canvas of which it takes SHARE, and its offset."""
    height, width = picture.shape[:2]
    dx, dy = [round(v * (1 / share - 1) / 2) for v in (width, height)]
    return cv2.copyMakeBorder(picture, dy, dy, dx, dx, cv2.BORDER_CONSTANT, value=(110,) * 3), dx, dy


def mirror_face(face, width):
    """The same face in the picture mirrored left to right."""
    x, y, w, h = face["box"]
    points = face["points"][MIRRORED].copy()
    points[:, 0] = width - 1 - points[:, 0]
    return dict(box=np.float32([width - 1 - x - w, y, w, h]), points=points, score=face["score"])


def agree(a, b):
    """Whether two detections are the same face: centres within a third of the size."""
    centre = [f["box"][:2] + np.float32(f["box"][2:]) / 2 for f in (a, b)]
    return np.abs(centre[0] - centre[1]).max() < a["box"][2:].max() / 3


def find(detector, picture):
    """Faces seen in PICTURE and in its mirror image, as rows of box 4, points 10, score 1."""
    width = picture.shape[1]
    plain = detector(picture)
    turned = [mirror_face(f, width) for f in detector(picture[:, ::-1])]
    rows = []
    for face in plain:
        twin = next((t for t in turned if agree(face, t)), None)
        both = [face, twin] if twin else [face]
        score = face["score"] if twin else face["score"] / 2  # seen once only: doubtful
        turned = [t for t in turned if t is not twin]
        rows.append(np.concatenate([np.mean([f["box"] for f in both], 0),
                                    np.mean([f["points"] for f in both], 0).ravel(), [score]]))
    for face in turned:
        rows.append(np.concatenate([face["box"], face["points"].ravel(), [face["score"] / 2]]))
    return rows


def look(source, path, detectors):
    """Rows for one picture, in its own pixels; None when it cannot be read."""
    picture = cv2.imread(path)
    if picture is None or min(picture.shape[:2]) < 64:
        return None
    if source in ("utk", "lfw"):
        canvas, dx, dy = framed(picture, 0.65 if source == "utk" else 0.9)
        rows = find(detectors[320], canvas)
        for row in rows:
            row[[0, 4, 6, 8, 10, 12]] -= dx
            row[[1, 5, 7, 9, 11, 13]] -= dy
        return rows
    small, factor = reduced(picture, 640)
    rows = find(detectors[640], small)
    for row in rows:
        row[:14] /= factor
    return rows


def main(data, out, wanted):
    cv2.setNumThreads(1)
    detectors = {size: faces.Detector(size, 0.3) for size in (320, 640)}
    table = []
    names, sources = [], []
    for source, path in pictures(data):
        rows = look(source, path, detectors) if not wanted or source in wanted else None
        if rows is None:
            continue
        table += [np.concatenate([[len(names)], row]) for row in rows]
        names.append(path)
        sources.append(source)
        if len(names) % 2000 == 0:
            print(len(names), len(table), flush=True)
    np.savez(out, paths=names, sources=sources, rows=np.float32(table))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3:])
