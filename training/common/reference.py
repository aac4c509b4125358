# SPDX-License-Identifier: Apache-2.0
"""The reference detector on whole batches inside PyTorch, so that it can judge every scene.

In bfloat16 with channels last a picture takes a third of the time that OpenCV needs; scores then
differ by about 0.01 and points by a fraction of a pixel from those in float32.
"""
import numpy as np
import onnx
import torch
import torch.nn.functional as F
from onnx import numpy_helper

from common import faces

STRIDES = (8, 16, 32)
KINDS = ("cls", "obj", "bbox", "kps")


class Batch:
    """uint8 pictures [n, S, S, 3] (BGR, S a multiple of 32) -> per picture rows of box 4, points 10,
    score 1 of every cell whose score is at least LEAST, best first, overlaps included."""

    def __init__(self, least=0.3, exact=False):
        graph = onnx.load(faces.reference_path("detector/yunet_n_320.onnx")).graph
        self.kind = torch.float32 if exact else torch.bfloat16
        self.least = least
        self.held = {}
        for tensor in graph.initializer:
            value = torch.from_numpy(numpy_helper.to_array(tensor).copy())
            if value.dim() == 4:
                value = value.contiguous(memory_format=torch.channels_last)
            self.held[tensor.name] = value.to(self.kind)
        flat = ("Transpose", "Reshape", "Sigmoid")  # the maps themselves are wanted
        self.nodes = [n for n in graph.node if n.op_type not in flat]
        sources = {n.output[0]: n.input[0] for n in graph.node if n.op_type in flat}
        self.maps = {}
        for kind in KINDS:
            for stride in STRIDES:
                name = "%s_%d" % (kind, stride)
                while name in sources:
                    name = sources[name]
                self.maps[kind, stride] = name

    @torch.no_grad()
    def forward(self, pictures):
        """{(kind, stride): float32 [n, numbers, cells, cells]}; cls and obj as probabilities."""
        batch = torch.from_numpy(np.ascontiguousarray(pictures)).permute(0, 3, 1, 2).to(self.kind)
        values = dict(self.held, input=batch)
        for node in self.nodes:
            given = [values[n] for n in node.input if n in values]
            values[node.output[0]] = self._run(node, given)
        out = {key: values[name].float() for key, name in self.maps.items()}
        return {k: v.sigmoid() if k[0] in ("cls", "obj") else v for k, v in out.items()}

    @staticmethod
    def _run(node, given):
        if node.op_type == "Conv":
            facts = {a.name: list(a.ints) or a.i for a in node.attribute}
            return F.conv2d(*given, stride=facts.get("strides", 1), groups=facts.get("group", 1),
                            padding=facts.get("pads", [0, 0])[:2])
        if node.op_type == "Resize":
            return F.interpolate(given[0], scale_factor=2, mode="nearest")
        run = {"Relu": torch.relu, "Add": torch.add, "MaxPool": lambda x: F.max_pool2d(x, 2, 2)}
        return run[node.op_type](*given)

    def __call__(self, pictures):
        part = 12 if pictures.shape[1] <= 192 else 4  # as many as the caches hold
        return [rows for start in range(0, len(pictures), part)
                for rows in self._look(pictures[start:start + part])]

    def _look(self, pictures):
        maps = self.forward(pictures)
        found = [[] for _ in range(len(pictures))]
        for stride in STRIDES:
            score = (maps["cls", stride] * maps["obj", stride]).sqrt()[:, 0].numpy()
            box, points = maps["bbox", stride].numpy(), maps["kps", stride].numpy()
            for n, gy, gx in zip(*np.nonzero(score >= self.least)):
                corner = np.float32([gx, gy])
                centre = (corner + box[n, :2, gy, gx]) * stride
                extent = np.exp(box[n, 2:, gy, gx]) * stride
                five = (corner + points[n, :, gy, gx].reshape(5, 2)) * stride
                found[n].append(np.concatenate([centre - extent / 2, extent, five.ravel(),
                                                [score[n, gy, gx]]]))
        return [np.float32(sorted(rows, key=lambda r: -r[14])).reshape(-1, 15) for rows in found]


def separate(rows):
    """ROWS (best first) without those that overlap a better one."""
    kept = []
    for row in rows:
        if all(faces._overlap(row[:4], other[:4]) <= 0.3 for other in kept):
            kept.append(row)
    return kept
