# SPDX-License-Identifier: Apache-2.0
"""What cameras do to pictures: exposure, colour, blur, noise, compression. BGR uint8 in and out."""
import cv2
import numpy as np

_NOISE = np.random.default_rng(7).normal(0, 1, (700, 700, 3)).astype(np.float32)


def tone(picture, rng, strength=1.0):
    """Gamma, gain and colour cast through one table per channel; grey in one of twelve."""
    if rng.random() < 0.08 * strength:
        picture = cv2.cvtColor(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR)
    gamma = np.exp(rng.normal(0, 0.25 * strength))
    gain = np.exp(rng.normal(0, 0.15 * strength)) * np.exp(rng.normal(0, 0.07 * strength, 3))
    lift = rng.normal(0, 10 * strength)
    level = (np.arange(256, dtype=np.float32) / 255) ** gamma * 255
    table = np.clip(level[:, None] * gain[None] + lift, 0, 255).astype(np.uint8)
    return cv2.LUT(picture, table.reshape(1, 256, 3))


def shade(picture, rng):
    """Light from one side."""
    height, width = picture.shape[:2]
    slope = rng.uniform(-0.4, 0.4, 2)
    light = 1 + slope[0] * np.linspace(-1, 1, width)[None] + slope[1] * np.linspace(
        -1, 1, height)[:, None]
    return np.clip(picture * light[..., None], 0, 255).astype(np.uint8)


def blur(picture, rng, reach=1.0):
    """Defocus, motion, or a lower resolution."""
    kind = rng.random()
    if kind < 0.4:
        return cv2.GaussianBlur(picture, (0, 0), rng.uniform(0.3, 1.6) * reach)
    if kind < 0.6:
        length = int(rng.integers(3, 4 + int(4 * reach)))
        kernel = np.zeros((length, length), np.float32)
        if rng.random() < 0.5:
            kernel[length // 2] = 1 / length
        else:
            np.fill_diagonal(kernel if rng.random() < 0.5 else kernel[:, ::-1], 1 / length)
        return cv2.filter2D(picture, -1, kernel)
    factor = rng.uniform(0.4, 0.9)
    small = cv2.resize(picture, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    return cv2.resize(small, picture.shape[1::-1], interpolation=cv2.INTER_LINEAR)


def noise(picture, rng, sigma):
    """Sensor noise of SIGMA grey levels, cut from a fixed field at a random place."""
    height, width = picture.shape[:2]
    y, x = rng.integers(0, 700 - height), rng.integers(0, 700 - width)
    field = _NOISE[y:y + height, x:x + width] * sigma
    return np.clip(picture + field, 0, 255).astype(np.uint8)


def compress(picture, rng):
    """JPEG and back."""
    ok, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(25, 90))])
    return cv2.imdecode(data, cv2.IMREAD_COLOR) if ok else picture


def dim(picture, rng):
    """Too little light: a few grey levels left, and the noise that comes with it."""
    dark = cv2.convertScaleAbs(picture, alpha=float(np.exp(rng.uniform(np.log(0.06), np.log(0.5)))))
    return noise(dark, rng, rng.uniform(0.5, 3.0))


def camera(picture, rng, strength=1.0):
    """A random camera."""
    if rng.random() < 0.25 * strength:
        picture = shade(picture, rng)
    if rng.random() < 0.8:
        picture = tone(picture, rng, strength)
    if rng.random() < 0.12 * strength:
        picture = dim(picture, rng)
    if rng.random() < 0.35 * strength:
        picture = blur(picture, rng, strength)
    if rng.random() < 0.35 * strength:
        picture = noise(picture, rng, rng.uniform(1, 12) * strength)
    if rng.random() < 0.35 * strength:
        picture = compress(picture, rng)
    return picture


def veil(picture, rng):
    """Little contrast: stray light over everything, or a camera that lifts the shadows."""
    keep = rng.uniform(0.25, 0.8)
    light = rng.uniform(40, 220) + rng.normal(0, 12, 3)
    level = np.arange(256, dtype=np.float32)[:, None] * keep + light[None] * (1 - keep)
    return cv2.LUT(picture, np.clip(level, 0, 255).astype(np.uint8).reshape(1, 256, 3))


def soften(picture, rng, least=0.2):
    """Few pixels on the face, then the camera's own smoothing or sharpening."""
    factor = float(np.exp(rng.uniform(np.log(least), np.log(0.7))))
    small = cv2.resize(picture, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    if rng.random() < 0.5:
        small = compress(small, rng)
    if rng.random() < 0.3:
        small = cv2.medianBlur(small, 3)
    how = cv2.INTER_CUBIC if rng.random() < 0.5 else cv2.INTER_LINEAR
    picture = cv2.resize(small, picture.shape[1::-1], interpolation=how)
    if rng.random() < 0.3:
        amount = rng.uniform(0.3, 1.2)
        picture = cv2.addWeighted(picture, 1 + amount, cv2.GaussianBlur(picture, (0, 0), 1.5),
                                  -amount, 0)
    return picture


def webcam(picture, rng, least=0.2):
    """A bad webcam in a bad light: soft, hazy, tinted, dark, noisy, compressed; some of these."""
    if rng.random() < 0.5:
        picture = tone(picture, rng, 1.5)
    if rng.random() < 0.3:
        picture = shade(picture, rng)
    if rng.random() < 0.15:
        picture = dim(picture, rng)
    if rng.random() < 0.6:
        picture = soften(picture, rng, least)
    if rng.random() < 0.5:
        picture = veil(picture, rng)
    if rng.random() < 0.3:
        picture = noise(picture, rng, rng.uniform(1, 10))
    if rng.random() < 0.4:
        picture = compress(picture, rng)
    return picture
