# SPDX-License-Identifier: Apache-2.0
"""Identity networks: 112x112 aligned face -> 128 numbers, taught by the reference network.

    python3 training/embed.py gather DATA WORK [--part K --parts N]
    python3 training/embed.py train WORK [--role ROLE] [--start STATE.pt] [--steps N] [--minutes M]
    python3 training/embed.py aside WORK [--role ROLE]
    python3 training/embed.py judge NET.onnx
    python3 training/embed.py export WORK OUT_DIR [--role ROLE]
    python3 training/embed.py match WORK OUT_DIR

gather finds and aligns the faces; train makes random and mixed views of them, asks the teacher about
each and learns its vector and its last inner map; aside measures the cosine to the teacher on people
who were kept aside; match writes the map from similarity to score, for both roles. WORK keeps the
crops and ROLE.pt, from which a stopped training goes on. ROLE is embed or embed_pair, a network with
a tenth of the multiply-accumulates that only tells whether the two pictures of one check show one
person.
"""
import argparse
import contextlib
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
SHAPES = {"embed": dict(depths=(2, 6, 3), widths=(56, 112, 192), stem=32, head=512),
          "embed_pair": dict(depths=(0, 2, 1), widths=(32, 64, 96), stem=16, head=160)}
PAIR_RATE = 0.03  # of the pairs of different people that the quick look at one pair lets pass


class Embedder(nn.Module):
    """Input RGB, (x - 127.5) / 128. DEPTHS, WIDTHS: blocks and channels per size of the map; HEAD:
    channels that are pooled. embed has 114.3 M MACs and 1.0 M parameters."""

    def __init__(self, depths, widths, stem, head, numbers=128):
        super().__init__()
        act, parts, wide = "leaky", [blocks.conv(3, stem, 3, 2, act="leaky")], stem
        for width, depth in zip(widths, depths):
            parts.append(blocks.separable(wide, width, 2, act))
            parts += [blocks.wide_residual(width, 2 * width, act) for _ in range(depth)]
            wide = width
        self.depths, self.wide = depths, wide
        self.trunk = nn.Sequential(*parts)
        self.pool = nn.Sequential(blocks.conv(wide, head, act=act), blocks.global_depthwise(head, 7))
        self.last = blocks.conv(head, numbers, act=None)

    def maps(self, picture):
        """The vector (not of unit length), and the 7x7 map with WIDE channels."""
        inner = self.trunk(picture)
        return self.last(self.pool(inner)).flatten(1), inner

    def forward(self, picture):
        return self.maps(picture)[0]


def load_start(net, path, shape):
    """Take over weights saved layer by layer in the same order under other names, of NET's SHAPE or
    with START_DEPTHS; blocks that the smaller one lacks begin as doing nothing."""
    state = torch.load(path, map_location="cpu")
    state = state.get("net", state)
    whole = len(state) == len(net.state_dict())
    small = Embedder(**shape if whole else dict(shape, depths=START_DEPTHS))
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
        self.path = os.path.join(args.work, args.role + ".pt")
        self.net = Embedder(**SHAPES[args.role])
        self.guide = nn.Conv2d(self.net.wide, 128, 1)
        self.step, self.spent, self.scale = 0, 0.0, None
        if args.start and not os.path.exists(self.path):
            load_start(self.net, args.start, SHAPES[args.role])
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
    began = time.time() - work.spent
    with contextlib.closing(blocks.ahead(
            lambda: identity.lit(views.rng, *kept.batch(BATCH, 4 * BATCH)))) as batches:
        learn(args, work, batches, told, kept, began)
    work.save(time.time() - began, told.scale)


def learn(args, work, batches, told, kept, began):
    """Steps until --steps or --minutes are over; tells and saves where it stands now and then."""
    sums = np.zeros(2)
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


def aside(args):
    """Mean cosine to the teacher on the faces kept aside: the picture alone, and mirror averaged."""
    torch.set_num_threads(1)
    net, teacher = load(args, args.role).eval(), teachers.Identity()
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


def table_of(net, views, numbers, mirror):
    """Unit vectors of the faces NUMBERS, averaged with their mirror images where MIRROR says so."""
    out = []
    net.to(memory_format=torch.channels_last)
    for start in range(0, len(numbers), 50):
        batch = (identity.tensor(views.inside(numbers[start:start + 50])) - 127.5) / 128
        batch = batch.contiguous(memory_format=torch.channels_last)
        with torch.no_grad():
            out.append(F.normalize(net(batch) + (net(batch.flip(3)) if mirror else 0)).numpy())
    return np.concatenate(out)


def levels(table, rates):
    """Similarities that these shares of the pairs of different people reach; number of pairs."""
    values = np.sort((table @ table.T)[np.triu_indices(len(table), 1)])[::-1]
    return [float(values[int(rate * len(values))]) for rate in rates], len(values)


