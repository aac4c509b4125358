# SPDX-License-Identifier: Apache-2.0
"""Reference face detector, alignment and the two crop rules, shared by all training scripts.

Pictures are BGR uint8 arrays as cv2.imread gives them. A face is a dict: box (x, y, w, h) in
picture pixels, points float32 [5, 2] in the order eye left in the picture, eye right, nose, mouth
corner left, mouth corner right; score 0..1.
"""
import os

import cv2
import numpy as np

REFERENCE = os.environ.get("BONAFIDE_REFERENCE", os.path.join(
    os.path.dirname(os.path.abspath(__file__)), "..", "..", "..", "shared", "models"))

# 112x112 template of five points used by ArcFace-style networks.
TEMPLATE_112 = np.float32([[38.2946, 51.6963], [73.5318, 51.5014], [56.0252, 71.7366],
                           [41.5493, 92.3655], [70.7299, 92.2041]])
# 96x96 template of three points (eyes, mouth centre) of the quality teacher.
TEMPLATE_QUALITY_96 = np.float32([[34.19, 46.16], [65.65, 45.98], [50.12, 82.40]]) * 0.96


def reference_path(name):
    """Path of a reference network, for instance detector/yunet_n_320.onnx."""
    return os.path.join(REFERENCE, name)


class Detector:
    """YuNet at 320 or 640: letterbox to the top left corner, decode, suppress overlaps."""

    def __init__(self, size=320, threshold=0.75, net=None):
        self.size, self.threshold = size, threshold
        self.net = net or cv2.dnn.readNetFromONNX(
            reference_path("detector/yunet_n_%d.onnx" % size))
        self.names = ["%s_%d" % (k, s) for s in (8, 16, 32) for k in ("cls", "obj", "bbox", "kps")]

    def __call__(self, picture):
        """All faces, best score first."""
        height, width = picture.shape[:2]
        factor = self.size / max(height, width)
        small = cv2.resize(picture, (max(1, round(width * factor)), max(1, round(height * factor))),
                           interpolation=cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR)
        canvas = np.zeros((self.size, self.size, 3), np.uint8)
        canvas[:small.shape[0], :small.shape[1]] = small
        self.net.setInput(cv2.dnn.blobFromImage(canvas))
        outputs = dict(zip(self.names, self.net.forward(self.names)))
        found = [f for s in (8, 16, 32) for f in self._decode(outputs, s)]
        return [self._rescale(f, factor) for f in _suppress(found, 0.3)]

    def _decode(self, outputs, stride):
        cells = self.size // stride
        part = [outputs["%s_%d" % (k, stride)].reshape(cells * cells, -1)
                for k in ("cls", "obj", "bbox", "kps")]
        score = np.sqrt(np.clip(part[0][:, 0], 0, 1) * np.clip(part[1][:, 0], 0, 1))
        for i in np.flatnonzero(score >= self.threshold):
            corner = np.float32([i % cells, i // cells])
            centre = (corner + part[2][i, :2]) * stride
            extent = np.exp(part[2][i, 2:]) * stride
            points = (corner + part[3][i].reshape(5, 2)) * stride
            yield dict(box=np.concatenate([centre - extent / 2, extent]), points=points,
                       score=float(score[i]))

    @staticmethod
    def _rescale(face, factor):
        return dict(box=face["box"] / factor, points=np.float32(face["points"] / factor),
                    score=face["score"])


def _suppress(found, limit):
    found = sorted(found, key=lambda f: -f["score"])
    kept = []
    for face in found:
        if all(_overlap(face["box"], other["box"]) <= limit for other in kept):
            kept.append(face)
    return kept


def _overlap(a, b):
    wide = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    high = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    shared = max(wide, 0) * max(high, 0)
    return shared / (a[2] * a[3] + b[2] * b[3] - shared)


def largest(faces):
    """The face that is judged: the largest one, or None."""
    return max(faces, key=lambda f: f["box"][2] * f["box"][3]) if faces else None


def similarity(source, target):
    """2x3 similarity transform (Umeyama 1991, with scale) that maps SOURCE points to TARGET."""
    source, target = np.float64(source), np.float64(target)
    mean_s, mean_t = source.mean(0), target.mean(0)
    centred = source - mean_s
    u, values, v = np.linalg.svd((target - mean_t).T @ centred / len(source))
    sign = np.float64([1, np.sign(np.linalg.det(u) * np.linalg.det(v))])
    turn = u @ np.diag(sign) @ v
    factor = (values * sign).sum() / centred.var(0).sum()
    return np.hstack([factor * turn, (mean_t - factor * turn @ mean_s)[:, None]])


def align(picture, points, template=TEMPLATE_112, size=112):
    """SIZE x SIZE picture (BGR) with the face points moved onto TEMPLATE (bilinear warp)."""
    return cv2.warpAffine(picture, similarity(points, template), (size, size))


def align_quality(picture, points):
    """96x96 three-point alignment of the quality networks."""
    three = np.float32([points[0], points[1], (points[3] + points[4]) / 2])
    return align(picture, three, TEMPLATE_QUALITY_96, 96)


def rule_a(shape, box, scale):
    """Crop rule A (minifas): box times SCALE, limited by the picture, shifted back inside.

    Returns x0, y0, x1, y1, right and bottom exclusive. SHAPE is picture.shape.
    """
    height, width = shape[:2]
    x, y, w, h = [int(v) for v in box]
    scale = min(scale, (height - 1) / max(h, 1), (width - 1) / max(w, 1))
    wide, high = w * scale, h * scale
    left, top = x + w / 2 - wide / 2, y + h / 2 - high / 2
    right, bottom = left + wide, top + high
    if left < 0:
        left, right = 0, right - left
    if top < 0:
        top, bottom = 0, bottom - top
    if right > width - 1:
        left, right = left - (right - width + 1), width - 1
    if bottom > height - 1:
        top, bottom = top - (bottom - height + 1), height - 1
    return max(int(left), 0), max(int(top), 0), int(right) + 1, int(bottom) + 1


def crop_a(picture, box, scale, size):
    x0, y0, x1, y1 = rule_a(picture.shape, box, scale)
    return cv2.resize(picture[y0:y1, x0:x1], (size, size))


def crop_b(picture, box, scale, size, border=cv2.BORDER_REFLECT_101):
    """Crop rule B: square of SCALE * max(w, h) around the box centre, reflected outside."""
    x, y, w, h = [float(v) for v in box]
    side = max(w, h) * scale
    x0, y0 = int(x + w / 2 - side / 2), int(y + h / 2 - side / 2)
    side = max(int(side), 1)
    height, width = picture.shape[:2]
    pad = [max(-y0, 0), max(y0 + side - height, 0), max(-x0, 0), max(x0 + side - width, 0)]
    part = picture[max(y0, 0):y0 + side, max(x0, 0):x0 + side]
    if max(pad) > 0:
        part = cv2.copyMakeBorder(part, *pad, border)
    how = cv2.INTER_AREA if side > size else cv2.INTER_LANCZOS4
    return cv2.resize(part, (size, size), interpolation=how)


def softmax(logits):
    shifted = np.exp(logits - logits.max(-1, keepdims=True))
    return shifted / shifted.sum(-1, keepdims=True)


class PadTeachers:
    """Bona fide probability of the three reference anti-spoofing networks, in NAMES' order."""

    NAMES = ("minifasnet_v2_s2.7_80", "minifasnet_v1se_s4.0_80", "minifas_celeba_s1.5_128")

    def __init__(self):
        self.nets = [cv2.dnn.readNetFromONNX(reference_path("pad/%s.onnx" % n)) for n in self.NAMES]

    def __call__(self, picture, box):
        """Three probabilities of being live."""
        out = []
        for net, scale in zip(self.nets[:2], (2.7, 4.0)):
            net.setInput(cv2.dnn.blobFromImage(crop_a(picture, box, scale, 80)))
            out.append(softmax(net.forward()[0])[1])
        crop = crop_b(picture, box, 1.5, 128)
        self.nets[2].setInput(cv2.dnn.blobFromImage(crop, 1 / 255., swapRB=True))
        out.append(softmax(self.nets[2].forward()[0])[0])
        return np.float32(out)
