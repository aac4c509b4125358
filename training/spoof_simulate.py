# SPDX-License-Identifier: Apache-2.0
"""Simulated recapture: what a camera sees when a face is shown on paper, a screen or as a mask.

The physical chain is: a picture of a live face -> print or display response -> its carrier (sheet,
device with bezel) in a scene by a homography, with fingers, gloss and reflections -> a camera. The
same camera model is applied to live pictures, so that only the recapture itself tells them apart.
(Idea: simulated physical spoofing clues, arXiv 2404.08450.) Pictures are float32 BGR in 0..1.
"""
import cv2
import numpy as np

SKIN_BGR = np.float32([[.72, .80, .95], [.55, .66, .88], [.40, .52, .76], [.26, .36, .56],
                       [.16, .23, .38]])


def clip01(picture):
    return np.clip(picture, 0, 1, out=picture)


def smooth_field(rng, shape, cells):
    """Smooth random field in -1..1 with about CELLS bumps across."""
    grid = rng.uniform(-1, 1, (cells + 2, cells + 2)).astype(np.float32)
    return cv2.resize(grid, (shape[1], shape[0]), interpolation=cv2.INTER_CUBIC)


def tint(picture, rng, strength):
    return picture * rng.uniform(1 - strength, 1 + strength, 3).astype(np.float32)


def saturate(picture, factor):
    grey = picture.mean(2, keepdims=True)
    return grey + (picture - grey) * np.float32(factor)


def blur(picture, sigma):
    """Gaussian blur; wide ones on a reduced copy, which looks the same and is far cheaper."""
    if sigma <= .2:
        return picture
    if sigma <= 3:
        return cv2.GaussianBlur(picture, (0, 0), float(sigma))
    height, width = picture.shape[:2]
    factor = 2 / sigma
    small = cv2.resize(picture, (max(int(width * factor), 4), max(int(height * factor), 4)),
                       interpolation=cv2.INTER_AREA)
    return cv2.resize(cv2.GaussianBlur(small, (0, 0), 1.9), (width, height))


# ---------------------------------------------------------------- carriers

def display_response(content, rng):
    """Backlight, gamma and colour temperature of a screen; raised black; viewing-angle shading."""
    lit = np.power(content, np.float32(rng.uniform(.75, 1.35)))
    lit = saturate(tint(lit, rng, .10), rng.uniform(.75, 1.4))
    gain, black = rng.uniform(.75, 1.45), rng.uniform(0, .12)
    if rng.random() < .5:
        lit = lit * np.float32([rng.uniform(1, 1.18), 1, rng.uniform(.85, 1)])
    shade = 1 + rng.uniform(0, .2) * smooth_field(rng, content.shape, 1)[..., None]
    return clip01((black + (1 - black) * lit * gain) * shade)


