# SPDX-License-Identifier: Apache-2.0
"""Train the occlusion network: are eyes, nose, mouth covered?

    /usr/bin/python3 training/occlusion.py --data DIR --out models/occlusion_112.onnx

Coverings and decoys are drawn on aligned faces (common/coverings.py); with DIR/masks there are also
real worn masks. Every picture is aligned with the slips of a small detector and seen by a cheap webcam
(common/webcam.py). The label of a part is the covered share of its area.
"""
import argparse

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from common import aligned, coverings, faces, onnx_write, webcam
from common.nets import Average, Checkpoint, Residual, conv, cosine, down, keep_heap

SIZE = 112
WORN = np.float32([0, 1, 1])  # eyes, nose, mouth under a real mask
SHARES = {"lfw": .42, "utk": .28, "without": .14, "caltech": .04, "webcam": .12}


class Net(nn.Module):
    """20 M multiply-accumulates at 112x112; three probabilities: eyes, nose, mouth."""

    def __init__(self, width=(16, 32, 64, 128)):
        super().__init__()
        a, b, c, d = width
        self.body = nn.Sequential(
            conv(3, a, 3, 2), conv(a, b, 3, 2), Residual(b, 2 * b), down(b, c), Residual(c, 2 * c),
            Residual(c, 2 * c), down(c, d), Residual(d, 2 * d), Residual(d, 2 * d),
            nn.Conv2d(d, d, 7, groups=d), nn.LeakyReLU(.15), nn.Flatten(), nn.Linear(d, 3))

    def forward(self, x):
        return torch.sigmoid(self.body(x))


def slipped(picture, rng, slip=1.):
    """Aligned to 112x112 by points that are off as those of a small detector on a turned head are."""
    points = aligned.POINTS + rng.normal(0, 1.8 * slip, aligned.POINTS.shape)
    points += rng.normal(0, 1.5 * slip, 2)
    centre = points.mean(0)
    shape = np.diag(np.exp(rng.normal(0, .07 * slip, 2)))
    shape[0, 1] = rng.normal(0, .06 * slip)
    seen = (points - centre) @ shape.T * np.exp(rng.normal(0, .04 * slip)) + centre
    move = faces.similarity(seen, faces.TEMPLATE_112)
    change = np.vstack([np.hstack([shape, (centre - shape @ centre)[:, None]]), [0, 0, 1]])
    edge = cv2.BORDER_REPLICATE if rng.random() < .5 else cv2.BORDER_CONSTANT
    return cv2.warpAffine(picture, move @ change, (SIZE, SIZE), borderMode=edge)


def cut(picture, rng):
    """A face at the border of the picture: nothing beyond it. Returns the mask of what is gone."""
    gone = np.zeros(picture.shape[:2], np.float32)
    depth = int(rng.uniform(5, 62))
    part = [np.s_[:depth], np.s_[-depth:], np.s_[:, :depth], np.s_[:, -depth:]][rng.integers(4)]
    gone[part] = 1
    picture[part] = 0
    return gone


def scene(table, rng, kind=None):
    """One face with its margin, and its label. KIND draws that; None leaves it bare."""
    chosen, real = table.choose(rng, kind)
    picture, label = np.float32(table.crops[chosen]), WORN if real else np.zeros(3, np.float32)
    if kind in coverings.KINDS or kind in coverings.FREE:
        picture, mask = coverings.draw(picture, rng, table.crops, kind)
        label = coverings.label(mask) if kind in coverings.KINDS else label
    if kind == "cut":
        label = np.maximum(label, coverings.label(cut(picture, rng)))
    return picture, label


def taken(picture, rng, camera=1., slip=1.):
    """Aligned and, in a share CAMERA of all cases, seen by a cheap webcam; mirrored at random; RGB."""
    picture = slipped(picture, rng, slip)
    if rng.random() < camera:
        picture = webcam.look(picture, rng)
    picture = np.uint8(np.clip(picture, 0, 255))
    return (picture[:, ::-1] if rng.random() < .5 else picture)[..., ::-1]


class Table:
    """Which crops may be shown: those of people trained on, or the held-out ones."""

    def __init__(self, crops, source, rows):
        self.crops = crops
        self.rows = {s: rows[source[rows] == s] for s in np.unique(source)}
        self.names = [s for s in SHARES if len(self.rows.get(s, ()))]
        share = np.array([SHARES[s] for s in self.names])
        self.share = share / share.sum()

    def choose(self, rng, kind):
        """Index of a crop, and whether it is a real worn mask."""
        if kind == "worn":
            return rng.choice(self.rows["with"]), True
        return rng.choice(self.rows[rng.choice(self.names, p=self.share)]), False


def kind_of(rng, worn):
    """What the next training picture shows: 44 % covered, a third of these real masks if there are."""
    chance = rng.random()
    if chance < .14 and worn:
        return "worn"
    if chance < .44:
        return coverings.choose(rng, coverings.COVERINGS)
    if chance < .7:
        return coverings.choose(rng, coverings.DECOYS)
    return "cut" if chance < .73 else None


