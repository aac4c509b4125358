# SPDX-License-Identifier: Apache-2.0
"""Drawn heads of the procedural renderer (`synth faces DIR COUNT`), with their known points."""
import csv
import os

import cv2
import numpy as np


def load(folder):
    """List of (picture BGR, rows [1, 15]: box 4, points 10, score 1) from FOLDER/truth.csv."""
    out = []
    with open(os.path.join(folder, "truth.csv")) as handle:
        for line in csv.DictReader(handle):
            picture = cv2.imread(os.path.join(folder, line["file"]))
            if picture is None:
                continue
            row = [float(line["box_" + k]) for k in "xywh"]
            row += [float(line[k + str(n)]) for n in range(5) for k in "xy"]
            out.append((picture, np.float32([row + [1.0]])))
    if not out:
        raise FileNotFoundError("%s: no pictures in truth.csv" % folder)
    return out
