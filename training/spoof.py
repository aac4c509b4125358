# SPDX-License-Identifier: Apache-2.0
"""Train one anti-spoofing network on the views made by spoof_data.py.

    /usr/bin/python3 training/spoof.py --crop c27 --data STORE [STORE ...] --out models/NAME.onnx

The body learns the opinion and the features of a reference network, which is asked about every
augmented and mixed picture itself (a consistent teacher, arXiv 2106.05237). The true label trains a
head of its own and nothing below it: a body that learns the label of simulated attacks takes every
unfamiliar camera for one. Both heads are linear in the same features, so the exported network
holds their weighted sum.
"""
import argparse
import glob
import os
import time

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from common import faces, onnx_write
from common.augment import augmented, mixed
from common.nets import Average, Checkpoint, Residual, conv, down, keep_heap
from common.onnx_torch import OnnxTeacher
from common.pool import Pool
from common.schedule import Schedule
from spoof_data import KINDS

LIVE = KINDS.index("live")
FEATURES = 128
GUIDES = (128, 128)  # channels of the teacher's last maps at strides of 8 and 16
TEACHERS = {"c27": "minifasnet_v2_s2.7_80", "c40": "minifasnet_v1se_s4.0_80",
            "c15": "minifas_celeba_s1.5_128"}
TEACHER_LIVE = {"c27": 1, "c40": 1, "c15": 0}
# share of the batches by (kind, simulated, source prefix); what is missing is spread over the rest
SHARES = [((0, 0, "rooms"), .13), ((0, 0, "lfw"), .06), ((0, 0, "calt"), .09), ((0, 0, "nuaa"), .08),
          ((0, 0, "mixed"), .05), ((0, 0, "web"), .09), ((0, 0, "utk"), .005), ((1, 0, "nuaa"), .05),
          ((1, 0, "mixed"), .03), ((1, 0, "web"), .005), ((2, 0, "mixed"), .05), ((2, 0, "web"), .015),
          ((3, 0, "web"), .005), ((2, 1, ""), .17), ((1, 1, ""), .08), ((3, 1, ""), .055),
          ((0, 0, "plain_nuaa"), .04), ((0, 0, "plain_mixed"), .02), ((0, 0, "plain_calt"), .03),
          ((0, 0, "plain_rooms"), .03), ((0, 0, "plain_lfw"), .03), ((0, 0, "plain_web"), .07),
          ((1, 0, "plain_nuaa"), .03), ((1, 0, "plain_mixed"), .02), ((1, 0, "plain_web"), .005),
          ((2, 0, "plain_mixed"), .03), ((2, 0, "plain_web"), .015)]


