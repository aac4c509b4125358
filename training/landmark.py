# SPDX-License-Identifier: Apache-2.0
"""Face mesh: train, export, measure.

    python3 training/landmark.py gather DATA WORK [--limit N]   crops, teacher points, lids
    python3 training/landmark.py train WORK [--steps N]
    python3 training/landmark.py export WORK OUT_DIR
    python3 training/landmark.py tune WORK                      figures on faces kept aside

WORK keeps mesh_crops.npy, mesh_targets.npz and landmark.pt, from which a stopped training goes on.
"""
import argparse
import copy
import os
import sys
import time

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from common import blocks, degrade, faces, onnx_write, scenes, teachers  # noqa: E402
from common.index import MIRRORED  # noqa: E402

SIDE = 128           # input of the network
STORE = 176          # side of a stored crop, which shows STORE_SCALE times the box
STORE_SCALE = 2.0
SHAPES = 80          # basis shapes the points are put together from
EYES_MOUTH = [33, 133, 159, 145, 263, 362, 386, 374, 13, 14, 78, 308, 1, 10, 152]


class Mesher(nn.Module):
    """RGB (x - 127.5) / 128 -> 468 x 3 coordinates in input pixels, presence logit, openings of
    the eyes (at smaller x, at larger x) and of the mouth."""

    def __init__(self, mean=None, basis=None, count=SHAPES):
        super().__init__()
        self.body = nn.Sequential(
            blocks.conv(3, 16, 3, 2), blocks.separable(16, 32, 2), blocks.flat_residual(32),
            blocks.separable(32, 64, 2), *[blocks.wide_residual(64, 96) for _ in range(3)],
            blocks.separable(64, 128, 2), *[blocks.wide_residual(128, 192) for _ in range(3)],
            blocks.separable(128, 160, 2), *[blocks.wide_residual(160, 240) for _ in range(2)],
            blocks.conv(160, 32))
        self.middle = nn.Sequential(nn.Linear(32 * 16, 256), nn.ReLU(inplace=True))
        self.shape = nn.Linear(256, count)
        self.points = nn.Linear(count, 1404)
        self.score = nn.Linear(256, 1)
        self.eyes, self.mouth = nn.Linear(256, 2), nn.Linear(256, 1)
        if mean is not None:
            with torch.no_grad():
                self.points.weight.copy_(torch.from_numpy(basis.T.copy()))
                self.points.bias.copy_(torch.from_numpy(mean))

    def forward(self, x):
        features = self.middle(self.body(x).flatten(1))
        return (self.points(self.shape(features)), self.score(features), self.eyes(features),
                self.mouth(features))


def openings(picture, points, lids):
    """Lids of the eye on the left, on the right, and the mouth: gap over width."""
    left = lids(picture, points[33], points[133], True)
    right = lids(picture, points[362], points[263], False)
    gap = np.hypot(*(points[13] - points[14])[:2])
    return left, right, float(gap / max(np.hypot(*(points[78] - points[308])[:2]), 1e-3))


def gather_face(picture, row, mesh, lids):
    """Stored crop, points in its pixels [468, 3], (left, right, mouth, presence logit)."""
    box, five = row[:4], row[4:14].reshape(5, 2)
    matrix = teachers.crop_matrix(box, five, teachers.MESH_CROP, 192)
    points, score = mesh(teachers.crop(picture, matrix, 192))
    back = cv2.invertAffineTransform(matrix)
    here = points[:, :2] @ back[:, :2].T + back[:, 2]
    opened = openings(picture, here, lids)
    store = teachers.crop_matrix(box, five, STORE_SCALE, STORE)
    factor = np.sqrt(np.linalg.det(store[:, :2]) * np.linalg.det(back[:, :2]))
    moved = np.hstack([here @ store[:, :2].T + store[:, 2], points[:, 2:] * factor])
    return teachers.crop(picture, store, STORE), np.float32(moved), (*opened, score)


