#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares the engine with the upstream rules of the reference networks, run by OpenCV DNN.

Both see the same pictures: once with the boxes of the detector as OpenCV runs it handed to the engine, once end to end. Prints the
differences of the mean probability of the two MiniFASNets and ends with status 1 where they are over the limits:
at most 0.02 on 99 % with the same boxes, at most 0.05 on 95 % end to end, and the prints that the upstream rule itself lets pass.
"""
import argparse
import csv
import io
import os
import subprocess
import sys

SKIP = 77
SAME_BOX = (0.02, 0.99)
END_TO_END = (0.05, 0.95)


def pictures(shared, count):
    """Evenly spread rows of the role `pad`, each once."""
    with open(os.path.join(shared, "data", "manifest.csv"), newline="") as file:
        paths = sorted({row["path"] for row in csv.DictReader(file) if row["role"] == "pad"})
    step = max(1, len(paths) // count) if count else 1
    return [os.path.join(shared, "data", p) for p in paths[::step]]


def prints_accepted(shared, detect, teachers, faces):
    """Prints over 0.5 by 0.8 S + 0.2 C, as the upstream rule gives them through OpenCV: the cell that table.py corrects."""
    import cv2
    with open(os.path.join(shared, "data", "manifest.csv"), newline="") as file:
        paths = sorted({r["path"] for r in csv.DictReader(file) if r["role"] == "pad" and r["label"] == "print"})
    accepted = seen = 0
    for path in paths:
        picture = cv2.imread(os.path.join(shared, "data", path))
        face = faces.largest(detect(picture))
        if face is not None:
            given = teachers(picture, face["box"])
            seen += 1
            accepted += 0.8 * float(given[:2].mean()) + 0.2 * float(given[2]) >= 0.5
    print("prints accepted by 0.8 S + 0.2 C through OpenCV: %d of %d (table.py holds 1.7 %%)" % (accepted, seen))
    return abs(accepted / seen - 0.017) <= 0.01


def run_probe(probe, pack, lines):
    done = subprocess.run([probe, pack], input="\n".join(lines) + "\n", capture_output=True, text=True, check=True)
    names = "path error faces x y w h confidence live p0 p1 p2 p3 eyes nose mouth".split()
    rows = [dict(zip(names, row)) for row in csv.reader(io.StringIO(done.stdout))]
    return {row["path"]: row for row in rows}


def mean_two(row):
    return (float(row["p0"]) + float(row["p1"])) / 2


def share_within(differences, limit):
    return sum(d <= limit for d in differences) / len(differences)


def report(name, differences, rule):
    limit, needed = rule
    share = share_within(differences, limit)
    print("%s: %d pictures, %.2f %% within %.2f (needed %.0f %%), largest %.4f" %
          (name, len(differences), 100 * share, limit, 100 * needed, max(differences)))
    return share >= needed


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("probe")
    parser.add_argument("shared")
    parser.add_argument("--pack", required=True)
    parser.add_argument("--count", type=int, default=0)
    args = parser.parse_args()
    shared = os.environ.get("BONAFIDE_SHARED") or args.shared
    if not os.path.isdir(os.path.join(shared, "models")):
        print("left out: needs the shared test data")
        return SKIP
    try:
        import cv2
    except ImportError:
        print("left out: needs python3-opencv")
        return SKIP
    os.environ["BONAFIDE_REFERENCE"] = os.path.join(shared, "models")
    sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "training"))
    from common import faces

    cv2.setNumThreads(1)
    detect, teachers = faces.Detector(320, 0.75), faces.PadTeachers()
    boxes, expected = {}, {}
    for path in pictures(shared, args.count):
        picture = cv2.imread(path)
        face = faces.largest(detect(picture))
        if face is not None:
            boxes[path] = face["box"]
            expected[path] = float(teachers(picture, face["box"])[:2].mean())
    same = run_probe(args.probe, args.pack, ["%s %f %f %f %f" % ((p,) + tuple(b)) for p, b in boxes.items()])
    ends = run_probe(args.probe, args.pack, list(boxes))
    missed = [p for p in boxes if int(ends[p]["faces"]) == 0]
    print("%d faces by OpenCV, %d of them missed by the engine" % (len(boxes), len(missed)))
    good = report("same boxes", [abs(mean_two(same[p]) - expected[p]) for p in boxes], SAME_BOX)
    good &= report("end to end", [abs(mean_two(ends[p]) - expected[p]) for p in boxes if p not in missed],
                   END_TO_END)
    good &= prints_accepted(shared, detect, teachers, faces)
    return 0 if good and len(missed) <= len(boxes) // 200 else 1


if __name__ == "__main__":
    sys.exit(main())
