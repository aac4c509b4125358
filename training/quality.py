# SPDX-License-Identifier: Apache-2.0
"""Train the face quality network: rank pictures as the reference network does.

    /usr/bin/python3 training/quality.py --data DIR --out models/quality_96.onnx

The teacher judges every degraded picture itself (blur, few pixels, dark, noise, JPEG, covered,
turned, badly aligned), so the amount of views is not limited by the amount of faces.
"""
import argparse

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from common import aligned, faces, onnx_write
from common.nets import Average, Checkpoint, Residual, conv, cosine, down, keep_heap
from common.onnx_torch import OnnxTeacher


class Net(nn.Module):
    """9 M multiply-accumulates at 96x96; one number 0..1."""

    def __init__(self, width=(16, 32, 64, 96)):
        super().__init__()
        a, b, c, d = width
        self.body = nn.Sequential(conv(3, a, 3, 2), conv(a, b, 3, 2), Residual(b, 2 * b),
                                  down(b, c), Residual(c, 2 * c), down(c, d), conv(d, d, 1),
                                  nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(d, 1))

    def forward(self, x):
        return torch.sigmoid(self.body(x))


def degraded(picture, rng):
    """One aligned 96x96 crop, taken and spoiled at random."""
    three = np.float32([aligned.POINTS[0], aligned.POINTS[1], aligned.POINTS[3:].mean(0)])
    slip = 1.5 if rng.random() < .75 else 5
    move = faces.similarity(three + rng.normal(0, slip, three.shape), faces.TEMPLATE_QUALITY_96)
    out = np.float32(cv2.warpAffine(picture, move, (96, 96), borderMode=cv2.BORDER_REPLICATE))
    if rng.random() < .35:
        small = max(int(np.exp(rng.uniform(np.log(8), np.log(80)))), 8)
        out = cv2.resize(cv2.resize(out, (small, small), interpolation=cv2.INTER_AREA), (96, 96),
                         interpolation=rng.choice([cv2.INTER_LINEAR, cv2.INTER_CUBIC]))
    if rng.random() < .35:
        out = cv2.GaussianBlur(out, (0, 0), rng.uniform(.4, 4))
    if rng.random() < .15:
        length = int(rng.integers(3, 15))
        kernel = np.ones((1, length), np.float32) / length
        out = cv2.filter2D(out, -1, kernel if rng.random() < .5 else kernel.T)
    if rng.random() < .25:
        _cover(out, rng)
    if rng.random() < .4:
        out = 255 * (np.clip(out, 0, 255) / 255) ** rng.uniform(.4, 2.5) * rng.uniform(.12, 1.4)
    if rng.random() < .3:
        out = out + rng.normal(0, rng.uniform(2, 25), out.shape)
    out = np.uint8(np.clip(out, 0, 255))
    if rng.random() < .3:
        out = cv2.imdecode(cv2.imencode(".jpg", out, [1, int(rng.uniform(8, 80))])[1], 1)
    return out[:, ::-1] if rng.random() < .5 else out


def _cover(out, rng):
    colour = rng.uniform(0, 255, 3)
    where = rng.integers(3)
    edge = int(rng.uniform(38, 66))
    if where == 0:
        out[edge:] = colour
    elif where == 1:
        out[int(edge - 30):int(edge - 8)] = colour
    else:
        x, y = rng.integers(0, 70, 2)
        out[y:y + rng.integers(12, 50), x:x + rng.integers(12, 50)] = colour


def batch(crops, chosen, rng):
    rows = np.stack([degraded(crops[i], rng) for i in chosen])
    x = (torch.from_numpy(rows).permute(0, 3, 1, 2).float() - 128) / 128
    return x.contiguous(memory_format=torch.channels_last)


def ranks(values):
    return np.argsort(np.argsort(values))


def rank_correlation(a, b):
    return float(np.corrcoef(ranks(a), ranks(b))[0, 1])


def train(args, teacher, crops, held):
    torch.manual_seed(args.seed)
    torch.set_num_threads(args.threads)
    rng = np.random.default_rng(args.seed)
    net = Net().to(memory_format=torch.channels_last)
    average, keeper = Average(net), Checkpoint(args.checkpoint or args.out + ".pt")
    optimiser = torch.optim.AdamW(net.parameters(), 1e-3, weight_decay=.01)
    state, start = keeper.load(), 0
    if state:
        net.load_state_dict(state["net"])
        optimiser.load_state_dict(state["optimiser"])
        average.state, average.steps, start = state["average"], state["step"], state["step"]
    seen, shown = np.flatnonzero(~held), 0.
    for step in range(start, args.steps):
        for group in optimiser.param_groups:
            group["lr"] = cosine(step, args.steps, args.rate)
        x = batch(crops, rng.choice(seen, args.batch), rng)
        wanted = teacher(x)[teacher.wanted[0]]
        given = net.train()(x)
        loss = F.smooth_l1_loss(given * 10, wanted * 10)
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
def validate(answer, teacher, crops, held):
    """Compares ANSWER, pictures to [N] numbers, with the teacher on held-out people."""
    rng = np.random.default_rng(7)
    chosen = np.flatnonzero(held)[:1000]
    parts = [batch(crops, chosen[i:i + 50], rng) for i in range(0, len(chosen), 50)]
    given = np.concatenate([answer(p) for p in parts])
    wanted = np.concatenate([teacher(p)[teacher.wanted[0]][:, 0].numpy() for p in parts])
    print("held-out people, degraded: %d pictures, rank correlation %.3f, mean difference %.3f" % (
        len(given), rank_correlation(given, wanted), abs(given - wanted).mean()))


def written(path):
    """The network in PATH, as `validate` takes it."""
    net = onnx_write.load_cv2(path)

    def answer(pictures):
        out = []
        for picture in pictures.numpy():
            net.setInput(picture[None])
            out.append(float(net.forward().ravel()[0]))
        return np.array(out)
    return answer


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", required=True)
    parser.add_argument("--out", help="network to write")
    parser.add_argument("--judge", metavar="FILE.onnx", help="measure this network and train none")
    parser.add_argument("--checkpoint")
    parser.add_argument("--steps", type=int, default=1200)
    parser.add_argument("--batch", type=int, default=48)
    parser.add_argument("--rate", type=float, default=3e-3)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    keep_heap()
    cv2.setNumThreads(1)
    crops, source, held = aligned.load(args.data)
    teacher = OnnxTeacher(faces.reference_path("quality/lightqnet_dm050_96.onnx"))
    known = np.isin(source, ["lfw", "utk"])
    if args.judge:
        validate(written(args.judge), teacher, crops, held & known)
        return
    if not args.out:
        parser.error("--out or --judge is needed")
    net = train(args, teacher, crops, held | ~known)
    validate(lambda p: net(p)[:, 0].numpy(), teacher, crops, held & known)
    print(onnx_write.export(net, (96, 96), args.out, ["quality"]))


if __name__ == "__main__":
    main()
