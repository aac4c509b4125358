# SPDX-License-Identifier: Apache-2.0
"""Ask the reference anti-spoofing networks about the views of spoof_data.py: STORE/teach_CROP.npy.

    /usr/bin/python3 training/spoof_teach.py STORE [--crops c27 c40]

One row a view, float16: the probability of being live, then the features before the decision.
"""
import argparse
import os

import numpy as np
import torch
import torch.nn.functional as F

from common import faces
from common.nets import keep_heap
from common.onnx_torch import OnnxTeacher

FEATURES = 128
TEACHERS = {"c27": "minifasnet_v2_s2.7_80", "c40": "minifasnet_v1se_s4.0_80",
            "c15": "minifas_celeba_s1.5_128"}
TEACHER_LIVE = {"c27": 1, "c40": 1, "c15": 0}


class Teacher:
    """A reference network: probability of being live and features for pictures of 0..255, BGR."""

    def __init__(self, crop):
        self.crop = crop
        self.net = OnnxTeacher(faces.reference_path("pad/%s.onnx" % TEACHERS[crop]))
        self.net.wanted.append(self.net.embedding_name())

    @torch.no_grad()
    def __call__(self, x):
        if self.crop == "c15":
            x = F.interpolate(x, (128, 128), mode="bilinear", align_corners=False).flip(1) / 255
        with torch.autocast("cpu", dtype=torch.bfloat16):
            known = self.net(x.contiguous(memory_format=torch.channels_last))
        live = F.softmax(known["logits"].float(), 1)[:, TEACHER_LIVE[self.crop]]
        return live.clamp(.002, .998), known[self.net.wanted[-1]].float()


def teach(store, crop):
    count = len(np.load(os.path.join(store, "table.npz"))["kind"])
    pictures = np.load(os.path.join(store, crop + ".npy"), mmap_mode="r")
    teacher, rows = Teacher(crop), []
    for i in range(0, count, 64):
        x = torch.from_numpy(np.array(pictures[i:min(i + 64, count)])).permute(0, 3, 1, 2).float()
        live, features = teacher(x)
        rows.append(np.float16(torch.cat([live[:, None], features], 1).numpy()))
    part = os.path.join(store, "part.npy")
    np.save(part, np.concatenate(rows))
    os.replace(part, os.path.join(store, "teach_%s.npy" % crop))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("store")
    parser.add_argument("--crops", nargs="+", default=["c27", "c40"], choices=sorted(TEACHERS))
    args = parser.parse_args()
    keep_heap()
    torch.set_num_threads(1)
    for crop in args.crops:
        teach(args.store, crop)
        print("%s: %s done" % (args.store, crop), flush=True)


if __name__ == "__main__":
    main()
