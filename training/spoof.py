# SPDX-License-Identifier: Apache-2.0
"""Train one anti-spoofing network on the views made by spoof_data.py and judged by spoof_teach.py.

    /usr/bin/python3 training/spoof.py --crop c27 --data STORE [STORE ...] --out models/NAME.onnx

Loss: the true label, plus the opinion and the features of a reference network as teacher. The label
and the teacher's opinion have a head each; both are linear in the same features, so the exported
network holds their weighted sum. Stores that appear while the training runs are taken in.
"""
import argparse
import glob
import os
import time

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from common import onnx_write
from common.nets import Average, Checkpoint, Residual, conv, cosine, down, keep_heap
from spoof_data import KINDS
from spoof_teach import FEATURES, TEACHERS

LIVE = KINDS.index("live")
# share of the batches by (kind, simulated, source prefix); what is missing is spread over the rest
SHARES = [((0, 0, "rooms"), .13), ((0, 0, "lfw"), .06), ((0, 0, "calt"), .09), ((0, 0, "nuaa"), .08),
          ((0, 0, "mixed"), .05), ((0, 0, "utk"), .005), ((1, 0, "nuaa"), .05), ((1, 0, "mixed"), .03),
          ((2, 0, "mixed"), .05), ((2, 1, ""), .17), ((1, 1, ""), .08), ((3, 1, ""), .055),
          ((0, 0, "plain_nuaa"), .04), ((0, 0, "plain_mixed"), .02), ((0, 0, "plain_calt"), .03),
          ((0, 0, "plain_rooms"), .03), ((0, 0, "plain_lfw"), .03), ((1, 0, "plain_nuaa"), .03),
          ((1, 0, "plain_mixed"), .02), ((2, 0, "plain_mixed"), .03)]


class Net(nn.Module):
    """27 M multiply-accumulates at 80x80; two logits, attack and live."""

    def __init__(self, width=(24, 48, 96, 160), depth=(2, 3, 1)):
        super().__init__()
        a, b, c, d = width
        self.body = nn.Sequential(
            conv(3, a, 3, 2), conv(a, b, 3, 2), *[Residual(b, 2 * b) for _ in range(depth[0])],
            down(b, c), *[Residual(c, 2 * c) for _ in range(depth[1])],
            down(c, d), *[Residual(d, 2 * d) for _ in range(depth[2])],
            conv(d, d, 1), nn.AdaptiveAvgPool2d(1), nn.Flatten())
        self.label, self.opinion = nn.Linear(d, 1), nn.Linear(d, 1)
        self.features = nn.Linear(d, FEATURES)

    def forward(self, x):
        x = self.body(x)
        return self.label(x)[:, 0], self.opinion(x)[:, 0], x


class Exported(nn.Module):
    """Body and one Gemm: logits (attack, live) = (-m/2, m/2), m = weighted sum of both heads."""

    def __init__(self, net, share):
        super().__init__()
        self.body, self.logits = net.body, nn.Linear(net.label.in_features, 2)
        with torch.no_grad():
            weight = (1 - share) * net.label.weight + share * net.opinion.weight
            bias = (1 - share) * net.label.bias + share * net.opinion.bias
            self.logits.weight.copy_(torch.cat([-weight, weight]) / 2)
            self.logits.bias.copy_(torch.cat([-bias, bias]) / 2)

    def forward(self, x):
        return self.logits(self.body(x))


class Views:
    """All complete stores together; batches drawn by SHARES."""

    def __init__(self, folders, crop, seed):
        self.rng, self.wanted, self.crop, self.folders = np.random.default_rng(seed), folders, crop, []
        self.refresh()

    def refresh(self):
        """Look for stores again: more may have come. A store counts when its teacher is done."""
        complete = sorted(f for pattern in self.wanted for f in glob.glob(pattern)
                          if os.path.exists(os.path.join(f, "teach_%s.npy" % self.crop)))
        if complete == self.folders:
            return
        self.folders = complete
        tables = [np.load(os.path.join(f, "table.npz")) for f in complete]
        self.parts = [np.load(os.path.join(f, self.crop + ".npy"), mmap_mode="r") for f in complete]
        self.where = [(p, i) for p, t in enumerate(tables) for i in range(len(t["kind"]))]
        join = lambda key: np.concatenate([t[key] for t in tables])
        self.kind, self.simulated = join("kind"), join("simulated")
        self.source, self.validation = join("source"), join("validation")
        self.taught = np.concatenate([np.load(os.path.join(f, "teach_%s.npy" % self.crop))
                                      for f in complete])
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
        """Pictures 0..255, 1 for live, the teacher's probability and features."""
        groups = self.rng.choice(len(self.groups), size, p=self.chances)
        chosen = [self.groups[g][self.rng.integers(len(self.groups[g]))] for g in groups]
        taught = torch.from_numpy(np.float32(self.taught[chosen]))
        live = torch.from_numpy(self.kind[chosen] == LIVE).float()
        return self.pictures(chosen), live, taught[:, 0], taught[:, 1:]


