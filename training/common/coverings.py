# SPDX-License-Identifier: Apache-2.0
"""What covers a face, and what only looks like it: drawn on aligned faces with a margin.

Every function takes a numpy Generator and OTHERS (pictures to cut patterns from) and returns a mask
[S, S] of 0..1 and colours [S, S, 3] (BGR, 0..255) in the frame of aligned.POINTS. Coverings are
labelled by the share of a part that lies under the mask; DECOYS (beards, lids, clear glasses, ...)
leave every part visible, whatever they draw.
"""
import cv2
import numpy as np

from . import aligned

SIDE = aligned.SIDE
EYES, NOSE, MOUTH = aligned.POINTS[:2], aligned.POINTS[2], aligned.POINTS[3:].mean(0)
MIDDLE = SIDE / 2
SKIN = np.float32([[170, 195, 235], [135, 165, 215], [100, 130, 185], [65, 90, 140], [40, 58, 95]])
CLOTH = np.float32([[250, 250, 248], [240, 240, 238], [225, 200, 150], [215, 190, 120], [215, 225, 160],
                    [200, 180, 235], [40, 38, 38], [25, 24, 24], [60, 55, 50], [130, 128, 126]])
ROWS, COLUMNS = np.mgrid[:SIDE, :SIDE].astype(np.float32)


def smooth_noise(rng, low, high, cells=5):
    """A soft random field, for light and folds."""
    small = rng.uniform(low, high, (cells, cells)).astype(np.float32)
    return cv2.resize(small, (SIDE, SIDE), interpolation=cv2.INTER_CUBIC)


def plain(colour):
    return np.ones((SIDE, SIDE, 3), np.float32) * np.float32(colour)


def cloth(rng, others):
    """Plain, striped, dotted, or a piece of another picture."""
    base = rng.choice([rng.uniform(0, 60), rng.uniform(190, 255), rng.uniform(0, 255)])
    out, kind = plain(base * rng.uniform(.8, 1.2, 3)), rng.random()
    if kind < .15:
        angle = rng.uniform(0, np.pi)
        wave = np.sin((COLUMNS * np.cos(angle) + ROWS * np.sin(angle)) * rng.uniform(.1, 1.2))
        out += (wave > 0)[..., None] * np.float32(rng.uniform(-120, 120, 3))
    elif kind < .25:
        wave = np.sin(COLUMNS * rng.uniform(.2, .8)) * np.sin(ROWS * rng.uniform(.2, .8))
        out += (wave > .5)[..., None] * np.float32(rng.uniform(-150, 150, 3))
    elif kind < .35:
        out = np.float32(others[rng.integers(len(others))])
        out = np.ascontiguousarray(out[::rng.choice([-1, 1])].transpose(1, 0, 2))
    return np.clip(out * smooth_noise(rng, .75, 1.2, 4)[..., None], 0, 255)


def polygon(points):
    mask = np.zeros((SIDE, SIDE), np.float32)
    cv2.fillPoly(mask, [np.int32(np.round(np.float32(points) * 16))], 1, shift=4)
    return mask


def bent(points, steps=8):
    """A smooth closed outline through POINTS (Catmull-Rom)."""
    p = np.float32(points)
    a, b, c, d = np.roll(p, 1, 0), p, np.roll(p, -1, 0), np.roll(p, -2, 0)
    t = np.linspace(0, 1, steps, endpoint=False, dtype=np.float32)[:, None, None]
    out = .5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t ** 2
                + (3 * b - a - 3 * c + d) * t ** 3)
    return out.transpose(1, 0, 2).reshape(-1, 2)


def line(mask, start, end, value, wide):
    cv2.line(mask, tuple(int(v) for v in start), tuple(int(v) for v in end), value, int(wide),
             cv2.LINE_AA)


# ---------------------------------------------------------------- worn masks

def mask_outline(rng, top):
    """Left side, over the nose, right side, round the chin; a turned head shifts the middle."""
    turn = rng.normal(0, .18)
    left, right = rng.uniform(33, 45) * (1 + turn), rng.uniform(33, 45) * (1 - turn)
    centre = MIDDLE + rng.normal(0, 2) + 8 * turn
    side, bottom = top + rng.uniform(2, 18), rng.uniform(MOUTH[1] + 20, MOUTH[1] + 42)
    bridge = rng.uniform(-1, 5)
    return centre, bottom, np.float32([
        [centre - left, side], [centre - left * .5, top + bridge], [centre, top],
        [centre + right * .5, top + bridge], [centre + right, side],
        [centre + right * .93, bottom - rng.uniform(12, 22)], [centre + right * .45, bottom - 2],
        [centre, bottom + rng.uniform(-2, 3)], [centre - left * .45, bottom - 2],
        [centre - left * .93, bottom - rng.uniform(12, 22)]])