def match(args):
    """Similarities at which false match rates of 1e-2 to 1e-5 lie among people of LFW outside the
    test folds, one picture of each; the same for those whom the training did not see; the similarity
    that two pictures of one check must reach."""
    torch.set_num_threads(1)
    views, net, places = identity.Views(args.work, 1), load(args, "embed").eval(), {}
    for number, who in enumerate(views.people):
        if not who.endswith(".jpg"):
            places.setdefault(who, number)
    numbers = np.array(list(places.values()))
    table = table_of(net, views, numbers, True)
    for title, rows in (("unseen", table[np.isin(numbers, views.aside)]), ("all", table)):
        level, pairs = levels(rows, (1e-2, 1e-3, 1e-4, 1e-5))
        print("%s: %d people, %d pairs, similarities %s" % (
            title, len(rows), pairs, ", ".join("%.3f" % v for v in level)))
    limit = pair_limit(args, views, numbers)
    points = [[-1, 0], [0, 0.3]] + [[round(v, 3), t] for v, t in zip(level, (0.5, 0.6, 0.7, 0.8))]
    method = ("false match rates 1e-2 to 1e-5 on %.1f million pairs of %d different people of LFW "
              "outside test folds 1 and 6, mirror averaging; beyond %.2f and below %.2f straight "
              "lines; pair_similarity: reached by %g %% of these pairs") % (
                  pairs / 1e6, len(table), level[3], level[0], 100 * PAIR_RATE)
    onnx_write.write_entry(os.path.join(args.out, "match.entry.json"), dict(
        role="match", map=points + [[0.75, 1]], threshold=0.7, pair_similarity=limit, method=method))


def pair_limit(args, views, numbers):
    """Similarity that PAIR_RATE of the pairs of different people reach by the network that OUT has in
    the role embed_pair, or by that of embed where there is no other; mirrored as the role does."""
    role = "embed_pair" if os.path.exists(
        os.path.join(args.out, "embed_pair.entry.json")) else "embed"
    table = table_of(load(args, role).eval(), views, numbers, role == "embed")
    rates = (PAIR_RATE, 1e-2, 1e-3)
    for title, rows in (("unseen", table[np.isin(numbers, views.aside)]), ("all", table)):
        level, _ = levels(rows, rates)
        print("%s by %s: similarities at %s: %s" % (
            title, role, rates, ", ".join("%.3f" % v for v in level)))
    return round(level[0], 2)


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
        limits = np.linspace(-0.2, 1, 601)
        accuracy = [(same == (value >= v)).mean() for v in limits]
        best = int(np.argmax(accuracy))
        text = "%s: accuracy %.4f at %.3f" % (title, accuracy[best], limits[best])
        for rate in (1e-2, 1e-3, 1e-4):
            limit = impostors[int(rate * len(impostors))]
            text += "; TAR at FAR %g %.3f (similarity %.3f)" % (rate, (value[same] > limit).mean(),
                                                               limit)
        print(text)


def load(args, role):
    """The averaged weights of WORK/ROLE.pt, or start weights given by name."""
    net = Embedder(**SHAPES[role])
    path = os.path.join(args.work, role + ".pt")
    if not getattr(args, "start", None) and not os.path.exists(path):
        raise SystemExit("%s is missing: train this role first" % path)
    if getattr(args, "start", None):
        return load_start(net, args.start, SHAPES[role])
    net.load_state_dict(torch.load(path)["average"])
    return net


def export(args):
    facts = onnx_write.export(load(args, args.role), (SIDE, SIDE),
                              os.path.join(args.out, args.role + ".onnx"), ["embedding"])
    entry = dict(
        role=args.role, file=facts["file"], sha256=facts["sha256"],
        licence="see models/LICENSE: non-commercial, from the terms of the training pictures",
        source="training/embed.py",
        input=dict(width=SIDE, height=SIDE, colour="RGB", mean=[127.5] * 3, scale=[1 / 128.] * 3),
        crop=dict(kind="points5", edge="zero",
                  template=[[round(float(v), 4) for v in p] for p in faces.TEMPLATE_112]),
        decode=dict(kind="vector", output="embedding", mirror=args.role == "embed"),
        about=dict(macs=facts["macs"], bytes=facts["bytes"], teacher="mobilefacenet_foamliu",
                   data="UTKFace, LFW without test folds 1 and 6, faces mixed from these"))
    onnx_write.write_entry(os.path.join(args.out, args.role + ".entry.json"), entry)
    print(facts)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    verbs = parser.add_subparsers(dest="verb", required=True)
    add = {name: verbs.add_parser(name) for name in (
        "gather", "train", "aside", "judge", "export", "match")}
    add["gather"].add_argument("data")
    for name in ("gather", "train", "aside", "export", "match"):
        add[name].add_argument("work")
    for name in ("train", "aside", "export"):
        add[name].add_argument("--role", choices=sorted(SHAPES), default="embed")
        add[name].add_argument("--start")
    for name in ("export", "match"):
        add[name].add_argument("out")
    add["gather"].add_argument("--part", type=int, default=0)
    add["gather"].add_argument("--parts", type=int, default=1)
    add["train"].add_argument("--steps", type=int, default=15000)
    add["train"].add_argument("--minutes", type=float, default=1e6)
    add["train"].add_argument("--rate", type=float, default=2e-3)
    add["train"].add_argument("--inner", type=float, default=0.3)
    add["train"].add_argument("--pool", type=int, default=60000)
    add["train"].add_argument("--again", type=float, default=4)
    add["aside"].add_argument("--limit", type=int, default=600)
    add["judge"].add_argument("net")
    args = parser.parse_args()
    {"gather": gather, "train": train, "aside": aside, "judge": judge,
     "export": export, "match": match}[args.verb](args)


if __name__ == "__main__":
    main()
