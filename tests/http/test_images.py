# SPDX-License-Identifier: Apache-2.0
"""The conformance checklist of spec/liveness-images.md, section 7, by number, over HTTP."""
import json
import os
import time

import harness as h
from harness import IMAGES, same, true

server = h.Server()
key = server.add_api_key("camera")
time.sleep(1.2)  # a new key counts within a second
rows = h.manifest()

MESSAGES = {110: "body_parameter_missing", 111: "body_parameter_invalid_type", 112: "body_parameter_invalid_value",
            113: "body_parameter_not_found", 116: "body_parameter_duplicated", 215: "image_data_not_supported",
            219: "image_data_too_few", 223: "image_entity_not_found"}


def call(body, headers=None, path=IMAGES):
    if not isinstance(body, (str, bytes)):
        body = json.dumps(body)
    head = {"Content-Type": "application/json", "api-key": key}
    head.update(headers or {})
    return server.request("POST", path, body, {k: v for k, v in head.items() if v is not None})


def refused(response, code, status=400, message=None):
    """Every error body has an integer code and the exact message of the specification (check 18)."""
    same(response.status, status, "status of %r" % response.body[:200])
    same(sorted(response.json), ["code", "description", "message"], "members")
    true(type(response.json["code"]) is int, "code is an integer")
    same(response.json["code"], code, "code (%s)" % response.json["description"])
    same(response.json["message"], message or MESSAGES.get(code, response.json["message"]), "message")


def answered(response):
    same(response.status, 200, "status of %r" % response.body[:200])
    j = response.json
    true(isinstance(j["spoofScore"], (int, float)) and 0 <= j["spoofScore"] <= 1, "spoofScore")
    same(sorted(j["position"]), ["height", "left", "top", "width"], "position")
    true(all(type(v) is int for v in j["position"].values()), "position holds integers")
    true(j["position"]["width"] >= 1 and j["position"]["height"] >= 1, "position is not empty")
    same(j["model"], "JCV_2D_I25000", "model")
    return j


