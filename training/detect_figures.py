# SPDX-License-Identifier: Apache-2.0
"""Measures a detector against the reference: finds, false alarms, accuracy of the points.

    python3 training/detect_figures.py tune DATA NET.onnx [EVERY]   pictures kept aside in training
    python3 training/detect_figures.py alarms DATA NET.onnx...      parts of those without a face
    python3 training/detect_figures.py judge NET.onnx CACHE         the shared pictures, by set

A face counts as found when a box of the candidate overlaps the one of the reference (YuNet 320 at
0.75, largest face) by IoU 0.4. CACHE keeps the answers of the reference. EVERY: only every so many-th
portrait; pictures without a face are always looked at.
"""
import csv
import os
import pickle
import sys

import cv2
import numpy as np

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from common import faces, index, onnx_write, scenes  # noqa: E402

LEVELS = (0.5, 0.55, 0.6, 0.65, 0.68, 0.7, 0.72, 0.75, 0.8)
LOWEST = 0.3
PARTS = 30       # of a picture without a face
SINGLE_FACE = ("pad", "motion", "exif_face", "verify", "quality_blur", "quality_blur_derived",
               "quality_bright", "quality_dark", "quality_dark_derived", "quality_edge",
               "quality_occluded_mask")


def candidate(path):
    """Detector that runs the network in PATH."""
    net = onnx_write.load_cv2(path)
    size = 640 if "640" in os.path.basename(path) else 320
    found = faces.Detector(320, LOWEST)
    found.net, found.size = net, size
    return found


def best_match(found, truth):
    """The detection that overlaps TRUTH by 0.4 with the best score, or None."""
    near = [f for f in found if faces._overlap(f["box"], truth["box"]) >= 0.4]
    return max(near, key=lambda f: f["score"]) if near else None


def off(match, truth):
    """Mean distance of the five points in eye distances."""
    span = np.hypot(*(truth["points"][0] - truth["points"][1]))
    return np.hypot(*(match["points"] - truth["points"]).T).mean() / max(span, 1)


def width_ratio(match, truth):
    return match["box"][2] / truth["box"][2]


def line(name, pairs, total):
    scores = np.float32([m["score"] if m else 0 for m, _ in pairs])
    errors = [off(m, t) for m, t in pairs if m]
    ratios = [width_ratio(m, t) for m, t in pairs if m]
    print("%-24s %5d pictures %5d with a face; found at %s; points off median %.3f p90 %.3f, "
          "width ratio %.3f" % (
              name, total, len(pairs),
              " ".join("%.2f:%.4f" % (v, np.mean(scores >= v)) for v in LEVELS),
              np.median(errors or [9]), np.quantile(errors or [9], 0.9), np.median(ratios or [0])))


def tune(data, path, every=1):
    """Kept-aside pictures: finds by source, false alarms on pictures without a face."""
    album = scenes.Album(*scenes.index_files(data))
    net = candidate(path)
    aside = [n for n, p in enumerate(album.paths) if scenes.kept_aside(p)]
    aside = [n for k, n in enumerate(aside) if k % int(every) == 0 or not album.faces[n]]
    pairs, alarms = {}, []
    for number in aside:
        picture = cv2.imread(album.paths[number])
        source = album.sources[number]
        if source == "utk":
            picture, dx, dy = index.framed(picture, 0.65)
        found = net(picture)
        if not album.faces[number]:
            alarms.append(max([f["score"] for f in found], default=0))
        for row in album.faces[number]:
            if row[14] >= scenes.SURE and row[2] > 0.08 * max(picture.shape[:2]):
                shift = np.float32([dx, dy]) if source == "utk" else np.float32([0, 0])
                truth = dict(box=np.concatenate([row[:2] + shift, row[2:4]]),
                             points=row[4:14].reshape(5, 2) + shift)
                pairs.setdefault(source, []).append((best_match(found, truth), truth))
    for source, list_ in pairs.items():
        line(source, list_, len(list_))
    print("no face: %d pictures, highest %.3f, alarms at %s" % (len(alarms), max(alarms), " ".join(
        "%.2f:%d" % (v, sum(a >= v for a in alarms)) for v in LEVELS)))


