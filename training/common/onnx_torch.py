# SPDX-License-Identifier: Apache-2.0
"""Run a reference ONNX network inside PyTorch, so that a teacher can judge every augmented batch."""
import numpy as np
import onnx
import torch
import torch.nn.functional as F
from onnx import numpy_helper


class OnnxTeacher:
    """Frozen network: call with a float tensor [N, C, H, W], get the dict of wanted tensors."""

    def __init__(self, path, wanted=None):
        graph = onnx.load(path).graph
        self.nodes = list(graph.node)
        self.weights = {i.name: torch.from_numpy(np.array(numpy_helper.to_array(i)))
                        for i in graph.initializer}
        entry = [i for i in graph.input if i.name not in self.weights][0]
        self.input = entry.name
        self.side = [d.dim_value for d in entry.type.tensor_type.shape.dim[2:]]
        self.wanted = list(wanted or [o.name for o in graph.output])

    def embedding_name(self):
        """Name of the tensor that enters the last Gemm: the features before the decision."""
        return [n for n in self.nodes if n.op_type == "Gemm"][-1].input[0]

    def last_maps(self, count):
        """Names of the last map of each of the COUNT smallest sizes that end in a sum; largest first."""
        sums = [n.output[0] for n in self.nodes if n.op_type == "Add"]
        tail, seen = [], set()
        for name, shape in reversed(self._shapes(sums)):
            if len(shape) == 4 and shape[2] not in seen:
                seen.add(shape[2])
                tail.append(name)
        return tail[:count][::-1]

    def _shapes(self, names):
        wanted, self.wanted = self.wanted, names
        found = self(torch.zeros(1, 3, *self.side))
        self.wanted = wanted
        return [(name, tuple(found[name].shape)) for name in names]

    @torch.no_grad()
    def __call__(self, batch):
        values = dict(self.weights)
        values[self.input] = batch
        for node in self.nodes:
            given = [values[n] if n else None for n in node.input]
            options = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
            values[node.output[0]] = _run(node.op_type, given, options)
        return {name: values[name] for name in self.wanted}


def _conv(given, options):
    pads = options.get("pads", [0, 0, 0, 0])
    data = given[0]
    if pads[:2] != pads[2:]:
        data, pads = F.pad(data, [pads[1], pads[3], pads[0], pads[2]]), [0, 0, 0, 0]
    bias = given[2] if len(given) > 2 else None
    return F.conv2d(data, given[1], bias, options.get("strides", 1), tuple(pads[:2]),
                    options.get("dilations", 1), options.get("group", 1))


def _gemm(given, options):
    weight = given[1].t() if options.get("transB") else given[1]
    out = options.get("alpha", 1.) * given[0] @ weight
    return out + options.get("beta", 1.) * given[2] if len(given) > 2 else out


def _pool(given, options):
    pads = options.get("pads", [0, 0, 0, 0])
    data = F.pad(given[0], [pads[1], pads[3], pads[0], pads[2]], value=-float("inf"))
    return F.max_pool2d(data, options["kernel_shape"], options.get("strides", 1))


def _pad(given, options):
    pads = [int(v) for v in given[1]] if len(given) > 1 else list(options["pads"])
    rank = len(pads) // 2
    order = [v for axis in reversed(range(rank)) for v in (pads[axis], pads[axis + rank])]
    return F.pad(given[0], order)


def _prelu(given, options):
    data, slope = given[0], given[1].reshape(-1)
    if data.dim() != 4:
        return F.prelu(data, slope)
    count, channels, height, width = data.shape  # channels last as a matrix: four times as fast
    rows = F.prelu(data.permute(0, 2, 3, 1).reshape(-1, channels), slope)
    return rows.reshape(count, height, width, channels).permute(0, 3, 1, 2)


RULES = {
    "Conv": _conv, "Gemm": _gemm, "MaxPool": _pool, "Pad": _pad, "PRelu": _prelu,
    "Add": lambda g, o: g[0] + g[1],
    "Mul": lambda g, o: g[0] * g[1],
    "Relu": lambda g, o: F.relu(g[0]),
    "Sigmoid": lambda g, o: torch.sigmoid(g[0]),
    "Clip": lambda g, o: g[0].clamp(float(g[1]), float(g[2])),
    "GlobalAveragePool": lambda g, o: g[0].mean((2, 3), keepdim=True),
    "Flatten": lambda g, o: g[0].flatten(1),
    "Concat": lambda g, o: torch.cat(g, o["axis"]),
    "Identity": lambda g, o: g[0],
}


def _run(operator, given, options):
    if operator not in RULES:
        raise ValueError("teacher uses operator %s, which is not known here" % operator)
    return RULES[operator](given, options)
