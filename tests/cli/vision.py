#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Exit statuses and JSON of check, match, models and bench, as design.md promises them.  vision.py PROGRAM SHARED BUILD"""
import json
import os
import subprocess
import sys
import tempfile

PROGRAM, SHARED, BUILD = sys.argv[1:4]
SHARED = os.environ.get("BONAFIDE_SHARED") or SHARED
failed = 0


def run(*args):
    done = subprocess.run([PROGRAM, *args], capture_output=True, text=True)
    return done.returncode, done.stdout, done.stderr


def expect(name, condition, detail=""):
    global failed
    if not condition:
        failed += 1
        print("FAILED: %s %s" % (name, detail))


def status(name, expected, *args):
    code, out, err = run(*args)
    expect(name, code == expected, "status %d, not %d: %s%s" % (code, expected, out, err))
    return out, err


def usage():
    for command in ("check", "match", "models", "bench"):
        out, _ = status("%s --help" % command, 0, command, "--help")
        expect("help shows the usage", out.startswith("usage: bonafide %s" % command), out)
        _, err = status("an unknown option is a usage error", 64, command, "--nonsense")
        expect("and says how it is used", "usage: bonafide" in err, err)
    status("no command is a usage error", 64)
    status("an unknown command is a usage error", 64, "frobnicate")
    status("check needs a picture", 64, "check")
    status("check takes at most two pictures", 64, "check", "a", "b", "c")
    status("a tag needs two pictures", 64, "check", "a.jpg", "--tag", "up")
    status("a tag is one of four", 64, "check", "a.jpg", "b.jpg", "--tag", "sideways")
    status("match needs two files", 64, "match", "a.jpg")
    status("bench knows three things", 64, "bench", "everything")
    status("bench check needs a picture", 64, "bench", "check")
    status("a missing picture is undecided", 2, "check", "/nowhere/a.jpg")
    status("a missing pack is an internal failure", 70, "models", "--models", "/nowhere/pack.json")


def text_is_no_picture():
    with tempfile.NamedTemporaryFile(suffix=".jpg", dir=BUILD) as file:
        file.write(b"this is a text and no picture\n" * 20)
        file.flush()
        out, _ = status("text is no picture", 2, "check", "--json", file.name)
        report = json.loads(out)
        expect("undecided", report["decision"] == "undecided", out)
        expect("named", report["errors"] == ["ImageInvalid"], out)
        expect("no face", report["images"][0]["faces"] == [], out)


def real_pictures():
    live = os.path.join(SHARED, "data/webcam_a/live/17424090493399343.jpg")
    replay = os.path.join(SHARED, "data/webcam_a/replay/1742409376720565.jpg")
    wall = os.path.join(SHARED, "data/exif/Landscape_1.jpg")
    pack = ["--models", os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../packs/reference.json")]
    if not os.access(live, os.R_OK):
        print("left out: pictures of the shared test data")
        return
    report = json.loads(status("a live face", 0, "check", "--json", live, *pack)[0])
    face = report["images"][0]["faces"][0]
    expect("live", report["decision"] == "live" and report["errors"] == [] and report["live"] >= 0.5)
    expect("picture", [report["images"][0][k] for k in ("path", "width", "height", "rotated")] == [live, 640, 480, 0])
    expect("face", len(face["box"]) == 4 and len(face["points"]) == 5 and face["live"] >= 0.5)
    expect("no motion in one picture", face["motion"] == 0 and face["direction"] == 0)
    expect("quality is 0 to 100", all(0 <= v <= 100 for v in face["quality"].values()) and len(face["quality"]) >= 8)
    expect("stages add up", sum(v for k, v in report["ms"].items() if k != "total") <= report["ms"]["total"] * 1.01)
    report = json.loads(status("a screen", 1, "check", "--json", replay, *pack)[0])
    expect("rejected", report["errors"] == ["RejectedByPassiveLiveDetection"], report)
    report = json.loads(status("a landscape", 2, "check", "--json", wall, *pack)[0])
    expect("no face", report["errors"] == ["FaceNotFound"] and report["live"] == 0, report)
    report = json.loads(status("the same picture twice", 1, "check", "--json", live, live, *pack)[0])
    expect("no motion", "RejectedByActiveLiveDetection" in report["errors"], report)
    drawn = os.path.join(BUILD, "cli_drawn.png")
    status("a drawn picture", 0, "check", "--draw", drawn, live, *pack)
    with open(drawn, "rb") as file:
        expect("is a PNG", file.read(8) == b"\x89PNG\r\n\x1a\n")
    os.unlink(drawn)
    status("an unwritable drawing", 70, "check", "--draw", "/nowhere/x.png", live, *pack)
    report = json.loads(status("the same face", 0, "match", "--json", live, live, *pack)[0])
    expect("match", report["same"] and report["similarity"] > 0.999 and report["score"] == 1 and report["errors"] == [])
    report = json.loads(status("no face to match", 2, "match", "--json", wall, live, *pack)[0])
    expect("says so", report["errors"] == ["FaceNotFound"] and not report["same"], report)
    report = json.loads(status("bench check", 0, "bench", "check", "--json", "--runs", "3", live, *pack)[0])
    expect("stages", {"decode", "detect", "spoof", "total"} <= set(report["ms"]) and report["bytes"] > 0, report)
    report = json.loads(status("bench nets", 0, "bench", "nets", "--json", "--runs", "3", *pack)[0])
    expect("nets", report["peak_gmacs"] > 0 and len(report["nets"]) == 11, report)
    expect("rows", all(set(n) >= {"role", "file", "ms", "cold_ms", "mmacs", "share"} for n in report["nets"]), report)
    text = status("bench nets --steps", 0, "bench", "nets", "--steps", "--runs", "3", *pack)[0]
    expect("every network has steps", text.count(" steps, ") == 11 and "depthwise" in text, text[:200])
    again = json.loads(status("bench nets --isa", 0, "bench", "nets", "--json", "--isa", report["isa"], "--runs", "3", *pack)[0])
    expect("the same kernels by name", again["isa"] == report["isa"], again)
    status("kernels that are none", 64, "bench", "nets", "--isa", "sse")
    status("steps are text", 64, "bench", "nets", "--steps", "--json")
    report = json.loads(status("bench decode", 0, "bench", "decode", "--json", "--runs", "3", live)[0])
    expect("decode", report["ms"]["decode"] > 0, report)
    expect("models", "mobilefacenet_foamliu_112.onnx" in status("models", 0, "models", *pack)[0])


usage()
text_is_no_picture()
real_pictures()
print("%d failures" % failed)
sys.exit(1 if failed else 0)
