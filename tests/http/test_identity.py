# SPDX-License-Identifier: Apache-2.0
"""The conformance checklist of spec/identity-verification.md, section 9, by number, over HTTP."""
import os
import re
import subprocess
import time

import harness as h
from harness import IDENTITY, same, true

ENV = {"BONAFIDE_LIVENESS_KEY": h.LIVENESS_KEY.decode()}
server = h.Server(env=ENV)
rows = h.manifest()
ids = set()

MESSAGES = {1200: "invalid argument", 2003: "invalid image size", 2004: "invalid content length",
            2005: "invalid image type or corrupted", 2007: "corrupted liveness data error", 4000: "detection failed",
            4004: "face occlusion"}


def form(photo=None, frames=None, file=None, text=None, more=(), drop=(), **how):
    """A request body and its type. photo: bytes before encryption; text: instead of the encrypted photo."""
    if file is None:
        file = h.liveness_file(frames or [person("a")[1]])
    if text is None:
        text = h.b64(h.encrypt(person("a")[0] if photo is None else photo)).encode()
    parts = [("liveness_file", file, "live.bin"), ("encrypted_image", text, None)]
    parts += [(name, value, None) for name, value in more]
    return h.multipart([p for p in parts if p[0] not in drop], **how)


def call(body_and_type, to=None):
    body, kind = body_and_type
    return (to or server).request("POST", IDENTITY, body, {"Content-Type": kind})


def request_id(response):
    rid = response.json["request_id"]
    true(re.fullmatch("[0-9a-f]{32}", rid), "request_id %r" % rid)
    true(rid not in ids, "request_id was there before")
    ids.add(rid)


def refused(response, code, status=400):
    same(response.status, status, "status of %r" % response.body[:200])
    same(sorted(response.json), ["code", "message", "request_id"], "members")
    true(type(response.json["code"]) is int, "code is an integer")
    same(response.json["code"], code, "code")
    if status == 400:
        same(response.json["message"], MESSAGES[code], "message")
    request_id(response)


def score(response):
    same(response.status, 200, "status of %r" % response.body[:200])
    same(sorted(response.json), ["code", "request_id", "verification_score"], "members")
    same(response.json["code"], 1000, "code")
    true(0 <= response.json["verification_score"] <= 1, "score %r" % response.json["verification_score"])
    request_id(response)
    return response.json["verification_score"]


people = {}


def person(who):
    """Two pictures of one person, (photo, live frame); "a" and "b" are different people."""
    if not rows and who == "a":
        picture = h.decode(h.portrait())
        smaller = h.cv().resize(picture, None, fx=0.8, fy=0.8, interpolation=h.cv().INTER_AREA)
        return h.encode(picture, ".jpg"), h.encode(smaller, ".jpg")
    h.need_shared()
    if not people:
        by_subject = {}
        for r in rows:
            if r["role"] == "pad" and r["label"] == "live" and r["set"].startswith("webcam") and r["subject"]:
                by_subject.setdefault(r["subject"], []).append(r)
        names = sorted(s for s, rs in by_subject.items() if len(rs) > 10)
        for name, subject in zip("ab", (names[0], names[-1])):
            rs = by_subject[subject]
            people[name] = (h.shared(rs[2]["path"]), h.shared(rs[-3]["path"]))
    return people[who]


def check_01_same_person_and_another():
    same_score = score(call(form()))
    other = score(call(form(frames=[person("b")[1]])))
    print("      same %.3f, other %.3f" % (same_score, other))
    true(same_score > 0.7, "same person %r" % same_score)
    true(other < 0.7, "another person %r" % other)


def check_02_exactly_three_keys():
    score(call(form()))
    refused(call(form(drop=["liveness_file"])), 1200)


def check_03_request_ids_are_unique():
    for _ in range(1000):
        refused(call(h.multipart([("x", b"y", None)])), 1200)
    true(len(ids) >= 1000, "request ids")


