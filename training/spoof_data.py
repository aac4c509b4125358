# SPDX-License-Identifier: Apache-2.0
"""Training views for the anti-spoofing networks: real and simulated attacks, live pictures.

    /usr/bin/python3 training/spoof_data.py --data DIR --out STORE [--amount 1.0] [--seed 1]

DIR holds what training/README.md lists (folders utk, lfw, caltech, web, bsds, detections in
faces_*.npz); NUAA and `mixed` come from the shared pictures. Test sitters, masks and all webcam and
phone sets are never read, nor the third of the cameras in `web` that is kept for a test. STORE gets one .npy per crop and a table of labels; a view is one face
seen by one camera, cropped by all three rules.
"""
import argparse
import csv
import os
import zlib

import cv2
import numpy as np

from common import faces, onnx_write
import spoof_simulate as simulate

TEST_SITTERS = {"nuaa_0003", "nuaa_0007"}
VALIDATION_SITTERS = {"nuaa_0009"}
CROPS = {"c27": 80, "c40": 80, "c15": 96}
RECORDINGS = ("nuaa", "mixed", "web")  # their pictures show the camera that a server would see
VIEWS_PER_SCENE = 2  # cameras that see each scene
KINDS = ("live", "print", "replay", "mask")


class Source:
    """Pictures of one origin with the face box and points of the reference detector."""

    def __init__(self, name, rows):
        self.name, self.rows = name, rows  # row: path, box, points, label, group

    def __len__(self):
        return len(self.rows)

    def get(self, index):
        path, box, points, label, group = self.rows[index]
        scene = np.float32(cv2.imread(path)) / 255
        if self.name == "lfw":  # black wedges of the alignment
            return scene[20:-20, 20:-20], box - np.float32([20, 20, 0, 0]), points - 20
        return scene, box, points


def held_out(group, every=10):
    """Stable choice of about one in EVERY groups (people, pictures) for validation."""
    return zlib.crc32(group.encode()) % every == 0


def load_cached(data, name, low, limit, rng):
    """Rows from faces_NAME.npz with a box of at least LOW pixels and one dominant face."""
    table = np.load(os.path.join(data, "faces_%s.npz" % name))
    good = (table["box"][:, 2] >= low) & (table["score"] >= .75)
    chosen = rng.permutation(np.flatnonzero(good))[:limit]
    rows = []
    for i in chosen:
        path = str(table["files"][i])
        group = os.path.basename(os.path.dirname(path)) if name in ("lfw", "rooms") else (
            os.path.relpath(path, data))
        rows.append((path, table["box"][i], table["points"][i], "live", group))
    return Source(name, rows)


def camera_fold(camera):
    """What the pictures of a CAMERA of `web` are for; a test camera is read by nothing here."""
    return ("choose", "train", "test")[zlib.crc32(camera.encode()) % 3]


def load_web(data):
    """People before cameras of their own, DIR/web/CAMERA/[label/]*, by label; without the test fold."""
    table = np.load(os.path.join(data, "faces_web.npz"))
    rows = {}
    for path, box, points in zip(table["files"], table["box"], table["points"]):
        camera, *inner = os.path.relpath(str(path), os.path.join(data, "web")).split(os.sep)
        label = next((kind for kind in KINDS if kind in inner), "live")
        if box[2] >= 45 and camera_fold(camera) != "test":
            rows.setdefault(("web", label), []).append((str(path), box, points, label, camera))
    return {key: Source("%s_%s" % key, value) for key, value in rows.items()}


def load_shared(shared, detector):
    """NUAA without the test sitters and `mixed` without its masks, by label."""
    seen, rows = set(), {}
    with open(os.path.join(shared, "data", "manifest.csv")) as handle:
        for r in csv.DictReader(handle):
            allowed = (r["set"] == "nuaa" and r["subject"] not in TEST_SITTERS
                       or r["set"] == "mixed" and r["label"] != "mask")
            if not allowed or r["path"] in seen:
                continue
            seen.add(r["path"])
            path = os.path.join(shared, "data", r["path"])
            face = faces.largest(detector(cv2.imread(path)))
            if face is not None:
                rows.setdefault((r["set"], r["label"]), []).append(
                    (path, face["box"], face["points"], r["label"],
                     r["subject"] or r["path"]))
    return {key: Source("%s_%s" % key, value) for key, value in rows.items()}


