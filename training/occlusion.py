# SPDX-License-Identifier: Apache-2.0
"""Train the occlusion network: are eyes, nose, mouth covered?

    /usr/bin/python3 training/occlusion.py --data DIR --out models/occlusion_112.onnx

Coverings are drawn on aligned faces, whose eyes, nose and mouth lie at known places: medical masks
with folds and straps, dark glasses, hands, scarves, hair, objects; thin glasses and covered cheeks
or foreheads are drawn as counter-examples. The label of a part is the covered share of its area.
"""
import argparse

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from common import aligned, faces, onnx_write
from common.nets import Average, Checkpoint, Residual, conv, cosine, down, keep_heap

SIZE = 112
EYES, NOSE, MOUTH = aligned.POINTS[:2], aligned.POINTS[2], aligned.POINTS[3:].mean(0)
MIDDLE = aligned.SIDE / 2
SKIN = np.float32([[170, 195, 235], [135, 165, 215], [100, 130, 185], [65, 90, 140], [40, 58, 95]])


class Net(nn.Module):
    """19 M multiply-accumulates at 112x112; three probabilities: eyes, nose, mouth."""

    def __init__(self, width=(16, 32, 64, 128)):
        super().__init__()
        a, b, c, d = width
        self.body = nn.Sequential(
            conv(3, a, 3, 2), conv(a, b, 3, 2), Residual(b, 2 * b), down(b, c), Residual(c, 2 * c),
            Residual(c, 2 * c), down(c, d), Residual(d, 2 * d), conv(d, d, 1),
            nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(d, 3))

    def forward(self, x):
        return torch.sigmoid(self.body(x))


# ---------------------------------------------------------------- what covers a face

def texture(rng, others):
    """Cloth or object: plain, striped, dotted or a piece of another picture; float [S, S, 3]."""
    side = aligned.SIDE
    base = rng.choice([rng.uniform(0, 60), rng.uniform(190, 255), rng.uniform(0, 255)])
    out = np.full((side, side, 3), base, np.float32) * rng.uniform(.8, 1.2, 3)
    kind = rng.random()
    y, x = np.mgrid[:side, :side].astype(np.float32)
    if kind < .15:
        angle = rng.uniform(0, np.pi)
        wave = np.sin((x * np.cos(angle) + y * np.sin(angle)) * rng.uniform(.1, 1.2))
        out += (wave > 0)[..., None] * rng.uniform(-120, 120, 3)
    elif kind < .25:
        wave = np.sin(x * rng.uniform(.2, .8)) * np.sin(y * rng.uniform(.2, .8))
        out += (wave > .5)[..., None] * rng.uniform(-150, 150, 3)
    elif kind < .35:
        out = np.float32(others[rng.integers(len(others))])
        out = np.ascontiguousarray(out[::rng.choice([-1, 1])].transpose(1, 0, 2))
    light = cv2.resize(rng.uniform(.75, 1.2, (4, 4)).astype(np.float32), (side, side),
                       interpolation=cv2.INTER_CUBIC)
    return np.clip(out * light[..., None], 0, 255)


def polygon(points):
    mask = np.zeros((aligned.SIDE, aligned.SIDE), np.float32)
    cv2.fillPoly(mask, [np.int32(np.round(points))], 1)
    return mask