def alarms(data, *paths):
    """Highest scores of each network, and of the reference at 320, in parts of the kept-aside
    pictures that hold no face: the threshold may give no more alarms than the reference at 0.75."""
    album, rng = scenes.Album(*scenes.index_files(data)), np.random.default_rng(5)
    empty = [p for n, p in enumerate(album.paths)
             if scenes.kept_aside(p) and not album.faces[n]]
    parts = []
    for path in empty:
        picture = cv2.imread(path)
        height, width = picture.shape[:2]
        for _ in range(PARTS):
            share = rng.uniform(0.25, 1.0)
            h, w = int(height * share), int(width * share)
            y, x = rng.integers(0, height - h + 1), rng.integers(0, width - w + 1)
            parts.append(picture[y:y + h, x:x + w])
    for path in ("reference", *paths):
        net = faces.Detector(320, LOWEST) if path == "reference" else candidate(path)
        best = np.float32([max([f["score"] for f in net(p)], default=0) for p in parts])
        print("%s: %d parts of %d pictures, highest %s, alarms at %s" % (
            path, len(parts), len(empty), np.sort(best)[-8:].round(3),
            " ".join("%.2f:%d" % (v, (best >= v).sum()) for v in LEVELS)), flush=True)


def shared_rows():
    with open(os.path.join(index.SHARED, "manifest.csv")) as handle:
        rows = list(csv.DictReader(handle))
    seen = {}
    for row in rows:
        if row["role"] in SINGLE_FACE + ("no_face", "multi_face"):
            kind = row["role"] if row["role"].startswith("quality") or row["role"] in (
                "no_face", "multi_face", "exif_face") else row["set"]
            seen.setdefault(row["path"], kind)
    lfw = [p for p, k in seen.items() if k == "lfw"]
    for path in lfw[300:]:
        del seen[path]
    trained = {os.path.relpath(p, index.SHARED) for p in index.camera_pictures()}
    return [(p, k + " (trained on)" if p in trained else k) for p, k in sorted(seen.items())]


def judge(path, cache):
    net = candidate(path)
    known = pickle.load(open(cache, "rb")) if os.path.exists(cache) else {}
    reference = faces.Detector(320, 0.75)
    groups, alarms = {}, [[], []]
    for name, kind in shared_rows():
        picture = cv2.imread(os.path.join(index.SHARED, name))
        if picture is None:
            continue
        if name not in known:
            known[name] = reference(picture)
        found = net(picture)
        group = groups.setdefault(kind, [[], 0])
        group[1] += 1
        if kind == "no_face":
            alarms[0].append(max([f["score"] for f in found], default=0))
            alarms[1].append(max([f["score"] for f in known[name]], default=0))
        elif kind == "multi_face":
            group[0] += [(best_match(found, t), t) for t in known[name]]
        elif known[name]:
            truth = faces.largest(known[name])
            group[0].append((best_match(found, truth), truth))
    pickle.dump(known, open(cache, "wb"))
    for kind, (pairs, total) in sorted(groups.items()):
        if kind != "no_face":
            line(kind, pairs, total)
    single = [p for k, g in groups.items() if k not in ("no_face", "multi_face") for p in g[0]]
    line("all single-face", single, len(single))
    unseen = [p for k, g in groups.items() if k not in ("no_face", "multi_face")
              and "trained" not in k for p in g[0]]
    line("  of these not trained on", unseen, len(unseen))
    print("no_face: %d pictures, alarms at %s; reference at 0.75: %d" % (
        len(alarms[0]), " ".join("%.2f:%d" % (v, sum(a >= v for a in alarms[0])) for v in LEVELS),
        sum(a >= 0.75 for a in alarms[1])))


if __name__ == "__main__":
    cv2.setNumThreads(1)
    {"tune": tune, "alarms": alarms, "judge": judge}[sys.argv[1]](*sys.argv[2:])
