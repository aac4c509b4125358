# SPDX-License-Identifier: Apache-2.0
"""The conformance checklist of spec/bws-livenessdetection.md, section 10, by number, over HTTP."""
import json
import re
import time

import harness as h
from harness import BWS, same, true

server = h.Server()
key = server.add_client("app")
time.sleep(1.2)  # a new client counts within a second
rows = h.manifest()


def call(body, tok=None, **headers):
    head = {"Content-Type": "application/json", "Authorization": "Bearer " + (tok or h.token(key, "app"))}
    head.update({k.replace("_", "-"): v for k, v in headers.items()})
    return server.request("POST", BWS, body, {k: v for k, v in head.items() if v is not None})


def pick(label, count, kind="pad", sets=None):
    """The same pictures in every run: every n-th of those that fit."""
    h.need_shared()
    fit = [r for r in rows if r["role"] == kind and r["label"] == label and (not sets or r["set"] in sets)]
    step = max(1, len(fit) // count)
    return fit[::step][:count]


live_picture = []


def live():
    """A live picture that the server takes for live; check 1 says how often that is so."""
    if not live_picture and not rows:
        live_picture.append(h.portrait())
    if not live_picture:
        for row in pick("live", 20):
            data = h.shared(row["path"])
            if call(h.bws_body(data)).json.get("live"):
                live_picture.append(data)
                break
        true(live_picture, "no live picture passes")
    return live_picture[0]


def refused(response, code=3, status=400):
    same(response.status, status, "status")
    same(sorted(response.json), ["code", "details", "message"], "members")
    same(response.json["code"], code, "code")
    true(isinstance(response.json["message"], str) and response.json["message"], "message is a text")
    same(response.json["details"], [], "details")
    same(response.headers["content-type"], "application/json", "content type")


def codes(response):
    same(response.status, 200, "status")
    return [e["errorCode"] for e in response.json["errors"]]


def decided(response):
    """What holds of every 200: field order, types, mean, live <=> no errors (checks 11, 12, 23, 24)."""
    same(response.status, 200, "status of %r" % response.body[:200])
    j = response.json
    same(list(j), ["status", "errors", "imageProperties", "live", "livenessScore"], "fields in order")
    same(j["status"], "SUCCEEDED", "status")
    same(j["live"], not j["errors"], "live")
    true(not re.search(rb"null|NaN|Infinity|nan|inf\b", response.body), "no null, NaN or Infinity")
    scores = []
    for p in j["imageProperties"]:
        same(list(p), ["rotated", "faces", "qualityScore", "qualityAssessments", "frameNumber"], "fields in order")
        true(type(p["rotated"]) is int and p["rotated"] in (0, 90, 180, 270), "rotated is %r" % p["rotated"])
        true(type(p["frameNumber"]) is int, "frameNumber is an integer")
        for f in p["faces"]:
            same(list(f), ["leftEye", "rightEye", "textureLivenessScore", "motionLivenessScore",
                           "movementDirection"], "fields in order")
            true(f["rightEye"]["x"] < f["leftEye"]["x"], "the right eye is on the left side")
            scores += [s for s in (f["textureLivenessScore"], f["motionLivenessScore"]) if s]
    mean = sum(scores) / len(scores) if scores else 0
    true(abs(mean - j["livenessScore"]) < 1e-6, "livenessScore %r is not the mean %r" % (j["livenessScore"], mean))
    return j


def check_01_a_live_portrait_passes():
    good = 0
    picked = [h.shared(r["path"]) for r in pick("live", 20)] if rows else [h.portrait()]
    for data in picked:
        j = decided(call(h.bws_body(data)))
        if j["live"]:
            same(j["errors"], [], "errors")
            good += 1
    print("      %d of %d live pictures pass" % (good, len(picked)))
    true(good >= 0.7 * len(picked), "only %d of %d live pictures pass" % (good, len(picked)))


def check_02_algorithms():
    for alg in ("HS256", "HS384", "HS512"):
        refused(call("{}", h.token(key, "app", alg)))  # let in, then the body is refused
    for tok in (h.token(key, "app", header={"alg": "none"}), h.token(key, "app", header={"alg": "RS256"}),
                h.token(bytes(64), "app"), h.token(key, "app", header={"alg": "none"}).rsplit(".", 1)[0] + "."):
        unauthorized(call("{}", tok))


def unauthorized(response, presented=True):
    same(response.status, 401, "status")
    same(response.body, b"", "body")
    true(response.headers["www-authenticate"].startswith("Bearer"), "WWW-Authenticate")
    same("invalid_token" in response.headers["www-authenticate"], presented, "invalid_token")


def check_03_audience():
    for aud in ("BWS", "bws", ["BWS"], ["x", "Bws"]):
        refused(call("{}", h.token(key, "app", claims={"aud": aud})))
    for aud in ("other", ["other"], [], {}, 7, None):
        unauthorized(call("{}", h.token(key, "app", claims={"aud": aud})))
    unauthorized(call("{}", h.token(key, "app", drop=["aud"])))


def check_04_claims():
    refused(call("{}", h.token(key, "app", claims={"iss": "demoWeApp"})))
    refused(call("{}", h.token(key, "app", drop=["nbf", "iss", "iat"])))
    refused(call("{}", h.token(key, "app", claims={"exp": time.time() - 100})))  # within the skew of 300 s
    unauthorized(call("{}", h.token(key, "nobody")))
    unauthorized(call("{}", h.token(key, "app", claims={"exp": time.time() - 400})))
    unauthorized(call("{}", h.token(key, "app", claims={"nbf": time.time() + 400})))
    unauthorized(call("{}", h.token(key, "app", drop=["exp"])))
    unauthorized(call("{}", h.token(key, "app", drop=["sub"])))


def check_05_the_decoded_key_verifies_not_its_text():
    unauthorized(call("{}", h.token(h.b64(key).encode(), "app")))
    refused(call("{}", h.token(key, "app")))


def check_06_no_token_is_refused_before_the_body():
    head = "POST %s HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 50000000\r\n\r\n" % BWS
    start = time.time()
    response = server.raw(head.encode())
    true(time.time() - start < 5, "the answer waited for the body")
    unauthorized(response, presented=False)
    unauthorized(call("{}", None, Authorization="Basic YTpi"), presented=True)


def check_07_reference_number():
    body = h.bws_body(live())
    same(call(body, Reference_Number="abc").headers["reference-number"], "abc")
    true("reference-number" not in call(body, Reference_Number="").headers, "no header for an empty one")
    true("reference-number" not in call(body).headers, "no header for none")
    same(call(body, Reference_Number="x" * 256).status, 200, "256 bytes")
    refused(call(body, Reference_Number="x" * 257))
    refused(call(body, Reference_Number="\xe4"))
    for _ in range(50):  # the bookkeeping is written behind the answer
        listed = server.command("jobs", "--reference", "abc", "--json")
        if "abc" in listed:
            return
        time.sleep(0.1)
    raise AssertionError("the bookkeeping has no reference abc: %r" % listed[:200])


def check_08_headers():
    seen = set()
    for _ in range(3):
        response = call(h.bws_body(live()))
        true(re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", response.headers["jobid"]), "jobid is a GUID")
        true(response.headers["bws-version"] and response.headers["date"], "bws-version and date")
        same([k for k, _ in response.header_list].count("date"), 1, "dates")
        seen.add(response.headers["jobid"])
    same(len(seen), 3, "job ids")


def check_09_one_image():
    j = decided(call(h.bws_body(live())))
    same(len(j["imageProperties"]), 1)
    same(j["imageProperties"][0]["faces"][0]["motionLivenessScore"], 0)
    same(j["imageProperties"][0]["faces"][0]["movementDirection"], 0)


def sequence_pairs(wanted):
    """(first, second) of every sequence whose second frame is expected to show this movement."""
    h.need_shared()
    pairs = []
    sequences = {}
    for r in rows:
        if r["role"] in ("motion", "video") and r["label"] == "live" and r["pair_or_sequence"]:
            sequences.setdefault(r["pair_or_sequence"], []).append(r)
    for frames in sequences.values():
        frames.sort(key=lambda r: int(r["frame"] or 0))
        if len(frames) > 1 and any(wanted in r["expected"] for r in frames):
            by_yaw = [f for f in frames if f["yaw"]]
            if len(by_yaw) > 1:
                low, high = min(by_yaw, key=lambda f: float(f["yaw"])), max(by_yaw, key=lambda f: float(f["yaw"]))
                pairs.append((low, high, float(high["yaw"]) - float(low["yaw"])))
    return pairs


def moving_pair():
    """Two frames of one person, the nose farther to larger x in the second."""
    h.need_shared()
    best = None
    for wanted in ("image_right", "image_left"):
        for low, high, turn in sequence_pairs(wanted):
            if best is None or abs(turn - 25) < abs(best[2] - 25):
                best = (low, high, turn)
    if best is None:
        raise h.Skip("no sequence with a turn")
    return h.shared(best[0]["path"]), h.shared(best[1]["path"])


def check_10_two_images():
    first, second = moving_pair()
    j = decided(call(h.bws_body(first, second)))
    same(len(j["imageProperties"]), 2)
    same(j["imageProperties"][0]["faces"][0]["motionLivenessScore"], 0)
    same(j["imageProperties"][0]["faces"][0]["movementDirection"], 0)
    if not j["errors"] or "FaceNotFound" not in str(j["errors"]):
        face = j["imageProperties"][1]["faces"][0]
        true(0 < face["motionLivenessScore"] <= 1, "motion score %r" % face["motionLivenessScore"])
        true(0 < face["movementDirection"] <= 360, "direction %r" % face["movementDirection"])


def check_11_12_the_score_is_the_mean_and_live_has_no_errors():
    for row in pick("live", 4) + pick("replay", 4) + pick("none", 2, "no_face"):
        decided(call(h.bws_body(h.shared(row["path"]))))


def check_13_blank_tags_change_nothing():
    first, second = moving_pair()
    answers = set()
    for tags in (None, [], [""], [" "]):
        answers.add(call(h.bws_body(first, second, tags=tags)).body)
    body = {"liveImages": [{"image": h.b64(first), "tags": ["left"]}, {"image": h.b64(second), "tags": None}]}
    answers.add(call(json.dumps(body)).body)
    same(len(answers), 1, "different answers")


def check_14_a_direction_that_was_not_taken_is_rejected():
    """With our own sequences; the vendor's pair is for make test-vendor."""
    first, second = moving_pair()
    wrong = codes(call(h.bws_body(first, second, tags=["left"])))
    true("RejectedByChallengeResponse" in wrong, "left: %r" % wrong)
    right = codes(call(h.bws_body(first, second, tags=["right"])))
    true("RejectedByChallengeResponse" not in right, "right: %r" % right)
    true("RejectedByChallengeResponse" in codes(call(h.bws_body(first, second, tags=["left", "RIGHT "]))),
         "opposite directions are never met")


def check_15_unknown_tags_are_refused():
    picture = h.b64(live())
    for tags in (["sideways"], ["up", "x"], "up", [1], {}):
        refused(call(json.dumps({"liveImages": [{"image": picture}, {"image": picture, "tags": tags}]})))


def check_16_bad_arguments():
    good = h.b64(live())
    text = h.b64(b"this is a text and no picture " * 40)
    bad = [{"liveImages": []}, {"liveImages": None}, {}, {"liveImages": [{"image": good}] * 3}, {"liveImages": [{}]},
           {"liveImages": [{"image": ""}]}, {"liveImages": [{"image": None}]}, {"liveImages": [{"image": 7}]},
           {"liveImages": [{"image": text}]}, {"liveImages": {"image": good}}, {"liveImages": [good]},
           {"liveImages": [{"image": "data:image/jpeg;base64," + good}]},
           {"liveImages": [{"image": good[:-3] + "-_="}]}, {"liveImages": [{"image": good + "\n"}]},
           {"liveImages": [{"image": good[:4001].rstrip("=")}]}, {"liveImages": [{"image": good, "Image": good}]},
           {"liveImages": [{"image": good}], "live_images": [{"image": good}]}]
    for body in bad:
        refused(call(json.dumps(body)))
    for name in ("liveImages", "live_images", "LIVEIMAGES"):
        same(call(json.dumps({name: [{"Image": good}], "more": 1})).status, 200, name)


def check_17_malformed_json():
    for body in ("", "[]", "{", "nonsense", '"x"', '{"liveImages":[],}', '{"a":1,"a":2}', "[" * 1000, "\xff"):
        refused(call(body.encode("latin-1")))
    for kind in ("text/plain", "application/x-www-form-urlencoded", "", "application/jsonx", None):
        refused(call(h.bws_body(live()), Content_Type=kind))
    for kind in ("application/json; charset=utf-8", "Application/JSON", "application/foo+json"):
        same(call(h.bws_body(live()), Content_Type=kind).status, 200, kind)


def check_18_50_megabytes():
    limit = 52428800
    response = call(b" " * (limit + 1))
    same(response.status, 413, "one byte more")
    same(sorted(response.json), ["code", "details", "message"])
    refused(call(b" " * limit))  # the limit itself is read, and is no JSON
    same(call(h.bws_body(live())).status, 200, "afterwards")


def check_19_the_face_codes():
    none = found = 0
    for row in pick("none", 10, "no_face"):
        j = decided(call(h.bws_body(h.shared(row["path"]))))
        none += [e["errorCode"] for e in j["errors"]] == ["FaceNotFound"] and j["livenessScore"] == 0
    true(none >= 9, "FaceNotFound for %d of 10" % none)
    for row in pick("live", 10, "multi_face"):
        j = decided(call(h.bws_body(h.shared(row["path"]))))
        found += "MultipleFacesFound" in [e["errorCode"] for e in j["errors"]] and j["livenessScore"] == 0
    true(found >= 8, "MultipleFacesFound for %d of 10" % found)
    cut = 0
    for row in pick("live", 12, "quality_edge"):
        j = decided(call(h.bws_body(h.shared(row["path"]))))
        names = [e["errorCode"] for e in j["errors"]]
        assessed = [a["check"] for p in j["imageProperties"] for a in p["qualityAssessments"]]
        if "ThumbnailExtractionFailed" in names:
            true("FullyVisibleFace" in assessed, "FullyVisibleFace is missing")
            same(j["livenessScore"], 0)
            cut += 1
        true(not j["live"] or not names, "live with errors")
    true(cut >= 1, "no cut face gave ThumbnailExtractionFailed")


def check_20_attacks_are_rejected():
    for label in ("print", "replay"):
        picked = pick(label, 20)
        hit = 0
        for row in picked:
            j = decided(call(h.bws_body(h.shared(row["path"]))))
            names = [e["errorCode"] for e in j["errors"]]
            if "RejectedByPassiveLiveDetection" in names:
                true(j["livenessScore"] > 0, "score of a rejected picture")
            hit += not j["live"]
        print("      %d of %d rejected: %s" % (hit, len(picked), label))
        true(hit >= 0.7 * len(picked), "%s: only %d of %d rejected" % (label, hit, len(picked)))


def check_21_the_same_picture_twice():
    true("RejectedByActiveLiveDetection" in codes(call(h.bws_body(live(), live()))), "the same picture twice")


def check_22_turned_pictures():
    cv = h.cv()
    upright = h.decode(live())
    eyes = None
    for turn, code in ((0, None), (90, cv.ROTATE_90_COUNTERCLOCKWISE), (180, cv.ROTATE_180),
                       (270, cv.ROTATE_90_CLOCKWISE)):
        picture = upright if code is None else cv.rotate(upright, code)
        p = decided(call(h.bws_body(h.encode(picture))))["imageProperties"][0]
        same(p["rotated"], turn, "rotated")
        eye = p["faces"][0]["leftEye"]
        if eyes is None:
            eyes = eye
        true(abs(eye["x"] - eyes["x"]) < 6 and abs(eye["y"] - eyes["y"]) < 6, "eyes fit the turned picture")
    jpeg = h.encode(cv.rotate(upright, cv.ROTATE_90_COUNTERCLOCKWISE), ".jpg", cv.IMWRITE_JPEG_QUALITY, 95)
    p = decided(call(h.bws_body(h.with_exif(jpeg, 6))))["imageProperties"][0]
    same(p["rotated"], 0, "rotated with EXIF only")


def check_23_24_eyes_and_literals():
    response = call(h.bws_body(live()))
    decided(response)
    true(re.search(rb'"rotated":\d+[,}]', response.body) and re.search(rb'"frameNumber":\d+[,}]', response.body),
         "integer literals")


def check_25_image_size():
    cv = h.cv()
    picture = h.decode(live())
    for width, height, wanted in ((1201, 1601, True), (1601, 1201, True), (1200, 1700, False), (640, 480, False)):
        canvas = cv.copyMakeBorder(picture, 0, max(0, height - picture.shape[0]), 0,
                                   max(0, width - picture.shape[1]), cv.BORDER_REPLICATE)[:height, :width]
        j = decided(call(h.bws_body(h.encode(canvas, ".jpg"))))
        checks = [a["check"] for a in j["imageProperties"][0]["qualityAssessments"]]
        same("ImageSize" in checks, wanted, "ImageSize at %dx%d" % (width, height))


def check_26_health():
    for path in ("/livez", "/readyz", "/healthz"):
        response = server.get(path)
        same((response.status, response.body, response.headers["content-type"]), (200, b"Healthy", "text/plain"), path)
    fresh = h.Server(wait=0)
    same(fresh.get("/livez").status, 200, "alive at once")
    early = fresh.get("/readyz")
    if early.status == 503:  # else it was faster than we could ask
        same(early.body, b"Unhealthy")
    fresh.wait_ready()
    status, took = fresh.stop()
    same(status, 0, "exit status after SIGTERM")
    true(took < 15, "took %.1f s to end" % took)


def check_27_other_methods_and_paths():
    response = server.get(BWS)
    same((response.status, response.headers["allow"]), (405, "POST"))
    refused(response, 12, 405)
    refused(server.get("/api/v1/nothing"), 5, 404)
    refused(server.get("/nothing"), 5, 404)


if __name__ == "__main__":
    h.main([f for name, f in sorted(globals().items()) if name.startswith("check_")])