def medical_mask(rng, others):
    """Mask over nose and mouth (sometimes only mouth), with folds, rim and straps."""
    low = rng.random() < .12
    top = (NOSE[1] + rng.uniform(6, 10)) if low else rng.uniform(EYES[0, 1] + 7, NOSE[1] - 5)
    side_y = top + rng.uniform(2, 16)
    half = rng.uniform(34, 46)
    bottom = rng.uniform(MOUTH[1] + 22, MOUTH[1] + 42)
    shift = rng.normal(0, 2.5)
    outline = np.float32([[-half, side_y], [-half * .55, top + 4], [0, top], [half * .55, top + 4],
                          [half, side_y], [half * .92, bottom - 16], [half * .5, bottom],
                          [-half * .5, bottom], [-half * .92, bottom - 16]])
    outline[:, 0] += MIDDLE + shift
    mask = polygon(outline)
    colour = texture(rng, others)
    if rng.random() < .65:
        plain = [[250, 250, 248], [225, 200, 150], [215, 225, 160], [40, 38, 38], [200, 180, 235],
                 [170, 200, 235]]
        colour = np.float32(plain[rng.integers(len(plain))]) * rng.uniform(.6, 1.05)
        colour = np.ones((aligned.SIDE, aligned.SIDE, 3), np.float32) * colour
        rows = np.arange(aligned.SIDE, dtype=np.float32)
        for fold in np.linspace(top + 8, bottom - 8, rng.integers(0, 5)):
            colour *= (1 - rng.uniform(.05, .35) * np.exp(-((rows - fold) / 1.5) ** 2))[:, None, None]
        columns = (np.arange(aligned.SIDE, dtype=np.float32) - MIDDLE) / half
        colour *= (1 - rng.uniform(0, .4) * columns ** 2)[None, :, None]
    colour = np.clip(colour, 0, 255)
    if rng.random() < .6:
        for x, away in ((outline[0], -30), (outline[4], 30)):
            for y in (rng.uniform(-25, -5), rng.uniform(-5, 15)):
                cv2.line(mask, tuple(int(v) for v in x), (int(x[0] + away), int(x[1] + y)), 1,
                         rng.integers(1, 3))
    return mask, colour


def dark_glasses(rng, others):
    """Two lenses, bridge, temples; nearly black or mirrored."""
    mask = np.zeros((aligned.SIDE, aligned.SIDE), np.float32)
    wide, high, drop = rng.uniform(12, 19), rng.uniform(8, 15), rng.uniform(-1, 5)
    for eye in EYES:
        centre = (int(eye[0]), int(eye[1] + drop))
        if rng.random() < .5:
            cv2.ellipse(mask, centre, (int(wide), int(high)), 0, 0, 360, 1, -1)
        else:
            cv2.rectangle(mask, (int(centre[0] - wide), int(centre[1] - high)),
                          (int(centre[0] + wide), int(centre[1] + high)), 1, -1)
    middle = int(EYES[0, 1] + drop - 2)
    cv2.line(mask, (int(EYES[0, 0]), middle), (int(EYES[1, 0]), middle), 1, rng.integers(2, 5))
    cv2.line(mask, (0, middle - 3), (int(EYES[0, 0]), middle), 1, 2)
    cv2.line(mask, (int(EYES[1, 0]), middle), (aligned.SIDE, middle - 3), 1, 2)
    shade = rng.uniform(0, 70) * np.ones(3) + rng.uniform(0, 25, 3)
    ramp = np.linspace(rng.uniform(.5, 1), rng.uniform(1, 2), aligned.SIDE, dtype=np.float32)
    return mask, np.ones((aligned.SIDE, aligned.SIDE, 3), np.float32) * shade * ramp[:, None, None]


def hand(rng, others):
    """Fingers and palm from a random side to a random part of the face."""
    mask = np.zeros((aligned.SIDE, aligned.SIDE), np.float32)
    target = [EYES[0], EYES[1], NOSE, MOUTH, MOUTH][rng.integers(5)] + rng.normal(0, 5, 2)
    angle = rng.uniform(-.4, np.pi + .4)
    away = np.float32([np.cos(angle), np.sin(angle)])
    across = np.float32([-away[1], away[0]])
    thick = rng.uniform(11, 17)
    light = np.ones_like(mask)
    count = rng.integers(2, 5)
    for i in range(count):
        tip = target + across * thick * (i - (count - 1) / 2) * 1.02 - away * rng.uniform(5, 22)
        end = tip + away * 150
        cv2.line(mask, tuple(int(v) for v in tip), tuple(int(v) for v in end), 1, int(thick))
        cv2.line(light, tuple(int(v) for v in tip + across * thick / 2),
                 tuple(int(v) for v in end + across * thick / 2), .55, 2)
    light = cv2.GaussianBlur(light, (0, 0), 1.5)
    skin = SKIN[rng.integers(len(SKIN))] * rng.uniform(.75, 1.1)
    return mask, np.clip(light[..., None] * skin, 0, 255)


