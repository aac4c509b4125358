# SPDX-License-Identifier: Apache-2.0
"""Identity network: 112x112 aligned face -> 128 numbers, taught by the reference network.

    python3 training/embed.py gather DATA WORK [--limit N] [--mixed N]
    python3 training/embed.py train WORK [--start STATE.pt] [--steps N]
    python3 training/embed.py judge NET.onnx
    python3 training/embed.py export WORK OUT_DIR

gather aligns the faces of index.npz and asks the teacher once for each (mean of the picture and its
mirror image), and once more for faces mixed from two people and bent, which stand for people whom
the data lacks. WORK keeps embed_crops.npy, embed_targets.npz and embed.pt, from which a stopped
training goes on.
"""
import argparse
import copy
import csv
import os
import sys
import time

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from common import blocks, degrade, faces, index, onnx_write, scenes, teachers  # noqa: E402

SIDE, MARGIN = 112, 8
STORE = SIDE + 2 * MARGIN
BATCH = 64


class Embedder(nn.Module):
    """76.9 M MACs, 0.71 M parameters. Input RGB, (x - 127.5) / 128."""

    def __init__(self, numbers=128):
        super().__init__()
        act = "leaky"
        self.body = nn.Sequential(
            blocks.conv(3, 32, 3, 2, act=act),
            blocks.separable(32, 56, 2, act),
            *[blocks.wide_residual(56, 112, act) for _ in range(2)],
            blocks.separable(56, 112, 2, act),
            *[blocks.wide_residual(112, 224, act) for _ in range(3)],
            blocks.separable(112, 192, 2, act),
            *[blocks.wide_residual(192, 384, act) for _ in range(2)],
            blocks.conv(192, 512, act=act),
            blocks.global_depthwise(512, 7))
        self.last = blocks.conv(512, numbers, act=None)

    def forward(self, picture):
        return self.last(self.body(picture)).flatten(1)


def load_start(net, path):
    """Take over weights saved layer by layer in the same order under other names."""
    state = torch.load(path, map_location="cpu")
    state = state.get("net", state)
    own = net.state_dict()
    if [tuple(v.shape) for v in state.values()] != [tuple(v.shape) for v in own.values()]:
        raise ValueError("%s: layers do not match" % path)
    net.load_state_dict(dict(zip(own, state.values())))
    return net


def aligned(picture, points):
    """STORE x STORE crop: the 112x112 template with a margin for turning and shifting."""
    matrix = faces.similarity(points, faces.TEMPLATE_112 + MARGIN)
    return teachers.crop(picture, matrix, STORE)


def bend(crop, rng):
    """Stretch and bend a face smoothly by a few pixels: another shape of skull."""
    coarse = rng.normal(0, 2.2, (4, 4, 2)).astype(np.float32)
    field = cv2.resize(coarse, (STORE, STORE), interpolation=cv2.INTER_CUBIC)
    grid = np.stack(np.meshgrid(np.arange(STORE), np.arange(STORE)), 2).astype(np.float32)
    stretch = np.float32(1 + rng.normal(0, 0.05, 2))
    place = (grid - STORE / 2) * stretch + STORE / 2 + field
    return cv2.remap(crop, place, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)


def mix(first, second, rng):
    """One face out of two: a blend, or the lower half of one below the upper half of the other."""
    if rng.random() < 0.5:
        share = np.float32(rng.uniform(0.3, 0.7))
    else:
        edge = rng.uniform(0.48, 0.68) * STORE
        share = 1 / (1 + np.exp(-(np.arange(STORE, dtype=np.float32) - edge) / 5))[:, None, None]
    tone = (second.reshape(-1, 3).mean(0) + 1) / (first.reshape(-1, 3).mean(0) + 1)
    adjusted = np.clip(first * np.clip(tone, 0.6, 1.6), 0, 255)
    return np.uint8(adjusted * (1 - share) + second * share)


def ask(teacher, crops, first, last):
    """Targets of crops FIRST to LAST, sixteen at a time."""
    out = []
    for start in range(first, last, 16):
        part = crops[start:min(start + 16, last), MARGIN:-MARGIN, MARGIN:-MARGIN, ::-1]
        batch = torch.from_numpy(np.ascontiguousarray(part.transpose(0, 3, 1, 2))).float()
        out.append(teacher.both_ways(batch).numpy())
        if start % 1600 == 0:
            print("targets", start, flush=True)
    return np.concatenate(out) if out else np.zeros((0, 128), np.float32)


