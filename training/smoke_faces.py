# SPDX-License-Identifier: Apache-2.0
"""Smoke test of detect, landmark and embed on drawn faces: a few steps, export, load again.

    python3 training/smoke_faces.py WORK      seconds; needs no picture of a person, no reference

Checks that a stopped training goes on from its checkpoint, and that the ONNX
file gives what the PyTorch network gives.
"""
import os
import re
import subprocess
import sys

import cv2
import numpy as np
import onnx
import torch
from onnx import helper, numpy_helper

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
from common import identity, onnx_write, teachers  # noqa: E402
import detect  # noqa: E402
import embed  # noqa: E402
import landmark  # noqa: E402


def draw_face(rng):
    """(picture 250x250, row of box 4, points 10, score 1): an oval with eyes, nose and mouth."""
    picture = np.full((250, 250, 3), rng.uniform(20, 230, 3), np.uint8)
    cv2.rectangle(picture, (10, 10), (80, 240), [int(v) for v in rng.uniform(0, 255, 3)], -1)
    size = rng.uniform(35, 60)
    middle = np.float32([125, 125]) + rng.normal(0, 8, 2).astype(np.float32)
    skin = np.float32([130, 160, 210]) * rng.uniform(0.5, 1.1)
    cv2.ellipse(picture, tuple(int(v) for v in middle), (int(size), int(size * 1.3)), 0, 0, 360,
                [float(min(v, 255)) for v in skin], -1)
    points = np.float32([[-0.45, -0.3], [0.45, -0.3], [0, 0.15], [-0.35, 0.6], [0.35, 0.6]])
    points = middle + size * points
    for eye in points[:2]:
        cv2.circle(picture, tuple(int(v) for v in eye), int(size * 0.15), (30, 30, 30), -1)
    cv2.circle(picture, tuple(int(v) for v in points[2]), int(size * 0.1), (80, 90, 150), -1)
    cv2.line(picture, *[tuple(int(v) for v in p) for p in points[3:]], (60, 60, 160), 3)
    box = [middle[0] - size, middle[1] - 1.3 * size, 2 * size, 2.6 * size]
    return picture, np.concatenate([box, points.ravel(), [0.95]]).astype(np.float32)


def draw_data(work, rng, count=24):
    """Pictures and index.npz as common/index.py writes it; half of the scenes hold no face."""
    paths, sources, rows = [], [], []
    for number in range(count):
        picture, row = draw_face(rng)
        for source in ("utk", "lfw", "scene"):
            path = os.path.join(work, "%s_%d.png" % (source, number))
            if source == "scene":
                picture = rng.integers(0, 255, (8, 8, 3)).astype(np.uint8)
                picture = cv2.resize(picture, (320, 240), interpolation=cv2.INTER_CUBIC)
            else:
                rows.append(np.concatenate([[len(paths)], row]))
            cv2.imwrite(path, picture)
            paths.append(path)
            sources.append(source)
    np.savez(os.path.join(work, "index.npz"), paths=paths, sources=sources, rows=np.float32(rows))


def draw_targets(work, rng, count=40):
    """Stored crops and targets of landmark and embed, with answers that a network can learn."""
    faces = [draw_face(rng) for _ in range(count)]
    side = landmark.STORE
    crops = np.stack([cv2.resize(p, (side, side)) for p, _ in faces])
    shape = rng.normal(0, 1, (468, 3)).astype(np.float32) * [18, 24, 8]
    shape[[33, 263]] = [[-25, -15, 0], [25, -15, 0]]
    shape[[133, 362]] = [[-12, -15, 0], [12, -15, 0]]
    middle = np.float32([[(r[8] * side / 250, r[9] * side / 250, 0)] for _, r in faces])
    np.save(os.path.join(work, "mesh_crops_0.npy"), crops)
    np.savez(os.path.join(work, "mesh_targets_0.npz"), points=np.float32(shape[None] + middle),
             extra=np.tile(np.float32([0.3, 0.3, 0.1, 9]), (count, 1)),
             sources=["lfw"] * count, aside=np.arange(count) % 10 == 0)
    small = np.stack([cv2.resize(c, (identity.STORE,) * 2) for c in crops])
    np.save(os.path.join(work, "embed_crops_0.npy"), small)
    np.savez(os.path.join(work, "embed_faces_0.npz"), aside=np.arange(count) % 10 == 0,
             people=["somebody %d" % n for n in range(count)])


