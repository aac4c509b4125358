# SPDX-License-Identifier: Apache-2.0
"""Runs ours and the peers in turn and writes ratios with their spread as a Markdown page; called by run.sh."""
import base64
import json
import os
import platform
import re
import subprocess
import sys
import time
from pathlib import Path
from statistics import median

import cv2
import numpy as np

HERE = Path(__file__).resolve().parent
PYTHON = "/usr/bin/python3"


def run(*command, **more):
    return subprocess.run([str(c) for c in command], check=True, capture_output=True, text=True, **more).stdout


def picture(portrait, out):
    """The portrait inside a 1280x720 JPEG, as a webcam would send it."""
    face = cv2.imread(str(portrait))
    scene = cv2.GaussianBlur(cv2.resize(face, (1280, 720)), (0, 0), 25)
    face = cv2.resize(face, (640, 640))
    scene[40:680, 320:960] = face
    cv2.imwrite(str(out), scene, [cv2.IMWRITE_JPEG_QUALITY, 90])
    return out


def spread(values, form="{:.2f}"):
    low, high = form.format(min(values)), form.format(max(values))
    return f"{form.format(median(values))} ({low}-{high})"


def bench_nets(program, models, work, rounds, seconds):
    pack = HERE.parent / "packs" / "reference.json"
    ours, rows = {}, []
    files = None
    for _ in range(rounds):
        report = json.loads(run(program, "bench", "nets", "--json", "--models", pack))
        for net in report["nets"]:
            path = str((pack.parent / net["file"]).resolve()) if not os.path.isabs(net["file"]) else net["file"]
            path = path if os.path.exists(path) else str(next(Path(models).rglob(Path(net["file"]).name)).resolve())
            entry = ours.setdefault(path, {"ms": [], "share": [], "mmacs": net["mmacs"], "opencv": [], "ort": []})
            entry["ms"].append(net["ms"])
            entry["share"].append(net["share"])
        files = list(ours)
        opencv = json.loads(run(PYTHON, HERE / "peer_nets.py", seconds, *files))
        node = os.environ | {"NODE_PATH": str(Path(work).resolve() / "node_modules")}
        ort = json.loads(run("node", HERE / "peer_nets.js", seconds, *files, env=node))
        for path in files:
            last = ours[path]["ms"][-1]
            if path in opencv:
                ours[path]["opencv"].append(opencv[path] / last)
            ours[path]["ort"].append(ort[path] / last)
    rows.append("| network | MMAC | ours, share of one core's peak | OpenCV DNN / ours | ONNX Runtime / ours |\n|---|---|---|---|---|")
    for path, e in ours.items():
        cv = spread(e["opencv"]) if e["opencv"] else "cannot read it"
        rows.append(f"| {Path(path).stem} | {e['mmacs']:.0f} | {100 * median(e['share']):.0f} % | {cv} | {spread(e['ort'])} |")
    return "\n".join(rows)


def bench_check(program, models, image, rounds, seconds):
    pack = HERE.parent / "packs" / "two_nets.json"
    stages = {k: [] for k in ("decode", "detect", "spoof", "total")}
    for _ in range(rounds):
        ours = json.loads(run(program, "bench", "check", "--json", "--models", pack, image))["ms"]
        peer = json.loads(run(PYTHON, HERE / "peer_check.py", seconds, models, image))
        for k, v in stages.items():
            v.append(peer[k] / ours[k])
    rows = ["| stage of one check, 1280x720 JPEG, one core | OpenCV / ours |\n|---|---|"]
    rows += [f"| {k} | {spread(v)} |" for k, v in stages.items()]
    return "\n".join(rows)


def wait_for(port):
    import socket
    for _ in range(200):
        with socket.socket() as s:
            if s.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise SystemExit(f"nothing listens on port {port}")


def load(port, path, headers, body, work, seconds):
    """Requests per second under wrk, as many connections as twice the cores."""
    script = Path(work) / "post.lua"
    lines = ['wrk.method = "POST"', f'local f = io.open("{body}", "rb")', 'wrk.body = f:read("*a")', "f:close()"]
    lines += [f'wrk.headers["{k}"] = "{v}"' for k, v in headers.items()]
    script.write_text("\n".join(lines) + "\n")
    cores = os.cpu_count()
    out = run("wrk", "-t1", f"-c{2 * cores}", f"-d{seconds}s", "--latency", "-s", script, f"http://127.0.0.1:{port}{path}")
    if "Non-2xx" in out:
        raise SystemExit("the load met errors:\n" + out)
    return float(re.search(r"Requests/sec:\s*([\d.]+)", out).group(1))


def bench_server(program, models, image, work, rounds):
    body = Path(work) / "body.json"
    data = base64.b64encode(Path(image).read_bytes()).decode()
    body.write_text(json.dumps({"liveImages": [{"image": data}]}))
    state, path = Path(work) / "state", "/api/v1/livenessdetection"
    run(program, "client", "add", "bench", "--state", state)
    token = run(program, "token", "bench", "--state", state).strip()
    pack = HERE.parent / "packs" / "two_nets.json"
    servers = [
        subprocess.Popen([program, "serve", "--listen", "127.0.0.1:18431", "--state", state, "--models", pack],
                         stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL),
        subprocess.Popen([PYTHON, HERE / "python_server.py", "18432", models])]
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
    ratios, ours, theirs = [], [], []
    try:
        wait_for(18431), wait_for(18432)
        for i in range(rounds + 1):
            a = load(18431, path, headers, body, work, 4)
            b = load(18432, path, headers, body, work, 4)
            if i > 0:  # the first round warms both
                ours.append(a), theirs.append(b), ratios.append(a / b)
    finally:
        for s in servers:
            s.terminate()
    return ("| server, 1280x720 JPEG, saturated | requests/s |\n|---|---|\n"
            f"| ours | {spread(ours, '{:.0f}')} |\n| Python http.server with OpenCV | {spread(theirs, '{:.0f}')} |\n"
            f"| ratio | {spread(ratios)} |")


def machine():
    cpu = next(l.split(":")[1].strip() for l in open("/proc/cpuinfo") if l.startswith("model name"))
    ort = json.loads((Path(sys.argv[3]) / "node_modules/onnxruntime-node/package.json").read_text())["version"]
    return (f"{cpu}, {os.cpu_count()} cores, {platform.system()} {platform.release()}; OpenCV {cv2.__version__} (Debian), "
            f"ONNX Runtime {ort} (npm), NumPy {np.__version__}; {time.strftime('%Y-%m-%d', time.gmtime())}")


def main():
    program, models, work = sys.argv[1], str(Path(sys.argv[2]).resolve()), sys.argv[3]
    rounds, seconds = int(sys.argv[4]), float(sys.argv[5])
    image = picture(Path(work) / "portrait.png", Path(work) / "portrait_1280x720.jpg")
    parts = [f"Measured by `make bench`, {rounds} interleaved rounds, median (lowest-highest); a ratio over 1 means ours is faster.",
             machine(), bench_nets(program, models, work, rounds, seconds),
             bench_check(program, models, image, rounds, seconds), bench_server(program, models, image, work, rounds)]
    text = "\n\n".join(parts) + "\n"
    (Path(work) / "performance.md").write_text(text)
    print(text)


main()
