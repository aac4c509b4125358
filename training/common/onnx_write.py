# SPDX-License-Identifier: Apache-2.0
"""Write a trained network as a small ONNX file that the C loader reads.

BatchNorm is folded by the exporter, weights are stored as float16 initialisers and used directly
(the loader widens them), LeakyReLU becomes PRelu, and only the operators in OPERATORS may remain.
"""
import hashlib
import io
import json
import os

import cv2
import numpy as np
import onnx
import torch
from onnx import helper, numpy_helper, shape_inference

OPERATORS = {
    "Conv", "Gemm", "Add", "Mul", "Relu", "PRelu", "Clip", "Sigmoid", "MaxPool",
    "GlobalAveragePool", "Flatten", "Reshape", "Transpose", "Resize", "Pad", "Concat",
}
HALF_MIN_ELEMENTS = 64  # smaller tensors (biases of small layers, limits) stay float32


def _constants_to_initialisers(graph):
    """Turn Constant nodes into initialisers, and Identity on an initialiser into a plain copy."""
    held = {i.name: i for i in graph.initializer}
    kept = []
    for node in graph.node:
        if node.op_type == "Constant":
            tensor = node.attribute[0].t
            tensor.name = node.output[0]
            graph.initializer.append(tensor)
            held[tensor.name] = tensor
        elif node.op_type == "Identity" and node.input[0] in held:
            tensor = onnx.TensorProto()
            tensor.CopyFrom(held[node.input[0]])
            tensor.name = node.output[0]
            graph.initializer.append(tensor)
            held[tensor.name] = tensor
        else:
            kept.append(node)
    del graph.node[:]
    graph.node.extend(kept)


def _leaky_to_prelu(graph, shapes):
    """LeakyRelu trains faster than PReLU; the product knows only PRelu."""
    for node in graph.node:
        if node.op_type != "LeakyRelu":
            continue
        slope = node.attribute[0].f if node.attribute else 0.01
        channels = shapes[node.input[0]][1]
        name = node.output[0] + "_slope"
        value = np.full((channels, 1, 1), slope, np.float32)
        graph.initializer.append(numpy_helper.from_array(value, name))
        del node.attribute[:]
        node.op_type = "PRelu"
        node.input.append(name)


def _shapes(model):
    inferred = shape_inference.infer_shapes(model)
    values = list(inferred.graph.value_info) + list(inferred.graph.input)
    values += list(inferred.graph.output)
    return {v.name: [d.dim_value for d in v.type.tensor_type.shape.dim] for v in values}


def _drop_unused(graph):
    used = {name for node in graph.node for name in node.input}
    kept = [i for i in graph.initializer if i.name in used]
    del graph.initializer[:]
    graph.initializer.extend(kept)


def _to_half(graph):
    """Store big float32 tensors as float16; a value beyond its range is refused."""
    for tensor in graph.initializer:
        array = numpy_helper.to_array(tensor)
        if array.dtype != np.float32 or array.size < HALF_MIN_ELEMENTS:
            continue
        half = array.astype(np.float16)
        if not np.isfinite(half).all():
            raise ValueError("%s: weight beyond float16, largest %g" % (tensor.name, abs(array).max()))
        tensor.CopyFrom(numpy_helper.from_array(half, tensor.name))


def count_macs(model):
    """Multiply-accumulates of Conv and Gemm for one picture."""
    shapes = _shapes(model)
    weights = {i.name: list(i.dims) for i in model.graph.initializer}
    total = 0
    for node in model.graph.node:
        if node.op_type == "Conv":
            out = shapes[node.output[0]]
            total += int(np.prod(weights[node.input[1]])) * out[2] * out[3]
        elif node.op_type == "Gemm":
            total += int(np.prod(weights[node.input[1]]))
    return total


def export(net, size, path, output_names, input_name="input", half=True):
    """Write NET for one float input [1,3,H,W] (SIZE = (H, W)); returns {file, bytes, sha256, macs}.

    OUTPUT_NAMES lists the outputs in the order in which NET returns them.
    """
    net = net.eval().cpu()
    blob = io.BytesIO()
    example = torch.zeros(1, 3, size[0], size[1])
    torch.onnx.export(net, example, blob, opset_version=11, input_names=[input_name],
                      output_names=list(output_names), do_constant_folding=True)
    model = onnx.load_model_from_string(blob.getvalue())
    _constants_to_initialisers(model.graph)
    _leaky_to_prelu(model.graph, _shapes(model))
    _drop_unused(model.graph)
    strange = {n.op_type for n in model.graph.node} - OPERATORS
    if strange:
        raise ValueError("operators the product does not run: %s" % ", ".join(sorted(strange)))
    macs = count_macs(model)
    if half:
        _to_half(model.graph)
    for node in model.graph.node:
        node.doc_string = ""
    model.producer_name = "bonafide training"
    model.producer_version = ""
    del model.graph.value_info[:]
    os.makedirs(os.path.dirname(os.path.abspath(path)), exist_ok=True)
    onnx.save(model, path)
    return dict(file=os.path.basename(path), bytes=os.path.getsize(path), sha256=sha256(path),
                macs=macs)


def load_cv2(path):
    """The network as cv2.dnn object; OpenCV 4.6 reads no float16, so weights are widened here."""
    model = onnx.load(path)
    for tensor in model.graph.initializer:
        if tensor.data_type == onnx.TensorProto.FLOAT16:
            wide = numpy_helper.to_array(tensor).astype(np.float32)
            tensor.CopyFrom(numpy_helper.from_array(wide, tensor.name))
    return cv2.dnn.readNetFromONNX(np.frombuffer(model.SerializeToString(), np.uint8))


def sha256(path):
    with open(path, "rb") as handle:
        return hashlib.sha256(handle.read()).hexdigest()


def write_entry(path, entry):
    """Write one pack entry as JSON, keys in the order given."""
    with open(path, "w") as handle:
        json.dump(entry, handle, indent=2)
        handle.write("\n")