def folds(rng, colour, kind, centre, top, bottom):
    """Pleats of a surgical mask, the crease of an FFP2 mask, the seam of a cloth one."""
    across = (COLUMNS - centre) / 38
    if kind == "surgical":
        for fold in np.linspace(top + 12, bottom - 10, rng.integers(2, 5)):
            away = ROWS - (fold + rng.uniform(-3, 3) * across ** 2)
            depth = rng.uniform(.04, .3)
            colour *= (1 - depth * np.exp(-(away / 1.2) ** 2)
                       + .4 * depth * np.exp(-((away + 2.5) / 1.5) ** 2))[..., None]
    elif kind == "crease":
        colour *= (1 - rng.uniform(.05, .25) * np.exp(-(across * 38 / 1.5) ** 2)
                   + rng.uniform(-.15, .15) * np.sign(across))[..., None]
    if rng.random() < .5:  # sewn rim
        rim = rng.uniform(-.2, .15)
        colour *= (1 + rim * np.exp(-((ROWS - top - 3 - 4 * across ** 2) / 1.2) ** 2))[..., None]


def bulge(rng, centre, top, bottom):
    """Light on something that stands out from the face."""
    across, along = (COLUMNS - centre) / 40, (ROWS - (top + bottom) / 2) / ((bottom - top) / 2 + 1)
    lit = 1 + rng.uniform(-.35, .35) * across + rng.uniform(-.3, .15) * along
    return lit - rng.uniform(0, .35) * across ** 2 - rng.uniform(0, .25) * np.maximum(along, 0) ** 2


def loops(rng, mask, colour, outline):
    """Ear loops: thin bands from the four corners outwards."""
    tone = plain(rng.choice([245, 235, 40]))
    bands = np.zeros_like(mask)
    for x, low, away in ((outline[0], outline[-1], -30), (outline[4], outline[5], 30)):
        wide = rng.integers(1, 3)
        line(bands, x, x + [away, rng.uniform(-22, 0)], 1, wide)
        line(bands, low, x + [away, rng.uniform(-5, 15)], 1, wide)
    only = (bands * (mask < .5))[..., None]
    return np.maximum(mask, bands), colour * (1 - only) + tone * only


def worn_mask(rng, others, top):
    centre, bottom, outline = mask_outline(rng, top)
    kind = rng.choice(["surgical", "crease", "cloth"], p=[.5, .2, .3])
    if rng.random() < .7:
        colour = plain(CLOTH[rng.integers(len(CLOTH))] * rng.uniform(.6, 1.05)
                       * rng.uniform(.93, 1.07, 3))
    else:
        colour = cloth(rng, others)
    folds(rng, colour, kind, centre, top, bottom)
    colour *= (bulge(rng, centre, top, bottom) * smooth_noise(rng, .88, 1.1, 7))[..., None]
    mask = polygon(bent(outline) if rng.random() < .8 else outline)
    if rng.random() < .6:
        mask, colour = loops(rng, mask, colour, outline)
    return mask, np.clip(colour, 0, 255)


def medical_mask(rng, others):
    """Over nose and mouth, one in nine below the nose."""
    low = rng.random() < .11
    top = NOSE[1] + rng.uniform(5, 10) if low else rng.uniform(EYES[0, 1] + 6, NOSE[1] - 4)
    return worn_mask(rng, others, top)


def chin_mask(rng, others):
    """Pulled down to the chin: a decoy."""
    return worn_mask(rng, others, MOUTH[1] + rng.uniform(10, 18))


# ---------------------------------------------------------------- other coverings

def lenses(rng, mask, wide, high, drop, value, thick):
    """Two lenses, round or square; negative THICK fills them."""
    rounded = rng.random() < .5
    for eye in EYES:
        centre = (int(eye[0]), int(eye[1] + drop))
        if rounded:
            cv2.ellipse(mask, centre, (int(wide), int(high)), 0, 0, 360, value, thick, cv2.LINE_AA)
        else:
            cv2.rectangle(mask, (int(centre[0] - wide), int(centre[1] - high)),
                          (int(centre[0] + wide), int(centre[1] + high)), value, thick)