def scarf(rng, others):
    """Everything below a bent line at nose or mouth height."""
    y = rng.uniform(EYES[0, 1] + 10, MOUTH[1] + 4)
    bend = rng.uniform(-12, 12, 3)
    side = aligned.SIDE
    return polygon([[0, y + bend[0]], [MIDDLE, y + bend[1]], [side, y + bend[2]], [side, side],
                    [0, side]]), texture(rng, others)


def hair(rng, others):
    """Strands that fall from above over one or both eyes."""
    mask = np.zeros((aligned.SIDE, aligned.SIDE), np.float32)
    low = rng.uniform(-.2, .9)
    where = rng.choice([0, 1, 2])
    ends = [(MIDDLE - 45, MIDDLE + 2), (MIDDLE - 2, MIDDLE + 45), (MIDDLE - 45, MIDDLE + 45)][where]
    for x in np.arange(*ends, rng.uniform(1.5, 3)):
        end = EYES[0, 1] + 22 * low + rng.normal(0, 5)
        cv2.line(mask, (int(x + rng.normal(0, 6)), 0), (int(x), int(end)), 1, rng.integers(2, 5))
    tone = rng.choice([15, 30, 60, 110, 190]) * np.float32([.7, .85, 1])
    strands = np.repeat(rng.uniform(.6, 1.4, (1, aligned.SIDE, 1)), aligned.SIDE, 0)
    return mask, np.clip(np.float32(strands * tone), 0, 255)


def thing(rng, others):
    """A cup, phone, sheet or microphone: rectangle or ellipse anywhere on the face."""
    mask = np.zeros((aligned.SIDE, aligned.SIDE), np.float32)
    centre = (int(rng.uniform(40, 136)), int(rng.uniform(50, 140)))
    size = (int(rng.uniform(8, 34)), int(rng.uniform(8, 34)))
    if rng.random() < .5:
        cv2.ellipse(mask, centre, size, rng.uniform(0, 180), 0, 360, 1, -1)
    else:
        mask = polygon(cv2.boxPoints((centre, (2 * size[0], 2 * size[1]), rng.uniform(0, 90))))
    return mask, texture(rng, others)


def thin_glasses(rng, others):
    """Frames only: a counter-example, nothing is covered."""
    mask = np.zeros((aligned.SIDE, aligned.SIDE), np.float32)
    wide, high = int(rng.uniform(12, 18)), int(rng.uniform(8, 14))
    for eye in EYES:
        centre = (int(eye[0]), int(eye[1] + 2))
        cv2.ellipse(mask, centre, (wide, high), 0, 0, 360, 1, rng.integers(1, 3))
    middle = int(EYES[0, 1])
    cv2.line(mask, (int(EYES[0, 0] + wide), middle), (int(EYES[1, 0] - wide), middle), 1, 2)
    return mask, np.full((aligned.SIDE, aligned.SIDE, 3), rng.uniform(0, 120), np.float32)


COVERINGS = [(medical_mask, .34), (dark_glasses, .14), (hand, .16), (scarf, .1), (hair, .1),
             (thing, .1), (thin_glasses, .06)]


def part_masks():
    """Areas whose covered share is the label: each eye, nose, mouth."""
    areas = []
    for centre, axes in ((EYES[0], (9, 5)), (EYES[1], (9, 5)), (NOSE - [0, 3], (8, 8)),
                         (MOUTH, (14, 6))):
        area = np.zeros((aligned.SIDE, aligned.SIDE), np.float32)
        cv2.ellipse(area, tuple(int(v) for v in centre), axes, 0, 0, 360, 1, -1)
        areas.append(area > 0)
    return areas


AREAS = part_masks()


def covered_face(picture, rng, others, kind=None):
    """Draw one covering; returns the picture and the three labels."""
    if kind is None:
        chance = np.array([c for _, c in COVERINGS])
        kind = COVERINGS[rng.choice(len(COVERINGS), p=chance / chance.sum())][0]
    mask, colour = kind(rng, others)
    share = [mask[area].mean() for area in AREAS]
    soft = cv2.GaussianBlur(mask, (0, 0), rng.uniform(.5, 1.3))[..., None]
    out = np.float32(picture)
    if rng.random() < .6:
        colour = colour * np.clip(out.mean() / 120, .4, 1.2)
    shade = cv2.GaussianBlur(np.roll(mask, rng.integers(-3, 4, 2), (0, 1)), (0, 0), 3)[..., None]
    out = out * (1 - rng.uniform(0, .4) * shade * (1 - soft))
    out = out * (1 - soft) + np.clip(colour, 0, 255) * soft
    label = np.clip((np.float32([max(share[:2]), share[2], share[3]]) - .25) / .5, 0, 1)
    return out, label