def validation(source, index):
    group = source.rows[index][4]
    if source.name.startswith("nuaa"):
        return group in VALIDATION_SITTERS
    if source.name.startswith("web"):
        return camera_fold(group) == "choose"
    return held_out(group, 4 if source.name.startswith("mixed") else 10)


def origin(source, index):
    """Name of the source of a view; a camera of `web` is an origin of its own."""
    if not source.name.startswith("web"):
        return source.name
    owner = source.rows[index][4].split("+")[0].replace("_", "-")
    return "web.%s_%s" % (owner, source.rows[index][3])


def jittered(box, rng):
    """BOX as another detector might give it."""
    x, y, w, h = box
    dx, dy = rng.normal(0, .03, 2)
    grow, squeeze = rng.normal(1, .05), rng.normal(1, .03)
    wide, high = w * grow * squeeze, h * grow / squeeze
    return np.float32([x + w / 2 + dx * w - wide / 2, y + h / 2 + dy * h - high / 2, wide, high])


def resized(scene, box, points, rng):
    """Bring the face to a random size between 60 and 300 pixels, the picture to 900 at most."""
    goal = np.exp(rng.uniform(np.log(60), np.log(260)))
    factor = min(goal / box[3], 640 / max(scene.shape[:2]))
    how = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    scene = np.clip(cv2.resize(scene, None, fx=factor, fy=factor, interpolation=how), 0, 1)
    return scene, box * factor, points * factor


def framed(scene, box, points, rng):
    """Cut away a random part of the surroundings, as a nearer or shifted camera would."""
    height, width = scene.shape[:2]
    x, y, w, h = box
    left = int(max(0, rng.uniform(-.6, 1)) * max(x - .25 * w, 0))
    top = int(max(0, rng.uniform(-.6, 1)) * max(y - .35 * h, 0))
    right = width - int(max(0, rng.uniform(-.6, 1)) * max(width - x - 1.25 * w, 0))
    bottom = height - int(max(0, rng.uniform(-.6, 1)) * max(height - y - 1.25 * h, 0))
    shift = np.float32([left, top])
    return (np.ascontiguousarray(scene[top:bottom, left:right]), box - np.float32([left, top, 0, 0]),
            points - shift)


class Maker:
    """Draws views of every kind from the sources."""

    def __init__(self, data, shared, rng, amount):
        self.rng = rng
        self.live = {name: load_cached(data, name, low, most, rng)
                     for name, low, most in (("lfw", 60, 9999), ("rooms", 45, 9999),
                                             ("caltech", 45, 9999), ("utk", 60, 3000))
                     if os.path.exists(os.path.join(data, "faces_%s.npz" % name))}
        self.shared = load_shared(shared, faces.Detector(320)) if shared else {}
        if os.path.exists(os.path.join(data, "faces_web.npz")):
            self.shared.update(load_web(data))
        for key, source in self.shared.items():
            if key[1] == "live":
                self.live[source.name] = source
        self.walls = _backgrounds(data, rng)

    def background(self):
        if self.rng.random() < .3:
            source = self.live[self.rng.choice([n for n in self.live if n != "utk"])]
            return source.get(self.rng.integers(len(source)))[0]
        return np.float32(cv2.imread(self.walls[self.rng.integers(len(self.walls))])) / 255

    def live_view(self, source, index):
        scene, box, points = source.get(index)
        if self.rng.random() < .6 and source.name != "utk":
            scene, box, points = framed(scene, box, points, self.rng)
        scene, box, points = resized(scene, box, points, self.rng)
        if self.rng.random() < .15:
            scene = simulate.distractors(scene, box, [self.background()], self.rng)
        if self.rng.random() < .1:
            height, width = scene.shape[:2]
            edge = np.float32([[width * self.rng.uniform(.1, .9), height - 1], [1, height - 1]])
            if box[1] + box[3] < .75 * height:
                scene = simulate.fingers(scene, edge[0], edge[1], self.rng)
        return scene, box

    def attack_view(self, kind, source, index):
        scene, box, points = source.get(index)
        if kind == "mask":
            other = self.live[self.rng.choice(["lfw", "utk"] if "utk" in self.live else ["lfw"])]
            face = other.get(self.rng.integers(len(other)))
            scene, box, points = resized(scene, box, points, self.rng)
            return simulate.paper_mask(scene, points, face[0], face[2], faces.similarity,
                                       self.rng), box
        if self.rng.random() < .5:
            scene, box, points = framed(scene, box, points, self.rng)
        size = [(512, 384), (560, 315), (384, 512)][self.rng.integers(3)]
        return simulate.recapture(scene, box, self.background(), kind, self.rng, size)

    def finish(self, scene, box, real):
        """Camera, box jitter and all crops. Real recordings often keep their own camera."""
        if real and self.rng.random() < .35:
            picture = np.uint8(np.clip(scene, 0, 1) * 255 + .5)
        else:
            picture = simulate.camera(scene, self.rng)
        return crops_of(picture, jittered(box, self.rng))