def gather(args):
    cv2.setNumThreads(1)
    torch.set_num_threads(1)
    album = scenes.Album(os.path.join(args.data, "index.npz"))
    rng = np.random.default_rng(4)
    order = [n for n in range(len(album.paths)) if album.sure(n)]
    rng.shuffle(order)
    order = order[:args.limit]
    path = os.path.join(args.work, "embed_crops.npy")
    crops = np.lib.format.open_memmap(path, "w+", np.uint8,
                                      (len(order) + args.mixed, STORE, STORE, 3))
    for slot, number in enumerate(order):
        row = max((r for r in album.faces[number] if r[14] >= scenes.SURE), key=lambda r: r[2])
        crops[slot] = aligned(cv2.imread(album.paths[number]), row[4:14].reshape(5, 2))
    aside = np.bool_([scenes.kept_aside(album.paths[n]) for n in order] + [False] * args.mixed)
    own = np.flatnonzero(~aside[:len(order)])
    for slot in range(len(order), len(order) + args.mixed):
        a, b = rng.choice(own, 2, replace=False)
        crops[slot] = bend(mix(crops[a], crops[b], rng) if rng.random() < 0.7 else crops[a], rng)
    crops.flush()
    targets = ask(teachers.Identity(), crops, 0, len(crops))
    np.savez(os.path.join(args.work, "embed_targets.npz"), targets=targets, aside=aside)


class Views:
    """Random views of the stored crops with the teacher's answer."""

    def __init__(self, work, seed):
        self.crops = np.load(os.path.join(work, "embed_crops.npy"), mmap_mode="r")
        data = np.load(os.path.join(work, "embed_targets.npz"))
        self.targets = data["targets"]
        self.aside = np.flatnonzero(data["aside"])
        self.own = np.flatnonzero(~data["aside"])
        self.rng = np.random.default_rng(seed)
        self.queue = []

    def view(self, number):
        crop = np.ascontiguousarray(self.crops[number][:, ::self.rng.choice([-1, 1])])
        centre = (STORE - 1) / 2
        matrix = cv2.getRotationMatrix2D((centre, centre), self.rng.normal(0, 2.5),
                                         np.exp(self.rng.normal(0, 0.025)))
        matrix[:, 2] += self.rng.normal(0, 1.2, 2) - MARGIN
        picture = cv2.warpAffine(crop, matrix, (SIDE, SIDE), borderMode=cv2.BORDER_REPLICATE)
        return degrade.camera(picture, self.rng, 0.5)[..., ::-1].transpose(2, 0, 1)

    def batch(self, count):
        if len(self.queue) < count:
            self.queue = list(self.rng.permutation(self.own))
        numbers, self.queue = self.queue[:count], self.queue[count:]
        pictures = np.stack([self.view(n) for n in numbers]).astype(np.float32)
        return torch.from_numpy(pictures), torch.from_numpy(self.targets[numbers])


def loss(student, teacher):
    """1 - cosine, and a little of the differences between pairwise cosines (relational term)."""
    student = F.normalize(student)
    pairs = (student @ student.T - teacher @ teacher.T).pow(2).mean()
    return 1 - (student * teacher).sum(1).mean() + 0.03 * len(student) * pairs


def train(args):
    torch.set_num_threads(1)
    torch.manual_seed(1)
    net = Embedder()
    views, path, start = Views(args.work, 6), os.path.join(args.work, "embed.pt"), 0
    optimiser = torch.optim.AdamW(net.parameters(), lr=args.rate, weight_decay=0.02)
    average = copy.deepcopy(net)
    if os.path.exists(path):
        state = torch.load(path)
        net.load_state_dict(state["net"])
        average.load_state_dict(state["average"])
        optimiser.load_state_dict(state["optimiser"])
        start = state["step"]
        views.rng = np.random.default_rng(6 + start)
    elif args.start:
        load_start(net, args.start)
        average.load_state_dict(net.state_dict())
    began, total, batches = time.time(), 0.0, blocks.ahead(lambda: views.batch(BATCH))
    for step in range(start, args.steps):
        rate = args.rate * min(1, (step + 1) / 100) * (
            0.01 + 0.99 * 0.5 * (1 + np.cos(np.pi * step / args.steps)))
        for group in optimiser.param_groups:
            group["lr"] = rate
        pictures, targets = next(batches)
        net.train()
        value = loss(net((pictures - 127.5) / 128), targets)
        optimiser.zero_grad(set_to_none=True)
        value.backward()
        optimiser.step()
        blocks.follow(average, net, min(0.998, (step + 1) / (step + 10)))
        total += float(value)
        if (step + 1) % 50 == 0:
            print("step %d %.0f s rate %.5f loss %.4f" % (step + 1, time.time() - began, rate,
                                                          total / 50), flush=True)
            total = 0.0
        if (step + 1) % 250 == 0 or step + 1 == args.steps:
            blocks.save(path, dict(net=net.state_dict(), average=average.state_dict(),
                                   optimiser=optimiser.state_dict(), step=step + 1))


