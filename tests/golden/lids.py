#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Does `eyes_open` tell closed eyes from open ones? There are no pictures of closed eyes, so lids are drawn over real faces: the reference
mesh says where an eye is, skin from above the upper lid covers it down to the lower lid, where the lashes lie. Needed: of 100
comparisons of an open with a closed face the open one scores higher in 90 (AUC). The drawn pictures lie in memory-backed storage
and are removed. Status 1 where that is missed.
"""
import argparse
import csv
import io
import os
import subprocess
import sys
import tempfile

SKIP = 77
AUC_MIN, LIMIT = 0.9, 50.0
# numbers of the MediaPipe mesh: lower lid, upper lid (both from the outer to the inner corner), skin between lid and brow
EYES = (([33, 7, 163, 144, 145, 153, 154, 155, 133], [33, 246, 161, 160, 159, 158, 157, 173, 133], [30, 29, 27, 28, 56]),
        ([263, 249, 390, 373, 374, 380, 381, 382, 362], [263, 466, 388, 387, 386, 385, 384, 398, 362], [260, 259, 257, 258, 286]))


def mesh_of(cv2, np, mesh, teachers, picture, face):
    matrix = teachers.crop_matrix(face["box"], face["points"], teachers.MESH_CROP, 192)
    points, _ = mesh(teachers.crop(picture, matrix, 192))
    return cv2.transform(np.float32(points[None, :, :2]), cv2.invertAffineTransform(matrix))[0]


def close_eye(cv2, np, out, points, eye, random):
    """The upper lid comes down: its skin is stretched over the eye, lashes along the lower lid."""
    lower, upper, skin = (np.float32(points[i]) for i in eye)
    wide = max(np.hypot(*(lower[0] - lower[-1])), 4.0)
    tones = [out[int(np.clip(y, 0, out.shape[0] - 1)), int(np.clip(x, 0, out.shape[1] - 1))] for x, y in skin]
    tone = np.mean(np.float32(tones), axis=0)
    mask = np.zeros(out.shape[:2], np.uint8)
    middle = (lower + upper) / 2
    outline = np.concatenate([middle + (upper - middle) * 1.5, (middle + (lower - middle) * 1.25)[::-1]])
    cv2.fillPoly(mask, [np.int32(np.round(outline * 16))], 255, cv2.LINE_AA, 4)
    soft = cv2.GaussianBlur(mask, (0, 0), max(wide * 0.03, 0.5))[..., None] / 255.0
    grain = cv2.GaussianBlur(random.normal(0, 6, out.shape[:2]).astype(np.float32), (0, 0), 1)[..., None]
    out = out * (1 - soft) + np.clip(tone * random.uniform(0.88, 0.98) + grain, 0, 255) * soft
    lashes = np.zeros(out.shape[:2], np.uint8)
    cv2.polylines(lashes, [np.int32(np.round(lower * 16))], False, 255, max(1, int(round(wide * 0.06))), cv2.LINE_AA, 4)
    line = cv2.GaussianBlur(lashes, (0, 0), max(wide * 0.015, 0.4))[..., None] / 255.0 * random.uniform(0.6, 0.9)
    return out * (1 - line) + tone * 0.2 * line


def draw_all(cv2, np, paths, folder):
    """The faces with closed eyes; (path of the original, path of the drawn one)."""
    from common import faces, teachers

    detector, mesh, drawn = faces.Detector(320, 0.75), teachers.Mesh(), []
    for i, path in enumerate(paths):
        picture = cv2.imread(path)
        face = faces.largest(detector(picture))
        if face is None or face["box"][2] < 60:
            continue
        points = mesh_of(cv2, np, mesh, teachers, picture, face)
        out, random = np.float32(picture), np.random.RandomState(i)
        for eye in EYES:
            out = close_eye(cv2, np, out, points, eye, random)
        drawn.append((path, os.path.join(folder, "%03d.png" % i)))
        cv2.imwrite(drawn[-1][1], np.uint8(np.clip(out, 0, 255)))
    return drawn


def eyes_open(probe, pack, paths):
    """One number per path; None where there is no face or the pack cannot tell."""
    done = subprocess.run([probe, pack, "quality"], input="\n".join(paths) + "\n", capture_output=True, text=True, check=True)
    rows = list(csv.reader(io.StringIO(done.stdout)))
    return [float(r[-1]) if int(r[2]) > 0 and float(r[-1]) >= 0 else None for r in rows]


def report(np, opened, closed):
    opened, closed = np.float64(opened), np.float64(closed)
    auc = (np.sign(opened[:, None] - closed[None]) + 1).mean() / 2
    shut, open_ = (opened < LIMIT).mean(), (closed >= LIMIT).mean()
    print("%d faces: median open %.1f, closed %.1f; AUC %.3f (needed %.2f); at %.0f: open eyes called closed %.1f %%, closed ones open %.1f %%" %
          (len(opened), np.median(opened), np.median(closed), auc, AUC_MIN, LIMIT, 100 * shut, 100 * open_))
    return auc >= AUC_MIN


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("probe")
    parser.add_argument("shared")
    parser.add_argument("--pack", required=True)
    parser.add_argument("--count", type=int, default=100)
    args = parser.parse_args()
    shared = os.environ.get("BONAFIDE_SHARED") or args.shared
    if not os.path.isdir(os.path.join(shared, "models")):
        print("left out: needs the shared test data")
        return SKIP
    try:
        import cv2
        import numpy as np
        import torch  # noqa: F401, the teachers' module needs it
    except ImportError:
        print("left out: needs python3-opencv and python3-torch")
        return SKIP
    os.environ["BONAFIDE_REFERENCE"] = os.path.join(shared, "models")
    sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "training"))
    with open(os.path.join(shared, "data", "manifest.csv"), newline="") as file:
        paths = sorted({r["path"] for r in csv.DictReader(file) if r["role"] == "pad" and r["label"] == "live"})
    paths = [os.path.join(shared, "data", p) for p in paths[::max(1, len(paths) // args.count)]]
    with tempfile.TemporaryDirectory(dir="/dev/shm" if os.path.isdir("/dev/shm") else None) as folder:
        drawn = draw_all(cv2, np, paths, folder)
        rows = zip(*[eyes_open(args.probe, args.pack, side) for side in zip(*drawn)])
        rows = [r for r in rows if None not in r]
    return 0 if report(np, *zip(*rows)) else 1


if __name__ == "__main__":
    sys.exit(main())
