# SPDX-License-Identifier: Apache-2.0
"""Runs ours and the peers in turn and writes ratios with their spread as a Markdown page; called by run.sh."""
import base64
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from statistics import median

import cv2
import numpy as np
import onnx
import onnx.numpy_helper

HERE = Path(__file__).resolve().parent
PYTHON = "/usr/bin/python3"
RUNS = os.environ.get("RUNS", "41")  # of ours, in each round


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


def left_out(what):
    print(f"left out: {what}", file=sys.stderr)


def path_of(file, models):
    """A network of a report: beside the reference pack, among our own, or by its name among the reference networks."""
    for path in (HERE.parent / "packs" / file, HERE.parent / "models" / file):
        if path.exists():
            return str(path.resolve())
    return str(next(Path(models).rglob(Path(file).name)).resolve())


def widened(path, work):
    """A copy with float32 weights where ours are stored as float16, which other runtimes refuse beside float32 data."""
    model = onnx.load(path)
    halves = [t for t in model.graph.initializer if t.data_type == onnx.TensorProto.FLOAT16]
    if not halves:
        return path
    for t in halves:
        t.CopyFrom(onnx.numpy_helper.from_array(onnx.numpy_helper.to_array(t).astype(np.float32), t.name))
    copy = str(Path(work).resolve() / Path(path).name)
    onnx.save(model, copy)
    return copy


class Ours:
    """Our figures for the networks of one pack, round by round: the best kernels of this CPU, and AVX2 where those are wider."""

    def __init__(self, program, pack, models):
        self.command, self.models, self.nets = [program, "bench", "nets", "--json", "--runs", RUNS, "--models", pack], models, {}

    def round(self):
        report = json.loads(run(*self.command))
        self.isa = report["isa"]
        narrow = json.loads(run(*self.command, "--isa", "avx2")) if self.isa == "avx512" else report
        for net, slow in zip(report["nets"], narrow["nets"]):
            e = self.nets.setdefault(path_of(net["file"], self.models),
                                     {k: [] for k in ("ms", "share", "own", "cold", "gain", "opencv", "ort")} | {"mmacs": net["mmacs"]})
            e["ms"].append(net["ms"])
            e["share"].append(slow["share"])
            e["own"].append(net["isa_share"])
            e["cold"].append(net["cold_ms"] / net["ms"])
            e["gain"].append(slow["ms"] / net["ms"])


def bench_nets(program, pack, models, work, rounds, seconds):
    ours, node = Ours(program, pack, models), os.environ | {"NODE_PATH": str(Path(work).resolve() / "node_modules")}
    for _ in range(rounds):
        ours.round()
        files = {widened(path, work): path for path in ours.nets}
        peers = {"opencv": json.loads(run(PYTHON, HERE / "peer_nets.py", seconds, *files))}
        if has_ort(work):
            peers["ort"] = json.loads(run("node", HERE / "peer_nets.js", seconds, *files, env=node))
        for name, times in peers.items():
            for path, ms in times.items():
                ours.nets[files[path]][name].append(ms / ours.nets[files[path]]["ms"][-1])
    wide = ours.isa == "avx512"
    rows = ["| network | MMAC | AVX2: share of its peak |"
            f"{' AVX-512: share of its peak | AVX2 / AVX-512 time |' if wide else ''} cold / warm "
            f"| OpenCV DNN / ours | ONNX Runtime / ours |\n|---|---|---|{'---|---|' if wide else ''}---|---|---|"]
    for path, e in ours.nets.items():
        cells = [Path(path).stem, f"{e['mmacs']:.0f}", f"{100 * median(e['share']):.0f} %"]
        cells += [f"{100 * median(e['own']):.0f} %", f"{median(e['gain']):.2f}"] if wide else []
        cells += [f"{median(e['cold']):.2f}"]
        cells += [spread(e[k]) if e[k] else "-" for k in ("opencv", "ort")]
        rows.append("| " + " | ".join(cells) + " |")
    return "\n".join(rows)


def bench_check(program, models, image, rounds, seconds):
    packs = HERE.parent / "packs"
    stages, whole = {k: [] for k in ("decode", "detect", "spoof", "total")}, []
    for _ in range(rounds):
        ours, own, reference = (json.loads(run(program, "bench", "check", "--json", "--runs", RUNS, "--models", pack, image))["ms"]
                                for pack in (packs / "two_nets.json", "builtin", packs / "reference.json"))
        peer = json.loads(run(PYTHON, HERE / "peer_check.py", seconds, models, image))
        for k, v in stages.items():
            v.append(peer[k] / ours[k])
        whole.append(reference["total"] / own["total"])
    rows = ["| stage of one check, 1280x720 JPEG, one core | OpenCV / ours |\n|---|---|"]
    rows += [f"| {k} | {spread(v)} |" for k, v in stages.items()]
    return "\n".join(rows) + f"\n\nA whole check with the reference pack takes {spread(whole)} times that with the built-in one."


def wait_for(port):
    import socket
    for _ in range(200):
        with socket.socket() as s:
            if s.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise SystemExit(f"nothing listens on port {port}")


def load(port, path, headers, body, work, seconds):
    """Requests per second under wrk, twice as many connections as cores."""
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


def has_ort(work):
    return (Path(work) / "node_modules/onnxruntime-node/package.json").exists() and shutil.which("node") is not None


def machine(work):
    cpu = next(l.split(":")[1].strip() for l in open("/proc/cpuinfo") if l.startswith("model name"))
    package = Path(work) / "node_modules/onnxruntime-node/package.json"
    ort = f"ONNX Runtime {json.loads(package.read_text())['version']} (npm), " if has_ort(work) else ""
    return (f"{cpu}, {os.cpu_count()} cores, {platform.system()} {platform.release()}; OpenCV {cv2.__version__} (Debian), "
            f"{ort}NumPy {np.__version__}; {time.strftime('%Y-%m-%d', time.gmtime())}")


def main():
    program, models, work = sys.argv[1], str(Path(sys.argv[2]).resolve()), sys.argv[3]
    rounds, seconds, wanted = int(sys.argv[4]), float(sys.argv[5]), sys.argv[6].split()
    image = picture(Path(work) / "portrait.png", Path(work) / "portrait_1280x720.jpg")
    text = [f"Measured by `make bench`, {rounds} interleaved rounds, median (lowest-highest); a ratio over 1 means ours is faster.",
            machine(work)]
    if not has_ort(work):
        left_out("ONNX Runtime (no npm package onnxruntime-node)")
    if "nets" in wanted:
        text += [bench_nets(program, HERE.parent / "packs" / "reference.json", models, work, rounds, seconds),
                 "The built-in networks as they were at this run:", bench_nets(program, "builtin", models, work, rounds, seconds)]
    if "check" in wanted:
        text.append(bench_check(program, models, image, rounds, seconds))
    if "server" in wanted and shutil.which("wrk") is None:
        left_out("the servers (no wrk)")
    elif "server" in wanted:
        text.append(bench_server(program, models, image, work, rounds))
    (Path(work) / "performance.md").write_text("\n\n".join(text) + "\n")
    print("\n\n".join(text))


main()