def draw_teacher(work, rng):
    """A small identity reference of random weights with the names of the real one."""
    def weights(name, *shape):
        return numpy_helper.from_array(rng.normal(0, 0.1, shape).astype(np.float32), name)

    inner = teachers.Identity.INNER
    graph = helper.make_graph(
        [helper.make_node("Conv", ["input", "w1"], [inner], strides=[16, 16]),
         helper.make_node("Conv", [inner, "w2"], ["wide"]),
         helper.make_node("Flatten", ["wide"], ["vector"])], "teacher",
        [helper.make_tensor_value_info("input", onnx.TensorProto.FLOAT, [1, 3, 112, 112])],
        [helper.make_tensor_value_info("vector", onnx.TensorProto.FLOAT, [1, 128])],
        [weights("w1", 128, 3, 16, 16), weights("w2", 128, 128, 7, 7)])
    os.makedirs(os.path.join(work, "embed"), exist_ok=True)
    onnx.save(helper.make_model(graph), os.path.join(work, "embed", "mobilefacenet_foamliu_112.onnx"))
    os.environ["BONAFIDE_REFERENCE"] = work


def run(*words):
    done = subprocess.run([sys.executable, *words], capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit("%s: %s" % (" ".join(words), done.stderr[-2000:]))
    return done.stdout


def train_twice(script, words, state):
    """A few steps, then a few more from the checkpoint STATE; the second run must say so."""
    path = os.path.join(HERE, script)
    run(path, "train", *words, "--steps", "2")
    first = torch.load(state)["step"]
    run(path, "train", *words, "--steps", "3")
    second = torch.load(state)["step"]
    if (first, second) != (2, 3):
        raise SystemExit("%s: steps %d and %d instead of 2 and 3" % (script, first, second))


def same_answer(net, side, path, names, scale):
    """The largest difference between PyTorch and the ONNX file read by OpenCV."""
    x = torch.rand(1, 3, side, side) * scale
    with torch.no_grad():
        want = net.eval()(x)
    want = want if isinstance(want, tuple) else (want,)
    reader = onnx_write.load_cv2(path)
    reader.setInput(x.numpy())
    got = reader.forward(list(names))
    away = max(float(np.abs(a.numpy().ravel() - np.ravel(b)).max() / (np.abs(a.numpy()).max() + 1))
               for a, b in zip(want, got))
    if away > 0.02:
        raise SystemExit("%s: differs by %g" % (path, away))
    print("%s: %d bytes, differs by %.5f" % (os.path.basename(path), os.path.getsize(path), away))


def main(work):
    os.makedirs(work, exist_ok=True)
    rng = np.random.default_rng(1)
    draw_data(work, rng)
    draw_targets(work, rng)
    draw_teacher(work, rng)
    pair = ["--role", "embed_pair"]
    for name, script, words, role in (
            ("detect", "detect.py", [work, work, "--workers", "0", "--alone"], []),
            ("landmark", "landmark.py", [work, "--workers", "0"], []),
            ("embed", "embed.py", [work, "--pool", "512"], []),
            ("embed_pair", "embed.py", [work, "--pool", "512"] + pair, pair)):
        train_twice(script, words, os.path.join(work, name + ".pt"))
        text = run(os.path.join(HERE, script), "export", work, work, *role)
        if not re.search(r"'macs': \d{7,}", text):
            raise SystemExit("%s: no facts: %s" % (script, text))
    same_answer(detect.trained(work), 320, os.path.join(work, "detect_320.onnx"),
                detect.detector.OUTPUTS, 255)
    same_answer(landmark.trained(work), landmark.SIDE, os.path.join(work, "landmark.onnx"),
                ("landmarks", "score_logit", "eyes", "mouth"), 1)
    words = run(os.path.join(HERE, "embed.py"), "aside", work)
    if not re.search(r"^4 faces: cosine -?0\.\d+", words):
        raise SystemExit("embed.py aside: %s" % words)
    words = run(os.path.join(HERE, "embed.py"), "match", work, work)
    if "all: 40 people, 780 pairs" not in words or "all by embed_pair: similarities" not in words:
        raise SystemExit("embed.py match: %s" % words)
    for role, shape in embed.SHAPES.items():
        net = embed.Embedder(**shape)
        net.load_state_dict(torch.load(os.path.join(work, role + ".pt"))["average"])
        same_answer(net, embed.SIDE, os.path.join(work, role + ".onnx"), ("embedding",), 1)


if __name__ == "__main__":
    main(sys.argv[1])