def print_response(content, rng):
    """Ink gamut, raised black, halftone or banding, paper grain."""
    out = saturate(content, rng.uniform(.35, 1.05))
    black, white = rng.uniform(.03, .25), rng.uniform(.72, 1.)
    out = black + (white - black) * np.power(np.clip(out, 0, 1), np.float32(rng.uniform(.8, 1.3)))
    if rng.random() < .12:
        out = np.repeat(out.mean(2, keepdims=True), 3, 2)
    out = tint(out, rng, .12)
    height, width = out.shape[:2]
    if rng.random() < .4:
        y, x = np.mgrid[:height, :width].astype(np.float32)
        angle, pitch = rng.uniform(0, np.pi), rng.uniform(2, 4)
        u = (x * np.cos(angle) + y * np.sin(angle)) * 2 * np.pi / pitch
        v = (y * np.cos(angle) - x * np.sin(angle)) * 2 * np.pi / pitch
        out = out + (np.sin(u) * np.sin(v) * rng.uniform(.01, .08))[..., None]
    if rng.random() < .3:
        bands = rng.normal(0, rng.uniform(.005, .03), (max(height // 4, 1), 1)).astype(np.float32)
        out = out + cv2.resize(bands, (1, height), interpolation=cv2.INTER_NEAREST)[:, :, None]
    grain = rng.normal(0, rng.uniform(0, .03), (height, width, 1)).astype(np.float32)
    return clip01(np.float32(out + grain))


def fit(content, width, height, cover):
    """CONTENT on a black WIDTH x HEIGHT canvas; returns canvas and the 2x3 map of coordinates."""
    factor = (max if cover else min)(width / content.shape[1], height / content.shape[0])
    shift = [(width - factor * content.shape[1]) / 2, (height - factor * content.shape[0]) / 2]
    move = np.float32([[factor, 0, shift[0]], [0, factor, shift[1]]])
    how = cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR
    return cv2.warpAffine(content, move, (width, height), flags=how), move


def interface_marks(screen, rng):
    """Bars, buttons and lines of text that programs draw over a picture on a screen."""
    height, width = screen.shape[:2]
    for top in (True, False):
        if rng.random() < .45:
            high = int(height * rng.uniform(.03, .14))
            rows = slice(0, high) if top else slice(height - high, height)
            screen[rows] = screen[rows] * rng.uniform(0, .5) + rng.choice([0., .1, .9]) * .5
            for _ in range(rng.integers(0, 6)):
                spot = (int(rng.uniform(0, width)), int((0 if top else height - high) + high / 2))
                cv2.circle(screen, spot, max(int(high * .18), 1), (1, 1, 1), -1)
    return screen


def device(content, rng):
    """A screen with bezel showing CONTENT: picture, opacity, map of content coordinates."""
    aspect = rng.choice([9 / 16, 9 / 19, 3 / 4, 1., 4 / 3, 16 / 10, 16 / 9])
    own = content.shape[1] / content.shape[0]
    if rng.random() < .5:
        aspect = own
    height = int(np.clip(np.sqrt(content.shape[0] * content.shape[1] / aspect), 160, 640))
    width = max(int(height * aspect), 90)
    screen, move = fit(content, width, height, cover=rng.random() < .45)
    screen = display_response(interface_marks(screen, rng), rng)
    side = int(width * rng.choice([.008, .02, .04, .08]))
    ends = int(height * rng.choice([.01, .03, .07, .13]))
    shell = rng.choice([.02, .05, .12, .6, .92]) * rng.uniform(.8, 1.1, 3)
    body = cv2.copyMakeBorder(screen, ends, ends, side, side, cv2.BORDER_CONSTANT,
                              value=[float(min(v, 1)) for v in shell])
    opacity = np.zeros(body.shape[:2], np.float32)
    round_off = int(min(body.shape[:2]) * rng.choice([0, .03, .08]))
    _rounded(opacity, round_off)
    move[:, 2] += [side, ends]
    return body, opacity, move


def _rounded(mask, radius):
    height, width = mask.shape
    cv2.rectangle(mask, (radius, 0), (width - 1 - radius, height - 1), 1, -1)
    cv2.rectangle(mask, (0, radius), (width - 1, height - 1 - radius), 1, -1)
    for x in (radius, width - 1 - radius):
        for y in (radius, height - 1 - radius):
            cv2.circle(mask, (x, y), radius, 1, -1)


def sheet(content, rng):
    """A printed photograph, with or without white margin: picture, opacity, coordinate map."""
    paper = print_response(content, rng)
    margin = [int(paper.shape[i // 2] * (rng.uniform(.02, .25) if rng.random() < .5 else 0))
              for i in range(4)]
    white = [float(v) for v in rng.uniform(.8, 1, 3)]
    body = cv2.copyMakeBorder(paper, *margin, cv2.BORDER_CONSTANT, value=white)
    move = np.float32([[1, 0, margin[2]], [0, 1, margin[0]]])
    fold = 1 + rng.uniform(0, .25) * smooth_field(rng, body.shape, rng.integers(1, 4))[..., None]
    return clip01(body * np.float32(fold)), np.ones(body.shape[:2], np.float32), move


# ---------------------------------------------------------------- scene

def place(body, move, box, size, rng, face_height):
    """Random homography that puts the face BOX (content pixels) at FACE_HEIGHT scene pixels."""
    width, height = size
    cx, cy = move @ np.float32([box[0] + box[2] / 2, box[1] + box[3] / 2, 1])
    factor = face_height / (box[3] * move[0, 0])
    angle = rng.normal(0, 7) * np.pi / 180
    tall, wide = body.shape[:2]
    corners = np.float32([[0, 0], [wide, 0], [wide, tall], [0, tall]]) - [cx, cy]
    turn = np.float32([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    target = [width * rng.uniform(.33, .67), height * rng.uniform(.36, .62)]
    seen = factor * corners @ turn.T + target
    lean = rng.normal(0, .03, (4, 2)) * np.ptp(seen, 0)
    source = np.float32([[0, 0], [wide, 0], [wide, tall], [0, tall]])
    return cv2.getPerspectiveTransform(source, np.float32(seen + lean)), np.float32(seen + lean)


def moved_box(box, move, homography):
    """Upright box around the face after content map and homography."""
    x, y, w, h = box
    corners = np.float32([[x, y], [x + w, y], [x + w, y + h], [x, y + h]])
    inner = corners @ move[:, :2].T + move[:, 2]
    seen = cv2.perspectiveTransform(inner[None].astype(np.float32), homography)[0]
    centre, extent = seen.mean(0), [np.ptp(seen[:, 0]), np.ptp(seen[:, 1])]
    return np.float32([centre[0] - extent[0] / 2, centre[1] - extent[1] / 2, *extent])


def fingers(scene, edge_a, edge_b, rng):
    """Draw a hand that holds the carrier at the edge from EDGE_A to EDGE_B."""
    skin = SKIN_BGR[rng.integers(len(SKIN_BGR))] * rng.uniform(.6, 1.1)
    along = edge_b - edge_a
    length = float(np.hypot(*along))
    if length < 20:
        return scene
    along = along / length
    inward = np.float32([-along[1], along[0]])
    thick = length * rng.uniform(.05, .12)
    layer, mask = np.empty_like(scene), np.zeros(scene.shape[:2], np.float32)
    layer[:] = skin
    base = edge_a + along * length * rng.uniform(.2, .8)
    palm = base - inward * thick * rng.uniform(1, 3)
    for i in range(rng.integers(1, 5)):
        start = base + along * thick * 1.25 * i - inward * thick
        reach = thick * rng.uniform(.2, 1.8)
        cv2.line(mask, tuple(int(v) for v in start), tuple(int(v) for v in start + inward * reach),
                 1, max(int(thick), 2), cv2.LINE_AA)
    if rng.random() < .6:
        cv2.line(mask, tuple(int(v) for v in palm),
                 tuple(int(v) for v in palm - inward * length + along * rng.normal(0, length / 2)),
                 1, max(int(thick * 4), 2), cv2.LINE_AA)
    shade = blur(mask, thick * .35)
    mask = blur(mask, 1.2)[..., None]
    layer *= (.35 + .65 * shade)[..., None]
    return scene * (1 - mask) + layer * mask


def moire(shape, rng):
    """Coloured interference of pixel grid and sensor: few warped sine waves a channel."""
    y, x = np.mgrid[:shape[0], :shape[1]].astype(np.float32)
    bend = smooth_field(rng, shape, 2) * rng.uniform(0, 12)
    out = np.zeros((shape[0], shape[1], 3), np.float32)
    for _ in range(rng.integers(1, 3)):
        angle, period = rng.uniform(0, np.pi), np.exp(rng.uniform(np.log(2.2), np.log(40)))
        phase = (x * np.cos(angle) + y * np.sin(angle) + bend) * (2 * np.pi / period)
        strength = rng.uniform(.005, .05)
        if rng.random() < .5:
            out += (np.sin(phase) * strength)[..., None]
        else:
            for channel in range(3):
                out[..., channel] += np.sin(phase + channel * rng.uniform(.5, 2.6)) * strength
    return out


def glare(shape, rng):
    """Bright spots and streaks of lamps and windows on glass or glossy paper."""
    out = np.zeros(shape[:2], np.float32)
    for _ in range(rng.integers(1, 4)):
        centre = (int(rng.uniform(0, shape[1])), int(rng.uniform(0, shape[0])))
        axes = (int(shape[1] * rng.uniform(.02, .25)), int(shape[0] * rng.uniform(.02, .25)))
        cv2.ellipse(out, centre, axes, rng.uniform(0, 180), 0, 360, rng.uniform(.1, .8), -1)
    return blur(out, rng.uniform(2, .08 * shape[1]))[..., None]


def _surface(picture, inside, reflected, rng, screen):
    """Add what happens on the surface of the carrier, where INSIDE is 1."""
    extra = np.zeros_like(picture)
    if screen and rng.random() < .6:
        extra += moire(picture.shape, rng)
    if rng.random() < .35:
        extra += glare(picture.shape, rng) * rng.uniform(.2, 1)
    if rng.random() < (.4 if screen else .1):
        extra += blur(reflected, rng.uniform(.3, 6)) * rng.uniform(.03, .25)
    return picture + extra * inside


def reduced(content, box, most):
    """No more pixels than the scene can show."""
    factor = most / max(content.shape[:2])
    if factor >= 1:
        return content, box
    return cv2.resize(content, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA), box * factor


def recapture(content, box, background, kind, rng, size=(512, 384)):
    """Show CONTENT with face BOX as `replay` or `print` before BACKGROUND; scene and new box."""
    screen = kind == "replay"
    content, box = reduced(content, box, 420)
    body, opacity, move = (device if screen else sheet)(content, rng)
    near = rng.random() < .3
    face_height = size[1] * (rng.uniform(.45, .8) if near else rng.uniform(.2, .5))
    homography, corners = place(body, move, box, size, rng, face_height)
    shown = cv2.warpPerspective(body, homography, size, flags=cv2.INTER_LINEAR)
    inside = cv2.warpPerspective(opacity, homography, size)
    if not screen and rng.random() < .6:
        shown, inside = curl(shown, inside, rng)
    inside = blur(inside, rng.uniform(.3, 1.2))[..., None]
    behind = blur(cv2.resize(background, size), rng.uniform(0, 4)) * rng.uniform(.35, 1.1)
    if screen and rng.random() < .3:
        behind = behind * rng.uniform(.2, .7)
    reflected = cv2.flip(cv2.resize(background, size), 1)
    shown = _surface(shown, inside, reflected, rng, screen)
    if rng.random() < .5:
        dark = blur(np.roll(inside[..., 0], rng.integers(-12, 12, 2), (0, 1)), 8)[..., None]
        behind = behind * (1 - rng.uniform(0, .5) * dark)
    scene = behind * (1 - inside) + shown * inside
    for edge in range(4):
        if rng.random() < (.5 if edge == 2 else .25):
            scene = fingers(scene, corners[edge], corners[(edge + 1) % 4], rng)
    if screen and rng.random() < .4:
        scene = scene + blur(np.clip(scene - .75, 0, 1), rng.uniform(4, 16)) * rng.uniform(.2, 1)
    return clip01(np.float32(scene)), moved_box(box, move, homography)


def curl(shown, inside, rng):
    """Bend a sheet: a smooth displacement, at most a few hundredths of the picture, and shading."""
    height, width = inside.shape
    y, x = np.mgrid[:height, :width].astype(np.float32)
    u, v = x / width - .5, y / height - .5
    bend = rng.uniform(-.25, .25, 2)
    map_x = x + np.float32(bend[0] * width) * (v * v - .1)
    map_y = y + np.float32(bend[1] * height) * (u * u - .1)
    light = 1 + np.float32(rng.uniform(-.5, .5)) * u + np.float32(rng.uniform(-.5, .5)) * v
    shown = cv2.remap(shown, map_x, map_y, cv2.INTER_LINEAR) * light[..., None]
    return shown, cv2.remap(inside, map_x, map_y, cv2.INTER_LINEAR)


# ---------------------------------------------------------------- paper mask, live distractors

MASK_OUTLINE = np.float32([[-.95, -.9], [-.5, -1.25], [0, -1.35], [.5, -1.25], [.95, -.9],
                           [1.05, 0], [.9, .75], [.5, 1.2], [0, 1.4], [-.5, 1.2], [-.9, .75],
                           [-1.05, 0]])


def paper_mask(scene, points, content, content_points, similarity, rng):
    """CONTENT's face, printed and cut out, worn over the live face at POINTS in SCENE."""
    height, width = scene.shape[:2]
    printed = print_response(content, rng)
    move = np.float32(similarity(content_points, points))
    grow = rng.uniform(.95, 1.3)
    middle = points.mean(0)
    move[:, :2] *= grow
    move[:, 2] = grow * move[:, 2] + (1 - grow) * middle + rng.normal(0, 2, 2)
    layer = cv2.warpAffine(printed, move, (width, height), borderMode=cv2.BORDER_REPLICATE)
    layer = layer * (1 + rng.uniform(0, .25) * smooth_field(rng, scene.shape, 2)[..., None])
    span = float(np.hypot(*(points[1] - points[0]))) * grow
    outline = MASK_OUTLINE * [span * rng.uniform(.85, 1.1), span * rng.uniform(.9, 1.15)] + middle
    outline = outline + rng.normal(0, span * .05, outline.shape)
    mask = np.zeros((height, width), np.float32)
    cv2.fillPoly(mask, [np.int32(outline)], 1, cv2.LINE_AA)
    if rng.random() < .35:
        for eye in points[:2]:
            axes = (int(span * .2), int(span * rng.uniform(.07, .14)))
            cv2.ellipse(mask, tuple(int(v) for v in eye), axes, 0, 0, 360, 0, -1)
    shadow = blur(np.roll(mask, rng.integers(-6, 7, 2), (0, 1)), span * .06)[..., None]
    out = scene * (1 - rng.uniform(0, .5) * shadow)
    rim = np.zeros_like(mask)
    if rng.random() < .6:
        cv2.polylines(rim, [np.int32(outline)], True, 1, max(int(span * .04), 1), cv2.LINE_AA)
    mask, rim = blur(mask, .8)[..., None], rim[..., None]
    out = out * (1 - mask) + layer * mask
    return clip01(np.float32(out * (1 - rim) + rim * rng.uniform(.7, 1)))


def distractors(scene, box, pictures, rng):
    """Hang framed pictures and screens beside a live head: a border alone is no attack."""
    height, width = scene.shape[:2]
    x, y, w, h = box
    keep = (x - .45 * w, x + 1.45 * w)
    for _ in range(rng.integers(1, 3)):
        left = rng.random() < .5
        room = keep[0] if left else width - keep[1]
        if room < 30:
            continue
        wide, high = int(room * rng.uniform(.3, 1)), int(height * rng.uniform(.15, .7))
        picture = cv2.resize(pictures[rng.integers(len(pictures))], (wide, high))
        picture = (display_response if rng.random() < .6 else print_response)(picture, rng)
        edge = max(int(min(wide, high) * rng.uniform(.0, .08)), 1)
        cv2.rectangle(picture, (0, 0), (wide - 1, high - 1),
                      tuple(float(v) for v in rng.uniform(0, 1, 3) * rng.choice([.1, 1])), edge)
        x0 = int(rng.uniform(0, max(room - wide, 1)) + (0 if left else keep[1]))
        y0 = int(rng.uniform(0, max(height - high, 1)))
        part = scene[y0:y0 + high, x0:x0 + wide]
        part[:] = blur(picture, rng.uniform(0, 2))[:part.shape[0], :part.shape[1]]
    return scene


# ---------------------------------------------------------------- camera

def camera(scene, rng):
    """Lens, exposure, colour, noise, sharpening, JPEG of a random camera; uint8 picture."""
    out = scene
    if rng.random() < .3:  # a window or a lamp at one side
        out = out * (1 + rng.uniform(.1, .6) * smooth_field(rng, out.shape, 1)[..., None])
    if rng.random() < .5:
        out = blur(out, rng.uniform(.3, 1.6) if rng.random() < .75 else rng.uniform(1.6, 3.))
    if rng.random() < .15:
        out = _motion(out, rng)
    target = rng.uniform(.25, .62)
    gain = np.clip(target / max(float(out.mean()), .05), .5, 1.9) if rng.random() < .6 else 1
    out = np.power(np.clip(out * np.float32(gain), 0, 1), np.float32(rng.uniform(.7, 1.4)))
    out = saturate(tint(out, rng, .12 if rng.random() < .7 else .25), rng.uniform(.5, 1.3))
    if rng.random() < .3:
        out = out * (1 - rng.uniform(0, .5) * _vignette(out.shape))
    if rng.random() < .35:  # stray light: cheap webcams show little contrast
        veil = rng.uniform(.2, .7) * rng.uniform(.92, 1.08, 3).astype(np.float32)
        keep = np.float32(rng.uniform(.35, .95))
        out = out * keep + veil * (1 - keep)
    level = rng.uniform(0, .035) if rng.random() < .7 else 0
    if level > .002:
        noise = rng.standard_normal(out.shape, np.float32) * np.float32(level)
        if rng.random() < .5:
            noise = blur(noise, .7) * 1.6
        out = out + noise
    if rng.random() < .35:
        out = out + (out - blur(out, rng.uniform(.8, 2))) * rng.uniform(.3, 1.5)
    out = np.uint8(np.clip(out, 0, 1) * 255 + .5)
    if rng.random() < .15:
        out = cv2.medianBlur(out, 3)
    return jpeg(out, int(rng.uniform(35, 97))) if rng.random() < .8 else out


def _motion(picture, rng):
    length = int(rng.integers(3, 9))
    kernel = np.zeros((length, length), np.float32)
    angle = rng.uniform(0, np.pi)
    half = (length - 1) / 2
    reach = np.float32([np.cos(angle), np.sin(angle)]) * half
    cv2.line(kernel, tuple(int(round(v)) for v in half - reach),
             tuple(int(round(v)) for v in half + reach), 1)
    return cv2.filter2D(picture, -1, kernel / kernel.sum())


def _vignette(shape):
    y = np.linspace(-1, 1, shape[0], dtype=np.float32)[:, None]
    x = np.linspace(-1, 1, shape[1], dtype=np.float32)[None]
    return np.clip((x * x + y * y) / 2, 0, 1)[..., None]


def jpeg(picture, quality):
    coded = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    return cv2.imdecode(coded, cv2.IMREAD_COLOR)