def pick(label, count, kind="pad", sets=None):
    h.need_shared()
    fit = [r for r in rows if r["role"] == kind and r["label"] == label and (not sets or r["set"] in sets)]
    return fit[::max(1, len(fit) // count)][:count]


def live():
    if not rows:
        return h.portrait()
    return h.shared(pick("live", 6)[3]["path"])


def item(data=None, index=0, **more):
    return dict({"index": index, "type": "RGB", "data": h.b64(live() if data is None else data)}, **more)


def overlap(p, box):
    """Intersection over union of a position and `x y w h`."""
    x, y, w, hh = box
    ix = max(0, min(p["left"] + p["width"], x + w) - max(p["left"], x))
    iy = max(0, min(p["top"] + p["height"], y + hh) - max(p["top"], y))
    return ix * iy / (p["width"] * p["height"] + w * hh - ix * iy)


def boxes(row):
    return sorted(([float(v) for v in b.split()] for b in row["face_box"].split(";") if b),
                  key=lambda b: -b[2] * b[3])


def check_01_one_portrait():
    j = answered(call(h.images_body(live())))
    same(sorted(j), ["model", "position", "spoofScore"], "members")


def check_02_the_box_is_on_the_face():
    good = 0
    picked = pick("live", 10)
    for row in picked:
        p = answered(call(h.images_body(h.shared(row["path"]))))["position"]
        true(p["left"] >= 0 and p["top"] >= 0 and p["left"] + p["width"] <= int(row["width"]) and
             p["top"] + p["height"] <= int(row["height"]), "the box is inside the picture")
        good += overlap(p, boxes(row)[0]) > 0.4
    true(good >= 9, "the box is on %d of 10 faces" % good)


def check_03_the_larger_face_of_two():
    cv = h.cv()
    picture = h.decode(live())
    small = cv.resize(picture, None, fx=0.6, fy=0.6, interpolation=cv.INTER_AREA)
    canvas = cv.copyMakeBorder(picture, 0, 0, small.shape[1], 0, cv.BORDER_CONSTANT)
    canvas[:small.shape[0], :small.shape[1]] = small
    alone = answered(call(h.images_body(h.encode(picture))))["position"]
    both = answered(call(h.images_body(h.encode(canvas))))["position"]
    true(overlap(both, (alone["left"] + small.shape[1], alone["top"], alone["width"], alone["height"])) > 0.7,
         "the box %r is not on the larger face" % both)


def scores(label, count):
    return [answered(call(h.images_body(h.shared(r["path"]))))["spoofScore"] for r in pick(label, count)]


def check_04_live_is_below_a_half_and_attacks_are_not():
    lives, prints, replays = scores("live", 20), scores("print", 20), scores("replay", 20)
    low, high = sum(s < 0.5 for s in lives), sum(s >= 0.5 for s in prints + replays)
    print("      live below 0.5: %d of 20; attacks at or above: %d of 40" % (low, high))
    true(low >= 14, "only %d of 20 live pictures below 0.5" % low)
    true(high >= 28, "only %d of 40 attacks at or above 0.5" % high)


def check_05_missing_and_mistyped_fields():
    for name in ("index", "type", "data"):
        bad = item()
        del bad[name]
        refused(call({"images": [bad]}), 110)
    refused(call({}), 110)
    for name, wrong in (("index", "0"), ("index", None), ("type", 7), ("type", None), ("data", 7), ("data", None)):
        refused(call({"images": [item(**{name: wrong}) if name != "data" else dict(item(b""), data=wrong)]}), 111)
    for body in ("", "{", "[]", '"x"', "null", "[1,2", b"\xff"):
        refused(call(body), 111)
    refused(call({"images": [7]}), 111)


def check_06_index():
    refused(call({"images": [item(index=1)]}), 112)
    refused(call({"images": [item(index=-1)]}), 112)
    refused(call({"images": [item(), item()]}), 116)
    refused(call({"images": [item(index="0")]}), 111)
    refused(call({"images": [item(index=0.5)]}), 111)


def check_07_type():
    for kind in ("rgb", "IR", ""):
        refused(call({"images": [item(type=kind)]}), 112)
    answered(call({"images": [item()]}))


def check_08_data():
    for data in ("", " \n", "!!!!", h.b64(live()) + "x", h.b64(live())[:-1], "data:image/jpeg;base64,AAAA", "AA==AA=="):
        refused(call({"images": [dict(item(b""), data=data)]}), 112)
    refused(call({"images": [item(b"%PDF-1.7\n" + b"1 0 obj <<>> endobj\n" * 30)]}), 215)
    text = h.b64(live())
    wrapped = "\n".join(text[i:i + 76] for i in range(0, len(text), 76)) + "\n"
    same(call({"images": [dict(item(b""), data=wrapped)]}).body, call({"images": [item()]}).body, "wrapped lines")


def check_09_images():
    refused(call({"images": []}), 219)
    refused(call({"model": "JCV_2D_I25000"}), 110)
    refused(call({"images": {}}), 111)
    refused(call({"images": None}), 111)


def check_10_surplus_images_are_ignored():
    first = item()
    second = item(h.shared(pick("replay", 3)[1]["path"]), 1)
    alone = call({"images": [first]}).body
    same(call({"images": [first, second]}).body, alone, "two items")
    same(call({"images": [second, first]}).body, alone, "swapped")
    same(call({"images": [first, {"index": 1, "type": "XYZ", "data": "!"}]}).body, alone, "undecodable second item")
    refused(call({"images": [first, {"index": 1, "type": 7, "data": "!"}]}), 111)


def check_11_no_face():
    hit = sum(call(h.images_body(h.shared(r["path"]))).status == 400 for r in pick("none", 10, "no_face"))
    true(hit >= 9, "no face in %d of 10 landscapes" % hit)
    refused(call(h.images_body(h.encode(h.decode(live())[:60, :60]))), 223)
    cv = h.cv()
    position = answered(call(h.images_body(live())))["position"]
    scale = 20 / min(position["width"], position["height"])
    tiny = cv.resize(h.decode(live()), None, fx=scale, fy=scale, interpolation=cv.INTER_AREA)
    refused(call(h.images_body(h.encode(tiny))), 223)


def sideways_with_exif():
    cv = h.cv()
    stored = cv.rotate(h.decode(live()), cv.ROTATE_90_COUNTERCLOCKWISE)
    return h.with_exif(h.encode(stored, ".jpg", cv.IMWRITE_JPEG_QUALITY, 95), 6)


def check_12_exif():
    data = sideways_with_exif()
    upright = answered(call(h.images_body(live())))
    stored = call(h.images_body(data))
    if stored.status == 200:  # handled as stored: whatever is found is not where the upright face is
        true("rotated" not in stored.json, "rotated without autoRotate")
        true(overlap(stored.json["position"], [upright["position"][k] for k in ("left", "top", "width", "height")]) < 0.9,
             "EXIF was applied without autoRotate")
    else:
        refused(stored, 223)
    j = answered(call(h.images_body(data, autoRotate=True)))
    same(j["rotated"], 0, "rotated")
    true(overlap(j["position"], [upright["position"][k] for k in ("left", "top", "width", "height")]) > 0.7, "position")


def check_13_auto_rotate_in_both_places():
    cv = h.cv()
    turned = h.encode(cv.rotate(h.decode(live()), cv.ROTATE_90_COUNTERCLOCKWISE))
    same(answered(call({"autoRotate": True, "images": [item(turned)]}))["rotated"], 90, "top level")
    same(answered(call({"images": [item(turned, autoRotate=True)]}))["rotated"], 90, "in the item")
    true("rotated" not in (call({"autoRotate": True, "images": [item(turned, autoRotate=False)]}).json), "item wins")
    for wrong in ("true", 1, None):
        refused(call({"autoRotate": wrong, "images": [item()]}), 111)
        refused(call({"images": [item(autoRotate=wrong)]}), 111)


def check_14_formats():
    picture = h.decode(live())
    answered(call(h.images_body(h.encode(picture))))
    answered(call(h.images_body(h.gif(picture))))
    for suffix in (".bmp", ".tiff", ".webp", ".ppm"):
        refused(call(h.images_body(h.encode(picture, suffix))), 215)


def check_15_model():
    refused(call({"images": [item()], "model": "other"}), 113)
    refused(call({"images": [item()], "model": 7}), 111)
    answered(call({"images": [item()], "model": "JCV_2D_I25000"}))


def check_16_keys():
    body = h.images_body(live())
    for head in ({"api-key": None}, {"api-key": "wrong"}, {"api-key": ""}, {"api-key": key[:-1]},
                 {"api-key": None, "Authorization": "Bearer wrong"}, {"api-key": None, "Authorization": key}):
        refused(call(body, head), 401, 401, "Unauthorized")
    answered(call(body, {"api-key": None, "Authorization": "Bearer " + key}))
    answered(call(body, {"api-key": None, "Authorization": "bearer " + key}))


def check_17_http_errors():
    response = server.get(IMAGES)
    refused(response, 405, 405, "Method Not Allowed")
    same(response.headers["allow"], "POST")
    refused(call(h.images_body(live()), {"Content-Type": "text/plain"}), 415, 415, "Unsupported Media Type")
    refused(call(b" " * 5242880), 413, 413, "Request Entity Too Large")
    refused(call(b" " * 5242879), 111)
    refused(call(b"{}", path=IMAGES + "?" + "x" * 8192), 414, 414, "Request-URI Too Long")
    refused(call(b"{}", path=IMAGES + "?" + "x" * 8000), 110)
    refused(call(b"{}", {"X-Long": "x" * 25600}), 431, 431, "Request Header Fields Too Large")
    refused(call(b"{}", {"X-Long": "x" * 25000}), 110)
    refused(server.get("/api/v1/liveness/nothing"), 404, 404, "Not Found")


def check_18_every_code_with_its_exact_message():
    """One body for each code of section 5.2 that this API can give; refused() compares code, type and message."""
    bodies = {110: {}, 111: {"images": 7}, 112: {"images": [item(type="IR")]}, 113: {"images": [item()], "model": "other"},
              116: {"images": [item(), item()]}, 215: {"images": [item(b"no picture " * 30)]}, 219: {"images": []},
              223: {"images": [item(h.encode(h.decode(live())[:60, :60]))]}}
    same(sorted(bodies), sorted(MESSAGES), "codes")
    for code, body in bodies.items():
        refused(call(body), code, message=MESSAGES[code])


def check_19_nothing_stays():
    """A run of bytes out of the middle of the picture is looked for in every file of the state folder and the log."""
    data = live()
    answered(call(h.images_body(data)))
    needles = [data[len(data) // 2:][:48], h.b64(data)[len(data) // 2 // 4 * 4:][:48].encode()]
    time.sleep(0.5)
    for folder, _, files in os.walk(server.state):
        for name in files:
            with open(os.path.join(folder, name), "rb") as f:
                content = f.read()
            for needle in needles:
                true(needle not in content, "picture bytes in %s" % name)


def check_20_direction_of_the_score():
    true(sorted(scores("live", 5))[2] < sorted(scores("replay", 5))[2], "attacks score lower than live pictures")


if __name__ == "__main__":
    h.main([f for name, f in sorted(globals().items()) if name.startswith("check_")])
