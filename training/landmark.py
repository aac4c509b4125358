# SPDX-License-Identifier: Apache-2.0
"""Face mesh: train, export, measure.

    python3 training/landmark.py gather DATA WORK [--part K --parts N] [--lids N]
    python3 training/landmark.py train WORK [--steps N | --minutes M]
    python3 training/landmark.py export WORK OUT_DIR
    python3 training/landmark.py tune WORK                      figures on faces kept aside

gather cuts the faces out and asks the teachers. WORK keeps mesh_crops_*.npy, mesh_targets_*.npz
and landmark.pt, from which a stopped training goes on.
"""
import argparse
import copy
import os
import sys

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from common import blocks, onnx_write, schedule, teachers  # noqa: E402
from landmark_data import (SIDE, STORE, Stream, Views, gather, jitter,  # noqa: E402,F401
                           openings, placed, yaw)

SHAPES = 100         # basis shapes the points are put together from
BATCH = 48
EYES_MOUTH = [33, 133, 159, 145, 263, 362, 386, 374, 13, 14, 78, 308, 1, 10, 152]


class Mesher(nn.Module):
    """RGB (x - 127.5) / 128 -> 468 x 3 coordinates in input pixels, presence logit, openings of
    the eyes (at smaller x, at larger x) and of the mouth."""

    def __init__(self, mean=None, basis=None, count=SHAPES):
        super().__init__()
        self.body = nn.Sequential(
            blocks.conv(3, 24, 3, 2), blocks.separable(24, 32, 2), blocks.wide_residual(32, 64),
            blocks.separable(32, 80, 2), *[blocks.wide_residual(80, 160) for _ in range(3)],
            blocks.separable(80, 160, 2), *[blocks.wide_residual(160, 240) for _ in range(4)],
            blocks.separable(160, 192, 2), *[blocks.wide_residual(192, 384) for _ in range(2)],
            blocks.conv(192, 48))
        self.middle = nn.Sequential(nn.Linear(48 * 16, 256), nn.ReLU(inplace=True))
        self.shape = nn.Linear(256, count)
        self.points = nn.Linear(count, 1404)
        self.score = nn.Linear(256, 1)
        self.eyes, self.mouth = nn.Linear(256, 2), nn.Linear(256, 1)
        if mean is not None:
            with torch.no_grad():
                self.points.weight.copy_(torch.from_numpy(basis.T.copy()))
                self.points.bias.copy_(torch.from_numpy(mean))

    def dense(self, features):
        features = self.middle(features)
        return (self.points(self.shape(features)), self.score(features), self.eyes(features),
                self.mouth(features))

    def forward(self, x):
        return self.dense(self.body(x).flatten(1))

    def half(self, pictures):
        """Like forward for uint8 pictures: convolutions in bfloat16, dense layers in float32."""
        x = (pictures.float() - 127.5) / 128
        with torch.autocast("cpu", dtype=torch.bfloat16):
            maps = self.body(x.contiguous(memory_format=torch.channels_last))
        return self.dense(maps.float().contiguous().flatten(1))


def basis(views, count):
    """Mean and COUNT basis shapes of jittered points, each scaled to unit variance."""
    faces_only = views.own[views.face[views.own]]
    sample = np.stack([placed(views.points[n], jitter(views.rng)) for n in
                       views.rng.choice(faces_only, min(2500, 3 * len(faces_only)))])
    flat = sample.reshape(len(sample), -1)
    mean = flat.mean(0)
    spread, shapes = np.linalg.eigh((flat - mean).T @ (flat - mean) / len(flat))
    spread, shapes = np.maximum(spread[::-1], 0), shapes.T[::-1]
    rest = np.sqrt(spread[count:].sum() / spread.sum())
    print("basis of %d shapes leaves %.4f of the spread" % (count, rest), flush=True)
    return mean, np.float32(shapes[:count] * np.sqrt(spread[:count, None]))


def loss(outputs, points, extra, face):
    """Coordinates in eye distances, lids, presence."""
    flat, score, eyes, mouth = outputs
    opening = torch.cat([eyes, mouth], 1)
    parts = torch.zeros(3)
    presence = torch.sigmoid(extra[:, 3])
    parts[2] = F.binary_cross_entropy_with_logits(score[:, 0], presence)
    guess, want = flat.reshape(-1, 468, 3)[face], points[face]
    span = (want[:, 263, :2] - want[:, 33, :2]).norm(dim=1)[:, None, None] * 0.72
    away = (guess - want) / span * torch.tensor([1.0, 1.0, 0.6])
    size = F.smooth_l1_loss(away, away * 0, beta=0.02, reduction="none")
    turn = (away[:, 263] - away[:, 33]).abs().mean()  # what yaw and roll are read from
    parts[0] = size.mean() * 20 + size[:, EYES_MOUTH].mean() * 8 + turn
    known = (extra[face, :3] >= 0).float()
    apart = (opening[face] - extra[face, :3]).abs() * known
    parts[1] = apart.sum() / known.sum().clamp(min=1) * 2
    return parts.sum(), parts.detach()


