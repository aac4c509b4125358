# SPDX-License-Identifier: Apache-2.0
"""Train one anti-spoofing network on the views made by spoof_data.py.

    /usr/bin/python3 training/spoof.py --crop c27 --data STORE [STORE ...] --out models/NAME.onnx

Loss: the true label, plus the opinion and the features of a reference network as teacher, which
judges the augmented pictures themselves. The label and the teacher's opinion have a head each; both
are linear in the same features, so the exported network holds their weighted sum.
"""
import argparse
import os
import time

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from common import faces, onnx_write
from common.nets import Average, Checkpoint, Residual, conv, cosine, down, keep_heap
from common.onnx_torch import OnnxTeacher
from spoof_data import KINDS

LIVE = KINDS.index("live")
TEACHERS = {"c27": "minifasnet_v2_s2.7_80", "c40": "minifasnet_v1se_s4.0_80", "c15": "minifas_celeba_s1.5_128"}
TEACHER_LIVE = {"c27": 1, "c40": 1, "c15": 0}
# share of the batches by (kind, simulated, source prefix); what is missing is spread over the rest
SHARES = [((0, 0, "nuaa"), .06), ((0, 0, "mixed"), .03), ((0, 0, "lfw"), .06), ((0, 0, "calt"), .05),
          ((0, 0, "utk"), .01), ((0, 0, "plain_nuaa"), .10), ((0, 0, "plain_mixed"), .06),
          ((0, 0, "plain_lfw"), .12), ((0, 0, "plain_calt"), .08), ((1, 0, "plain_nuaa"), .06),
          ((1, 0, "plain_mixed"), .04), ((2, 0, "plain_mixed"), .05), ((1, 0, "nuaa"), .03),
          ((1, 0, "mixed"), .02), ((2, 0, "mixed"), .02), ((2, 1, ""), .11), ((1, 1, ""), .05),
          ((3, 1, ""), .05)]


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
        self.features = nn.Linear(d, 128)

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
    """All stores together; batches drawn by SHARES."""

    def __init__(self, folders, crop, seed):
        self.rng, self.folders, self.crop = np.random.default_rng(seed), folders, crop
        self.refresh()

    def refresh(self):
        """Read the tables (again): the stores may still be growing."""
        folders, crop = self.folders, self.crop
        tables = [np.load(os.path.join(f, "table.npz")) for f in folders]
        self.parts = [np.load(os.path.join(f, crop + ".npy"), mmap_mode="r") for f in folders]
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
        groups = self.rng.choice(len(self.groups), size, p=self.chances)
        chosen = [self.groups[g][self.rng.integers(len(self.groups[g]))] for g in groups]
        return self.pictures(chosen), torch.from_numpy(self.kind[chosen] == LIVE).float()


def hazy(x, rng):
    """Low contrast, veiling light, soft focus: cheap webcams show live people that way."""
    count, _, height, width = x.shape
    uniform = lambda low, high, *shape: torch.from_numpy(
        rng.uniform(low, high, shape or (count, 1, 1, 1)).astype(np.float32))
    keep = uniform(.3, .95)
    veil = uniform(60, 170) * uniform(.92, 1.08, count, 3, 1, 1)
    part = rng.uniform(.45, 1)
    small = F.interpolate(x, scale_factor=float(part), mode="area")
    soft = F.interpolate(small, (height, width), mode="bilinear", align_corners=False)
    mix = uniform(0, 1)
    return ((x * mix + soft * (1 - mix)) * keep + veil * (1 - keep)).clamp(0, 255)


