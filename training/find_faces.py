# SPDX-License-Identifier: Apache-2.0
"""Detect the largest face in every picture of the face sets: DIR/faces_SET.npz.

    /usr/bin/python3 training/find_faces.py --data DIR

DIR holds the folders lfw (one folder a person), utk, caltech/Faces and web (one folder a camera); DIR/lfw_excluded.txt lists
the people of LFW test folds 1 and 6, one name a line, who are left out. About 70 pictures a second.
"""
import argparse
import os

import cv2
import numpy as np

from common import faces

ENDS = (".jpg", ".jpeg", ".png")
SETS = {"caltech": ("caltech/Faces", 0), "lfw": ("lfw", 0), "utk": ("utk", .25), "web": ("web", 0)}  # folder, border


def pictures(folder, excluded):
    for root, _, names in sorted(os.walk(folder)):
        if os.path.basename(root) not in excluded:
            yield from (os.path.join(root, n) for n in sorted(names) if n.lower().endswith(ENDS))


def detect(paths, border):
    """UTKFace is cut so tightly that faces are only found with a black BORDER around them."""
    detector, rows = faces.Detector(320, .7), []
    for path in paths:
        picture = cv2.imread(path)
        if picture is None:
            continue
        wide = int(max(picture.shape) * border)
        picture = cv2.copyMakeBorder(picture, wide, wide, wide, wide, cv2.BORDER_CONSTANT)
        found = detector(picture)
        if found:
            face = faces.largest(found)
            rows.append((path, face["box"] - [wide, wide, 0, 0], face["points"] - wide,
                         face["score"]))
    return rows


def save(path, rows):
    np.savez(path, files=np.array([r[0] for r in rows]), box=np.float32([r[1] for r in rows]),
             points=np.float32([r[2] for r in rows]), score=np.float32([r[3] for r in rows]))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", required=True)
    args = parser.parse_args()
    cv2.setNumThreads(1)
    excluded = set()
    list_path = os.path.join(args.data, "lfw_excluded.txt")
    if os.path.exists(list_path):
        with open(list_path) as handle:
            excluded = set(handle.read().split())
    for name, (folder, border) in SETS.items():
        if os.path.isdir(os.path.join(args.data, folder)):
            left_out = excluded if name == "lfw" else set()
            if name == "lfw" and not excluded:
                raise SystemExit("%s is missing: test people would be trained on" % list_path)
            rows = detect(pictures(os.path.join(args.data, folder), left_out), border)
            save(os.path.join(args.data, "faces_%s.npz" % name), rows)
            print("%s: %d faces" % (name, len(rows)), flush=True)


if __name__ == "__main__":
    main()
