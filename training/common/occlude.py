# SPDX-License-Identifier: Apache-2.0
"""Things drawn over a face: medical masks, dark glasses, hands and other patches.

All positions follow from the five points, so a drawing fits a face of any size and roll. PICTURE
is BGR uint8 and is drawn on; POINTS is [5, 2] in its pixels; RNG is a numpy Generator.
"""
import cv2
import numpy as np

MASK_COLOURS = [(230, 220, 200), (240, 240, 240), (60, 50, 45), (200, 190, 120), (90, 90, 160)]


def _axes(points):
    """Origin between the eyes, unit vectors along the eye line and down the face, eye distance."""
    across = points[1] - points[0]
    span = max(float(np.hypot(*across)), 2.0)
    mouth = (points[3] + points[4]) / 2
    origin = (points[0] + points[1]) / 2
    down = mouth - origin
    down = down / max(float(np.hypot(*down)), 1.0)
    return origin, across / span, down, span


def _fill(picture, outline, colour, rng, soft):
    """Polygon in COLOUR with light falling off to one side; edges blurred by SOFT pixels."""
    cover = np.zeros(picture.shape[:2], np.uint8)
    cv2.fillPoly(cover, [np.int32(np.round(outline))], 255)
    x, y, w, h = cv2.boundingRect(np.int32(np.round(outline)))
    x0, y0 = max(x - 3, 0), max(y - 3, 0)
    x1, y1 = min(x + w + 3, picture.shape[1]), min(y + h + 3, picture.shape[0])
    if x1 <= x0 or y1 <= y0:
        return
    part = picture[y0:y1, x0:x1].astype(np.float32)
    share = cv2.GaussianBlur(cover[y0:y1, x0:x1], (0, 0), max(soft, 0.4)).astype(np.float32) / 255
    slope = rng.uniform(-0.4, 0.4, 2)
    light = 1 + slope[0] * np.linspace(-1, 1, x1 - x0)[None] + slope[1] * np.linspace(
        -1, 1, y1 - y0)[:, None]
    paint = np.clip(np.float32(colour) * light[..., None], 0, 255)
    if rng.random() < 0.5:  # keep some of the shading of what is below
        below = part.mean(2, keepdims=True)
        paint = paint * np.clip(0.6 + 0.4 * below / (below.mean() + 1), 0, 1.5)
    mixed = part + (np.minimum(paint, 255) - part) * share[..., None]
    picture[y0:y1, x0:x1] = mixed.astype(np.uint8)


def draw_mask(picture, points, rng):
    """A face mask from the bridge of the nose to below the chin."""
    origin, right, down, span = _axes(points)
    nose = points[2] - origin
    shift = float(nose @ right) * 0.5  # turned heads: the mask follows the nose
    top = float(nose @ down) * rng.uniform(0.35, 0.95)
    low = span * rng.uniform(1.65, 2.0)
    wide = span * rng.uniform(0.85, 1.05)
    shape = [(-wide, top + 0.15 * span), (shift, top - 0.1 * span), (wide, top + 0.15 * span),
             (wide * 0.9, low * 0.72), (wide * 0.45, low), (-wide * 0.45, low),
             (-wide * 0.9, low * 0.72)]
    outline = np.float32([origin + right * (a + 0.3 * shift) + down * b for a, b in shape])
    if rng.random() < 0.6:
        colour = np.float32(MASK_COLOURS[rng.integers(len(MASK_COLOURS))]) + rng.normal(0, 15, 3)
    else:
        colour = rng.uniform(10, 250, 3)
    _fill(picture, outline, np.clip(colour, 0, 255), rng, span * 0.03)


def draw_glasses(picture, points, rng):
    """Dark or tinted glasses."""
    origin, right, down, span = _axes(points)
    colour = rng.uniform(5, 70, 3)
    angle = np.linspace(0, 2 * np.pi, 16)
    high = rng.uniform(0.2, 0.3)
    for eye in points[:2]:
        outline = eye + span * 0.36 * np.cos(angle)[:, None] * right \
            + span * high * np.sin(angle)[:, None] * down
        _fill(picture, outline, colour, rng, span * 0.02)
    cv2.line(picture, *[tuple(int(v) for v in p) for p in points[:2]], [int(v) for v in colour],
             max(1, int(span * 0.06)))


def draw_patch(picture, points, rng):
    """A hand-like or any other patch that covers a part of the face."""
    origin, right, down, span = _axes(points)
    centre = origin + right * span * rng.uniform(-1.2, 1.2) + down * span * rng.uniform(-0.7, 1.8)
    angle = np.sort(rng.uniform(0, 2 * np.pi, rng.integers(4, 9)))
    reach = span * rng.uniform(0.3, 0.6) * rng.uniform(0.6, 1.3, len(angle))
    outline = centre + np.stack([np.cos(angle), np.sin(angle)], 1) * reach[:, None]
    skin = np.float32([130, 160, 210]) * rng.uniform(0.3, 1.1)
    _fill(picture, outline, skin if rng.random() < 0.5 else rng.uniform(0, 255, 3), rng,
          span * 0.03)


def cover(picture, points, rng):
    """One random thing over the face."""
    kind = rng.random()
    if kind < 0.5:
        draw_mask(picture, points, rng)
    elif kind < 0.7:
        draw_glasses(picture, points, rng)
    else:
        draw_patch(picture, points, rng)
