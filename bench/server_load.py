# SPDX-License-Identifier: Apache-2.0
"""Requests per second, latencies and CPU time of the server under wrk: saturated, at half that load, both again with 200 idle
and slow connections, and what a request of the identity API costs beside one of BWS. CPU time is read from /proc per
process, so wrk's own does not count.

  LOAD_SECONDS  of each run (10)      LOAD_IMAGE  picture to send (a 1280x720 JPEG is made otherwise)
  LOAD_ROUNDS   of half load (1); on a machine with other work the least disturbed of several tells most
"""
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "tests", "http"))
import harness as h  # noqa: E402

SECONDS = int(os.environ.get("LOAD_SECONDS", "10"))
ROUNDS = int(os.environ.get("LOAD_ROUNDS", "1"))
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


class Watch(threading.Thread):
    """Looks 20 times a second whether a job waits while a worker has nothing to do; both numbers are of one moment."""

    def __init__(self, server):
        super().__init__()
        self.server, self.over, self.looks, self.waiting, self.idle = server, threading.Event(), 0, 0, 0

    def run(self):
        while not self.over.wait(0.05):
            now = dict(line.split(" ") for line in self.server.get("/metrics").body.decode().splitlines() if line[0] != "#")
            self.looks += 1
            if float(now["bonafide_queue_depth"]) > 0:
                self.waiting += 1
                self.idle += float(now["bonafide_workers_busy"]) < float(now["bonafide_workers_alive"])


def load(server, connections, pause_ms=0, seconds=SECONDS, path=h.BWS, kind="application/json", body=None):
    processes = Processes(server)
    env = dict(os.environ, LOAD_BODY=body or BODY, LOAD_PATH=path, LOAD_TYPE=kind,
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


server = h.Server(env={"BONAFIDE_LIVENESS_KEY": h.LIVENESS_KEY.decode()})
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



def saturate(name):
    watch = Watch(server)
    watch.start()
    r = load(server, 8 * cores)
    watch.over.set()
    watch.join()
    report("%s, %d connections" % (name, 8 * cores), r)
    bound = cores / (r["vision_ms"] / 1000)
    print("CPU outside vision: %.1f %% of that in it; bound cores / vision CPU: %.1f /s, reached %.0f %%; a worker idle while a "
          "job waited: %d of %d looks" % (100 * r["front_ms"] / r["vision_ms"], bound, 100 * r["per_s"] / bound, watch.idle,
                                          watch.waiting))
    return r


def half_of(full, name):
    connections = 16
    pause = connections / (full["per_s"] / 2) * 1000 - full["vision_ms"]
    r = load(server, connections, max(pause, 1), seconds=min(SECONDS, 9))
    report("%s (%.0f %% load)" % (name, 100 * r["per_s"] / full["per_s"]), r)
    return r["p99"] / r["p50"]


class Crowd(threading.Thread):
    """200 connections: 100 that say nothing, 50 that stop in the middle of a head, 50 that send a body of 20 KB/s."""

    def __init__(self):
        super().__init__()
        self.over = threading.Event()
        self.all = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(200)]
        for s in self.all[:50]:
            s.sendall(b"POST /api/v1/livenessdetection HTTP/1.1\r\nHost: x\r\n")
        for s in self.all[50:100]:
            s.sendall(b"POST %s HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: 9000000"
                      b"\r\n\r\n" % h.IDENTITY.encode())

    def run(self):
        while not self.over.wait(0.5):
            for s in self.all[50:100]:
                try:
                    s.sendall(b"x" * 10000)
                except OSError:
                    pass

    def leave(self):
        self.over.set()
        self.join()
        for s in self.all:
            s.close()


load(server, 2 * cores, seconds=3)  # warm
full = saturate("saturated")
alone, crowded = [], []
for _ in range(ROUNDS):
    alone.append(half_of(full, "half load"))
    crowd = Crowd()
    crowd.start()
    crowded.append(half_of(full, "the same with 200 idle and slow"))
    crowd.leave()
print("p99 over p50 at half load: %s alone, %s with the crowd" %
      tuple(", ".join("%.1f" % r for r in sorted(each)) for each in (alone, crowded)))

FORM = BODY + ".form"
with open(FORM, "wb") as f:
    data, kind = h.multipart([("liveness_file", h.liveness_file([image]), "live.bin"),
                              ("encrypted_image", h.b64(h.encrypt(image)).encode(), None)])
    f.write(data)
single = load(server, 2 * cores, seconds=4)
pair = load(server, 2 * cores, seconds=4, path=h.IDENTITY, kind=kind, body=FORM)
report("identity API, one frame", pair)
print("CPU of an identity request: %.2f times that of a BWS request with the same picture (errors %d)" %
      ((pair["front_ms"] + pair["vision_ms"]) / (single["front_ms"] + single["vision_ms"]), pair["bad"] + single["bad"]))

parts = Processes(server)
print("memory of their own (heap, stacks, slabs): front %.1f MB, workers %s MB" %
      (memory_kib(parts.front) / 1024, ", ".join("%.1f" % (memory_kib(p) / 1024) for p in parts.workers)))
status, took = server.stop()
print("SIGTERM: exit status %d after %.1f s" % (status, took))
