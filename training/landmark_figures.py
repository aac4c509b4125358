# SPDX-License-Identifier: Apache-2.0
"""Measures a mesh network against its teachers on the shared pictures, by set.

    python3 training/landmark_figures.py NET.onnx [EVERY]

Both get the same crop from the reference detector's box; every EVERY-th picture is taken (default
3). Errors are mean distances of the 468 points in the picture over the distance of the eye centres.
"""
import os
import sys

import cv2
import numpy as np

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from common import faces, index, onnx_write, teachers  # noqa: E402
import detect_figures  # noqa: E402
import landmark  # noqa: E402

NAMES = ("landmarks", "score_logit", "eyes", "mouth")


def compare(net, mesh, lids, picture, face):
    """(point error, yaw difference, lid differences of 3, teacher's yaw) or None where the teacher
    sees no face."""
    box, five = face["box"], face["points"]
    large = teachers.crop_matrix(box, five, teachers.MESH_CROP, 192)
    want, score = mesh(teachers.crop(picture, large, 192))
    if score < 2:
        return None
    side = landmark.SIDE
    small = teachers.crop(picture, teachers.crop_matrix(box, five, teachers.MESH_CROP, side), side)
    net.setInput(cv2.dnn.blobFromImage(small, 1 / 128., (side, side), (127.5,) * 3, True))
    answer = dict(zip(NAMES, net.forward(list(NAMES))))
    guess = answer["landmarks"].reshape(468, 3) * (192 / side)
    span = np.hypot(*(want[[33, 133]].mean(0) - want[[263, 362]].mean(0))[:2])
    error = np.hypot(*(guess - want)[:, :2].T).mean() / span
    back = cv2.invertAffineTransform(large)
    here = want[:, :2] @ back[:, :2].T + back[:, 2]
    opened = landmark.openings(picture, here, lids)
    own = np.concatenate([answer["eyes"].ravel(), answer["mouth"].ravel()])
    turn = landmark.yaw(want)
    return error, abs(landmark.yaw(guess) - turn), np.abs(own - opened), turn


def line(name, results):
    errors, turns, lids, yaws = [np.float32([r[k] for r in results]) for k in range(4)]
    print("%-24s %4d faces; point error median %.4f p90 %.4f; yaw within 5 degrees %.3f; "
          "openings off by %s; teacher's yaw up to %.0f" % (
              name, len(results), np.median(errors), np.quantile(errors, 0.9),
              np.mean(turns <= 5), lids.mean(0).round(3), np.abs(yaws).max()))


def main(path, every):
    cv2.setNumThreads(1)
    net, mesh, lids = onnx_write.load_cv2(path), teachers.Mesh(), teachers.Lids()
    detector = faces.Detector(320, 0.75)
    groups = {}
    for name, kind in detect_figures.shared_rows()[::every]:
        if kind in ("no_face", "multi_face"):
            continue
        picture = cv2.imread(os.path.join(index.SHARED, name))
        face = faces.largest(detector(picture)) if picture is not None else None
        result = compare(net, mesh, lids, picture, face) if face else None
        if result:
            groups.setdefault(kind, []).append(result)
    for kind, results in sorted(groups.items()):
        line(kind, results)
    line("all not trained on", [r for k, g in groups.items() if "trained" not in k for r in g])


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 3)
