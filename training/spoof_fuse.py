# SPDX-License-Identifier: Apache-2.0
"""Choose head shares, fusion weights and the threshold of the anti-spoofing networks; write entries.

    /usr/bin/python3 training/spoof_fuse.py --data STORE --models models
        --net spoof_near_80:c27:CHECKPOINT --net spoof_far_80:c40:CHECKPOINT

Only held-out views count: the NUAA sitter, the quarter of `mixed`, the cameras of `web` and the tenth
of the other people that the training never saw. Weights, share and threshold are those of the least
mean error, (BPCER + APCER) / 2: BPCER as mean over origins, APCER as mean over the kinds of attack,
of each as mean over its origins, so that many pictures of one camera count no more than few of
another, and masks, of which there are simulated ones only, no less than prints (ISO/IEC 30107-3 has
APCER by kind). Live pictures count as their camera made them where
plain views are there, attacks real and simulated. The webcam and phone sets are not read here.
"""
import argparse
import itertools
import os

import numpy as np
import torch

import spoof
from common import onnx_write
from spoof_data import KINDS

LIVE = KINDS.index("live")
CROPS = {"c27": dict(kind="inside", factor=2.7), "c40": dict(kind="inside", factor=4.0),
         "c15": dict(kind="square", factor=1.5, edge="reflect")}
LICENCE = "weights for non-commercial use, see models/LICENSE"
SOURCE = "trained by this project: training/spoof.py"
TRAINED_ON = ("LFW (without test folds 1 and 6), UTKFace, Caltech 101 faces, NUAA without two sitters, "
              "`mixed` without masks, the training cameras of training/CAMERAS.md, simulated recapture of these")
TEACHERS = {"c27": "MiniFASNetV2", "c40": "MiniFASNetV1SE",
            "c15": "a MiniFASNet trained on CelebA-Spoof (face-antispoof-onnx)"}
CLIP = 1e-5
FEWEST = 8  # views of a camera that count as an origin of its own; the rest of `web` counts together


class Held:
    """Scores of one network on the held-out views."""

    def __init__(self, text, folders):
        self.name, self.crop, path = text.split(":")
        kept = torch.load(path)
        self.net = spoof.Net(kept["size"], *kept["shape"])
        self.net.load_state_dict(kept["average"])
        self.net.eval()
        self.views = spoof.Views(folders, self.crop, 1)
        self.chosen = np.flatnonzero(self.views.validation)
        self.label, self.opinion = spoof.scores(self.net, self.views, self.chosen).T

    def margin(self, share):
        return (1 - share) * self.label + share * self.opinion


def groups_of(views, chosen):
    """[(kind, name, rows)] for every origin and kind with at least four held-out views."""
    out = []
    source = views.source[chosen]
    plain = np.char.startswith(source, "plain_")
    origin = np.array([s.replace("plain_", "").split("_")[0] for s in source])
    for name in set(origin):
        if name.startswith("web.") and (origin == name).sum() < FEWEST:
            origin[origin == name] = "web.others"
    for kind, simulated in itertools.product(range(len(KINDS)), (False, True)):
        same = (views.kind[chosen] == kind) & (views.simulated[chosen] == simulated)
        same &= simulated | plain | ~plain.any()
        for name in (["any"] if simulated else sorted(set(origin[same]))):
            rows = np.flatnonzero(same & (True if simulated else origin == name))
            if len(rows) >= 4 and name != "utk":
                out.append((KINDS[kind], "%s %s%s" % (
                    name, KINDS[kind], " simulated" if simulated else ""), rows))
    return out


def deciding(groups):
    """The groups that choose: all but people before other backgrounds, unless these are the only
    live ones."""
    kept = [g for g in groups if not g[1].startswith("rooms")]
    return kept if any(kind == "live" for kind, _, _ in kept) else groups


