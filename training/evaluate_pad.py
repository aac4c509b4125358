# SPDX-License-Identifier: Apache-2.0
"""Error rates of the anti-spoofing networks of a pack by source, through OpenCV.

    /usr/bin/python3 training/evaluate_pad.py PACK.json [--data DIR] [--scores CSV]
        [--sets nuaa,mixed] [--threshold T] [--change jpeg40|long480|half|dark|blur]

PACK.json is a pack (docs/packs.md), or a folder with spoof*.entry.json and fusion.entry.json.
APCER is the share of attacks accepted, BPCER of live ones rejected (ISO/IEC 30107-3), a face that is
not found counts as an error of either; ACER is the mean of BPCER and the APCER of the worst kind
(masks apart, which are reported beside it). A second opinion to the command `bonafide evaluate`.
"""
import argparse
import csv
import glob
import json
import os

import cv2
import numpy as np

from common import faces, onnx_write

TEST_SITTERS = ("nuaa_0003", "nuaa_0007")
CHANGES = {
    "none": lambda p: p,
    "jpeg40": lambda p: cv2.imdecode(
        cv2.imencode(".jpg", p, [cv2.IMWRITE_JPEG_QUALITY, 40])[1], cv2.IMREAD_COLOR),
    "long480": lambda p: _long_side(p, 480),
    "half": lambda p: _long_side(p, max(p.shape[:2]) // 2),
    "blur": lambda p: cv2.GaussianBlur(_long_side(p, 960), (0, 0), 1.5),
    "dark": lambda p: np.uint8(255 * (p / 255.) ** 2),
}


def _long_side(picture, most):
    factor = most / max(picture.shape[:2])
    return picture if factor >= 1 else cv2.resize(picture, None, fx=factor, fy=factor,
                                                  interpolation=cv2.INTER_AREA)


class Network:
    """One network of the role spoof: crop, run, probability of being live."""

    def __init__(self, entry, folder):
        self.entry, path = entry, os.path.join(folder, entry["file"])
        self.net = onnx_write.load_cv2(path)
        self.name = os.path.basename(path).rsplit(".", 1)[0]

    def __call__(self, picture, box):
        given, crop = self.entry["input"], self.entry["crop"]
        cut = faces.crop_a if crop["kind"] == "inside" else faces.crop_b
        data = np.float32(cut(picture, box, crop["factor"], given["width"]))
        if given["colour"] == "RGB":
            data = data[..., ::-1]
        data = (data - np.float32(given.get("mean", 0))) * np.float32(given.get("scale", 1))
        self.net.setInput(data.transpose(2, 0, 1)[None].copy())
        return float(faces.softmax(self.net.forward()[0])[self.entry["decode"]["live"]])


def read_pack(path):
    """Networks and fusion of a pack file or of a folder of entries."""
    if os.path.isdir(path):
        entries = []
        for name in sorted(glob.glob(os.path.join(path, "spoof*.entry.json"))):
            with open(name) as handle:
                entries.append(json.load(handle))
        with open(os.path.join(path, "fusion.entry.json")) as handle:
            fusion = json.load(handle)
    else:
        with open(path) as handle:
            pack = json.load(handle)
        path, entries, fusion = os.path.dirname(os.path.abspath(path)), pack["roles"]["spoof"], pack["fusion"]
    return [Network(e, path) for e in entries], fusion


def rows_of(data, sets):
    with open(os.path.join(data, "manifest.csv")) as handle:
        for row in csv.DictReader(handle):
            if row["role"] == "pad" and (not sets or row["set"] in sets):
                yield row
            elif row["role"] == "verify" and row["set"] in sets:  # press photographs of LFW
                yield dict(row, label="live")


def source_of(row):
    """Sets as they are; the two test sitters of NUAA each for themselves."""
    if row["set"] == "nuaa":
        return row["subject"] if row["subject"] in TEST_SITTERS else "nuaa_seen"
    return row["set"]


def judge(networks, data, sets, change):
    """One dict a picture: path, source, label, p (list, or None without a face)."""
    detector = faces.Detector(320, .6)
    out = []
    for row in rows_of(data, sets):
        picture = change(cv2.imread(os.path.join(data, row["path"])))
        face = faces.largest(detector(picture))
        scores = None if face is None else [n(picture, face["box"]) for n in networks]
        out.append(dict(path=row["path"], source=source_of(row), label=row["label"], p=scores))
    return out


def fused(p, fusion):
    """Score before the threshold is taken out: sigmoid of the weighted logits."""
    p = np.clip(np.float64(p), fusion["clip"], 1 - fusion["clip"])
    total = fusion.get("bias", 0)
    for term in fusion["terms"]:
        mean = p[term["nets"]].mean()
        total += term["weight"] * np.log(mean / (1 - mean))
    return float(1 / (1 + np.exp(-total)))


def rate(items, wrong):
    return sum(1 for i in items if i["live"] is None or wrong(i)) / len(items) if items else None


def table(judged, threshold):
    """Rows source, BPCER, APCER by kind, ACER."""
    out = []
    for source in sorted({i["source"] for i in judged}):
        part = [i for i in judged if i["source"] == source]
        live = rate([i for i in part if i["label"] == "live"], lambda i: i["live"] < threshold)
        kinds = {k: rate([i for i in part if i["label"] == k], lambda i: i["live"] >= threshold)
                 for k in ("print", "replay", "mask")}
        known = [v for k, v in kinds.items() if v is not None and k != "mask"]
        worst = max(known) if known else None
        both = [v for v in (live, worst) if v is not None]
        out.append(dict(source=source, count=len(part), bpcer=live, **kinds,
                        acer=sum(both) / len(both) if both else None))
    return out


def show(rows):
    text = lambda v: "     -" if v is None else "%6.1f" % (100 * v)
    print("source         n  BPCER  print replay   mask   ACER  (%)")
    for r in rows:
        print("%-11s %4d %s" % (r["source"], r["count"], " ".join(
            text(r[k]) for k in ("bpcer", "print", "replay", "mask", "acer"))))
    unseen = [r["acer"] for r in rows if r["source"][:6] in ("webcam", "phone_")]
    if unseen:
        print("mean ACER over the %d webcam and phone sources: %.2f %%" % (
            len(unseen), 100 * np.mean(unseen)))


def write_scores(path, judged, networks):
    with open(path, "w", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(["path", "label", "live", "faces", "error"] + [n.name for n in networks])
        for i in judged:
            found = i["p"] is not None
            writer.writerow([i["path"], i["label"], i["live"] if found else "", int(found),
                             "" if found else "FaceNotFound"] + (i["p"] or []))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("pack", help="pack file, or folder of entries")
    parser.add_argument("--data", default=os.path.join(os.path.dirname(faces.REFERENCE), "data"))
    parser.add_argument("--sets", default="")
    parser.add_argument("--threshold", type=float, help="default: that of the pack")
    parser.add_argument("--change", choices=sorted(CHANGES), default="none")
    parser.add_argument("--scores", help="CSV to write")
    args = parser.parse_args()
    cv2.setNumThreads(1)
    networks, fusion = read_pack(args.pack)
    judged = judge(networks, args.data, [s for s in args.sets.split(",") if s],
                   CHANGES[args.change])
    for item in judged:
        item["live"] = None if item["p"] is None else fused(item["p"], fusion)
    if args.scores:
        write_scores(args.scores, judged, networks)
    show(table(judged, fusion["threshold"] if args.threshold is None else args.threshold))


if __name__ == "__main__":
    main()