def check_04_the_check_value():
    """abc under the public key and IV; the server decodes it, finds three bytes that are no picture, and says so."""
    same(h.b64(h.encrypt(b"abc")), "5UKWy8SA6+5HoJKWxW23bxYegw==")
    refused(call(form(text=b"5UKWy8SA6+5HoJKWxW23bxYegw==")), 2005)
    refused(call(form(text=b"5UKWy8SA6+5HoJKWxW23bxYegg==")), 1200)


def check_05_any_flipped_bit():
    sealed = h.encrypt(person("a")[0])
    for at in (0, 1, len(sealed) // 2, len(sealed) - 17, len(sealed) - 16, len(sealed) - 1):
        changed = bytearray(sealed)
        changed[at] ^= 1 << at % 8
        refused(call(form(text=h.b64(bytes(changed)).encode())), 1200)
    for cut in (sealed[:-1], sealed[:16], sealed[:5], h.encrypt(b"")):
        refused(call(form(text=h.b64(cut).encode())), 1200)
    refused(call(form(text=h.b64(h.encrypt(person("a")[0], key=b"k" * 32)).encode())), 1200)
    refused(call(form(text=h.b64(h.encrypt(person("a")[0], iv=b"i" * 12)).encode())), 1200)
    refused(call(form(text=b"not base64 at all!")), 1200)
    wrapped = re.sub(rb"(.{76})", rb"\1\r\n", h.b64(sealed).encode())
    score(call(form(text=wrapped)))


def check_06_the_key_is_text():
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    hexed = AESGCM(bytes.fromhex(h.PHOTO_KEY.decode())).encrypt(h.PHOTO_IV, person("a")[0], None)
    refused(call(form(text=h.b64(hexed).encode())), 1200)


def check_07_missing_parts():
    refused(call(form(drop=["liveness_file"])), 1200)
    refused(call(form(drop=["encrypted_image"])), 1200)
    refused(call(form(text=b"")), 1200)
    refused(call(form(file=b"")), 2007)
    refused(call((b"liveness_file=x&encrypted_image=y", "application/x-www-form-urlencoded")), 1200)
    refused(call((form()[0], "multipart/form-data")), 1200)


def check_08_damaged_liveness_files():
    file = h.liveness_file([person("a")[1]])
    for bad in (os.urandom(5000), file[:-1], file[:100], file[:17], b"BFLV", b"BFLW" + file[4:], b"BFLV\2" + file[5:],
                h.liveness_file([person("a")[1]], key=b"k" * 32), h.liveness_file([]), h.liveness_file([b""]),
                h.liveness_file([b"no picture, but text"]), h.liveness_file([person("a")[1]] * 17),
                h.liveness_file([], plain=b"\xff" * 50), h.liveness_file([person("a")[1]], mode=9), person("a")[1]):
        refused(call(form(file=bad)), 2007)
    for at in range(0, len(file), len(file) // 15):
        changed = bytearray(file)
        changed[at] ^= 0x10
        refused(call(form(file=bytes(changed))), 2007)
    score(call(form(frames=[person("a")[1], person("a")[0]])))


def check_09_formats():
    refused(call(form(photo=b"a text, no picture " * 50)), 2005)
    picture = h.decode(person("a")[0])
    for data in [h.encode(picture, s) for s in (".bmp", ".png", ".jpg", ".tiff")] + [h.gif(picture)]:
        score(call(form(photo=data)))
    refused(call(form(photo=h.encode(picture, ".webp"))), 2005)
    refused(call(form(photo=h.encode(picture, ".png")[:3000])), 2005)


def check_10_limits():
    cv = h.cv()
    picture = h.decode(person("a")[0])
    refused(call(form(photo=h.encode(cv.resize(picture, (31, 200))))), 2003)
    refused(call(form(photo=h.encode(cv.resize(picture, (4097, 100)), ".jpg"))), 2003)
    refused(call(form(photo=h.encode(cv.resize(picture, (100, 4097)), ".jpg"))), 2003)
    png = h.encode(picture)
    refused(call(form(photo=png + bytes(10485761 - len(png)))), 2004)


def check_11_no_face():
    h.need_shared()
    empty = h.shared([r for r in rows if r["role"] == "no_face"][5]["path"])
    refused(call(form(photo=empty)), 4000)
    refused(call(form(frames=[empty])), 4000)


def check_12_covered_mouth():
    h.need_shared()
    masked = [r for r in rows if r["role"] == "quality_occluded_mask"]
    hit = 0
    for row in masked:
        photo = h.shared(row["path"])
        answer = call(form(photo=photo, more=[("check_quality", b"true")]))
        hit += answer.json["code"] == 4004
        true(call(form(photo=photo)).json["code"] != 4004, "4004 without check_quality")
    print("      4004 for %d of %d worn masks" % (hit, len(masked)))
    true(hit >= 0.9 * len(masked), "4004 for only %d of %d masks" % (hit, len(masked)))
    score(call(form(more=[("check_quality", b"true")])))


def check_13_turned_photo():
    cv = h.cv()
    turned = h.encode(cv.rotate(h.decode(person("a")[0]), cv.ROTATE_90_CLOCKWISE))
    plain = call(form(photo=turned))
    if plain.status == 200:
        true(score(plain) < 0.7, "a turned photo scores %r" % plain.json["verification_score"])
    else:
        refused(plain, 4000)
    true(score(call(form(photo=turned, more=[("auto_rotate", b"true")]))) > 0.7, "with auto_rotate")


def check_14_booleans():
    for bad in (b"maybe", b"2", b"yes", b"true ", b"x" * 100):
        refused(call(form(more=[("auto_rotate", bad)])), 1200)
        refused(call(form(more=[("check_quality", bad)])), 1200)
    for good in (b"TRUE", b"False", b"1", b"0", b""):
        score(call(form(more=[("auto_rotate", good)])))
    refused(call(form(more=[("auto_rotate", b"true"), ("auto_rotate", b"true")])), 1200)


def check_15_http_errors():
    body, kind = form()
    chunked = ("POST %s HTTP/1.1\r\nHost: x\r\nContent-Type: %s\r\nTransfer-Encoding: chunked\r\n\r\n" %
               (IDENTITY, kind)).encode() + b"%x\r\n" % len(body) + body + b"\r\n0\r\n\r\n"
    refused(server.raw(chunked), 1200, 411)
    refused(server.raw(("POST %s HTTP/1.1\r\nHost: x\r\nContent-Type: %s\r\n\r\n" % (IDENTITY, kind)).encode()),
            1200, 411)
    refused(call((b"x" * (33554432 + 1), kind)), 1200, 413)
    refused(server.request("POST", "/identity/other", body, {"Content-Type": kind}), 1200, 404)
    refused(server.get(IDENTITY), 1200, 405)
    refused(server.get(IDENTITY + "?" + "x" * 9000), 1200, 414)
    refused(server.get(IDENTITY, headers={"X": "y" * 26000}), 1200, 431)


def check_a_file_is_neither_old_nor_dated_ahead():
    """Asked for an age of 60 s at most. The clock of who sealed it may be 5 minutes ahead, as with tokens."""
    h.need_shared()
    other = h.Server("--liveness-age-s-max", "60", env=ENV)
    now = int(time.time() * 1000)
    for ahead_s, wanted in ((-10, 200), (200, 200), (-100, 400), (400, 400), (250000000000, 400)):
        file = h.liveness_file([person("a")[1]], created_ms=now + 1000 * ahead_s)
        body, kind = form(file=file)
        answer = other.request("POST", IDENTITY, body, {"Content-Type": kind})
        same((answer.status, answer.json["code"]), (wanted, 1000 if wanted == 200 else 2007), "%d s ahead" % ahead_s)
    other.stop()


def check_16_every_code_with_its_exact_message():
    """One request for each code of section 6; refused() compares code, type and message."""
    h.need_shared()
    cv = h.cv()
    empty = h.shared([r for r in rows if r["role"] == "no_face"][5]["path"])
    png = h.encode(h.decode(person("a")[0]))
    answers = {1200: call(form(drop=("encrypted_image",))), 2003: call(form(photo=h.encode(cv.resize(h.decode(png), (31, 90))))),
               2004: call(form(photo=png + bytes(10485761 - len(png)))), 2005: call(form(photo=b"no picture " * 50)),
               2007: call(form(file=b"BFLV")), 4000: call(form(photo=empty))}
    for row in [r for r in rows if r["role"] == "quality_occluded_mask"]:
        answer = call(form(photo=h.shared(row["path"]), more=[("check_quality", b"true")]))
        if answer.status == 400:
            answers[4004] = answer
    same(sorted(answers), sorted(MESSAGES), "codes")
    for code, answer in answers.items():
        refused(answer, code)


def check_17_scores_are_finite_and_monotone():
    """More noise over the photo makes it less alike, never more by a step of note."""
    import numpy
    picture = h.decode(person("a")[0]).astype(float)
    noise = numpy.random.default_rng(7).normal(0, 1, picture.shape)
    scores = [score(call(form(photo=h.encode((picture + s * noise).clip(0, 255).astype("uint8"))))) for s in (0, 25)]
    true(scores[0] >= scores[1], "scores %r" % scores)


def check_18_forms_of_every_kind():
    expected = score(call(form()))
    kinds = [form(quoted=True, boundary="a b:c"), form(preamble=b"preamble\r\n"), form(epilogue=b"epilogue"),
             form(more=[("other", b"x"), ("another", b"")]), form(boundary="-" * 20 + "x"),
             form(more=[("tricky", b"\r\n--b\r\n--b2\r\n-- b1")])]
    file, text = h.liveness_file([person("a")[1]]), h.b64(h.encrypt(person("a")[0])).encode()
    kinds.append(h.multipart([("auto_rotate", b"false", None), ("encrypted_image", text, None),
                              ("liveness_file", file, "x.bin")]))
    kinds.append(h.multipart([("encrypted_image", text, "photo.txt"), ("liveness_file", file, None)]))
    body, kind = form()
    kinds.append((body, kind.upper().replace("B1", "b1")))
    for body in kinds:
        true(abs(score(call(body)) - expected) < 1e-6, "score of %r" % body[1])
    for body, kind in ((form()[0][:-6], form()[1]), (b"", form()[1]), (form()[0], form()[1] + "x")):
        refused(call((body, kind)), 1200)


def check_19_wrong_lengths_stop_the_start():
    for name, value in (("PARAM_DECRYPT_KEY", "short"), ("PARAM_DECRYPT_IV", "x" * 13),
                        ("BONAFIDE_LIVENESS_KEY", "x" * 31)):
        done = subprocess.run([h.BINARY, "serve", "--listen", "127.0.0.1:0", "--state", server.state + "/other"],
                              env=dict(os.environ, **{name: value}), capture_output=True, text=True, timeout=60)
        true(done.returncode != 0, "it started with a bad %s" % name)
        true(name in done.stderr, "%s is not named in %r" % (name, done.stderr))
        true(value not in done.stderr, "the key is shown")


def check_20_nothing_stays():
    photo, frame = person("a")
    score(call(form()))
    time.sleep(0.5)
    needles = [d[len(d) // 2:][:48] for d in (photo, frame, h.encrypt(photo))]
    for folder, _, files in os.walk(server.state):
        for name in files:
            with open(os.path.join(folder, name), "rb") as f:
                content = f.read()
            for needle in needles:
                true(needle not in content, "picture bytes in %s" % name)


if __name__ == "__main__":
    h.main([f for name, f in sorted(globals().items()) if name.startswith("check_")])