def vectors(net, names, detector):
    """Unit vectors [n, 2, 128]: of the picture alone, and averaged with its mirror image."""
    out = {}
    for name in names:
        picture = cv2.imread(os.path.join(index.SHARED, name))
        found = faces.largest(detector(picture))
        points = found["points"] if found else np.float32(
            faces.TEMPLATE_112 * 1.15 + (np.float32(picture.shape[1::-1]) - 112 * 1.15) / 2)
        crop = faces.align(picture, points)
        both = []
        for view in (crop, crop[:, ::-1]):
            net.setInput(cv2.dnn.blobFromImage(view, 1 / 128., (SIDE, SIDE), (127.5,) * 3, True))
            both.append(net.forward()[0].copy())
        pair = np.stack([both[0], both[0] + both[1]])
        out[name] = pair / np.linalg.norm(pair, axis=1, keepdims=True)
    return out


def judge(args):
    """LFW fold 1: accuracy at the best threshold, and the share of same pairs at FAR 1e-3 and 1e-4
    measured on all cross pairs of different people."""
    cv2.setNumThreads(1)
    with open(os.path.join(index.SHARED, "lfw", "pairs.csv")) as handle:
        rows = list(csv.DictReader(handle))
    names = sorted({row[side] for row in rows for side in "ab"})
    found = vectors(onnx_write.load_cv2(args.net), names, faces.Detector(320, 0.6))
    people = np.array([n.split("/")[1] for n in names])
    different = people[:, None] != people[None]
    for way, title in enumerate(("single", "mirror averaged")):
        table = np.stack([found[n][way] for n in names])
        impostors = np.sort((table @ table.T)[np.triu(different, 1)])[::-1]
        same = np.bool_([row["same"] == "1" for row in rows])
        value = np.float32([found[r["a"]][way] @ found[r["b"]][way] for r in rows])
        levels = np.linspace(-0.2, 1, 601)
        accuracy = [(same == (value >= v)).mean() for v in levels]
        best = int(np.argmax(accuracy))
        text = "%s: accuracy %.4f at %.3f" % (title, accuracy[best], levels[best])
        for rate in (1e-2, 1e-3, 1e-4):
            limit = impostors[int(rate * len(impostors))]
            text += "; TAR at FAR %g %.3f (similarity %.3f)" % (rate, (value[same] > limit).mean(),
                                                               limit)
        print(text)


def load(args):
    """The averaged weights of WORK/embed.pt, or start weights given by name."""
    if args.start:
        return load_start(Embedder(), args.start)
    net = Embedder()
    net.load_state_dict(torch.load(os.path.join(args.work, "embed.pt"))["average"])
    return net


def export(args):
    facts = onnx_write.export(load(args), (SIDE, SIDE), os.path.join(args.out, "embed.onnx"),
                              ["embedding"])
    entry = dict(
        role="embed", file=facts["file"], sha256=facts["sha256"],
        licence="see models/LICENSE: non-commercial, from the terms of the training pictures",
        source="training/embed.py",
        input=dict(width=SIDE, height=SIDE, colour="RGB", mean=[127.5] * 3, scale=[1 / 128.] * 3),
        crop=dict(kind="points5", edge="zero",
                  template=[[round(float(v), 4) for v in p] for p in faces.TEMPLATE_112]),
        decode=dict(kind="vector", output="embedding", mirror=True),
        about=dict(macs=facts["macs"], bytes=facts["bytes"], teacher="mobilefacenet_foamliu",
                   data="UTKFace, LFW without test folds 1 and 6, faces mixed from these"))
    onnx_write.write_entry(os.path.join(args.out, "embed.entry.json"), entry)
    print(facts)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    verbs = parser.add_subparsers(dest="verb", required=True)
    verb = verbs.add_parser("gather")
    verb.add_argument("data")
    verb.add_argument("work")
    verb.add_argument("--limit", type=int, default=100000)
    verb.add_argument("--mixed", type=int, default=20000)
    verb = verbs.add_parser("train")
    verb.add_argument("work")
    verb.add_argument("--start")
    verb.add_argument("--steps", type=int, default=6000)
    verb.add_argument("--rate", type=float, default=2e-3)
    verb = verbs.add_parser("judge")
    verb.add_argument("net")
    verb = verbs.add_parser("export")
    verb.add_argument("work")
    verb.add_argument("out")
    verb.add_argument("--start")
    args = parser.parse_args()
    {"gather": gather, "train": train, "judge": judge, "export": export}[args.verb](args)


if __name__ == "__main__":
    main()
