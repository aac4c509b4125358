# SPDX-License-Identifier: Apache-2.0
"""Reference networks for the points of the face, the lids and the identity, through OpenCV."""
import cv2
import numpy as np
import onnx
import torch
import torch.nn.functional as F
from onnx import numpy_helper

from common import faces

MESH_CROP = 1.5  # side of the crop over the longer side of the box
EYE_CROP = 2.3   # side of the eye crop over the distance of the eye corners


def crop_matrix(box, points, scale, size):
    """2x3 matrix of the square crop around BOX, turned so that the eyes are level."""
    x, y, w, h = [float(v) for v in box]
    across = np.float64(points[1]) - points[0]
    angle = np.degrees(np.arctan2(across[1], across[0]))
    factor = size / (scale * max(w, h))
    matrix = cv2.getRotationMatrix2D((x + w / 2, y + h / 2), angle, factor)
    matrix[:, 2] += size / 2 - np.float64([x + w / 2, y + h / 2])
    return matrix


def crop(picture, matrix, size):
    """SIZE x SIZE part of PICTURE through MATRIX, border continued."""
    factor = float(np.sqrt(abs(np.linalg.det(matrix[:, :2]))))
    if factor < 0.6:  # shrink by area first: a bilinear warp alone would alias
        picture = cv2.resize(picture, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
        matrix = matrix.copy()
        matrix[:, :2] /= factor
    return cv2.warpAffine(picture, matrix, (size, size), borderMode=cv2.BORDER_REPLICATE)


class Mesh:
    """468 points with depth, in pixels of the 192x192 crop, and the presence logit."""

    def __init__(self):
        self.net = cv2.dnn.readNetFromONNX(faces.reference_path("landmark/facemesh_192.onnx"))

    def __call__(self, crop192):
        self.net.setInput(cv2.dnn.blobFromImage(crop192, 1 / 127.5, (192, 192), (127.5,) * 3, True))
        points, score = self.net.forward(["landmarks", "score_logit"])
        return points.reshape(468, 3), float(score.ravel()[0])


class Lids:
    """Opening of an eye: distance of the lids over the distance of the corners."""

    def __init__(self):
        self.net = cv2.dnn.readNetFromONNX(faces.reference_path("landmark/iris_64.onnx"))

    def __call__(self, picture, outer, inner, mirror):
        """OUTER, INNER: eye corners in PICTURE, ordered left to right as in the picture."""
        left, right = np.float64(outer), np.float64(inner)
        across = right - left
        centre = (left + right) / 2
        factor = 64 / (EYE_CROP * max(np.hypot(*across), 1.0))
        matrix = cv2.getRotationMatrix2D(tuple(centre), np.degrees(np.arctan2(*across[::-1])), factor)
        matrix[:, 2] += 32 - centre
        eye = cv2.warpAffine(picture, matrix, (64, 64), borderMode=cv2.BORDER_REPLICATE)
        if mirror:
            eye = np.ascontiguousarray(eye[:, ::-1])
        self.net.setInput(cv2.dnn.blobFromImage(eye, 1 / 255., swapRB=True))
        lid = self.net.forward(["eye_contour"])[0].reshape(71, 3)[:, :2]
        return float(np.hypot(*(lid[4] - lid[12])) / max(np.hypot(*(lid[0] - lid[8])), 1e-3))


class Identity:
    """The identity reference as a PyTorch function: RGB 0..255 [n, 3, 112, 112] -> unit vectors.

    Run in batches by PyTorch it takes half the time that OpenCV needs, and OpenCV 4.6 does not read
    its Clip limits, which are vectors. HALF: in bfloat16, three times as fast again where the
    processor has it; the vectors keep a cosine of 0.998 to those of float32.
    """

    MEAN = torch.tensor([0.485, 0.456, 0.406])[:, None, None]
    SPREAD = torch.tensor([0.229, 0.224, 0.225])[:, None, None]
    INNER = "add_251"  # the last 7x7 map with 128 channels, before the widening to 512

    def __init__(self, half=False):
        graph = onnx.load(faces.reference_path("embed/mobilefacenet_foamliu_112.onnx")).graph
        self.nodes, self.result = list(graph.node), graph.output[0].name
        self.entry = next(i.name for i in graph.input if i.name not in
                          {t.name for t in graph.initializer})
        self.kind = torch.bfloat16 if half else torch.float32
        self.held = {t.name: self._weight(torch.from_numpy(numpy_helper.to_array(t).copy()))
                     for t in graph.initializer}

    def _weight(self, value):
        if value.dim() == 4:
            return value.to(self.kind).contiguous(memory_format=torch.channels_last)
        return value.to(self.kind) if value.numel() > 1 else value

    def maps(self, pictures):
        """Unit vectors and the inner map."""
        values = dict(self.held)
        scaled = ((pictures / 255 - self.MEAN) / self.SPREAD).to(self.kind)
        values[self.entry] = scaled.contiguous(memory_format=torch.channels_last)
        with torch.no_grad():
            for node in self.nodes:
                values[node.output[0]] = self._run(node, [values[n] for n in node.input])
        return F.normalize(values[self.result].float().flatten(1)), values[self.INNER].float()

    def __call__(self, pictures):
        return self.maps(pictures)[0]

    @staticmethod
    def _run(node, inputs):
        if node.op_type == "Conv":
            facts = {a.name: list(a.ints) or a.i for a in node.attribute}
            return F.conv2d(*inputs, stride=facts.get("strides", 1), groups=facts.get("group", 1),
                            padding=facts.get("pads", [0, 0])[:2])
        if node.op_type == "Clip":
            return inputs[0].clamp(float(inputs[1]), float(inputs[2]))
        run = {"Relu": torch.relu, "Add": torch.add, "Flatten": lambda x: x.flatten(1)}
        return run[node.op_type](*inputs)