def train(args):
    torch.set_num_threads(1)
    torch.manual_seed(1)
    path, start, begun = os.path.join(args.work, "landmark.pt"), 0, 0.0
    state = torch.load(path) if os.path.exists(path) else None
    net = Mesher() if state else Mesher(*basis(Views(args.work, 5), SHAPES))
    net.to(memory_format=torch.channels_last)
    average = copy.deepcopy(net)
    groups = [dict(params=[p for p in net.parameters() if p.dim() > 1], weight_decay=0.02),
              dict(params=[p for p in net.parameters() if p.dim() <= 1], weight_decay=0.0)]
    optimiser = torch.optim.AdamW(groups, lr=args.rate)
    if state:
        net.load_state_dict(state["net"])
        average.load_state_dict(state["average"])
        optimiser.load_state_dict(state["optimiser"])
        start, begun = state["step"], state["done"]
    batches = iter(torch.utils.data.DataLoader(Stream(args.work, 5 + start, BATCH),
                                               batch_size=None, num_workers=args.workers))
    plan = schedule.Schedule(args.rate, args.steps, args.minutes, begun)
    sums, step = torch.zeros(3), start
    while not plan.over(step):
        rate = plan.set(optimiser, step)
        pictures, points, extra, face = next(batches)
        net.train()
        total, parts = loss(net.half(pictures), points, extra, face)
        optimiser.zero_grad(set_to_none=True)
        total.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 5.0)
        optimiser.step()
        step += 1
        blocks.follow(average, net, min(0.998, step / (step + 10)))
        sums += parts
        if step % 50 == 0:
            print("step %d %.0f s rate %.5f loss %s" % (
                step, plan.elapsed(), rate, (sums / 50).numpy().round(4)), flush=True)
            sums = torch.zeros(3)
        if step % 200 == 0 or plan.over(step):
            blocks.save(path, dict(net=net.state_dict(), average=average.state_dict(), step=step,
                                   optimiser=optimiser.state_dict(), done=plan.done(step)))


def trained(work):
    net = Mesher()
    net.load_state_dict(torch.load(os.path.join(work, "landmark.pt"))["average"])
    return net.eval()


def tune(args):
    """Figures on the faces kept aside, crop as the teacher's and jittered by half."""
    torch.set_num_threads(1)
    net, views = trained(args.work), Views(args.work, 9, aside=True)
    for name, plain in (("plain crop", True), ("jittered crop", False)):
        errors, turn, lids = [], [], []
        for number in views.own[views.face[views.own]][:400]:
            picture, points, extra = views.view(number, 0.5, plain)
            with torch.no_grad():
                flat, _, *opening = net((torch.from_numpy(np.float32(picture))[None] - 127.5) / 128)
            guess = flat.numpy().reshape(468, 3)
            span = np.hypot(*(points[[33, 133]].mean(0) - points[[263, 362]].mean(0))[:2])
            errors.append(np.hypot(*(guess - points)[:, :2].T).mean() / span)
            turn.append(abs(yaw(guess) - yaw(points)))
            lids.append(np.abs(torch.cat(opening, 1).numpy()[0] - extra[:3]))
        print("%s: point error median %.4f p90 %.4f of the eye distance; yaw within 5 degrees "
              "%.3f; openings off by %s" % (
                  name, np.median(errors), np.quantile(errors, 0.9),
                  np.mean(np.float32(turn) <= 5), np.mean(lids, 0).round(3)))


def export(args):
    path = os.path.join(args.out, "landmark.onnx")
    facts = onnx_write.export(trained(args.work), (SIDE, SIDE), path,
                              ["landmarks", "score_logit", "eyes", "mouth"])
    entry = dict(
        role="landmark", file=facts["file"], sha256=facts["sha256"],
        licence="see models/LICENSE: non-commercial, from the terms of the training pictures",
        source="training/landmark.py",
        input=dict(width=SIDE, height=SIDE, colour="RGB", mean=[127.5] * 3, scale=[1 / 128.] * 3),
        crop=dict(kind="level", factor=teachers.MESH_CROP, edge="clamp"),
        decode=dict(kind="mesh", points=468, output="landmarks", presence="score_logit",
                    eyes="eyes", mouth="mouth"),
        about=dict(macs=facts["macs"], bytes=facts["bytes"], teacher="facemesh_192 and iris_64",
                   data="UTKFace, LFW without test folds 1 and 6, Caltech 101, ImageNet samples, "
                        "BSDS500, NUAA and mixed pictures that may train"))
    onnx_write.write_entry(os.path.join(args.out, "landmark.entry.json"), entry)
    print(facts)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    verbs = parser.add_subparsers(dest="verb", required=True)
    verb = verbs.add_parser("gather")
    verb.add_argument("data")
    verb.add_argument("work")
    verb.add_argument("--part", type=int, default=0)
    verb.add_argument("--parts", type=int, default=1, help="gather only every so many-th face")
    verb.add_argument("--only", nargs="*", help="sources of the index")
    verb.add_argument("--lids", type=int, default=100000, help="faces whose eyes are measured too")
    verb.add_argument("--negatives", type=int, default=2000)
    verb = verbs.add_parser("train")
    verb.add_argument("work")
    verb.add_argument("--steps", type=int, default=20000)
    verb.add_argument("--minutes", type=float, help="end after so much time instead")
    verb.add_argument("--rate", type=float, default=2e-3)
    verb.add_argument("--workers", type=int, default=1)
    verb = verbs.add_parser("tune")
    verb.add_argument("work")
    verb = verbs.add_parser("export")
    verb.add_argument("work")
    verb.add_argument("out")
    args = parser.parse_args()
    {"gather": gather, "train": train, "tune": tune, "export": export}[args.verb](args)


if __name__ == "__main__":
    main()
