# SPDX-License-Identifier: Apache-2.0
"""Write the pack entries of quality and occlusion, and measure both on the shared pictures.

    /usr/bin/python3 training/entries_aligned.py --models models [--data DIR]

Flagged: any of eyes, nose, mouth above its threshold. Live faces of the role `pad` are bare (some wear glasses);
`quality/occluded_mask` shows worn medical masks. Both are for evaluation only.
"""
import argparse
import csv
import os

import cv2
import numpy as np
import torch

from common import faces, onnx_write
from common.onnx_torch import OnnxTeacher
from quality import rank_correlation

LICENCE = "weights for non-commercial use, see models/LICENSE"
TRAINED_ON = {
    "quality": "faces of LFW (without test folds 1 and 6) and UTKFace",
    "occlusion": "faces of LFW (without test folds 1 and 6), UTKFace, Caltech 101, NUAA without two sitters, `mixed` without masks, and "
                 "faces with and without masks of the repository chandrikadeb7/Face-Mask-Detection; coverings drawn",
}
# same scale as the teacher, whose map is in packs/reference.json
QUALITY_MAP = [[.03, 0], [.2, 20], [.375, 50], [.5, 75], [.61, 100]]
# eyes, nose, mouth: the highest at which 90 % of every drawn covering of held-out faces is flagged (occlusion.py prints them)
THRESHOLDS = [.65, .65, .6]


def entry(models, name, size, role, source, crop, decode):
    path = os.path.join(models, name + ".onnx")
    half = 128. if role == "quality" else 127.5
    colour = "BGR" if role == "quality" else "RGB"
    onnx_write.write_entry(os.path.join(models, name + ".entry.json"), dict(
        role=role, file=name + ".onnx", sha256=onnx_write.sha256(path), licence=LICENCE,
        source="trained by this project: training/" + source,
        input=dict(width=size, height=size, colour=colour, mean=[half] * 3, scale=[1 / 128.] * 3),
        crop=crop, decode=decode,
        about=dict(bytes=os.path.getsize(path), trained_on=TRAINED_ON[role])))


def rows(data, wanted):
    with open(os.path.join(data, "manifest.csv")) as handle:
        for row in csv.DictReader(handle):
            if wanted(row):
                yield row, cv2.imread(os.path.join(data, row["path"]))


def measure(models, data):
    cover = onnx_write.load_cv2(os.path.join(models, "occlusion_112.onnx"))
    judge = onnx_write.load_cv2(os.path.join(models, "quality_96.onnx"))
    teacher = OnnxTeacher(faces.reference_path("quality/lightqnet_dm050_96.onnx"))
    detector, flags, pairs = faces.Detector(320, .6), {}, {}
    wanted = lambda r: (r["role"] == "pad" and r["label"] == "live") or r["role"][:8] == "quality_"
    for row, picture in rows(data, wanted):
        face = faces.largest(detector(picture))
        if face is None:
            continue
        crop = faces.align(picture, face["points"])[..., ::-1]
        cover.setInput(((np.float32(crop) - 127.5) / 128).transpose(2, 0, 1)[None].copy())
        group = "pad live " + row["set"] if row["role"] == "pad" else row["role"]
        flags.setdefault(group, []).append((cover.forward()[0] > THRESHOLDS).any())
        small = (np.float32(faces.align_quality(picture, face["points"])) - 128) / 128
        small = small.transpose(2, 0, 1)[None].copy()
        judge.setInput(small)
        known = float(teacher(torch.from_numpy(small))[teacher.wanted[0]])
        pairs.setdefault("all", []).append((float(judge.forward().ravel()[0]), known))
    for group, seen in sorted(flags.items()):
        print("%-28s %3d faces, covering reported in %d (%.1f %%)" % (
            group, len(seen), sum(seen), 100 * np.mean(seen)))
    given, known = np.float64(pairs["all"]).T
    print("quality: %d faces, rank correlation with the teacher %.3f" % (
        len(given), rank_correlation(given, known)))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--models", required=True)
    parser.add_argument("--data")
    args = parser.parse_args()
    three = faces.TEMPLATE_QUALITY_96.astype(float).round(4).tolist()
    five = faces.TEMPLATE_112.astype(float).round(4).tolist()
    entry(args.models, "quality_96", 96, "quality", "quality.py",
          dict(kind="points3", template=three, edge="zero"),
          dict(kind="scalar", output="quality", map=QUALITY_MAP))
    entry(args.models, "occlusion_112", 112, "occlusion", "occlusion.py",
          dict(kind="points5", template=five, edge="zero"),
          dict(kind="covered", output="covered", logits=False, eyes=0, nose=1, mouth=2,
               thresholds=THRESHOLDS))
    if args.data:
        measure(args.models, args.data)


if __name__ == "__main__":
    main()