def dark_glasses(rng, others):
    """Two lenses, bridge, temples; nearly black or mirrored."""
    mask = np.zeros((SIDE, SIDE), np.float32)
    wide, high, drop = rng.uniform(12, 19), rng.uniform(8, 15), rng.uniform(-1, 5)
    lenses(rng, mask, wide, high, drop, 1, -1)
    middle = int(EYES[0, 1] + drop - 2)
    line(mask, (EYES[0, 0], middle), (EYES[1, 0], middle), 1, rng.integers(2, 5))
    line(mask, (0, middle - 3), (EYES[0, 0], middle), 1, 2)
    line(mask, (EYES[1, 0], middle), (SIDE, middle - 3), 1, 2)
    shade = rng.uniform(0, 70) * np.ones(3) + rng.uniform(0, 25, 3)
    ramp = np.linspace(rng.uniform(.5, 1), rng.uniform(1, 2), SIDE, dtype=np.float32)
    return mask, plain(shade) * ramp[:, None, None]


def hand(rng, others):
    """Fingers and palm from a random side to a random part of the face."""
    mask = np.zeros((SIDE, SIDE), np.float32)
    target = [EYES[0], EYES[1], NOSE, MOUTH, MOUTH][rng.integers(5)] + rng.normal(0, 5, 2)
    angle = rng.uniform(-.4, np.pi + .4)
    away = np.float32([np.cos(angle), np.sin(angle)])
    across = np.float32([-away[1], away[0]])
    thick, count = rng.uniform(11, 17), rng.integers(2, 5)
    light = np.ones_like(mask)
    for i in range(count):
        tip = target + across * thick * (i - (count - 1) / 2) * 1.02 - away * rng.uniform(5, 22)
        line(mask, tip, tip + away * 150, 1, thick)
        line(light, tip + across * thick / 2, tip + across * thick / 2 + away * 150, .55, 2)
    light = cv2.GaussianBlur(light, (0, 0), 1.5)
    skin = SKIN[rng.integers(len(SKIN))] * rng.uniform(.75, 1.1)
    return mask, np.clip(light[..., None] * skin, 0, 255)


def scarf(rng, others):
    """Everything below a bent line at nose or mouth height."""
    y, bend = rng.uniform(EYES[0, 1] + 10, MOUTH[1] + 4), rng.uniform(-12, 12, 3)
    return polygon([[0, y + bend[0]], [MIDDLE, y + bend[1]], [SIDE, y + bend[2]], [SIDE, SIDE],
                    [0, SIDE]]), cloth(rng, others)


def strands(rng, low):
    """Hair that falls from above to LOW eye heights below the eyes (negative: above)."""
    mask = np.zeros((SIDE, SIDE), np.float32)
    ends = [(MIDDLE - 45, MIDDLE + 2), (MIDDLE - 2, MIDDLE + 45),
            (MIDDLE - 45, MIDDLE + 45)][rng.integers(3)]
    for x in np.arange(*ends, rng.uniform(1.5, 3)):
        end = EYES[0, 1] + 22 * low + rng.normal(0, 3)
        line(mask, (x + rng.normal(0, 6), 0), (x, end), 1, rng.integers(2, 5))
    tone = rng.choice([15, 30, 60, 110, 190]) * np.float32([.7, .85, 1])
    return mask, np.clip(rng.uniform(.6, 1.4, (1, SIDE, 1)).repeat(SIDE, 0) * tone, 0, 255)


def hair(rng, others):
    return strands(rng, rng.uniform(-.1, .9))


def thing(rng, others):
    """A cup, phone, sheet or microphone: rectangle or ellipse anywhere on the face."""
    mask = np.zeros((SIDE, SIDE), np.float32)
    centre = (int(rng.uniform(40, 136)), int(rng.uniform(50, 140)))
    size = (int(rng.uniform(8, 34)), int(rng.uniform(8, 34)))
    if rng.random() < .5:
        cv2.ellipse(mask, centre, size, rng.uniform(0, 180), 0, 360, 1, -1)
    else:
        mask = polygon(cv2.boxPoints((centre, (2 * size[0], 2 * size[1]), rng.uniform(0, 90))))
    return mask, cloth(rng, others)


# ---------------------------------------------------------------- decoys

