# SPDX-License-Identifier: Apache-2.0
"""Identity network: 112x112 aligned face -> 128 numbers.

    python3 training/embed.py export STATE.pt OUT_DIR
"""
import os
import sys

import torch
from torch import nn

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from common import blocks, onnx_write  # noqa: E402


class Embedder(nn.Module):
    """76.9 M MACs, 0.71 M parameters. Input RGB, (x - 127.5) / 128."""

    def __init__(self, numbers=128):
        super().__init__()
        act = "leaky"
        self.body = nn.Sequential(
            blocks.conv(3, 32, 3, 2, act=act),
            blocks.separable(32, 56, 2, act),
            *[blocks.wide_residual(56, 112, act) for _ in range(2)],
            blocks.separable(56, 112, 2, act),
            *[blocks.wide_residual(112, 224, act) for _ in range(3)],
            blocks.separable(112, 192, 2, act),
            *[blocks.wide_residual(192, 384, act) for _ in range(2)],
            blocks.conv(192, 512, act=act),
            blocks.global_depthwise(512, 7))
        self.last = blocks.conv(512, numbers, act=None)

    def forward(self, picture):
        return self.last(self.body(picture)).flatten(1)


def load_start(net, path):
    """Take over weights saved layer by layer in the same order under other names."""
    state = torch.load(path, map_location="cpu")
    state = state.get("net", state)
    own = net.state_dict()
    if [tuple(v.shape) for v in state.values()] != [tuple(v.shape) for v in own.values()]:
        raise ValueError("%s: layers do not match" % path)
    net.load_state_dict(dict(zip(own, state.values())))
    return net


def write(net, out):
    facts = onnx_write.export(net, (112, 112), os.path.join(out, "embed.onnx"), ["embedding"])
    entry = dict(
        role="embed", file=facts["file"], sha256=facts["sha256"],
        input=dict(width=112, height=112, order="RGB", mean=[127.5] * 3, scale=[1 / 128.] * 3),
        crop="five points, similarity transform (Umeyama, with scale) to the 112x112 template",
        template=[[38.2946, 51.6963], [73.5318, 51.5014], [56.0252, 71.7366],
                  [41.5493, 92.3655], [70.7299, 92.2041]],
        decode="divide the 128 numbers by their L2 norm; similarity is the dot product; with mirror "
               "averaging the two outputs are added before the division",
        thresholds=dict(similarity=0.40),
        licence="weights: see models/LICENSE (non-commercial, from the terms of the pictures)",
        training_data="UTKFace, LFW without test folds 1 and 6; teacher mobilefacenet_foamliu",
        macs=facts["macs"], bytes=facts["bytes"])
    onnx_write.write_entry(os.path.join(out, "embed.entry.json"), entry)
    print(facts)


if __name__ == "__main__":
    write(load_start(Embedder(), sys.argv[2]), sys.argv[3])
