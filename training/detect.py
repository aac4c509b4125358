# SPDX-License-Identifier: Apache-2.0
"""Face detector: train, export, measure.

    python3 training/detect.py train DATA WORK [--steps N | --minutes M] [--renders DIR]
    python3 training/detect.py export WORK OUT_DIR

DATA holds index*.npz, written by common/index.py or detect_index.py. WORK keeps
detect.pt, from which a stopped training goes on.
"""
import argparse
import copy
import os
import sys

import numpy as np
import torch

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from common import blocks, detector, onnx_write, renders, scenes, schedule  # noqa: E402
from detect_data import Stream  # noqa: E402

RATE = 3e-3


def warm(net, path, album, drawn):
    """The exported weights in PATH as a start; they take raw pixels."""
    maker = scenes.Maker(album, 3, drawn)
    shots = [maker.shot(*maker.scene(320))[0] for _ in range(24)]
    raw = torch.from_numpy(np.stack(shots).transpose(0, 3, 1, 2)).float()
    blocks.thaw(net, path, raw)
    net.stem[0][0].weight.data *= detector.PIXEL_SCALE


def start(args, album, drawn):
    """(network, average, optimiser, step, share done) as new or from the checkpoint."""
    net = detector.FaceDetector().to(memory_format=torch.channels_last)
    if args.start:
        warm(net, args.start, album, drawn)
    average = copy.deepcopy(net)
    groups = [dict(params=[p for p in net.parameters() if p.dim() > 1], weight_decay=0.02),
              dict(params=[p for p in net.parameters() if p.dim() <= 1], weight_decay=0.0)]
    optimiser = torch.optim.AdamW(groups, lr=args.rate)
    path = os.path.join(args.work, "detect.pt")
    if not os.path.exists(path):
        return net, average, optimiser, 0, 0.0
    state = torch.load(path)
    net.load_state_dict(state["net"])
    average.load_state_dict(state["average"])
    optimiser.load_state_dict(state["optimiser"])
    return net, average, optimiser, *((0, 0.0) if args.again else (state["step"], state["done"]))


def train(args):
    torch.set_num_threads(1)
    torch.manual_seed(1)
    drawn = renders.load(args.renders) if args.renders else None
    album = scenes.Album(*scenes.index_files(args.data))
    net, average, optimiser, step, begun = start(args, album, drawn)
    stream = Stream(album, 1000 + step + 77 * args.again, drawn, not args.alone)
    batches = iter(torch.utils.data.DataLoader(stream, batch_size=None, num_workers=args.workers))
    plan = schedule.Schedule(args.rate, args.steps, args.minutes, begun)
    seen, sums = 0, torch.zeros(4)
    while not plan.over(step):
        rate = plan.set(optimiser, step)
        pictures, planes = next(batches)
        net.train()
        total, parts = detector.loss(net.half(pictures), planes)
        optimiser.zero_grad(set_to_none=True)
        total.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 10.0)
        optimiser.step()
        step += 1
        blocks.follow(average, net, min(0.998, step / (step + 10)))
        seen, sums = seen + len(pictures), sums + parts
        if step % 50 == 0:
            print("step %d seen %d %.0f s rate %.5f loss %s" % (
                step, seen, plan.elapsed(), rate, (sums / 50).numpy().round(4)), flush=True)
            sums = torch.zeros(4)
        if step % 200 == 0 or plan.over(step):
            blocks.save(os.path.join(args.work, "detect.pt"), dict(
                net=net.state_dict(), average=average.state_dict(), step=step,
                optimiser=optimiser.state_dict(), done=plan.done(step)))


def trained(*works):
    """The mean of the averaged weights of trainings that went on from one start."""
    states = [torch.load(os.path.join(work, "detect.pt"))["average"] for work in works]
    net = detector.FaceDetector()
    net.load_state_dict({name: sum(s[name] for s in states) / len(states)
                         if value.dtype.is_floating_point else value
                         for name, value in states[0].items()})
    return detector.for_raw_pixels(net).eval()


def export(args):
    for side, role in ((320, "detect"), (640, "detect_large")):
        name = os.path.join(args.out, "detect_%d.onnx" % side)
        facts = onnx_write.export(trained(args.work, *args.mean), (side, side), name, detector.OUTPUTS)
        entry = dict(
            role=role, file=facts["file"], sha256=facts["sha256"],
            licence="see models/LICENSE: non-commercial, from the terms of the training pictures",
            source="training/detect.py",
            input=dict(width=side, height=side, colour="BGR"),
            crop=dict(kind="letterbox"),
            decode=dict(kind="yunet", strides=[8, 16, 32], candidate=args.candidate,
                        countable=args.countable if side == 320 else args.countable_large,
                        nms_iou=0.3, small_side=24 if side == 320 else 0,
                        **(dict(sure=0.95) if side == 320 else {})),
            about=dict(macs=facts["macs"], bytes=facts["bytes"], teacher="yunet_n",
                       data="UTKFace, LFW without test folds 1 and 6, ImageNet samples, BSDS500, "
                            "Caltech 101, NUAA and mixed pictures that may train, drawn heads"))
        onnx_write.write_entry(name.replace(".onnx", ".entry.json"), entry)
        print(facts)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    verbs = parser.add_subparsers(dest="verb", required=True)
    verb = verbs.add_parser("train")
    verb.add_argument("data")
    verb.add_argument("work")
    verb.add_argument("--steps", type=int, default=12000)
    verb.add_argument("--minutes", type=float, help="end after so much time instead")
    verb.add_argument("--rate", type=float, default=RATE)
    verb.add_argument("--workers", type=int, default=1)
    verb.add_argument("--renders")
    verb.add_argument("--alone", action="store_true", help="do not ask the reference about scenes")
    verb.add_argument("--start", help="an exported network whose weights to begin with")
    verb.add_argument("--again", action="store_true", help="a new schedule from the saved weights")
    verb = verbs.add_parser("export")
    verb.add_argument("work")
    verb.add_argument("out")
    verb.add_argument("--mean", nargs="*", default=[], help="more WORK folders to average with")
    verb.add_argument("--candidate", type=float, default=0.5)
    verb.add_argument("--countable", type=float, default=0.72)
    verb.add_argument("--countable-large", type=float, default=0.85)
    args = parser.parse_args()
    {"train": train, "export": export}[args.verb](args)


if __name__ == "__main__":
    main()
