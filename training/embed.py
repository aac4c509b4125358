# SPDX-License-Identifier: Apache-2.0
"""Identity network: 112x112 aligned face -> 128 numbers, taught by the reference network.

    python3 training/embed.py gather DATA WORK [--part K --parts N]
    python3 training/embed.py train WORK [--start STATE.pt] [--steps N] [--minutes M]
    python3 training/embed.py aside WORK
    python3 training/embed.py judge NET.onnx
    python3 training/embed.py export WORK OUT_DIR
    python3 training/embed.py match WORK OUT_DIR

gather finds and aligns the faces; train makes random and mixed views of them, asks the teacher about
each and learns its vector and its last inner map; aside measures the cosine to the teacher on people
who were kept aside; match writes the map from similarity to score. WORK keeps the crops and embed.pt,
from which a stopped training goes on.
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
from common import blocks, faces, identity, index, onnx_write, pool, teachers  # noqa: E402

SIDE = identity.SIDE
BATCH = 64
START_DEPTHS = (2, 3, 2)  # of the small network that the first weights belong to


class Embedder(nn.Module):
    """114.3 M MACs, 1.0 M parameters. Input RGB, (x - 127.5) / 128. DEPTHS: blocks per size."""

    def __init__(self, depths=(2, 6, 3), numbers=128):
        super().__init__()
        act, parts, wide = "leaky", [blocks.conv(3, 32, 3, 2, act="leaky")], 32
        for width, depth in zip((56, 112, 192), depths):
            parts.append(blocks.separable(wide, width, 2, act))
            parts += [blocks.wide_residual(width, 2 * width, act) for _ in range(depth)]
            wide = width
        self.depths = depths
        self.trunk = nn.Sequential(*parts)
        self.pool = nn.Sequential(blocks.conv(wide, 512, act=act), blocks.global_depthwise(512, 7))
        self.last = blocks.conv(512, numbers, act=None)

    def maps(self, picture):
        """The vector (not of unit length), and the 7x7 map with 192 channels."""
        inner = self.trunk(picture)
        return self.last(self.pool(inner)).flatten(1), inner

    def forward(self, picture):
        return self.maps(picture)[0]


def load_start(net, path):
    """Take over weights saved layer by layer in the same order under other names, of NET's depths or
    of START_DEPTHS; blocks that the smaller one lacks begin as doing nothing."""
    state = torch.load(path, map_location="cpu")
    state = state.get("net", state)
    small = Embedder(net.depths if len(state) == len(net.state_dict()) else START_DEPTHS)
    own = small.state_dict()
    if [tuple(v.shape) for v in state.values()] != [tuple(v.shape) for v in own.values()]:
        raise ValueError("%s: layers do not match" % path)
    small.load_state_dict(dict(zip(own, state.values())))
    grow(net, small)
    return net


def grow(net, small):
    """Copy SMALL into NET, its residual blocks spread over the longer rows of NET."""
    for block in net.trunk:
        if isinstance(block, blocks.Residual):
            nn.init.zeros_(block.body[-1][1].weight)
    net.trunk[0].load_state_dict(small.trunk[0].state_dict())
    at, old = 1, 1
    for deep, shallow in zip(net.depths, small.depths):
        net.trunk[at].load_state_dict(small.trunk[old].state_dict())
        for n in range(shallow):
            place = at + 1 + n * deep // shallow
            net.trunk[place].load_state_dict(small.trunk[old + 1 + n].state_dict())
        at, old = at + 1 + deep, old + 1 + shallow
    net.pool.load_state_dict(small.pool.state_dict())
    net.last.load_state_dict(small.last.state_dict())


def gather(args):
    identity.gather(args.data, args.work, args.part, args.parts)


def loss(student, teacher):
    """1 - cosine, and a little of the differences between pairwise cosines (relational term)."""
    student = F.normalize(student)
    pairs = (student @ student.T - teacher @ teacher.T).pow(2).mean()
    return 1 - (student * teacher).sum(1).mean() + 0.03 * len(student) * pairs


class Training:
    """Student, the 1x1 layer that translates its 7x7 map for the teacher, averages, checkpoint."""

    def __init__(self, args):
        torch.set_num_threads(1)
        torch.manual_seed(1)
        self.path = os.path.join(args.work, "embed.pt")
        self.net, self.guide = Embedder(), nn.Conv2d(192, 128, 1)
        self.step, self.spent, self.scale = 0, 0.0, None
        if args.start and not os.path.exists(self.path):
            load_start(self.net, args.start)
        for part in (self.net, self.guide):
            part.to(memory_format=torch.channels_last)
        self.average = copy.deepcopy(self.net)
        self.optimiser = torch.optim.AdamW(
            list(self.net.parameters()) + list(self.guide.parameters()), lr=1e-3, weight_decay=0.02)
        if os.path.exists(self.path):
            self.load()

    def load(self):
        state = torch.load(self.path)
        for name in ("net", "guide", "average", "optimiser"):
            getattr(self, name).load_state_dict(state[name])
        self.step, self.spent, self.scale = state["step"], state["spent"], state["scale"]

    def save(self, spent, scale):
        state = {name: getattr(self, name).state_dict()
                 for name in ("net", "guide", "average", "optimiser")}
        blocks.save(self.path, dict(state, step=self.step, spent=spent, scale=scale))

    def learn(self, pictures, vectors, inner, rate, weight):
        """One step; the two parts of the loss."""
        for group in self.optimiser.param_groups:
            group["lr"] = rate
        scaled = ((pictures - 127.5) / 128).contiguous(memory_format=torch.channels_last)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            found, map7 = self.net.maps(scaled)
            told = self.guide(map7)
        parts = loss(found.float(), vectors), F.mse_loss(told.float(), inner)
        self.optimiser.zero_grad(set_to_none=True)
        (parts[0] + weight * parts[1]).backward()
        self.optimiser.step()
        blocks.follow(self.average, self.net, min(0.998, (self.step + 1) / (self.step + 10)))
        self.step += 1
        return float(parts[0]), float(parts[1])


def train(args):
    """Cosine schedule over --steps, or over --minutes where these are over first."""
    work = Training(args)
    views = identity.Views(args.work, 6 + work.step)
    told = identity.Told(views, teachers.Identity(half=True), work.scale)
    kept = pool.Pool(told, args.pool, args.again, views.rng)
    work.net.train()
    began, sums = time.time() - work.spent, np.zeros(2)
    batches = blocks.ahead(lambda: identity.lit(views.rng, *kept.batch(BATCH, 4 * BATCH)))
    while work.step < args.steps and time.time() - began < 60 * args.minutes:
        done = max(work.step / args.steps, (time.time() - began) / (60 * args.minutes))
        rate = args.rate * min(1, (work.step + 1) / 100) * (
            0.005 + 0.995 * 0.5 * (1 + np.cos(np.pi * done)))
        sums += work.learn(*next(batches), rate, args.inner)
        if work.step % 50 == 0:
            print("step %d %.0f s rate %.5f loss %.4f inner %.4f views %d" % (
                work.step, time.time() - began, rate, *(sums / 50), kept.made), flush=True)
            sums[:] = 0
        if work.step % 250 == 0:
            work.save(time.time() - began, told.scale)
    work.save(time.time() - began, told.scale)


def aside(args):
    """Mean cosine to the teacher on the faces kept aside: the picture alone, and mirror averaged."""
    torch.set_num_threads(1)
    net, teacher = load(args).eval(), teachers.Identity()
    views = identity.Views(args.work, 1)
    crops = views.inside(views.aside[:args.limit])
    told, found = [], []

    def own(batch):
        return F.normalize(net((batch - 127.5) / 128))

    with torch.no_grad():
        for start in range(0, len(crops), 50):
            batch = identity.tensor(crops[start:start + 50])
            for ask, out in ((teacher, told), (own, found)):
                one, two = ask(batch), ask(batch.flip(3))
                out.append(torch.stack([one, F.normalize(one + two)]))
    cosine = (torch.cat(told, 1) * torch.cat(found, 1)).sum(2).mean(1)
    print("%d faces: cosine %.4f, mirror averaged %.4f" % (len(crops), *cosine))


def mirrored(net, crop):
    """Vector of a 112x112 crop, and the mirror average; neither of unit length."""
    both = []
    for view in (crop, crop[:, ::-1]):
        net.setInput(cv2.dnn.blobFromImage(view, 1 / 128., (SIDE, SIDE), (127.5,) * 3, True))
        both.append(net.forward()[0].copy())
    return np.stack([both[0], both[0] + both[1]])


def vectors(net, names, detector):
    """Unit vectors [n, 2, 128]: of the picture alone, and averaged with its mirror image."""
    out = {}
    for name in names:
        picture = cv2.imread(os.path.join(index.SHARED, name))
        found = faces.largest(detector(picture))
        points = found["points"] if found else np.float32(
            faces.TEMPLATE_112 * 1.15 + (np.float32(picture.shape[1::-1]) - 112 * 1.15) / 2)
        pair = mirrored(net, faces.align(picture, points))
        out[name] = pair / np.linalg.norm(pair, axis=1, keepdims=True)
    return out


def both_ways(net, crops):
    """Unit vectors of CROPS, averaged with their mirror images."""
    with torch.no_grad():
        batch = ((identity.tensor(crops) - 127.5) / 128).contiguous(
            memory_format=torch.channels_last)
        return F.normalize(net(batch) + net(batch.flip(3))).numpy()


def match(args):
    """Similarities at which false match rates of 1e-2 to 1e-5 lie among people of LFW outside the
    test folds, one picture of each; the same for those whom the training did not see."""
    torch.set_num_threads(1)
    views, net, places = identity.Views(args.work, 1), load(args).eval(), {}
    net.to(memory_format=torch.channels_last)
    for number, who in enumerate(views.people):
        if not who.endswith(".jpg"):
            places.setdefault(who, number)
    numbers = np.array(list(places.values()))
    table = np.concatenate([both_ways(net, views.inside(numbers[n:n + 50]))
                            for n in range(0, len(numbers), 50)])
    for title, rows in (("unseen", table[np.isin(numbers, views.aside)]), ("all", table)):
        values = np.sort((rows @ rows.T)[np.triu_indices(len(rows), 1)])[::-1]
        level = [float(values[int(rate * len(values))]) for rate in (1e-2, 1e-3, 1e-4, 1e-5)]
        print("%s: %d people, %d pairs, similarities %s" % (
            title, len(rows), len(values), ", ".join("%.3f" % v for v in level)))
    points = [[-1, 0], [0, 0.3]] + [[round(v, 3), t] for v, t in zip(level, (0.5, 0.6, 0.7, 0.8))]
    method = ("false match rates 1e-2 to 1e-5 on %.1f million pairs of %d different people of LFW "
              "outside test folds 1 and 6, mirror averaging; beyond %.2f and below %.2f straight "
              "lines") % (len(values) / 1e6, len(table), level[3], level[0])
    onnx_write.write_entry(os.path.join(args.out, "match.entry.json"), dict(
        role="match", map=points + [[0.75, 1]], threshold=0.7, pair_similarity=0.2, method=method))


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
    pair = dict(entry, role="embed_pair", decode=dict(entry["decode"], mirror=False))
    onnx_write.write_entry(os.path.join(args.out, "embed_pair.entry.json"), pair)
    print(facts)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    verbs = parser.add_subparsers(dest="verb", required=True)
    verb = verbs.add_parser("gather")
    verb.add_argument("data")
    verb.add_argument("work")
    verb.add_argument("--part", type=int, default=0)
    verb.add_argument("--parts", type=int, default=1)
    verb = verbs.add_parser("train")
    verb.add_argument("work")
    verb.add_argument("--start")
    verb.add_argument("--steps", type=int, default=15000)
    verb.add_argument("--minutes", type=float, default=1e6)
    verb.add_argument("--rate", type=float, default=2e-3)
    verb.add_argument("--inner", type=float, default=0.3)
    verb.add_argument("--pool", type=int, default=60000)
    verb.add_argument("--again", type=float, default=4)
    verb = verbs.add_parser("aside")
    verb.add_argument("work")
    verb.add_argument("--start")
    verb.add_argument("--limit", type=int, default=600)
    verb = verbs.add_parser("judge")
    verb.add_argument("net")
    verb = verbs.add_parser("export")
    verb.add_argument("work")
    verb.add_argument("out")
    verb.add_argument("--start")
    verb = verbs.add_parser("match")
    verb.add_argument("work")
    verb.add_argument("out")
    verb.add_argument("--start")
    args = parser.parse_args()
    {"gather": gather, "train": train, "aside": aside, "judge": judge,
     "export": export, "match": match}[args.verb](args)


if __name__ == "__main__":
    main()