def clear_glasses(rng, others):
    """Frames thin or thick; lenses that tint, shade or reflect a little: the eyes stay visible."""
    mask, colour = np.zeros((SIDE, SIDE), np.float32), plain(rng.uniform(0, 90, 3))
    wide, high, drop = rng.uniform(12, 19), rng.uniform(8, 14), rng.uniform(-1, 4)
    shape = int(rng.integers(1 << 30))
    lens = np.zeros((SIDE, SIDE), np.float32)
    lenses(np.random.default_rng(shape), lens, wide, high, drop, 1, -1)
    tint = rng.choice([rng.uniform(0, 60), rng.uniform(120, 255)]) * rng.uniform(.8, 1.2, 3)
    if rng.random() < .6:
        mask, colour = lens * rng.uniform(.05, .45), colour * (1 - lens[..., None]) + tint * lens[..., None]
    if rng.random() < .45:
        spots = np.zeros((SIDE, SIDE), np.float32)
        for eye in EYES[:rng.integers(1, 3)]:
            box = (tuple(eye + rng.uniform(-9, 9, 2)), tuple(rng.uniform(3, 14, 2)), rng.uniform(0, 90))
            spots = np.maximum(spots, polygon(cv2.boxPoints(box)))
        spots *= lens
        mask = np.maximum(mask, spots * rng.uniform(.2, .8))
        colour = np.maximum(colour, spots[..., None] * np.float32(rng.uniform(180, 255, 3)))
    frame = np.zeros((SIDE, SIDE), np.float32)
    lenses(np.random.default_rng(shape), frame, wide, high, drop, 1, int(rng.integers(1, 6)))
    middle = EYES[0, 1] + drop - 2
    line(frame, (EYES[0, 0] + wide, middle), (EYES[1, 0] - wide, middle), 1, rng.integers(1, 5))
    for x, end in ((EYES[0, 0] - wide, 0), (EYES[1, 0] + wide, SIDE)):
        line(frame, (x, middle), (end, middle - rng.uniform(-3, 8)), 1, rng.integers(1, 4))
    colour = colour * (1 - frame[..., None]) + rng.uniform(0, 90) * frame[..., None]
    return np.maximum(mask, frame), colour


def beard(rng, others):
    """Moustache, chin, cheeks; the lips stay free."""
    jaw, lip = rng.uniform(26, 42), MOUTH + np.float32([0, rng.uniform(-2, 2)])
    mask = polygon(bent([[lip[0] - jaw, lip[1] - rng.uniform(5, 30)], [lip[0] - 18, lip[1] - 8],
                         [lip[0], NOSE[1] + 9], [lip[0] + 18, lip[1] - 8],
                         [lip[0] + jaw, lip[1] - rng.uniform(5, 30)], [lip[0] + jaw * .7, lip[1] + 22],
                         [lip[0], lip[1] + rng.uniform(24, 45)], [lip[0] - jaw * .7, lip[1] + 22]]))
    cv2.ellipse(mask, (int(lip[0]), int(lip[1])), (15, int(rng.integers(3, 7))), 0, 0, 360, 0, -1)
    grain = cv2.GaussianBlur(np.float32(rng.random((SIDE, SIDE))), (0, 0), rng.uniform(.6, 1.6))
    mask = cv2.GaussianBlur(mask, (0, 0), rng.uniform(1, 4)) * np.clip(.5 + 3 * (grain - .5), .2, 1)
    tone = rng.choice([15, 30, 50, 90, 170]) * np.float32([.75, .87, 1])
    return mask * rng.uniform(.35, .95), plain(tone)


def lids(rng, others):
    """Closed eyes: skin over them and a dark line of lashes."""
    mask = np.zeros((SIDE, SIDE), np.float32)
    colour = plain(SKIN[rng.integers(len(SKIN))] * rng.uniform(.7, 1.05))
    for eye in EYES:
        centre = (int(eye[0]), int(eye[1]))
        cv2.ellipse(mask, centre, (10, int(rng.integers(4, 7))), 0, 0, 360, rng.uniform(.6, 1), -1)
        cv2.ellipse(mask, centre, (9, 3), 0, 0, 180, 1, 1, cv2.LINE_AA)
        cv2.ellipse(colour, centre, (9, 3), 0, 0, 180, (20, 20, 25), 1, cv2.LINE_AA)
    return mask, colour


