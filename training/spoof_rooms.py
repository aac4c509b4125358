# SPDX-License-Identifier: Apache-2.0
"""Put the people of LFW before other backgrounds, as a web camera would see them: DIR/rooms.

    /usr/bin/python3 training/spoof_rooms.py --data DIR [--count 4000]

LFW shows little but the head, and cameras of laptops and phones show a room around it. Head and
shoulders are cut out (GrabCut, Rother et al. 2004, started from the face box), and stand at the
lower edge of a picture with a background of other sets; light and colour of both are brought
together. Attacks are simulated from these pictures too, so that a trace of the cutting tells
nothing. Reads faces_lfw.npz of find_faces.py, writes DIR/rooms/PERSON/*.jpg and faces_rooms.npz.
"""
import argparse
import os

import cv2
import numpy as np

from find_faces import save
from spoof_simulate import blur, clip01, smooth_field

BORDER = 20  # pixels of LFW's aligned pictures that are often black


def cut_out(picture, box):
    """Opacity (float32 0..1) of the person whose face is at BOX, or None where it failed."""
    small = cv2.resize(picture, None, fx=.5, fy=.5, interpolation=cv2.INTER_AREA)
    height, width = small.shape[:2]
    x, y, w, h = box / 2
    mask = np.full((height, width), cv2.GC_PR_BGD, np.uint8)
    cv2.ellipse(mask, (int(x + w / 2), int(y + h * .42)), (int(w * .72), int(h * .82)), 0, 0, 360,
                cv2.GC_PR_FGD, -1)
    shoulders = np.int32([[x - .1 * w, y + h], [x + 1.1 * w, y + h], [x + 2. * w, height],
                          [x - 1. * w, height]])
    cv2.fillPoly(mask, [shoulders], cv2.GC_PR_FGD)
    cv2.ellipse(mask, (int(x + w / 2), int(y + h / 2)), (int(w * .45), int(h * .5)), 0, 0, 360,
                cv2.GC_FGD, -1)
    mask[:int(max(y - .45 * h, 1))] = cv2.GC_BGD
    side = slice(0, int(max(y + .6 * h, 1)))
    mask[side, :int(max(x - .5 * w, 1))] = cv2.GC_BGD
    mask[side, int(min(x + 1.5 * w, width - 1)):] = cv2.GC_BGD
    cv2.grabCut(small, mask, None, np.zeros((1, 65)), np.zeros((1, 65)), 3, cv2.GC_INIT_WITH_MASK)
    inside = np.uint8((mask == cv2.GC_FGD) | (mask == cv2.GC_PR_FGD))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(inside)
    body = labels[int(y + h / 2), int(x + w / 2)]
    share = stats[body, cv2.CC_STAT_AREA] / (w * h)
    if body == 0 or not 1.2 < share < 4.5:
        return None
    opacity = cv2.resize(np.float32(labels == body), (picture.shape[1], picture.shape[0]))
    return blur(opacity, 1.2)


def room(picture, opacity, box, background, rng):
    """The person at the lower edge of a camera picture; picture 0..1, box and shift of points."""
    width, height = [(640, 480), (640, 360), (480, 640), (480, 480)][rng.integers(4)]
    x, y, w, h = box
    factor = min(width * np.exp(rng.uniform(np.log(.13), np.log(.45))) / w, 2.4)
    below = (picture.shape[0] - y) * factor  # from the top of the face to the cut of the shoulders
    top = max(height - below, height * .06)
    left = width * rng.uniform(.3, .7) - (x + w / 2) * factor
    move = np.float32([[factor, 0, left], [0, factor, top - y * factor]])
    how = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    person = cv2.warpAffine(picture, move, (width, height), flags=how, borderMode=cv2.BORDER_REPLICATE)
    inside = cv2.warpAffine(opacity, move, (width, height))[..., None]
    part = rng.uniform(.5, 1)
    rows, columns = [int(v * part) for v in background.shape[:2]]
    y0, x0 = rng.integers(background.shape[0] - rows + 1), rng.integers(background.shape[1] - columns + 1)
    behind = cv2.resize(background[y0:y0 + rows, x0:x0 + columns], (width, height))
    behind = blur(behind, rng.uniform(.3, 4))
    light = (behind.mean((0, 1)) + .05) / (person[inside[..., 0] > .5].mean(0) + .05)
    person = person * np.float32(light ** rng.uniform(0, .35))
    behind = behind * np.float32(rng.uniform(.6, 1.25))
    out = behind * (1 - inside) + person * inside
    out = out * (1 + rng.uniform(0, .3) * smooth_field(rng, out.shape, 1)[..., None])
    return clip01(np.float32(out)), move


def backgrounds(data):
    folders = ("bsds", "caltech/BACKGROUND_Google", "scenes/imagenet")
    return [os.path.join(root, name) for folder in folders
            for root, _, names in sorted(os.walk(os.path.join(data, folder)))
            for name in sorted(names) if name.lower().endswith((".jpg", ".jpeg"))]


def build(data, count, seed):
    rng = np.random.default_rng(seed)
    table, walls = np.load(os.path.join(data, "faces_lfw.npz")), backgrounds(data)
    good = np.flatnonzero((table["box"][:, 2] >= 60) & (table["score"] >= .8))
    rows = []
    for i in rng.permutation(good):
        path, box, points = str(table["files"][i]), table["box"][i].copy(), table["points"][i]
        picture = np.ascontiguousarray(cv2.imread(path)[BORDER:-BORDER, BORDER:-BORDER])
        box[:2] -= BORDER
        opacity = cut_out(picture, box)
        if opacity is None:
            continue
        behind = np.float32(cv2.imread(walls[rng.integers(len(walls))])) / 255
        scene, move = room(np.float32(picture) / 255, opacity, box, behind, rng)
        person = os.path.basename(os.path.dirname(path))
        out = os.path.join(data, "rooms", person, "%d.jpg" % i)
        os.makedirs(os.path.dirname(out), exist_ok=True)
        cv2.imwrite(out, np.uint8(scene * 255 + .5), [cv2.IMWRITE_JPEG_QUALITY, 96])
        corner, factor = move @ np.float32([box[0], box[1], 1]), move[0, 0]
        seen = (points - BORDER) * factor + move[:, 2]
        rows.append((out, np.float32([*corner, *(box[2:] * factor)]), np.float32(seen), 1.))
        if len(rows) == count:
            break
    save(os.path.join(data, "faces_rooms.npz"), rows)
    print("%d pictures in %s" % (len(rows), os.path.join(data, "rooms")))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", required=True)
    parser.add_argument("--count", type=int, default=4000)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    cv2.setNumThreads(1)
    build(args.data, args.count, args.seed)


if __name__ == "__main__":
    main()
