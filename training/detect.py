# SPDX-License-Identifier: Apache-2.0
"""Face detector: train, export, measure.

    python3 training/detect.py train DATA WORK [--steps N] [--renders DIR]
    python3 training/detect.py export WORK OUT_DIR

DATA as in common/index.py, with index.npz (and index_scene.npz) written by it. WORK keeps
detect.pt, from which a stopped training goes on.
"""
import argparse
import copy
import os
import sys
import time

import cv2
import numpy as np
import torch

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from common import blocks, detector, onnx_write, renders, scenes  # noqa: E402

BATCHES = ((192, 24, 0.72), (320, 8, 0.28))  # side, pictures, share of the steps
RATE = 3e-3


class Stream(torch.utils.data.IterableDataset):
    """Endless batches: pictures uint8 [b, 3, S, S] and target planes per stride."""

    def __init__(self, album, seed, drawn):
        self.album, self.seed, self.drawn = album, seed, drawn

    def __iter__(self):
        cv2.setNumThreads(1)
        maker = scenes.Maker(self.album, self.seed, self.drawn)
        shares = np.cumsum([b[2] for b in BATCHES])
        while True:
            side, count, _ = BATCHES[int(np.searchsorted(shares, maker.rng.random()))]
            pictures, planes = [], []
            for _ in range(count):
                picture, boxes, points, weight = maker.scene(side)
                pictures.append(picture.transpose(2, 0, 1))
                planes.append(detector.targets(side, boxes, points, weight))
            yield (torch.from_numpy(np.stack(pictures)),
                   {s: torch.from_numpy(np.stack([p[s] for p in planes])) for s in planes[0]})


def albums(data):
    names = [n for n in ("index.npz", "index_scene.npz") if os.path.exists(os.path.join(data, n))]
    return [os.path.join(data, n) for n in names]


def train(args):
    torch.set_num_threads(1)
    torch.manual_seed(1)
    net = detector.FaceDetector()
    average = copy.deepcopy(net)
    groups = [dict(params=[p for p in net.parameters() if p.dim() > 1], weight_decay=0.02),
              dict(params=[p for p in net.parameters() if p.dim() <= 1], weight_decay=0.0)]
    optimiser = torch.optim.AdamW(groups, lr=RATE)
    path, start = os.path.join(args.work, "detect.pt"), 0
    if os.path.exists(path):
        state = torch.load(path)
        net.load_state_dict(state["net"])
        average.load_state_dict(state["average"])
        optimiser.load_state_dict(state["optimiser"])
        start = 0 if args.again else state["step"]
    drawn = renders.load(args.renders) if args.renders else None
    stream = Stream(scenes.Album(*albums(args.data)), 1000 + start + 77 * args.again, drawn)
    batches = iter(torch.utils.data.DataLoader(stream, batch_size=None, num_workers=args.workers))
    began, seen, sums = time.time(), 0, torch.zeros(4)
    for step in range(start, args.steps):
        rate = args.rate * min(1, (step + 1) / 100) * (
            0.02 + 0.98 * 0.5 * (1 + np.cos(np.pi * step / args.steps)))
        for group in optimiser.param_groups:
            group["lr"] = rate
        pictures, planes = next(batches)
        net.train()
        total, parts = detector.loss(net.maps(pictures.float() / detector.PIXEL_SCALE), planes)
        optimiser.zero_grad(set_to_none=True)
        total.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 10.0)
        optimiser.step()
        blocks.follow(average, net, min(0.998, (step + 1) / (step + 10)))
        seen, sums = seen + len(pictures), sums + parts
        if (step + 1) % 50 == 0:
            print("step %d seen %d %.0f s rate %.5f loss %s" % (
                step + 1, seen, time.time() - began, rate, (sums / 50).numpy().round(4)), flush=True)
            sums = torch.zeros(4)
        if (step + 1) % 200 == 0 or step + 1 == args.steps:
            blocks.save(path, dict(net=net.state_dict(), average=average.state_dict(),
                                   optimiser=optimiser.state_dict(), step=step + 1))


def trained(work):
    net = detector.FaceDetector()
    net.load_state_dict(torch.load(os.path.join(work, "detect.pt"))["average"])
    return detector.for_raw_pixels(net).eval()


def export(args):
    for side, role in ((320, "detect"), (640, "detect_large")):
        name = os.path.join(args.out, "detect_%d.onnx" % side)
        facts = onnx_write.export(trained(args.work), (side, side), name, detector.OUTPUTS)
        entry = dict(
            role=role, file=facts["file"], sha256=facts["sha256"],
            licence="see models/LICENSE: non-commercial, from the terms of the training pictures",
            source="training/detect.py",
            input=dict(width=side, height=side, colour="BGR"),
            crop=dict(kind="letterbox"),
            decode=dict(kind="yunet", strides=[8, 16, 32], candidate=args.candidate,
                        countable=args.countable, nms_iou=0.3,
                        small_side=24 if side == 320 else 0),
            about=dict(macs=facts["macs"], bytes=facts["bytes"], teacher="yunet_n",
                       data="UTKFace, LFW without test folds 1 and 6, ImageNet samples, BSDS500, "
                            "Caltech 101, NUAA and mixed pictures that may train, drawn heads"))
        onnx_write.write_entry(name.replace(".onnx", ".entry.json"), entry)
        print(facts)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    verbs = parser.add_subparsers(dest="verb", required=True)
    verb = verbs.add_parser("train")
    verb.add_argument("data")
    verb.add_argument("work")
    verb.add_argument("--steps", type=int, default=4000)
    verb.add_argument("--rate", type=float, default=RATE)
    verb.add_argument("--workers", type=int, default=1)
    verb.add_argument("--renders")
    verb.add_argument("--again", action="store_true", help="a new schedule from the saved weights")
    verb = verbs.add_parser("export")
    verb.add_argument("work")
    verb.add_argument("out")
    verb.add_argument("--candidate", type=float, default=0.5)
    verb.add_argument("--countable", type=float, default=0.75)
    args = parser.parse_args()
    {"train": train, "export": export}[args.verb](args)


if __name__ == "__main__":
    main()