def crops_of(picture, box):
    """All crops of a view, or None where the box is too small or its centre outside."""
    height, width = picture.shape[:2]
    x, y, w, h = box
    if w < 20 or h < 20 or not (0 <= x + w / 2 <= width and 0 <= y + h / 2 <= height):
        return None
    return {"c27": faces.crop_a(picture, box, 2.7, 80), "c40": faces.crop_a(picture, box, 4., 80),
            "c15": faces.crop_b(picture, box, 1.5, 96)}


def _backgrounds(data, rng):
    paths = []
    for folder in ("bsds", "caltech/BACKGROUND_Google"):
        for root, _, names in os.walk(os.path.join(data, folder)):
            paths += [os.path.join(root, n) for n in names if n.endswith(".jpg")]
    return [paths[i] for i in rng.permutation(len(paths))]


def plan(maker, amount):
    """(kind, source, index) for every view; simulated attacks draw on all live sources."""
    jobs = []
    per_picture = {"lfw": .12, "rooms": .35, "caltech": 1.5, "utk": .01, "nuaa_live": 8,
                   "mixed_live": 8, "nuaa_print": 3, "mixed_print": 6, "mixed_replay": 10, "web_live": 3,
                   "web_print": 6, "web_replay": 6, "web_mask": 6}
    everything = dict(maker.live, **{s.name: s for s in maker.shared.values()})
    for source in everything.values():
        wanted = per_picture[source.name] * amount * len(source)
        kind = source.rows[0][3]
        wanted = max(int(wanted), min(len(source), 40))
        jobs += [(kind, source, i % len(source), True) for i in range(wanted)]
    weights = {"lfw": .2, "rooms": .3, "caltech": .2, "utk": .02, "nuaa_live": .18, "mixed_live": .1,
               "web_live": .2}
    names = [n for n in weights if n in maker.live]
    chance = np.array([weights[n] for n in names]) / sum(weights[n] for n in names)
    for kind, count in (("replay", 1300), ("print", 500), ("mask", 450)):
        for _ in range(int(count * amount)):
            source = maker.live[names[maker.rng.choice(len(names), p=chance)]]
            jobs.append((kind, source, maker.rng.integers(len(source)), False))
    return [jobs[i] for i in maker.rng.permutation(len(jobs))]


def open_store(out, count):
    os.makedirs(out, exist_ok=True)
    return {name: np.lib.format.open_memmap(os.path.join(out, name + ".npy"), "w+", np.uint8,
                                            (count, size, size, 3))
            for name, size in CROPS.items()}


def build(data, shared, out, amount, seed):
    rng = np.random.default_rng(seed)
    maker = Maker(data, shared, rng, amount)
    jobs = plan(maker, amount)
    store, table = open_store(out, VIEWS_PER_SCENE * len(jobs)), []
    for done, (kind, source, index, real) in enumerate(jobs):
        scene, box = (maker.live_view(source, index) if real
                      else maker.attack_view(kind, source, index))
        for _ in range(VIEWS_PER_SCENE):
            view = maker.finish(scene, box, real and source.name.startswith(RECORDINGS))
            if view is None:
                continue
            for name, crop in view.items():
                store[name][len(table)] = crop
            table.append((KINDS.index(kind), not real, origin(source, index),
                          validation(source, index)))
        if (done + 1) % 250 == 0 or done + 1 == len(jobs):
            write_table(out, table)
            print("%d of %d scenes, %d views" % (done + 1, len(jobs), len(table)), flush=True)