def taken(picture, rng):
    """Align with slips, then camera: 112x112 RGB."""
    slip = rng.normal(0, 2, aligned.POINTS.shape)
    move = faces.similarity(aligned.POINTS + slip, faces.TEMPLATE_112)
    out = cv2.warpAffine(np.float32(picture), move, (SIZE, SIZE), borderMode=cv2.BORDER_REPLICATE)
    if rng.random() < .5:
        out = cv2.GaussianBlur(out, (0, 0), rng.uniform(.3, 2))
    if rng.random() < .7:
        out = (out - out.mean()) * rng.uniform(.6, 1.3) + out.mean() * rng.uniform(.5, 1.4)
        out = out * rng.uniform(.85, 1.15, 3)
    if rng.random() < .5:
        out = out + rng.normal(0, rng.uniform(1, 10), out.shape)
    out = np.uint8(np.clip(out, 0, 255))
    if rng.random() < .5:
        out = cv2.imdecode(cv2.imencode(".jpg", out, [1, int(rng.uniform(25, 95))])[1], 1)
    return out[..., ::-1]


def batch(crops, chosen, rng, kind=None):
    """Half of the faces bare, half covered; mirrored at random (labels do not change)."""
    rows, labels = [], []
    for i in chosen:
        picture, label = crops[i], np.zeros(3, np.float32)
        if kind is not None or rng.random() < .55:
            picture, label = covered_face(picture, rng, crops, kind)
        picture = taken(picture, rng)
        rows.append(picture[:, ::-1] if rng.random() < .5 else picture)
        labels.append(label)
    x = (torch.from_numpy(np.stack(rows)).permute(0, 3, 1, 2).float() - 127.5) / 128
    return x.contiguous(memory_format=torch.channels_last), torch.from_numpy(np.stack(labels))


def train(args, crops, held):
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
    seen, shown = np.flatnonzero(~held), 0.
    for step in range(start, args.steps):
        for group in optimiser.param_groups:
            group["lr"] = cosine(step, args.steps, args.rate)
        x, label = batch(crops, rng.choice(seen, args.batch), rng)
        logits = net.train().body(x)
        loss = F.binary_cross_entropy_with_logits(logits, label * .98 + .01)
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
def validate(net, crops, held):
    """Share of flagged faces (any part over 0.5) by covering, on people not trained on."""
    rng = np.random.default_rng(7)
    chosen = np.flatnonzero(held)[:300]
    for kind in [k for k, _ in COVERINGS]:
        x, label = batch(crops, chosen, rng, kind)
        given = net(x).numpy()
        wanted = label.numpy().max(1) > .5
        flagged = given.max(1) > .5
        print("%-13s covered %d flagged %.3f; not covered %d flagged %.3f" % (
            kind.__name__, wanted.sum(), flagged[wanted].mean() if wanted.any() else 0,
            (~wanted).sum(), flagged[~wanted].mean() if (~wanted).any() else 0))
    bare = np.stack([taken(crops[i], rng) for i in chosen])
    x = (torch.from_numpy(bare).permute(0, 3, 1, 2).float() - 127.5) / 128
    print("bare faces flagged %.3f of %d" % ((net(x).numpy().max(1) > .5).mean(), len(chosen)))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--checkpoint")
    parser.add_argument("--steps", type=int, default=1500)
    parser.add_argument("--batch", type=int, default=48)
    parser.add_argument("--rate", type=float, default=3e-3)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    keep_heap()
    cv2.setNumThreads(1)
    crops, held = aligned.load(args.data)
    net = train(args, crops, held)
    validate(net, crops, held)
    print(onnx_write.export(net, (SIZE, SIZE), args.out, ["covered"]))


if __name__ == "__main__":
    main()