class Net(nn.Module):
    """29 M multiply-accumulates at 80x80 (35 M at depth 2,4,2); margins of both heads and features.

    Every place of the last map has weights of its own, as the teachers' has: faces are cropped alike.
    """

    def __init__(self, size, width=(24, 48, 96, 160), depth=(2, 3, 1)):
        super().__init__()
        a, b, c, d = width
        self.early = nn.Sequential(
            conv(3, a, 3, 2), conv(a, b, 3, 2), *[Residual(b, 2 * b) for _ in range(depth[0])],
            down(b, c), *[Residual(c, 2 * c) for _ in range(depth[1])])
        self.late = nn.Sequential(down(c, d), *[Residual(d, 2 * d) for _ in range(depth[2])])
        self.pool = nn.Sequential(conv(d, 2 * d, 1), nn.Conv2d(
            2 * d, 2 * d, size // 16, groups=2 * d, bias=False), nn.Flatten())
        self.label, self.opinion = nn.Linear(2 * d, 1), nn.Linear(2 * d, 1)
        self.features = nn.Linear(2 * d, FEATURES)
        self.guides = nn.ModuleList([nn.Conv2d(own, his, 1) for own, his in zip((c, d), GUIDES)])

    def maps(self, x):
        """What the heads see, and the maps in the teacher's terms."""
        early = self.early(x)
        late = self.late(early)
        return self.pool(late), [guide(m) for guide, m in zip(self.guides, (early, late))]

    def body(self, x):
        return self.pool(self.late(self.early(x)))

    def forward(self, x):
        x = self.body(x)
        return self.label(x)[:, 0], self.opinion(x)[:, 0], x


class Exported(nn.Module):
    """Body and one Gemm: logits (attack, live) = (-m/2, m/2), m = weighted sum of both heads."""

    def __init__(self, net, share):
        super().__init__()
        self.body = nn.Sequential(net.early, net.late, net.pool)
        self.logits = nn.Linear(net.label.in_features, 2)
        with torch.no_grad():
            weight = (1 - share) * net.label.weight + share * net.opinion.weight
            bias = (1 - share) * net.label.bias + share * net.opinion.bias
            self.logits.weight.copy_(torch.cat([-weight, weight]) / 2)
            self.logits.bias.copy_(torch.cat([-bias, bias]) / 2)

    def forward(self, x):
        return self.logits(self.body(x))


class Teacher:
    """A reference network: probability of being live, features and last maps for pictures of 0..255,
    BGR. The maps are brought to mean 0 and spread 1 in every channel of the first batch."""

    def __init__(self, crop):
        self.crop, self.scale = crop, None
        self.net = OnnxTeacher(faces.reference_path("pad/%s.onnx" % TEACHERS[crop]))
        self.inner = [self.net.embedding_name()] + self.net.last_maps(len(GUIDES))
        self.net.wanted += self.inner

    @torch.no_grad()
    def __call__(self, x):
        if self.crop == "c15":
            x = F.interpolate(x, (128, 128), mode="bilinear", align_corners=False).flip(1) / 255
        with torch.autocast("cpu", dtype=torch.bfloat16):
            known = self.net(x.contiguous(memory_format=torch.channels_last))
        live = F.softmax(known["logits"].float(), 1)[:, TEACHER_LIVE[self.crop]]
        features, *maps = [known[name].float() for name in self.inner]
        if self.scale is None:
            self.scale = [(m.mean((0, 2, 3), keepdim=True), m.std((0, 2, 3), keepdim=True) + 1e-3)
                          for m in maps]
        return (live.clamp(.002, .998), features,
                *[((m - mean) / spread).half() for m, (mean, spread) in zip(maps, self.scale)])


class Views:
    """All stores together; batches drawn by SHARES."""

    def __init__(self, folders, crop, seed):
        self.rng = np.random.default_rng(seed)
        complete = sorted(f for pattern in folders for f in glob.glob(pattern))
        tables = [np.load(os.path.join(f, "table.npz")) for f in complete]
        self.parts = [np.load(os.path.join(f, crop + ".npy"), mmap_mode="r") for f in complete]
        self.size = self.parts[0].shape[1]
        self.where = [(p, i) for p, t in enumerate(tables) for i in range(len(t["kind"]))]
        join = lambda key: np.concatenate([t[key] for t in tables])
        self.kind, self.simulated = join("kind"), join("simulated")
        self.source, self.validation = join("source"), join("validation")
        self.groups, chances = [], []
        for (kind, simulated, prefix), share in SHARES:
            chosen = (self.kind == kind) & (self.simulated == simulated) & ~self.validation
            chosen &= np.char.startswith(self.source, prefix)
            if chosen.any():
                self.groups.append(np.flatnonzero(chosen))
                chances.append(share)
        self.chances = np.array(chances) / sum(chances)

    def pictures(self, chosen):
        rows = [self.parts[self.where[i][0]][self.where[i][1]] for i in chosen]
        return torch.from_numpy(np.stack(rows)).permute(0, 3, 1, 2).float()

    def batch(self, size):
        """Pictures 0..255, and 1 for live."""
        groups = self.rng.choice(len(self.groups), size, p=self.chances)
        chosen = [self.groups[g][self.rng.integers(len(self.groups[g]))] for g in groups]
        return self.pictures(chosen), torch.from_numpy(self.kind[chosen] == LIVE).float()


def normalised(x):
    return ((x - 127.5) / 128).contiguous(memory_format=torch.channels_last)


def told_views(views, teacher, size, correct=0.):
    """SIZE augmented and mixed pictures, the share of them that is live, and what TEACHER says,
    moved by the share CORRECT towards the truth where all of a picture is live."""
    x, live = views.batch(size)
    x, live = mixed(augmented(x, views.rng), live, views.rng)
    x = x.round()
    opinion, *inner = teacher(x)
    opinion += correct * (live > .999) * (.998 - opinion)
    return (x, live, opinion, *inner)


def loss_of(net, through, x, live, opinion, known, *maps):
    """To the teacher's opinion, features and maps; the true label trains its own head, and the body
    with the share THROUGH of its gradient."""
    with torch.autocast("cpu", dtype=torch.bfloat16):
        out, guided = net.maps(normalised(x))
    out = out.float()
    apart = sum(F.mse_loss(F.interpolate(own.float(), his.shape[2:]), his.float())
                for own, his in zip(guided, maps))
    label = F.binary_cross_entropy_with_logits(
        net.label(through * out + (1 - through) * out.detach())[:, 0], live * .96 + .02)
    told = F.binary_cross_entropy_with_logits(net.opinion(out)[:, 0], opinion)
    near = F.cosine_similarity(net.features(out), known)
    return label + 2 * told + 4 * (1 - near).mean() + .5 * apart, told, near.mean(), apart


class Training:
    """Network, its average, optimiser and schedule; goes on from the checkpoint where there is one."""

    def __init__(self, args, size):
        shape = [tuple(int(v) for v in part.split(",")) for part in (args.width, args.depth)]
        self.size, self.shape, self.through = size, shape, args.through
        self.net = Net(size, *shape).to(memory_format=torch.channels_last)
        if args.start:
            self.net.load_state_dict(torch.load(args.start)["average"])
        self.average, self.step = Average(self.net), 0
        self.optimiser = torch.optim.AdamW(self.net.parameters(), 1e-3, weight_decay=.02)
        self.keeper = Checkpoint(args.checkpoint)
        held = self.keeper.load() or {}
        if held:
            self.net.load_state_dict(held["net"])
            self.optimiser.load_state_dict(held["optimiser"])
            self.average.state = held["average"]
            self.average.steps = self.step = held["step"]
        self.schedule = Schedule(args.rate, 10**9 if args.minutes else args.steps, args.minutes,
                                 held.get("done", 0.))

    def learn(self, rows):
        """One step; the loss and its parts."""
        self.schedule.set(self.optimiser, self.step)
        parts = loss_of(self.net.train(), self.through, *rows)
        self.optimiser.zero_grad()
        parts[0].backward()
        self.optimiser.step()
        self.average.update(self.net)
        self.step += 1
        return np.array([part.item() for part in parts])

    def save(self, last=False):
        self.keeper.save(lambda: dict(
            net=self.net.state_dict(), optimiser=self.optimiser.state_dict(), size=self.size,
            shape=self.shape,
            average=self.average.state, step=self.step, done=self.schedule.done(self.step)), last)


def train(args):
    torch.manual_seed(args.seed)
    torch.set_num_threads(args.threads)
    views, teacher = Views(args.data, args.crop, args.seed), Teacher(args.crop)
    work = Training(args, views.size)
    views.rng = np.random.default_rng(args.seed + work.step)
    pool = Pool(lambda: told_views(views, teacher, args.batch, args.correct), args.pool, args.again, views.rng)
    begin, shown = time.time(), np.zeros(4)
    while not work.schedule.over(work.step):
        shown += work.learn(pool.batch(args.batch)) / 100
        work.save()
        if work.step % 100 == 0:
            print("step %d loss %.3f opinion %.3f features %.3f maps %.3f, %.0f views/s, %d asked" % (
                work.step, *shown, 100 * args.batch / (time.time() - begin), pool.made), flush=True)
            begin, shown = time.time(), np.zeros(4)
    work.save(last=True)
    work.net.load_state_dict(work.average.state)
    return work.net.eval(), views


@torch.no_grad()
def scores(net, views, chosen):
    """[N, 2] margins of both heads."""
    return np.concatenate([
        torch.stack(net(normalised(views.pictures(chosen[i:i + 64])))[:2], 1).numpy()
        for i in range(0, len(chosen), 64)])


def validate(net, views):
    """Errors on the held-out views by group, for the log."""
    chosen = np.flatnonzero(views.validation)
    margins = scores(net, views, chosen)
    for kind, name in enumerate(KINDS):
        for simulated in (False, True):
            rows = (views.kind[chosen] == kind) & (views.simulated[chosen] == simulated)
            if rows.any():
                wrong = (margins[rows] > 0) == (kind != LIVE)
                print("held out %s%s: %d views, wrong %.3f (label), %.3f (opinion)" % (
                    name, " simulated" if simulated else "", rows.sum(), *wrong.mean(0)))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--crop", choices=sorted(TEACHERS), required=True)
    parser.add_argument("--data", nargs="+", required=True, help="stores of spoof_data.py, or patterns of their names")
    parser.add_argument("--out", required=True, help="ONNX file to write")
    parser.add_argument("--checkpoint", required=True)
    parser.add_argument("--start", help="checkpoint whose weights to start from")
    parser.add_argument("--width", default="24,48,96,160")
    parser.add_argument("--depth", default="2,3,1")
    parser.add_argument("--steps", type=int, default=20000)
    parser.add_argument("--minutes", type=float, help="train for this long instead of --steps")
    parser.add_argument("--pool", type=int, default=40000, help="views kept with the teacher's answers")
    parser.add_argument("--again", type=float, default=3, help="times that each of them is used")
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--share", type=float, default=.5, help="weight of the teacher's head")
    parser.add_argument("--correct", type=float, default=0.,
                        help="how far the teacher is moved towards the truth on live pictures, 0..1")
    parser.add_argument("--through", type=float, default=0.,
                        help="share of the label's gradient that reaches the body, 0..1")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    keep_heap()
    net, views = train(args)
    validate(net, views)
    print(onnx_write.export(Exported(net, args.share), (views.size, views.size), args.out, ["logits"]))


if __name__ == "__main__":
    main()