def errors(score, groups, threshold):
    """BPCER and APCER at THRESHOLD, as above."""
    live, attack = [], {}
    for kind, _, rows in groups:
        if kind == "live":
            live.append((score[rows] < threshold).mean())
        else:
            attack.setdefault(kind, []).append((score[rows] >= threshold).mean())
    return float(np.mean(live)), float(np.mean([np.mean(rates) for rates in attack.values()]))


def best_threshold(score, groups):
    """The threshold of the least mean error over groups, and that error."""
    tried = np.quantile(score, np.linspace(.01, .99, 99))
    found = [np.mean(errors(score, groups, threshold)) for threshold in tried]
    best = int(np.argmin(found))
    return float(tried[best]), float(found[best])


def clipped(margin):
    limit = np.log((1 - CLIP) / CLIP)
    return np.clip(margin, -limit, limit)


def choose(held, groups, shares):
    """Weights on a coarse simplex for given head SHARES: (error, weights, threshold)."""
    margins = np.stack([clipped(h.margin(s)) for h, s in zip(held, shares)])
    found = []
    for parts in itertools.product(range(0, 11), repeat=len(held)):
        if sum(parts) == 10:
            weights = np.array(parts) / 10
            threshold, error = best_threshold(weights @ margins, groups)
            found.append((error, list(weights), threshold))
    return min(found)


def write(held, shares, weights, threshold, folder):
    """The networks that have a weight, their entries and the fusion."""
    used = [i for i, weight in enumerate(weights) if weight > 0]
    held, shares, weights = [[of[i] for i in used] for of in (held, shares, weights)]
    for h, share in zip(held, shares):
        size = h.views.parts[0].shape[1]
        made = onnx_write.export(spoof.Exported(h.net, share), (size, size),
                                 os.path.join(folder, h.name + ".onnx"), ["logits"])
        onnx_write.write_entry(os.path.join(folder, h.name + ".entry.json"), dict(
            role="spoof", file=made["file"], sha256=made["sha256"], licence=LICENCE, source=SOURCE,
            input=dict(width=size, height=size, colour="BGR", mean=[127.5] * 3, scale=[1 / 128.] * 3),
            crop=CROPS[h.crop], decode=dict(kind="softmax", live=1),
            about=dict(macs=made["macs"], bytes=made["bytes"], trained_on=TRAINED_ON,
                       teacher=TEACHERS[h.crop])))
    order = sorted(range(len(held)), key=lambda i: held[i].name)
    onnx_write.write_entry(os.path.join(folder, "fusion.entry.json"), dict(
        role="fusion", clip=CLIP,
        terms=[dict(nets=[n], weight=weights[i]) for n, i in enumerate(order)],
        threshold=float(1 / (1 + np.exp(-threshold)))))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", nargs="+", required=True, help="stores of spoof_data.py")
    parser.add_argument("--net", action="append", required=True, help="name:crop:checkpoint")
    parser.add_argument("--models", required=True, help="folder to write to")
    parser.add_argument("--share", type=float, nargs="+", default=[.3, .5, .7, 1.])
    args = parser.parse_args()
    held = [Held(text, args.data) for text in args.net]
    groups = groups_of(held[0].views, held[0].chosen)
    if len({kind == "live" for kind, _, _ in groups}) < 2:
        raise SystemExit("%d held-out views: need live ones and attacks, 4 of a group" % len(
            held[0].chosen))
    found = []
    for share in args.share:
        shares = [share] * len(held)
        error, weights, threshold = choose(held, deciding(groups), shares)
        found.append((error, shares, weights, threshold))
        print("share %.2f: error %.4f weights %s threshold %.3f" % (share, error, weights, threshold))
    error, shares, weights, threshold = min(found)
    score = sum(w * clipped(h.margin(s)) for h, s, w in zip(held, shares, weights))
    for kind, name, rows in groups:
        wrong = (score[rows] < threshold) if kind == "live" else (score[rows] >= threshold)
        print("%-26s %5d views, wrong %.3f" % (name, len(rows), wrong.mean()))
    write(held, shares, weights, threshold, args.models)


if __name__ == "__main__":
    main()