def augmented(x, rng, gentle=False):
    """Random flip, shift, scale, colour, noise, blur and a covered patch; 0..255 in and out.

    GENTLE leaves a picture that the teacher still understands: flip, brightness, tint.
    """
    count, _, height, width = x.shape
    uniform = lambda low, high, *shape: torch.from_numpy(
        rng.uniform(low, high, shape or (count, 1, 1, 1)).astype(np.float32))
    if rng.random() < .4:
        x = hazy(x, rng)
    if gentle:
        x = x.flip(3) if rng.random() < .5 else x
        return (x * uniform(.85, 1.12) * uniform(.96, 1.04, count, 3, 1, 1)).clamp(0, 255)
    if rng.random() < .5:
        theta = torch.zeros(count, 2, 3)
        flip = torch.from_numpy(rng.choice([-1., 1.], count).astype(np.float32))
        grow = uniform(.9, 1.08, count)
        turn = uniform(-.07, .07, count)
        theta[:, 0, 0], theta[:, 1, 1] = grow * flip, grow
        theta[:, 0, 1], theta[:, 1, 0] = turn, -turn * flip
        theta[:, :, 2] = uniform(-.06, .06, count, 2)
        grid = F.affine_grid(theta, x.shape, align_corners=False)
        x = F.grid_sample(x, grid, padding_mode="reflection", align_corners=False)
    elif rng.random() < .5:
        x = x.flip(3)
    if rng.random() < .8:
        middle = x.mean((1, 2, 3), keepdim=True)
        x = (x - middle) * uniform(.75, 1.25) + middle * uniform(.7, 1.3)
        x = x * uniform(.92, 1.08, count, 3, 1, 1)
        grey = x.mean(1, keepdim=True)
        x = grey + (x - grey) * uniform(.6, 1.3)
    if rng.random() < .35:
        soft = F.avg_pool2d(F.pad(x, (1, 1, 1, 1), mode="reflect"), 3, 1)
        x = soft + (x - soft) * uniform(0, 1.6)
    if rng.random() < .4:
        x = x + torch.randn_like(x) * uniform(0, 9)
    if rng.random() < .25:
        side = int(rng.uniform(.15, .4) * height)
        top, left = rng.integers(0, height - side), rng.integers(0, width - side)
        x[:, :, top:top + side, left:left + side] = uniform(0, 255, count, 3, 1, 1)
    return x.clamp(0, 255)


def normalised(x):
    return ((x - 127.5) / 128).contiguous(memory_format=torch.channels_last)


def loss_of(net, x, live, teacher, weights):
    """Label loss on all; with a TEACHER also its opinion (BCE) and its features (cosine)."""
    label, opinion, features = net(normalised(x))
    soft = live * .96 + .02
    loss = F.binary_cross_entropy_with_logits(label, soft)
    if teacher is None:
        return loss
    part = teacher.part(len(x))
    target, known = teacher(x[:part])
    loss = loss + weights[0] * F.binary_cross_entropy_with_logits(opinion[:part], target)
    near = F.cosine_similarity(net.features(features[:part]), known)
    return loss + weights[1] * (1 - near).mean()


class Teacher:
    """A reference network: probability of being live and features for pictures of 0..255, BGR."""

    def __init__(self, crop):
        self.crop = crop
        self.net = OnnxTeacher(faces.reference_path("pad/%s.onnx" % TEACHERS[crop]))
        self.net.wanted.append(self.net.embedding_name())

    def part(self, count):
        """How many pictures of a batch are shown: the teacher at crop 1.5 is a slow one."""
        return count // 3 if self.crop == "c15" else count

    def __call__(self, x):
        if self.crop == "c15":
            x = F.interpolate(x, (128, 128), mode="bilinear", align_corners=False).flip(1) / 255
        known = self.net(x.contiguous(memory_format=torch.channels_last))
        live = F.softmax(known["logits"], 1)[:, TEACHER_LIVE[self.crop]]
        return live.clamp(.002, .998), known[self.net.wanted[-1]]


def train(args):
    torch.manual_seed(args.seed)
    torch.set_num_threads(args.threads)
    views = Views(args.data, args.crop, args.seed)
    shape = [tuple(int(v) for v in part.split(",")) for part in (args.width, args.depth)]
    net = Net(*shape).to(memory_format=torch.channels_last)
    teacher = Teacher(args.crop)
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
        x, live = views.batch(args.batch)
        asked = teacher if step % args.teach_every == 0 else None
        x = augmented(x, views.rng, gentle=asked is not None)
        loss = loss_of(net.train(), x, live, asked, (2., 3.))
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
    parser.add_argument("--data", nargs="+", required=True, help="stores of spoof_data.py")
    parser.add_argument("--out", required=True, help="ONNX file to write")
    parser.add_argument("--checkpoint", required=True)
    parser.add_argument("--start", help="checkpoint whose weights to start from")
    parser.add_argument("--width", default="24,48,96,160")
    parser.add_argument("--depth", default="2,3,1")
    parser.add_argument("--steps", type=int, default=4000)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--teach-every", type=int, default=2)
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
