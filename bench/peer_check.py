# SPDX-License-Identifier: Apache-2.0
"""The passive check as one would write it with OpenCV: decode, detect, crop, two anti-spoofing networks. One thread.

usage: peer_check.py SECONDS MODELS IMAGE     prints {"decode":ms,"detect":ms,"spoof":ms,"total":ms}, medians of CPU time
Also the detector and crop rules that python_server.py uses.
"""
import json
import sys
import time

import cv2
import numpy as np


class Checker:
    """Networks of the reference pack and the steps of a check; a score is a probability, higher = bona fide."""

    def __init__(self, models):
        cv2.setNumThreads(1)
        self.detector = cv2.dnn.readNetFromONNX(f"{models}/detector/yunet_n_320.onnx")
        self.names = [f"{kind}_{s}" for s in (8, 16, 32) for kind in ("cls", "obj", "bbox")]
        self.spoof = [(2.7, cv2.dnn.readNetFromONNX(f"{models}/pad/minifasnet_v2_s2.7_80.onnx")),
                      (4.0, cv2.dnn.readNetFromONNX(f"{models}/pad/minifasnet_v1se_s4.0_80.onnx"))]

    def detect(self, image):
        """The surest face as x, y, w, h in pixels, or None."""
        scale = 320 / max(image.shape[:2])
        small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        canvas = np.zeros((320, 320, 3), np.uint8)
        canvas[:small.shape[0], :small.shape[1]] = small
        self.detector.setInput(cv2.dnn.blobFromImage(canvas))
        out = dict(zip(self.names, self.detector.forward(self.names)))
        best, best_box = 0.75, None
        for s in (8, 16, 32):
            score = np.sqrt(np.clip(out[f"cls_{s}"], 0, 1) * np.clip(out[f"obj_{s}"], 0, 1)).reshape(-1)
            i = int(score.argmax())
            if score[i] < best:
                continue
            b, n = out[f"bbox_{s}"].reshape(-1, 4)[i], 320 // s
            cx, cy, w, h = (i % n + b[0]) * s, (i // n + b[1]) * s, np.exp(b[2]) * s, np.exp(b[3]) * s
            best, best_box = score[i], [int(v / scale) for v in (cx - w / 2, cy - h / 2, w, h)]
        return best_box

    @staticmethod
    def crop(image, box, factor):
        x, y, w, h = box
        height, width = image.shape[:2]
        factor = min(factor, (height - 1) / h, (width - 1) / w)
        w2, h2 = w * factor, h * factor
        left = min(max(x + w / 2 - w2 / 2, 0), width - 1 - w2)
        top = min(max(y + h / 2 - h2 / 2, 0), height - 1 - h2)
        part = image[int(top):int(top + h2) + 1, int(left):int(left + w2) + 1]
        return cv2.resize(part, (80, 80))

    def live(self, image, box):
        total = 0.0
        for factor, net in self.spoof:
            net.setInput(cv2.dnn.blobFromImage(self.crop(image, box, factor)))
            z = net.forward()[0]
            e = np.exp(z - z.max())
            total += float(e[1] / e.sum()) / len(self.spoof)
        return total


def main():
    seconds, models, path = float(sys.argv[1]), sys.argv[2], sys.argv[3]
    data = np.fromfile(path, np.uint8)
    checker, times = Checker(models), []
    end = time.perf_counter() + seconds
    while time.perf_counter() < end or len(times) < 5:
        marks = [time.thread_time()]
        image = cv2.imdecode(data, cv2.IMREAD_COLOR)
        marks.append(time.thread_time())
        box = checker.detect(image)
        marks.append(time.thread_time())
        checker.live(image, box)
        marks.append(time.thread_time())
        times.append([1000 * (b - a) for a, b in zip(marks, marks[1:])] + [1000 * (marks[-1] - marks[0])])
    print(json.dumps(dict(zip(("decode", "detect", "spoof", "total"), np.median(times, axis=0).tolist()))))


if __name__ == "__main__":
    main()