def gather(args):
    cv2.setNumThreads(1)
    names = [os.path.join(args.data, n) for n in ("index.npz", "index_scene.npz")]
    album = scenes.Album(*[n for n in names if os.path.exists(n)])
    rng = np.random.default_rng(3)
    order = [n for n in range(len(album.paths)) if album.sure(n)]
    rng.shuffle(order)
    order = order[:args.limit]
    mesh, lids = teachers.Mesh(), teachers.Lids()
    crops = np.lib.format.open_memmap(os.path.join(args.work, "mesh_crops.npy"), "w+", np.uint8,
                                      (len(order) + args.negatives, STORE, STORE, 3))
    points, extra, sources, aside = [], [], [], []
    for number in order:
        picture = cv2.imread(album.paths[number])
        row = max((r for r in album.faces[number] if r[14] >= scenes.SURE), key=lambda r: r[2])
        crop, moved, more = gather_face(picture, row, mesh, lids)
        if more[3] < 2:
            continue
        crops[len(points)] = crop
        points.append(moved)
        extra.append(more)
        sources.append(album.sources[number])
        aside.append(scenes.kept_aside(album.paths[number]))
        if len(points) % 1000 == 0:
            print(len(points), flush=True)
    for _ in range(args.negatives):
        picture, _ = album.picture(album.empty[rng.integers(len(album.empty))])
        side = int(rng.uniform(0.2, 0.9) * min(picture.shape[:2]))
        y, x = [int(rng.integers(0, n - side)) for n in picture.shape[:2]]
        part = cv2.resize(picture[y:y + side, x:x + side], (STORE, STORE))
        inner = round(STORE * (1 - teachers.MESH_CROP / STORE_SCALE) / 2)
        _, score = mesh(cv2.resize(part[inner:-inner, inner:-inner], (192, 192)))
        crops[len(points)] = part
        points.append(np.zeros((468, 3), np.float32))
        extra.append((0, 0, 0, score))
        sources.append("none")
        aside.append(False)
    crops.flush()
    np.savez(os.path.join(args.work, "mesh_targets.npz"), points=np.float32(points),
             extra=np.float32(extra), sources=sources, aside=aside)


def mirror_order(points):
    """Number of the point that each point becomes when the picture is mirrored, found from POINTS
    (frontal faces): the nearest point to the mirrored mean shape."""
    mean = points.mean(0)
    mean[:, 0] -= mean[:, 0].mean()
    mirrored = mean * np.float32([-1, 1, 1])
    away = ((mirrored[:, None] - mean[None]) ** 2).sum(2)
    return away.argmin(1)


def jitter(rng, amount=1.0):
    """2x3 matrix from a stored crop to the input: the crop rule plus what the detector's box and
    eyes may be off by."""
    factor = SIDE / STORE * STORE_SCALE / teachers.MESH_CROP * np.exp(rng.normal(0, 0.07 * amount))
    angle = rng.normal(0, 5 * amount)
    matrix = cv2.getRotationMatrix2D((STORE / 2, STORE / 2), angle, factor)
    matrix[:, 2] += SIDE / 2 - STORE / 2 + rng.normal(0, 0.03 * amount, 2) * SIDE
    return matrix


def placed(points, matrix):
    """POINTS [468, 3] through MATRIX; depth scales along."""
    factor = np.float32(np.sqrt(np.linalg.det(matrix[:, :2])))
    plane = points[:, :2] @ np.float32(matrix[:, :2]).T + np.float32(matrix[:, 2])
    return np.hstack([plane, points[:, 2:] * factor])


class Views:
    """Random views of the stored crops."""

    def __init__(self, work, seed, aside=False):
        self.crops = np.load(os.path.join(work, "mesh_crops.npy"), mmap_mode="r")
        data = np.load(os.path.join(work, "mesh_targets.npz"))
        self.points, self.extra = data["points"], data["extra"]
        self.face = data["sources"] != "none"
        self.own = np.flatnonzero(data["aside"] == aside)
        frontal = self.points[self.face & (np.abs(yaw(self.points)) < 10)]
        self.twin = mirror_order(frontal)
        self.rng = np.random.default_rng(seed)
        turned = np.abs(yaw(self.points)) * self.face
        self.share = (1 + turned / 12)[self.own]  # turned heads are seen more often
        self.share /= self.share.sum()

    def view(self, number, amount=1.0, plain=False):
        """(input float32 [3, S, S], points [468, 3], extra)."""
        picture, points, extra = self.crops[number], self.points[number], self.extra[number].copy()
        matrix = jitter(self.rng, 0.0 if plain else amount)
        if not plain and self.rng.random() < 0.5:
            picture = picture[:, ::-1]
            points = points[self.twin] * np.float32([-1, 1, 1]) + np.float32([STORE - 1, 0, 0])
            extra = extra[[1, 0, 2, 3]]
        picture = cv2.warpAffine(np.ascontiguousarray(picture), matrix, (SIDE, SIDE),
                                 borderMode=cv2.BORDER_REPLICATE)
        if not plain:
            picture = degrade.camera(picture, self.rng, 0.7)
        return picture[..., ::-1].transpose(2, 0, 1), placed(points, matrix), extra

    def batch(self, count):
        numbers = self.rng.choice(self.own, count, p=self.share)
        parts = [self.view(n) for n in numbers]
        return (torch.from_numpy(np.stack([p[0] for p in parts]).astype(np.float32)),
                torch.from_numpy(np.stack([p[1] for p in parts])),
                torch.from_numpy(np.stack([p[2] for p in parts])),
                torch.from_numpy(self.face[numbers]))


