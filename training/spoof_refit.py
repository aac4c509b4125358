# SPDX-License-Identifier: Apache-2.0
"""Refit both heads of a trained anti-spoofing network on pictures as their cameras made them.

    /usr/bin/python3 training/spoof_refit.py --crop c27 --data STORE PLAIN_STORE --start OLD --out NEW

The body stays. Features of all plain views and a share of the others are computed once; the head of
the label is a weighted logistic regression in which every origin and kind counts the same within
live and attack, the head of the opinion a ridge regression to the teacher's logit. Seconds.
"""
import argparse

import numpy as np
import torch

import spoof
from common.nets import keep_heap

OTHER_VIEWS = {True: 3000, False: 1200}  # simulated, real but through the camera model


def choose(views, rng):
    plain = np.char.startswith(views.source, "plain_")
    parts = [np.flatnonzero(plain)]
    for simulated, most in OTHER_VIEWS.items():
        rest = np.flatnonzero((views.simulated == simulated) & ~plain)
        parts.append(rng.permutation(rest)[:most])
    return np.sort(np.concatenate(parts))


@torch.no_grad()
def features(net, teacher, views, chosen):
    """[N, width] features and [N] teacher logits."""
    rows, opinions = [], []
    for i in range(0, len(chosen), 64):
        x = views.pictures(chosen[i:i + 64])
        rows.append(net(spoof.normalised(x))[2].numpy())
        opinions.append(torch.logit(teacher(x)[0]).numpy())
    return np.concatenate(rows), np.concatenate(opinions)


def group_weights(views, chosen, used):
    """Live and attack weigh the same, and within each every origin and kind."""
    names = np.array(["%d %s" % (views.kind[i], views.source[i] if not views.simulated[i] else "sim")
                      for i in chosen])
    live, weight = views.kind[chosen] == spoof.LIVE, np.zeros(len(chosen))
    for side in (live, ~live):
        groups = sorted(set(names[side & used]))
        for name in groups:
            rows = (names == name) & used
            weight[rows] = .5 / len(groups) / rows.sum()
    return weight * used.sum()


def logistic(x, y, weight, ridge, rounds=25):
    """Weighted logistic regression by Newton's method; last number is the bias."""
    x = np.c_[x, np.ones(len(x))]
    keep = ridge * np.r_[np.ones(x.shape[1] - 1), 1e-3]
    b = np.zeros(x.shape[1])
    for _ in range(rounds):
        p = 1 / (1 + np.exp(-x @ b))
        slope = x.T @ (weight * (p - y)) + keep * b
        b -= np.linalg.solve((x * (weight * p * (1 - p) + 1e-9)[:, None]).T @ x + np.diag(keep), slope)
    return b


def linear(x, y, weight, ridge):
    """Weighted ridge regression; last number is the bias."""
    x = np.c_[x, np.ones(len(x))]
    keep = ridge * np.r_[np.ones(x.shape[1] - 1), 1e-3]
    return np.linalg.solve((x * weight[:, None]).T @ x + np.diag(keep), x.T @ (weight * y))


def put(layer, b, mean, spread):
    """Write coefficients for standardised features as weights for plain ones."""
    weight = b[:-1] / spread
    with torch.no_grad():
        layer.weight.copy_(torch.from_numpy(np.float32(weight))[None])
        layer.bias.fill_(float(b[-1] - weight @ mean))


def refit(net, views, chosen, rows, opinions, ridge):
    used = ~views.validation[chosen]
    weight = group_weights(views, chosen, used)
    mean, spread = rows[used].mean(0), rows[used].std(0) + 1e-6
    x = (rows - mean) / spread
    live = (views.kind[chosen] == spoof.LIVE) * .96 + .02
    put(net.label, logistic(x[used], live[used], weight[used], ridge), mean, spread)
    known = linear(x[used], opinions[used], weight[used], ridge)
    put(net.opinion, known, mean, spread)
    held = ~used
    print("held out: correlation with the teacher's logit %.3f" % np.corrcoef(
        x[held] @ known[:-1] + known[-1], opinions[held])[0, 1])


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--crop", choices=sorted(spoof.TEACHERS), required=True)
    parser.add_argument("--data", nargs="+", required=True)
    parser.add_argument("--start", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--ridge", type=float, default=100.)
    parser.add_argument("--seed", type=int, default=3)
    args = parser.parse_args()
    keep_heap()
    torch.set_num_threads(1)
    kept = torch.load(args.start)
    net = spoof.Net(*kept.get("shape", ()))
    net.load_state_dict(kept["average"])
    views = spoof.Views(args.data, args.crop, args.seed)
    chosen = choose(views, np.random.default_rng(args.seed))
    rows, opinions = features(net.eval(), spoof.Teacher(args.crop), views, chosen)
    refit(net, views, chosen, rows, opinions, args.ridge)
    kept["average"] = net.state_dict()
    torch.save(kept, args.out)


if __name__ == "__main__":
    main()