def draws(mean, rng):
    """MEAN rounded up or down by lot."""
    return int(mean + rng.random())


def build_plain(data, shared, out, seed):
    """Pictures as they came from their cameras, only cropped: where the teachers are at home."""
    rng = np.random.default_rng(seed)
    maker = Maker(data, shared, rng, 1.)
    times = {"lfw": .25, "rooms": .6, "caltech": 2, "utk": 0, "nuaa_live": 8, "mixed_live": 8,
             "nuaa_print": 4, "mixed_print": 6, "mixed_replay": 8, "web_live": 3, "web_print": 6,
             "web_replay": 6, "web_mask": 6}
    everything = dict(maker.live, **{s.name: s for s in maker.shared.values()})
    jobs = [(s, i) for s in everything.values() for i in range(len(s))
            for _ in range(draws(times[s.name], rng))]
    jobs = [jobs[i] for i in rng.permutation(len(jobs))]
    store, table = open_store(out, len(jobs)), []
    for source, index in jobs:
        scene, box, points = source.get(index)
        if rng.random() < .4:
            scene, box, points = framed(scene, box, points, rng)
        view = crops_of(np.uint8(scene * 255 + .5), jittered(box, rng))
        if view is not None:
            for name, crop in view.items():
                store[name][len(table)] = crop
            table.append((KINDS.index(source.rows[index][3]), False, "plain_" + origin(source, index),
                          validation(source, index)))
    write_table(out, table)
    print("%d plain views in %s" % (len(table), out))


def build_held(data, shared, out, seed, detector):
    """Held-out pictures as they came from their cameras, cropped by the boxes of DETECTOR, the one
    that the networks will work behind: what chooses weights and threshold."""
    rng = np.random.default_rng(seed)
    maker = Maker(data, shared, rng, 1.)
    everything = dict(maker.live, **{s.name: s for s in maker.shared.values()})
    jobs = [(s, i, n) for s in everything.values() if s.name != "utk" for i in range(len(s))
            if validation(s, i) for n in range(6 if s.name.startswith(("nuaa", "mixed")) else 2)]
    if not jobs:
        raise SystemExit("no picture is held out")
    store, table, lost = open_store(out, len(jobs)), [], 0
    for source, index, again in jobs:
        scene, box, points = source.get(index)
        if again:
            scene, box, points = framed(scene, box, points, rng)
        picture = np.uint8(scene * 255 + .5)
        face = faces.largest(detector(picture))
        view = crops_of(picture, face["box"]) if face is not None else None
        if view is None:
            lost += 1
            continue
        for name, crop in view.items():
            store[name][len(table)] = crop
        table.append((KINDS.index(source.rows[index][3]), False, "plain_" + origin(source, index), True))
    write_table(out, table)
    print("%d held-out views in %s; in %d more no face was found" % (len(table), out, lost))


def write_table(out, table):
    """Labels so far; training may start before the store is complete."""
    part = os.path.join(out, "part.npz")
    np.savez(part, kind=np.int8([t[0] for t in table]), simulated=np.bool_([t[1] for t in table]),
             source=np.array([t[2] for t in table]), validation=np.bool_([t[3] for t in table]))
    os.replace(part, os.path.join(out, "table.npz"))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", required=True, help="folder of the face sets")
    parser.add_argument("--shared", default=os.path.join(os.path.dirname(faces.REFERENCE)))
    parser.add_argument("--out", required=True, help="folder for the views")
    parser.add_argument("--amount", type=float, default=1., help="1.0: about 14,000 views")
    parser.add_argument("--plain", action="store_true", help="pictures as they are, no camera model")
    parser.add_argument("--held", metavar="DETECTOR.onnx", help="held-out pictures as they are, with "
                        "the boxes of this network at 320")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    cv2.setNumThreads(1)
    if args.held:
        net = onnx_write.load_cv2(args.held)
        build_held(args.data, args.shared, args.out, args.seed, faces.Detector(320, .72, net=net))
    elif args.plain:
        build_plain(args.data, args.shared, args.out, args.seed)
    else:
        build(args.data, args.shared, args.out, args.amount, args.seed)


if __name__ == "__main__":
    main()
