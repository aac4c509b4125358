# SPDX-License-Identifier: Apache-2.0
"""Building blocks of the networks: convolution + BatchNorm + activation, and what is made of them.

Depthwise 3x3 and 1x1 convolutions are what the product runs fastest, in blocks of 8 channels.
"""
import os
import queue
import threading

import onnx
import torch
from onnx import numpy_helper
from torch import nn


def activation(name):
    """None, relu, or leaky (slope 0.2, written to ONNX as PRelu)."""
    if name is None:
        return nn.Identity()
    return nn.ReLU(inplace=True) if name == "relu" else nn.LeakyReLU(0.2, inplace=True)


def conv(wide_in, wide_out, kernel=1, stride=1, groups=1, act="relu", pad=None):
    """Convolution without bias, BatchNorm, activation."""
    pad = kernel // 2 if pad is None else pad
    return nn.Sequential(
        nn.Conv2d(wide_in, wide_out, kernel, stride, pad, groups=groups, bias=False),
        nn.BatchNorm2d(wide_out), activation(act))


def separable(wide_in, wide_out, stride=1, act="relu"):
    """Depthwise 3x3 (linear), then 1x1."""
    return nn.Sequential(conv(wide_in, wide_in, 3, stride, wide_in, None),
                         conv(wide_in, wide_out, act=act))


class Residual(nn.Module):
    """x + body(x)."""

    def __init__(self, *body):
        super().__init__()
        self.body = nn.Sequential(*body)

    def forward(self, x):
        return x + self.body(x)


def flat_residual(width, act="relu"):
    """Depthwise 3x3 and one 1x1 beside a shortcut."""
    return Residual(conv(width, width, 3, 1, width, None), conv(width, width, act=act))


def wide_residual(width, inner, act="relu"):
    """Depthwise 3x3, 1x1 to INNER channels, 1x1 back, beside a shortcut (ConvNeXt's order)."""
    return Residual(conv(width, width, 3, 1, width, None), conv(width, inner, act=act),
                    conv(inner, width, act=None))


def global_depthwise(width, side, act=None):
    """Depthwise convolution over the whole SIDE x SIDE map: a learned pooling."""
    return conv(width, width, side, 1, width, act, 0)


def follow(average, net, keep):
    """Moves the averaged weights of AVERAGE towards those of NET."""
    with torch.no_grad():
        for slow, fast in zip(average.state_dict().values(), net.state_dict().values()):
            if slow.dtype.is_floating_point:
                slow.lerp_(fast, 1 - keep)
            else:
                slow.copy_(fast)


def thaw(net, path, pictures):
    """Weights of the exported network in PATH, BatchNorm folded in, back into NET; the BatchNorms
    get what makes them neutral on PICTURES. NET must run its convolutions in the file's order."""
    graph = onnx.load(path).graph
    held = {t.name: torch.from_numpy(numpy_helper.to_array(t).astype("float32"))
            for t in graph.initializer}
    nodes = iter([n for n in graph.node if n.op_type == "Conv"])
    shift = [None]

    def load(layer, _):
        node = next(nodes)
        layer.weight.copy_(held[node.input[1]])
        shift[0] = held[node.input[2]]
        if layer.bias is not None:
            layer.bias.copy_(shift[0])

    def neutral(layer, given):
        mean, spread = given[0].mean((0, 2, 3)), given[0].var((0, 2, 3), unbiased=False)
        layer.running_mean.copy_(mean)
        layer.running_var.copy_(spread)
        layer.weight.copy_((spread + layer.eps).sqrt())
        layer.bias.copy_(shift[0] + mean)

    rules = {nn.Conv2d: load, nn.BatchNorm2d: neutral}
    hooks = [m.register_forward_pre_hook(rules[type(m)]) for m in net.modules() if type(m) in rules]
    with torch.no_grad():
        net.eval()(pictures)
    for hook in hooks:
        hook.remove()


def save(path, state):
    """Write a checkpoint so that stopping at any moment leaves a whole one."""
    torch.save(state, path + ".new")
    os.replace(path + ".new", path)


def ahead(make, depth=4):
    """Endless results of MAKE(), made by a second thread while the network learns. Close the generator
    when there is enough: a thread still at work when the program ends would abort it."""
    ready, over = queue.Queue(depth), threading.Event()

    def work():
        try:
            while not over.is_set():
                ready.put(make())
        except Exception as error:  # raised again where the result is waited for
            ready.put(error)

    worker = threading.Thread(target=work, daemon=True)
    worker.start()
    try:
        while True:
            result = ready.get()
            if isinstance(result, Exception):
                raise result
            yield result
    finally:
        over.set()
        while worker.is_alive():
            try:
                ready.get(timeout=0.1)
            except queue.Empty:
                pass