def yaw(points):
    """Degrees from the mesh: x axis from 33 to 263; positive towards the left of the picture."""
    across = points[..., 263, :] - points[..., 33, :]
    return np.degrees(np.arctan2(-across[..., 2], across[..., 0] + 1e-6))


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
    parts[0] = size.mean() * 20 + size[:, EYES_MOUTH].mean() * 8
    parts[1] = (opening[face] - extra[face, :3]).abs().mean() * 2
    return parts.sum(), parts.detach()


def train(args):
    torch.set_num_threads(1)
    torch.manual_seed(1)
    path, start = os.path.join(args.work, "landmark.pt"), 0
    views = Views(args.work, 5)
    state = torch.load(path) if os.path.exists(path) else None
    net = Mesher() if state else Mesher(*basis(views, SHAPES))
    average = copy.deepcopy(net)
    optimiser = torch.optim.AdamW(net.parameters(), lr=args.rate, weight_decay=0.01)
    if state:
        net.load_state_dict(state["net"])
        average.load_state_dict(state["average"])
        optimiser.load_state_dict(state["optimiser"])
        start = state["step"]
        views.rng = np.random.default_rng(5 + start)
    began, sums, batches = time.time(), torch.zeros(3), blocks.ahead(lambda: views.batch(32))
    for step in range(start, args.steps):
        rate = args.rate * min(1, (step + 1) / 100) * (
            0.02 + 0.98 * 0.5 * (1 + np.cos(np.pi * step / args.steps)))
        for group in optimiser.param_groups:
            group["lr"] = rate
        pictures, points, extra, face = next(batches)
        net.train()
        total, parts = loss(net((pictures - 127.5) / 128), points, extra, face)
        optimiser.zero_grad(set_to_none=True)
        total.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 5.0)
        optimiser.step()
        blocks.follow(average, net, min(0.998, (step + 1) / (step + 10)))
        sums += parts
        if (step + 1) % 25 == 0:
            print("step %d %.0f s rate %.5f loss %s" % (
                step + 1, time.time() - began, rate, (sums / 25).numpy().round(4)), flush=True)
            sums = torch.zeros(3)
        if (step + 1) % 100 == 0 or step + 1 == args.steps:
            blocks.save(path, dict(net=net.state_dict(), average=average.state_dict(),
                                   optimiser=optimiser.state_dict(), step=step + 1))


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
        for number in views.own[views.face[views.own]][:600]:
            picture, points, extra = views.view(number, 0.5, plain)
            with torch.no_grad():
                flat, _, *opening = net((torch.from_numpy(np.float32(picture))[None] - 127.5) / 128)
            guess = flat.numpy().reshape(468, 3)
            span = np.hypot(*(points[[33, 133]].mean(0) - points[[263, 362]].mean(0))[:2])
            errors.append(np.hypot(*(guess - points)[:, :2].T).mean() / span)
            turn.append(abs(yaw(guess) - yaw(points)))
            lids.append(np.abs(torch.cat(opening, 1).numpy()[0] - extra[:3]))
        print("%s: point error median %.4f p90 %.4f of the eye distance; yaw within 5 degrees "
              "%.3f; openings off by %s" % (name, np.median(errors), np.quantile(errors, 0.9),
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
                   data="UTKFace, LFW without test folds 1 and 6, NUAA and mixed pictures that may "
                        "train"))
    onnx_write.write_entry(os.path.join(args.out, "landmark.entry.json"), entry)
    print(facts)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    verbs = parser.add_subparsers(dest="verb", required=True)
    verb = verbs.add_parser("gather")
    verb.add_argument("data")
    verb.add_argument("work")
    verb.add_argument("--limit", type=int, default=100000)
    verb.add_argument("--negatives", type=int, default=1500)
    verb = verbs.add_parser("train")
    verb.add_argument("work")
    verb.add_argument("--steps", type=int, default=6000)
    verb.add_argument("--rate", type=float, default=2e-3)
    verb = verbs.add_parser("tune")
    verb.add_argument("work")
    verb = verbs.add_parser("export")
    verb.add_argument("work")
    verb.add_argument("out")
    args = parser.parse_args()
    {"gather": gather, "train": train, "tune": tune, "export": export}[args.verb](args)


if __name__ == "__main__":
    main()
