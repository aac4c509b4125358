# SPDX-License-Identifier: Apache-2.0
"""Time of a check of two pictures against that of one, over all real live pairs that pass, brought to 1280x720 px.

usage: pairs.py BUILD PACK DATA SCORES.csv [ROUNDS]
BUILD: build folder with tests/motion/pair_time; DATA: folder of the shared pictures; SCORES.csv: what
`bonafide evaluate motion --scores` wrote with the same pack. The enlarged pictures lie in a folder that is removed.
Prints a line for each pair and the medians: of all, of those whose persons were in doubt, and of the others. CPU time;
the aim is 2.6 at most. Ends with 1 where a pair could not be timed.
"""
import csv
import os
import re
import statistics
import subprocess
import sys
import tempfile

import cv2

WIDTH, HEIGHT, AIM = 1280, 720, 2.6


def enlarged(path):
    """The picture as large as fits, what is beside it filled with its mirror image."""
    picture = cv2.imread(path)
    factor = min(WIDTH / picture.shape[1], HEIGHT / picture.shape[0])
    picture = cv2.resize(picture, None, fx=factor, fy=factor)
    down, right = HEIGHT - picture.shape[0], WIDTH - picture.shape[1]
    return cv2.copyMakeBorder(picture, down // 2, down - down // 2, right // 2, right - right // 2, cv2.BORDER_REFLECT)


def passing(scores):
    """First and last frame of every live sequence that the motion test accepts."""
    with open(scores, encoding="utf-8") as handle:
        for row in csv.DictReader(handle):
            if row["ends"] == "1" and row["label"] == "live" and not row["error"] and float(row["motion"] or 0) >= 0.5:
                yield row["sequence"], row["first"], row["second"]


def measure(program, pack, pair, rounds):
    """(ratio, persons in doubt), or None where the pair could not be timed."""
    done = subprocess.run([program, pack, *pair, str(rounds)], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        print(done.stderr.strip())
        return None
    return float(re.search(r"ratio ([\d.]+)", done.stdout)[1]), float(re.findall(r"embed ([\d.]+)", done.stdout)[-1]) > 0


def show(title, ratios):
    if ratios:
        print(f"{title}: {len(ratios)} pairs, median {statistics.median(ratios):.2f}, {min(ratios):.2f} to {max(ratios):.2f}, "
              f"over {AIM}: {sum(r > AIM for r in ratios)}")


def main(build, pack, data, scores, rounds="15"):
    found, failed = [], 0
    for sequence, *names in passing(scores):
        with tempfile.TemporaryDirectory() as work:
            pair = [os.path.join(work, f"{side}.jpg") for side in "ab"]
            for name, path in zip(names, pair):
                cv2.imwrite(path, enlarged(os.path.join(data, name)), [cv2.IMWRITE_JPEG_QUALITY, 90])
            one = measure(os.path.join(build, "tests/motion/pair_time"), pack, pair, rounds)
        if one is None:
            failed += 1
            print(f"{sequence}: could not be timed")
            continue
        found.append(one)
        print(f"{sequence}: {one[0]:.2f}{', persons in doubt' if one[1] else ''}", flush=True)
    show("all", [r for r, _ in found])
    show("persons in doubt", [r for r, doubt in found if doubt])
    show("persons not in doubt", [r for r, doubt in found if not doubt])
    return 1 if failed or not found else 0


if __name__ == "__main__":
    if not 5 <= len(sys.argv) <= 6:
        raise SystemExit(__doc__)
    raise SystemExit(main(*sys.argv[1:]))
