# SPDX-License-Identifier: Apache-2.0
"""Requests per second, latencies and CPU time of the server under wrk: saturated, at half that load, and the same with
200 idle connections. CPU time is read from /proc per process, so wrk's own does not count.

  LOAD_SECONDS  of each run (10)      LOAD_IMAGE  picture to send (a 1280x720 JPEG is made otherwise)
"""
import os
import socket
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "tests", "http"))
import harness as h  # noqa: E402

SECONDS = int(os.environ.get("LOAD_SECONDS", "10"))
TICK = os.sysconf("SC_CLK_TCK")


def hd_jpeg():
    """A face in a 1280x720 picture as a webcam gives it: a live picture of the test data, scaled up; else drawn."""
    cv = h.cv()
    rows = [r for r in h.manifest() if r["role"] == "pad" and r["label"] == "live" and r["set"] == "webcam_b"]
    if rows:
        picture = h.decode(h.shared(rows[0]["path"]))
    else:
        folder = tempfile.mkdtemp()
        tool = os.path.join(os.path.dirname(h.BINARY), "..", "..", "tests", "synth", "synth")
        subprocess.run([tool, "faces", folder, "1", "1", "640"], check=True)
        picture = cv.imread([os.path.join(folder, n) for n in os.listdir(folder) if n.endswith(".ppm")][0])
    scale = max(1280 / picture.shape[1], 720 / picture.shape[0])
    picture = cv.resize(picture, None, fx=scale, fy=scale, interpolation=cv.INTER_CUBIC)
    top = (picture.shape[0] - 720) // 2
    return h.encode(picture[top:top + 720, :1280], ".jpg", cv.IMWRITE_JPEG_QUALITY, 90)


def cpu_seconds(pid):
    with open("/proc/%d/stat" % pid) as f:
        fields = f.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def memory_kib(pid):
    with open("/proc/%d/status" % pid) as f:
        return sum(int(line.split()[1]) for line in f if line.startswith(("RssAnon:", "RssShmem:")))


def children(pid):
    return [int(p) for p in subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True).stdout.split()]


class Processes:
    """The front, the spawner and the workers of a server."""

    def __init__(self, server):
        self.front = server.process.pid
        self.spawner = children(self.front)[0]
        self.workers = children(self.spawner)

    def cpu(self):
        return cpu_seconds(self.front) + cpu_seconds(self.spawner), sum(cpu_seconds(p) for p in self.workers)


def load(server, connections, pause_ms=0, seconds=SECONDS):
    processes = Processes(server)
    env = dict(os.environ, LOAD_BODY=BODY, LOAD_PATH=h.BWS, LOAD_TYPE="application/json",
               LOAD_TOKEN=h.token(KEY, "load"), LOAD_PAUSE=str(pause_ms))
    before = processes.cpu()
    done = subprocess.run(["wrk", "-t", "1", "-c", str(connections), "-d", "%ds" % seconds, "--timeout", "30s", "-s",
                           os.path.join(HERE, "post.lua"), "http://127.0.0.1:%d" % server.port],
                          env=env, capture_output=True, text=True)
    after = processes.cpu()
    lines = [l for l in done.stdout.splitlines() if l.startswith("RESULT ")]
    if not lines:
        raise SystemExit("wrk: %s %s" % (done.stdout, done.stderr))
    n, us, p50, p95, p99, bad, broken = (int(v) for v in lines[0].split()[1:])
    n = max(n, 1)
    return {"per_s": n / us * 1e6, "p50": p50 / 1000, "p95": p95 / 1000, "p99": p99 / 1000, "bad": bad + broken,
            "front_ms": (after[0] - before[0]) / n * 1000, "vision_ms": (after[1] - before[1]) / n * 1000}


def report(name, r):
    print("%-34s %7.1f /s   p50 %6.1f  p95 %6.1f  p99 %6.1f ms   CPU per request: front %5.2f, workers %6.2f ms   "
          "errors %d" % (name, r["per_s"], r["p50"], r["p95"], r["p99"], r["front_ms"], r["vision_ms"], r["bad"]))


server = h.Server()
KEY = server.add_client("load")
time.sleep(1.5)
if os.environ.get("LOAD_IMAGE"):
    with open(os.environ["LOAD_IMAGE"], "rb") as f:
        image = f.read()
else:
    image = hd_jpeg()
BODY = os.path.join(server.state, "body.json")
with open(BODY, "w") as f:
    f.write(h.bws_body(image))
cores = len(os.sched_getaffinity(0))
print("%d cores, picture of %d bytes, runs of %d s" % (cores, len(image), SECONDS))

load(server, 2 * cores, seconds=3)  # warm
full = load(server, 8 * cores)
report("saturated, %d connections" % (8 * cores), full)
bound = cores / (full["vision_ms"] / 1000)
print("CPU outside vision: %.1f %% of that in it; bound cores / vision CPU: %.1f /s, reached %.0f %%" %
      (100 * full["front_ms"] / full["vision_ms"], bound, 100 * full["per_s"] / bound))

connections = 16
pause = connections / (full["per_s"] / 2) * 1000 - full["vision_ms"]
half = load(server, connections, max(pause, 1))
report("half load (%.0f %%)" % (100 * half["per_s"] / full["per_s"]), half)
print("p99 is %.1f times p50" % (half["p99"] / half["p50"]))

idle = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(200)]
for s in idle[:100]:
    s.sendall(b"POST /api/v1/livenessdetection HTTP/1.1\r\nHost: x\r\n")
crowd = load(server, connections, max(pause, 1), seconds=min(SECONDS, 9))
report("the same with 200 idle clients", crowd)
print("p99 is %.1f times p50" % (crowd["p99"] / crowd["p50"]))

parts = Processes(server)
print("memory of their own (heap, stacks, slabs): front %.1f MB, workers %s MB" %
      (memory_kib(parts.front) / 1024, ", ".join("%.1f" % (memory_kib(p) / 1024) for p in parts.workers)))
for s in idle:
    s.close()
status, took = server.stop()
print("SIGTERM: exit status %d after %.1f s" % (status, took))
