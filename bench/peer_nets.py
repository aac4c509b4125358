# SPDX-License-Identifier: Apache-2.0
"""Times ONNX files through OpenCV's DNN module (Debian's python3-opencv), one thread.

usage: peer_nets.py SECONDS FILE...     prints {"<file>": milliseconds}, medians; a file it cannot read is left out
"""
import json
import sys
import time

import cv2
import numpy as np
import onnx


def median_ms(net, blob, seconds):
    times = []
    end = time.perf_counter() + seconds
    while time.perf_counter() < end or len(times) < 5:
        start = time.thread_time()
        net.setInput(blob)
        net.forward(net.getUnconnectedOutLayersNames())
        times.append(1000 * (time.thread_time() - start))
    return float(np.median(times))


def main():
    cv2.setNumThreads(1)
    seconds, out = float(sys.argv[1]), {}
    for path in sys.argv[2:]:
        shape = [d.dim_value for d in onnx.load(path).graph.input[0].type.tensor_type.shape.dim]
        try:
            net = cv2.dnn.readNetFromONNX(path)
        except cv2.error:
            continue
        blob = np.random.default_rng(1).random(shape, dtype=np.float32)
        out[path] = median_ms(net, blob, seconds)
    print(json.dumps(out))


main()