def tensor(pictures):
    x = (torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2).float() - 127.5) / 128
    return x.contiguous(memory_format=torch.channels_last)


def batch(table, size, rng, kind="any", views=1, **how):
    """SIZE pictures; VIEWS of each drawing, because drawing costs more than looking."""
    worn, rows, labels = "with" in table.rows, [], []
    while len(rows) < size:
        picture, label = scene(table, rng, kind_of(rng, worn) if kind == "any" else kind)
        rows += [taken(picture, rng, **how) for _ in range(views)]
        labels += [label] * views
    return tensor(rows), torch.from_numpy(np.stack(labels))


def train(args, table):
    torch.manual_seed(args.seed)
    torch.set_num_threads(args.threads)
    rng = np.random.default_rng(args.seed)
    net = Net().to(memory_format=torch.channels_last)
    average, keeper = Average(net), Checkpoint(args.checkpoint or args.out + ".pt")
    optimiser = torch.optim.AdamW(net.parameters(), 1e-3, weight_decay=.02)
    state, start = keeper.load(), 0
    if state:
        net.load_state_dict(state["net"])
        optimiser.load_state_dict(state["optimiser"])
        average.state, average.steps, start = state["average"], state["step"], state["step"]
        rng = np.random.default_rng(args.seed + start)
    shown = 0.
    for step in range(start, args.steps):
        for group in optimiser.param_groups:
            group["lr"] = cosine(step, args.steps, args.rate)
        x, label = batch(table, args.batch, rng, views=2, camera=.9)
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=args.bf16):
            logits = net.train().body(x)
        loss = F.binary_cross_entropy_with_logits(logits.float(), label * .97 + .015)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        average.update(net)
        shown += float(loss.detach())
        keeper.save(dict(net=net.state_dict(), optimiser=optimiser.state_dict(), step=step + 1,
                         average=average.state), force=step + 1 == args.steps)
        if (step + 1) % 100 == 0:
            print("step %d loss %.4f" % (step + 1, shown / 100), flush=True)
            shown = 0.
    net.load_state_dict(average.state)
    return net.eval()


@torch.no_grad()
def validate(net, table, threshold=.5, count=300):
    """Share of flagged faces (any part over THRESHOLD), people not trained on, two conditions."""
    count = min(count, 4 * sum(len(table.rows[n]) for n in table.names))
    for name, how in (("as taken", dict(camera=0., slip=.6)), ("cheap webcam", dict())):
        kinds = [None] + [k for k, _ in coverings.COVERINGS + coverings.DECOYS]
        for kind in (kinds + (["worn"] if "with" in table.rows else [])) if count else []:
            x, label = batch(table, count, np.random.default_rng(7), kind, **how)
            given, wanted = net(x).numpy(), label.numpy().max(1) > .5
            flagged = (given > threshold).any(1)
            free = label.numpy().max(1) < .1
            print("%-12s %-13s covered %3d flagged %.3f; free %3d flagged %.3f" % (
                name, getattr(kind, "__name__", kind), wanted.sum(),
                flagged[wanted].mean() if wanted.any() else 0, free.sum(),
                flagged[free].mean() if free.any() else 0), flush=True)


@torch.no_grad()
def thresholds(net, table, count=300, needed=.9):
    """The highest common one (steps of 0.05) that flags NEEDED of every covering, as taken; then, part by part, a step more."""
    hidden = []
    for kind in [k for k, _ in coverings.COVERINGS if k is not coverings.thing] if table.names else []:
        x, label = batch(table, count, np.random.default_rng(7), kind, camera=0., slip=.6)
        hidden.append(net(x).numpy()[label.numpy().max(1) > .5])
    def lowest(limits):
        return min((given > np.float32(limits)).any(1).mean() for given in hidden)
    common = [t for t in np.arange(.3, .91, .05) if hidden and lowest([t] * 3) >= needed]
    limits = [max(common, default=.5)] * 3
    for part in range(3 if common else 0):
        more = [v + .05 * (i == part) for i, v in enumerate(limits)]
        limits = more if lowest(more) >= needed else limits
    print("thresholds, eyes nose mouth: %s" % np.round(limits, 2).tolist(), flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--checkpoint")
    parser.add_argument("--steps", type=int, default=8000)
    parser.add_argument("--batch", type=int, default=48)
    parser.add_argument("--rate", type=float, default=3e-3)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--bf16", action="store_true", help="faster where the processor has it")
    args = parser.parse_args()
    keep_heap()
    cv2.setNumThreads(1)
    crops, source, held = aligned.load(args.data)
    net = train(args, Table(crops, source, np.flatnonzero(~held)))
    aside = Table(crops, source, np.flatnonzero(held))
    validate(net, aside)
    thresholds(net, aside)
    print(onnx_write.export(net, (SIZE, SIZE), args.out, ["covered"]))


if __name__ == "__main__":
    main()