def shadows(rng, others):
    """Light from above or aside: dark sockets, a dark half, lines of age."""
    mask = np.zeros((SIDE, SIDE), np.float32)
    if rng.random() < .6:
        for eye in EYES:
            cv2.ellipse(mask, (int(eye[0]), int(eye[1] - 2)), (int(rng.uniform(12, 18)),
                        int(rng.uniform(7, 12))), 0, 0, 360, 1, -1)
        cv2.ellipse(mask, (int(NOSE[0]), int(NOSE[1] + 6)), (9, 4), 0, 0, 360, .7, -1)
        mask = cv2.GaussianBlur(mask, (0, 0), rng.uniform(3, 6))
    for _ in range(rng.integers(0, 6)):
        start = np.float32([rng.uniform(52, 124), rng.uniform(55, 150)])
        line(mask, start, start + rng.normal(0, 14, 2), rng.uniform(.3, .8), 1)
    if rng.random() < .3:
        edge = MIDDLE + rng.uniform(-25, 25)
        side = 1 / (1 + np.exp(rng.choice([-1, 1]) * (COLUMNS - edge) / rng.uniform(3, 12)))
        mask = np.maximum(mask, side)
    return mask * rng.uniform(.2, .75), plain(rng.uniform(0, 40))


def fringe(rng, others):
    """Hair that ends above the eyes, or a cap."""
    return strands(rng, rng.uniform(-1.1, -.45))


def collar(rng, others):
    """Cloth that ends below the chin."""
    y, bend = MOUTH[1] + rng.uniform(19, 40), rng.uniform(-4, 14, 3)
    return polygon([[0, y + bend[0]], [MIDDLE, y + 6], [SIDE, y + bend[2]], [SIDE, SIDE],
                    [0, SIDE]]), cloth(rng, others)


COVERINGS = [(medical_mask, .28), (dark_glasses, .16), (hand, .23), (scarf, .11), (hair, .12),
             (thing, .1)]
DECOYS = [(clear_glasses, .4), (beard, .14), (shadows, .22), (lids, .07), (fringe, .07), (collar, .05),
          (chin_mask, .05)]


def part_areas():
    """Areas whose covered share is the label: each eye, nose, mouth."""
    areas = []
    for centre, axes in ((EYES[0], (9, 5)), (EYES[1], (9, 5)), (NOSE - [0, 3], (8, 8)),
                         (MOUTH, (14, 6))):
        area = np.zeros((SIDE, SIDE), np.float32)
        cv2.ellipse(area, tuple(int(v) for v in centre), axes, 0, 0, 360, 1, -1)
        areas.append(area > 0)
    return areas


AREAS = part_areas()


def label(mask):
    """Covered share of eyes (the worse one), nose, mouth; under a quarter 0, over three quarters 1."""
    share = [mask[area].mean() for area in AREAS]
    return np.clip((np.float32([max(share[:2]), share[2], share[3]]) - .25) / .5, 0, 1)


def choose(rng, table):
    chance = np.array([c for _, c in table])
    return table[rng.choice(len(table), p=chance / chance.sum())][0]


def draw(picture, rng, others, kind):
    """KIND over a float picture; returns the picture and the mask."""
    mask, colour = kind(rng, others)
    if kind is hand and rng.random() < .6:  # a hand of the same person
        cheeks = picture[int(NOSE[1]) - 4:int(NOSE[1]) + 6].reshape(-1, 3)[::7]
        colour = colour / colour.reshape(-1, 3).max(0) * np.median(cheeks, 0) * rng.uniform(.8, 1.15)
    soft = cv2.GaussianBlur(mask, (0, 0), rng.uniform(.5, 1.3))[..., None]
    if rng.random() < .7:  # the light that falls on the face falls on it too
        grey = cv2.resize(picture.mean(2), (8, 8), interpolation=cv2.INTER_AREA)
        grey = cv2.resize(cv2.GaussianBlur(grey, (0, 0), 1.5), (SIDE, SIDE))
        colour = colour * np.clip(grey / rng.uniform(90, 150), .3, 1.3)[..., None]
    shade = cv2.GaussianBlur(np.roll(mask, rng.integers(-3, 4, 2), (0, 1)), (0, 0), 3)[..., None]
    out = picture * (1 - rng.uniform(0, .4) * shade * (1 - soft))
    return out * (1 - soft) + np.clip(colour, 0, 255) * soft, mask
KINDS = {k for k, _ in COVERINGS}
FREE = {k for k, _ in DECOYS}