def augmented(x, rng):
    """What leaves the teacher's opinion as it was: flip, small move, brightness, tint, noise."""
    count = len(x)
    uniform = lambda low, high, *shape: torch.from_numpy(
        rng.uniform(low, high, shape or (count, 1, 1, 1)).astype(np.float32))
    if rng.random() < .5:
        theta = torch.zeros(count, 2, 3)
        flip = torch.from_numpy(rng.choice([-1., 1.], count).astype(np.float32))
        grow, turn = uniform(.95, 1.04, count), uniform(-.04, .04, count)
        theta[:, 0, 0], theta[:, 1, 1] = grow * flip, grow
        theta[:, 0, 1], theta[:, 1, 0] = turn, -turn * flip
        theta[:, :, 2] = uniform(-.03, .03, count, 2)
        grid = F.affine_grid(theta, x.shape, align_corners=False)
        x = F.grid_sample(x, grid, padding_mode="reflection", align_corners=False)
    elif rng.random() < .5:
        x = x.flip(3)
    if rng.random() < .6:
        middle = x.mean((1, 2, 3), keepdim=True)
        x = (x - middle) * uniform(.85, 1.15) + middle * uniform(.85, 1.15)
        x = x * uniform(.95, 1.05, count, 3, 1, 1)
    if rng.random() < .25:
        x = x + torch.randn_like(x) * uniform(0, 4)
    return x.clamp(0, 255)


def normalised(x):
    return ((x - 127.5) / 128).contiguous(memory_format=torch.channels_last)


def loss_of(net, x, live, opinion, known, weights):
    """Cross entropy to the true label and to the teacher's opinion, cosine to its features."""
    with torch.autocast("cpu", dtype=torch.bfloat16):
        out = net.body(normalised(x))
    out = out.float()
    loss = F.binary_cross_entropy_with_logits(net.label(out)[:, 0], live * .96 + .02)
    loss = loss + weights[0] * F.binary_cross_entropy_with_logits(net.opinion(out)[:, 0], opinion)
    return loss + weights[1] * (1 - F.cosine_similarity(net.features(out), known)).mean()


def train(args):
    torch.manual_seed(args.seed)
    torch.set_num_threads(args.threads)
    views = Views(args.data, args.crop, args.seed)
    shape = [tuple(int(v) for v in part.split(",")) for part in (args.width, args.depth)]
    net = Net(*shape).to(memory_format=torch.channels_last)
    if args.start:
        net.load_state_dict(torch.load(args.start)["average"])
    average = Average(net)
    optimiser = torch.optim.AdamW(net.parameters(), 1e-3, weight_decay=.02)
    keeper = Checkpoint(args.checkpoint)
    start, held = 0, keeper.load()
    if held:
        net.load_state_dict(held["net"])
        optimiser.load_state_dict(held["optimiser"])
        average.state, average.steps, start = held["average"], held["step"], held["step"]
    begin, shown = time.time(), 0.
    for step in range(start, args.steps):
        for group in optimiser.param_groups:
            group["lr"] = cosine(step, args.steps, args.rate)
        x, live, opinion, known = views.batch(args.batch)
        loss = loss_of(net.train(), augmented(x, views.rng), live, opinion, known, (2., 3.))
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        average.update(net)
        shown += float(loss.detach())
        state = dict(net=net.state_dict(), optimiser=optimiser.state_dict(), average=average.state,
                     step=step + 1, shape=shape)
        keeper.save(state, force=step + 1 == args.steps)
        if (step + 1) % 100 == 0:
            views.refresh()
            print("step %d loss %.3f, %.0f views/s" % (
                step + 1, shown / 100, 100 * args.batch / (time.time() - begin)), flush=True)
            begin, shown = time.time(), 0.
    net.load_state_dict(average.state)
    return net.eval(), views


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
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--share", type=float, default=.5, help="weight of the teacher's head")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    keep_heap()
    net, views = train(args)
    validate(net, views)
    size = views.parts[0].shape[1]
    print(onnx_write.export(Exported(net, args.share), (size, size), args.out, ["logits"]))


if __name__ == "__main__":
    main()
