# SPDX-License-Identifier: Apache-2.0
"""What a cheap webcam in a bad light makes of an aligned face: soft, hazy, dark, noisy, compressed."""
import cv2
import numpy as np

_NOISE = np.random.default_rng(7).normal(0, 1, (700, 700, 3)).astype(np.float32)


def _blurred(picture, rng):
    """Out of focus, moved, or small; about two in three pictures."""
    if rng.random() < .45:
        picture = cv2.GaussianBlur(picture, (0, 0), rng.uniform(.3, 2.3))
    if rng.random() < .2:
        length = int(rng.integers(3, 10))
        kernel = np.zeros((length, length), np.float32)
        end = np.float32([np.cos(angle := rng.uniform(0, np.pi)), np.sin(angle)]) * length / 2
        middle = np.float32([length / 2, length / 2])
        cv2.line(kernel, tuple(np.int32(middle - end)), tuple(np.int32(middle + end)), 1)
        picture = cv2.filter2D(picture, -1, kernel / max(kernel.sum(), 1))
    return picture


def _lit(picture, rng):
    """Uneven light, little light, too much, a veil of stray light, a wrong white."""
    side = picture.shape[0]
    if rng.random() < .35:
        slope, ramp = rng.uniform(-.7, .7, 2), np.linspace(-1, 1, side, dtype=np.float32)
        picture = picture * np.maximum(1 + slope[0] * ramp[None] + slope[1] * ramp[:, None], .15)[..., None]
    gain = 1.
    if rng.random() < .35:
        gain = np.exp(rng.uniform(np.log(.12), np.log(.7)))
    elif rng.random() < .15:
        gain = rng.uniform(1.2, 2.2)
    white = np.exp(rng.normal(0, .25 if rng.random() < .15 else .07, 3))
    picture = 255 * (np.clip(picture * gain, 0, None) / 255) ** np.exp(rng.normal(0, .2)) * np.float32(white)
    if rng.random() < .5:
        veil = rng.uniform(.1, .7)
        grey = rng.uniform(40, 220) * max(gain, .25) ** .5 * np.float32(rng.uniform(.85, 1.15, 3))
        picture = picture * (1 - veil) + np.clip(grey, 0, 235) * veil
    if rng.random() < .08:
        picture = np.repeat(picture.mean(2, keepdims=True), 3, 2)
    return picture, gain


def _sensed(picture, rng, gain):
    """Noise of the sensor, more in the dark; fine and in blotches of colour."""
    side = picture.shape[0]
    y, x = rng.integers(0, 700 - side, 2)
    sigma = np.exp(rng.uniform(np.log(.4), np.log(7)))
    picture = picture + _NOISE[y:y + side, x:x + side] * sigma
    if rng.random() < .3:
        small = _NOISE[y:y + side // 6, x:x + side // 6] * sigma * rng.uniform(.3, 1.2)
        picture = picture + cv2.resize(small, (side, side), interpolation=cv2.INTER_CUBIC)
    if gain < .4 and rng.random() < .5:  # automatic gain lifts picture and noise together
        picture = picture * rng.uniform(1, .45 / gain)
    return picture


def look(picture, rng):
    """One look at a float picture (square, BGR, 0..255); returns uint8."""
    side = picture.shape[0]
    picture = _blurred(picture, rng)
    picture, gain = _lit(picture, rng)
    small = int(side * rng.uniform(.3, .95)) if rng.random() < .4 else side
    if small < side:
        picture = cv2.resize(picture, (small, small), interpolation=cv2.INTER_AREA)
    picture = np.uint8(np.clip(_sensed(picture, rng, gain), 0, 255))
    if rng.random() < .2:
        picture = cv2.addWeighted(picture, amount := rng.uniform(1.3, 2.5),
                                  cv2.GaussianBlur(picture, (0, 0), 1.2), 1 - amount, 0)
    if rng.random() < .5:
        quality = int(rng.integers(20, 90))
        picture = cv2.imdecode(cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])[1], 1)
    how = cv2.INTER_LINEAR if rng.random() < .5 else cv2.INTER_CUBIC
    return picture if small == side else cv2.resize(picture, (side, side), interpolation=how)
